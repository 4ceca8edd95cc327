"""What is to be told once: it arrives, in order, also after an outage and a restart."""

import threading
from collections.abc import Callable
from time import monotonic

from tests.integration.slack.conftest import Stage

EXPIRES = "2026-11-26T16:30:00+00:00"


def remind(stage: Stage, number: int, recipient: str = "U0ANN") -> None:
    stage.operations.notices.add(
        f"reminder/{number}",
        recipient,
        "approval.reminder",
        operation_id=f"OP{number}",
        summary=f"Resize web-{number:02}",
        asked_by="U0DANA",
        expires_at=EXPIRES,
    )


def heard(stage: Stage, name: str = "ann") -> list[str]:
    return [one.text for one in stage.workspace.as_user(name).messages() if "still waits" in one.text]


def test_notices_arrive_in_direct_messages_in_order(stage: Stage) -> None:
    for number in range(1, 6):
        remind(stage, number)

    until(lambda: len(heard(stage)) == 5)

    assert [text.split("Operation ")[1] for text in heard(stage)] == [f"OP{number}" for number in range(1, 6)]
    assert len(stage.operations.notices.told) == 5
    stage.workspace.assert_no_violations()


def test_a_notice_for_a_channel_is_posted_there(stage: Stage) -> None:
    remind(stage, 1, recipient="#vm-requests")

    seen = stage.dana.wait_for_message(contains="still waits", channel="#vm-requests")

    assert "Resize web-01" in seen.text
    stage.workspace.assert_no_violations()


def test_what_slack_did_not_take_is_told_after_a_restart(stage: Stage) -> None:
    stage.workspace.faults.method_fails("chat.postMessage", times=1000, status=500)
    remind(stage, 1)
    until(lambda: stage.front.health().waiting == 1)
    stage.front.close()
    stage.workspace.faults.clear()

    stage.restart()

    until(lambda: len(heard(stage)) >= 1)
    until(lambda: stage.operations.notices.unsent() == [])


def test_a_notice_of_an_unknown_kind_holds_up_no_other(stage: Stage) -> None:
    stage.operations.notices.add("strange/1", "U0ANN", "from.the.future")
    remind(stage, 1)

    until(lambda: len(heard(stage)) == 1)

    assert stage.operations.notices.told[0] == "strange/1"


def test_what_another_replica_tells_is_not_told_twice(stage: Stage) -> None:
    stage.operations.notices.taken.add("reminder/1")
    remind(stage, 1)
    remind(stage, 2, recipient="U0BEN")

    until(lambda: len(heard(stage, "ben")) == 1)

    assert heard(stage) == []


def until(condition: Callable[[], bool], timeout_s: float = 15.0) -> None:
    deadline = monotonic() + timeout_s
    while not condition():
        assert monotonic() < deadline, "it did not come true in time"
        threading.Event().wait(0.05)
