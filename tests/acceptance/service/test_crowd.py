"""Many at once: slow work holds nobody up, and nobody is at a VM that somebody else is at."""

import threading

from tests.acceptance.service.desk import ROOM, Desk, eventually, state_of

SLOW = 20


def test_a_fast_command_is_acknowledged_and_answered_while_twenty_slow_ones_run(desk: Desk) -> None:
    desk.estate.set_task(4, "CreateSnapshot_Task")
    names = [name.rpartition("/")[2] for name in desk.estate.vms()]
    names = [
        name for name in names if name.startswith(("web-0", "lab-", "fin-app", "pay-co", "pay-te", "shop", "moni"))
    ]
    names = [name for name in names if not desk.vm(name).custom.get("iaas.protected")][:SLOW]
    for name in names:
        assert desk.person("ben").command(f"/iaas snapshot {name} create crowd", ROOM).ok
    eventually(lambda: desk.sent()["CreateSnapshot_Task"] >= 10, "many at work")

    acknowledged = desk.person().command("/iaas echo fast", ROOM)
    answer = desk.run("show web-01")
    changed = desk.run("spawn quick-1")
    still_slow = desk.sent()["CreateSnapshot_Task"]

    assert len(names) == SLOW
    assert acknowledged.ok
    # Less than one of the slow ones takes.
    assert (answer.state, answer.took_s < 4) == ("answered", True), answer
    assert changed.state == "succeeded", changed
    assert still_slow <= SLOW
    cards = eventually(lambda: _succeeded(desk) if len(_succeeded(desk)) == SLOW else None, "the end of all", 60)
    assert all(desk.vm(name).snapshots[-1] == "crowd" for name in names)
    assert len(cards) == SLOW
    assert desk.sent()["CreateSnapshot_Task"] == SLOW


def _succeeded(desk: Desk) -> list[str]:
    cards = desk.person("ben").messages()
    return [one.text for one in cards if "snapshot crowd" in one.text and state_of(one) == "succeeded"]


def test_two_persons_at_one_vm_are_served_one_after_the_other_and_both_to_the_end(desk: Desk) -> None:
    desk.estate.set_vm("lab-build-01", custom={"iaas.owner": "U0DANA"})
    eventually(lambda: "lab-build-01" in desk.answer("list mine").all_text, "the new owner")
    desk.estate.set_task(1.5)
    assert desk.person("dana").command("/iaas snapshot lab-build-01 create by dana", ROOM).ok
    assert desk.person("ben").command("/iaas move lab-build-01 silver-03", ROOM).ok
    ends = [desk.final(text) for text in ("the snapshot by dana of lab-build-01", "Move lab-build-01 to silver-03")]

    assert [state_of(end) for end in ends] == ["succeeded", "succeeded"], [end.text for end in ends]
    writes = desk.estate.writes()
    first, second = sorted(one.at for one in writes if one.method in {"RelocateVM_Task", "CreateSnapshot_Task"})
    assert (second - first).total_seconds() >= 1.4
    assert desk.vm("lab-build-01").datastore == "silver-03"
    assert desk.vm("lab-build-01").snapshots[-1] == "by dana"


def test_fifty_commands_at_once_are_all_acknowledged_within_a_second(desk: Desk) -> None:
    took: list[float] = []
    lock = threading.Lock()

    def type_it(number: int) -> None:
        result = desk.person("dana").command(f"/iaas echo {number}", ROOM)
        with lock:
            took.append(result.took_s if result.ok else 99)

    threads = [threading.Thread(target=type_it, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(took) == 50
    assert max(took) < 2, sorted(took)[-5:]
