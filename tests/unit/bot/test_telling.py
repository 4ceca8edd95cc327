"""What of an incident is told, where, and once only."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.telling import (
    BEGUN,
    COMPARED,
    DECIDED,
    ENDED,
    Story,
    details,
    is_quiet,
    is_rolled_up,
    planned,
    question,
    red_for,
    still_planned,
    vm_of,
)
from operations.model import Actor, Approval, State
from operations.terms import Window
from remediation.acting import actor_of
from remediation.model import (
    Decided,
    Incident,
    IncidentState,
    Mode,
    Outcome,
    PlaybookName,
    Remedy,
    RemedyState,
    VerdictKind,
)
from remediation.returning import red_since
from tests.unit.remediation import samples
from tests.unit.remediation.samples import NOW
from tests.unit.views.samples import DONE

NIGHT = Window(start=time(22), end=time(5), zone=ZoneInfo("Europe/Berlin"))


def incident(verdict: VerdictKind | None, *, wait_min: float = 1, **more: Any) -> Incident:
    """Open, with this decision, and looked at again in so many minutes."""
    own = {key: more.pop(key) for key in ("guard", "summary", "command") if key in more}
    about: dict[str, Any] = {"summary": "Add 1 vCPU to web-01 (2 → 3)", "command": "transform web-01 cpu=3"} | own
    made = None if verdict is None else Decided(verdict=verdict, reason="Because.", at=NOW, **about)
    return samples.incident(**({"decided": made, "look_at": samples.ahead(minutes=wait_min)} | more))


def story(told: Incident, *remedies: Remedy) -> Story:
    return Story(incident=told, remedies=remedies, operations={"O1": DONE}, tonight=NIGHT)


QUIET = {
    "not looked at yet": incident(None),
    "waits for samples": incident(VerdictKind.WAIT, guard="sustained"),
    "looks on after a start": incident(VerdictKind.WAIT, wait_min=10, guard="observe"),
    "a person has paused it": incident(VerdictKind.WAIT, wait_min=120, guard="pause"),
    "waits long for nothing": incident(VerdictKind.WAIT, wait_min=60, summary=""),
    "somebody's": incident(VerdictKind.NOTHING),
    "over before anything was said": incident(VerdictKind.RECOMMEND, state=IncidentState.CLOSED, closed_at=NOW),
    "waits until nobody knows": incident(VerdictKind.WAIT, look_at=None),
}
TOLD = {
    "acts": incident(VerdictKind.ACT, state=IncidentState.ACTING),
    "asks": incident(VerdictKind.ASK),
    "recommends": incident(VerdictKind.RECOMMEND),
    "needs a restart": incident(VerdictKind.WINDOW),
    "must not": incident(VerdictKind.REFUSE),
    "waits for an hour and a person could do it": incident(VerdictKind.WAIT, wait_min=60, guard="hourly budget"),
    "waits after a change": incident(VerdictKind.WAIT, round=1),
    "over after a change": incident(VerdictKind.ACT, round=1, state=IncidentState.CLOSED, closed_at=NOW),
}


@pytest.mark.parametrize("told", QUIET.values(), ids=QUIET)
def test_nothing_is_said_of_what_needs_nothing_said(told: Incident) -> None:
    assert is_quiet(told)


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_what_is_done_or_could_be_done_is_told(told: Incident) -> None:
    assert not is_quiet(told)


ROLLED_UP = {
    "held by the brake": (incident(VerdictKind.WAIT, wait_min=30, guard="storm", storm="S1"), True),
    "not looked at yet": (incident(None, storm="S1"), True),
    "over by itself": (incident(VerdictKind.WAIT, storm="S1", state=IncidentState.CLOSED, closed_at=NOW), True),
    "in no storm": (incident(VerdictKind.WAIT, wait_min=30, guard="storm"), False),
    "changed after the storm": (incident(VerdictKind.WAIT, guard="cooldown", storm="S1", round=1), False),
    "recommended after the storm": (incident(VerdictKind.RECOMMEND, guard="mode", storm="S1"), False),
}


@pytest.mark.parametrize(("told", "expected"), ROLLED_UP.values(), ids=ROLLED_UP)
def test_a_storms_card_tells_what_its_brake_holds(told: Incident, expected: bool) -> None:  # noqa: FBT001  the expectation
    assert is_rolled_up(told) is expected


def test_the_thread_has_each_remedy_its_end_and_what_it_brought_once() -> None:
    acting = incident(VerdictKind.ACT, state=IncidentState.ACTING, round=1)
    running = samples.remedy(state=RemedyState.RUNNING, before={"cpu_p95": 96.0})
    done = samples.remedy()
    helped = samples.remedy(
        outcome=Outcome.HELPED, checked=1, after={"reason": "helped", "at": samples.ahead(minutes=10).isoformat()}
    )
    again = samples.remedy(
        outcome=Outcome.HELPED, checked=2, after={"reason": "helped", "at": samples.ahead(minutes=10).isoformat()}
    )

    told = [
        [(one.kind, one.key) for one in details(story(acting, remedy))] for remedy in (running, done, helped, again)
    ]

    begun, ended = (BEGUN, "incident/I7F3K/0/begun"), (ENDED, "incident/I7F3K/0/ended")
    assert told[0] == [begun]
    assert told[1] == [begun, ended]
    assert told[2] == [begun, ended, (COMPARED, "incident/I7F3K/0/compared/1")]
    assert told[3] == [begun, ended, (COMPARED, "incident/I7F3K/0/compared/2")]


def test_the_end_of_a_remedy_says_what_its_operation_says() -> None:
    (_, ended) = details(story(incident(VerdictKind.ACT, state=IncidentState.ACTING, round=1), samples.remedy()))

    assert (ended.data["text"], ended.data["state"]) == ("4 vCPU, 8 GB", "succeeded")


def test_the_same_decision_is_in_the_thread_once_a_round_whatever_its_figures() -> None:
    first, later = incident(VerdictKind.REFUSE, guard="contention"), incident(VerdictKind.REFUSE, guard="contention")
    next_round = incident(VerdictKind.REFUSE, guard="contention", round=1)

    keys = [[one.key for one in details(story(told))] for told in (first, later, next_round)]

    assert keys[0] == keys[1] == ["incident/I7F3K/0/refuse/contention"]
    assert keys[2] != keys[0]
    assert [one.kind for one in details(story(first))] == [DECIDED]


def test_the_owner_is_asked_for_a_window_as_long_as_it_is_red() -> None:
    assert question(story(incident(VerdictKind.WINDOW))) == "transform web-01 cpu=3"
    assert question(story(incident(VerdictKind.RECOMMEND))) is None
    assert question(story(incident(VerdictKind.WINDOW, state=IncidentState.CLOSED, closed_at=NOW))) is None


def test_whoever_has_planned_it_and_the_owner_hear_once_that_the_alarm_is_over_and_what_stays() -> None:
    at = samples.ahead(hours=8)
    waiting = replace(DONE, state=State.QUEUED, not_before=at, finished_at=None)
    asked = samples.remedy(mode=Mode.RECOMMEND, state=RemedyState.ASKED, ended_at=None)
    red = Story(
        incident=incident(VerdictKind.WAIT, round=1),
        remedies=(asked,),
        operations={"O1": waiting},
        tonight=NIGHT,
        owner="U0OWNER",
    )
    over = replace(red, incident=replace(red.incident, state=IncidentState.CLOSED, closed_at=NOW))
    begun = replace(over, operations={"O1": replace(waiting, state=State.RUNNING)})
    bots = replace(over, operations={"O1": replace(waiting, actor=actor_of(PlaybookName.ADD_CPU))})

    assert [planned(one) for one in (red, over, begun, bots)] == [waiting, waiting, None, None]
    assert [list(still_planned(one)) for one in (red, begun, bots)] == [[], [], []]
    told = list(still_planned(over))
    assert [person for person, _ in told] == ["U0DANA", "U0OWNER"]
    assert [person for person, _ in still_planned(replace(over, owner=None))] == ["U0DANA"]
    assert len({one.key for _, one in told}) == 2
    assert (told[0][1].data["operation_id"], told[0][1].data["planned"], told[0][1].data["what"]) == (
        "R7F3K",
        at.isoformat(),
        "restart",
    )
    (begins,) = (one for one in details(red) if one.kind == BEGUN)
    assert begins.data["planned"] == at.isoformat()


def test_whoever_has_planned_it_or_taken_that_back_is_not_asked_again_at_once() -> None:
    waits = samples.remedy(mode=Mode.RECOMMEND, state=RemedyState.ASKED, ended_at=None)
    assert question(story(incident(VerdictKind.WINDOW, round=1), waits)) is None
    dropped = samples.remedy(mode=Mode.RECOMMEND, state=RemedyState.DROPPED)

    assert question(story(incident(VerdictKind.WINDOW, round=1), dropped)) is None
    assert question(story(incident(VerdictKind.WINDOW, round=1), replace(dropped, mode=Mode.AUTO))) is not None


def test_a_vm_is_named_with_its_vcenter_and_a_datastore_is_none() -> None:
    datastore = samples.incident(alarm=samples.alarm(entity_kind="Datastore"))

    assert vm_of(samples.incident()) == "web-01@lab"
    assert vm_of(datastore) is None


def test_an_approval_that_nobody_gives_is_told_once() -> None:
    """What has expired stood in the thread three times: as the end, as a decision, and as the rest that follows."""
    asked = samples.remedy(state=RemedyState.ASKED, mode=Mode.APPROVE)
    expired = samples.remedy(state=RemedyState.DROPPED, mode=Mode.APPROVE, ended_at=NOW)
    acting = incident(VerdictKind.ASK, state=IncidentState.ACTING, round=1)
    ended = incident(VerdictKind.REFUSE, guard="operation", round=1)
    rests = incident(VerdictKind.WAIT, guard="cooldown", wait_min=60, round=1)

    told = [
        [one.kind for one in details(story(*step))] for step in ((acting, asked), (ended, expired), (rests, expired))
    ]

    assert told == [[BEGUN], [BEGUN, ENDED], [BEGUN, ENDED]]


def test_what_the_door_has_refused_never_began_and_the_decision_says_why() -> None:
    refused = samples.remedy(state=RemedyState.DROPPED, operation_id=None, ended_at=NOW)

    told = [*details(story(incident(VerdictKind.REFUSE, guard="operation", round=1), refused))]

    assert [(one.kind, one.data["reason"]) for one in told] == [(DECIDED, "Because.")]


def test_a_rest_that_another_alarm_has_brought_about_is_told() -> None:
    assert [one.kind for one in details(story(incident(VerdictKind.WAIT, guard="cooldown", wait_min=60)))] == [DECIDED]


def test_a_datastore_that_a_storm_holds_for_long_is_told_on_its_own_card() -> None:
    held = incident(VerdictKind.WAIT, guard="storm", wait_min=30, alarm=samples.alarm(entity_kind="Datastore"))

    assert (is_quiet(held), is_rolled_up(held)) == (False, False)


def test_how_long_it_was_red_is_told_by_our_clock_and_is_never_negative() -> None:
    ahead = samples.alarm(triggered_at=samples.ahead(hours=1))
    over = incident(None, state=IncidentState.CLOSED, alarm=ahead, opened_at=NOW, closed_at=samples.ahead(minutes=3))
    backwards = incident(None, state=IncidentState.CLOSED, opened_at=NOW, closed_at=samples.ago(minutes=3))
    again = incident(None, opened_at=samples.ago(hours=1), reddened=(samples.ago(minutes=9),))

    assert [red_for(over), red_for(backwards)] == [timedelta(minutes=3), timedelta(0)]
    assert red_since(again) == samples.ago(minutes=9)


def test_a_no_is_told_with_whose_it_was() -> None:
    ann = Actor(id="U0ANN", name="Ann")
    approval = Approval(
        rule="r", reason="r", votes_needed=1, groups=(), users=("U0ANN",), channel="", decided_by=ann, decided_at=NOW
    )
    no = replace(DONE, state=State.REFUSED, text="Denied: it is a test", approval=approval)
    dropped = samples.remedy(state=RemedyState.DROPPED, mode=Mode.APPROVE)
    told = Story(incident=incident(None, round=1), remedies=(dropped,), operations={"O1": no}, tonight=NIGHT)

    (ended,) = (one for one in details(told) if one.kind == ENDED)

    assert ended.data["text"] == "Denied by <@U0ANN>: it is a test"
    assert "U0ANN" in ended.data["people"]


def test_what_was_lowered_is_told_with_what_it_was_and_whose_it_is() -> None:
    ann = Actor(id="U0ANN", name="Ann")
    approval = Approval(
        rule="r", reason="r", votes_needed=1, groups=(), users=(), channel="", asked="6 GB memory", lowered_by=ann
    )
    done = replace(DONE, approval=approval)
    one = Story(incident=incident(None, round=1), remedies=(samples.remedy(),), operations={"O1": done}, tonight=NIGHT)

    (ended,) = (each for each in details(one) if each.kind == ENDED)

    assert ended.data["lowered"] == ("6 GB memory", "U0ANN")


def test_a_decision_from_before_a_remedy_ended_is_no_news_in_its_thread() -> None:
    running, done = samples.remedy(state=RemedyState.RUNNING, mode=Mode.RECOMMEND), samples.remedy(mode=Mode.RECOMMEND)
    old, again = incident(VerdictKind.RECOMMEND, round=1), samples.remedy(mode=Mode.RECOMMEND, ended_at=NOW)

    told = [[one.kind for one in details(story(old, remedy))] for remedy in (running, done, again)]

    assert told == [[BEGUN], [BEGUN, ENDED], [BEGUN, ENDED, DECIDED]]
