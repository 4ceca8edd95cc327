"""How the card of an incident follows its course: red again, lowered, planned, taken over, gone."""

from dataclasses import replace
from typing import Any

from bot.telling import Story
from bot.views.incident import incident_card
from operations.model import Actor, Approval, Effect, State
from remediation.model import (
    Incident,
    IncidentState,
    Mode,
    RemedyState,
    VerdictKind,
)
from tests.unit.remediation import samples
from tests.unit.remediation.samples import NOW
from tests.unit.views.incidents import SUMMARY, closed, decided, open_, remedied, story, undoable
from tests.unit.views.reading import commands, plain
from tests.unit.views.samples import PLAN
from vsphere.model import AlarmStatus

ALARM = "*web-01*: Virtual machine CPU usage"


def test_a_remedy_that_has_its_yes_and_waits_for_its_turn_asks_for_nothing_more() -> None:
    acting = samples.incident(state=IncidentState.ACTING, operation_id="R7F3K", decided=decided(VerdictKind.ASK))
    asked = remedied(state=RemedyState.ASKED, mode=Mode.APPROVE)

    waiting = story(acting, asked, R7F3K=undoable(state=State.AWAITING_APPROVAL, finished_at=None))
    queued = story(acting, asked, R7F3K=undoable(state=State.QUEUED, finished_at=None))

    assert commands(incident_card(waiting, NOW))["Details"] == "pending R7F3K"
    assert commands(incident_card(queued, NOW))["Details"] == "status R7F3K"
    told = str(plain(incident_card(queued, NOW)))
    assert "waits for its turn since" in told
    assert "waits for a yes" not in told


def test_what_comes_and_goes_says_how_often_it_was_red_and_since_when() -> None:
    times = (samples.ago(minutes=3), samples.ago(minutes=1))
    again = replace(open_(VerdictKind.RECOMMEND), reddened=times)

    cards = [
        plain(incident_card(story(one), NOW))
        for one in (
            again,
            replace(again, reddened=times * 10),
            replace(again, alarm=samples.alarm(status=AlarmStatus.YELLOW)),
            replace(again, state=IncidentState.CLOSED, closed_at=NOW),
            replace(again, reddened=()),
        )
    ]

    since = "since TIME."
    assert f"Red again, 3rd time {since}" in cards[0]
    assert f"Red again, 21st time or more {since}" in cards[1]
    assert f"It was red 3 times {since}" in cards[2]
    assert f"It was red 3 times {since}" in cards[3]
    assert "since TIME." not in cards[4]


def test_what_an_approver_has_lowered_says_so_beside_whose_yes_it_was() -> None:
    ann = Actor(id="U0ANN", name="ann")
    approval = Approval(
        rule="r", reason="r", votes_needed=1, groups=(), users=(), channel="", asked="6 GB memory", lowered_by=ann
    )
    lowered = remedied(summary="Add 1 GB of memory to web-01 (4 GB → 5 GB)", approved_by=("U0ANN",))

    card = plain(incident_card(story(closed(), lowered, R7F3K=undoable(approval=approval)), NOW))

    done = ":white_check_mark: Add 1 GB of memory to web-01 (4 GB → 5 GB) · done TIME"
    assert f"{done} · approved by <@U0ANN> · lowered from 6 GB memory by <@U0ANN> · R7F3K" in card


def test_whose_owner_cant_be_asked_is_for_those_who_decide_about_remedies() -> None:
    told = replace(story(open_(VerdictKind.WINDOW)), out_of_reach="U0GUY", deciders=("@vm-approvers", "U0ANN"))

    assert (
        "Its owner <@U0GUY> can't be asked in Slack, so *@vm-approvers*, <@U0ANN> or an administrator is asked: "
        "please choose when. Nothing restarts before somebody says when."
    ) in plain(incident_card(told, NOW)).split("\n")
    named = replace(told, out_of_reach="<!channel>")
    assert "Its owner &lt;!channel&gt; can't be asked" in incident_card(named, NOW).text


def planned_story(incident: Incident, *, effect: Effect = Effect.RESTART, **changes: Any) -> Story:
    """A person has chosen tonight."""
    plan = replace(PLAN, effect=effect)
    values: dict[str, Any] = {"plan": plan, "state": State.QUEUED, "not_before": samples.ahead(hours=8)} | changes
    remedy = remedied(mode=Mode.RECOMMEND, state=RemedyState.ASKED, ended_at=None, approved_by=("U0DANA",))
    return story(incident, remedy, R7F3K=undoable(finished_at=None, **values))


def test_a_restart_that_is_planned_stands_on_the_card_with_a_way_to_take_it_back_also_once_the_alarm_is_over() -> None:
    cancel = {"Cancel the restart": "cancel R7F3K"}
    red = incident_card(planned_story(open_(VerdictKind.WINDOW)), NOW)
    over = incident_card(planned_story(closed()), NOW)

    assert plain(red).split("\n")[:2] == [
        f":hourglass_flowing_sand: {ALARM} · a restart is planned",
        f":hourglass_flowing_sand: {SUMMARY} · planned for TIME · by <@U0DANA> · R7F3K",
    ]
    assert plain(over).split("\n")[:2] == [
        f":hourglass_flowing_sand: {ALARM} · over after 17 min, a restart is planned",
        "A restart is still planned for TIME because of it, by <@U0DANA>; cancel it if nobody needs it any more.",
    ]
    assert "without the bot changing anything" not in over.text
    assert cancel.items() <= commands(red).items()
    assert commands(over) == cancel
    begun = incident_card(planned_story(closed(), state=State.RUNNING), NOW)
    assert "Cancel the restart" not in commands(begun)
    harmless = incident_card(planned_story(closed(), effect=Effect.NONE), NOW)
    assert "Cancel the change" in commands(harmless)


def test_what_is_gone_says_so_and_has_no_buttons_that_could_do_nothing() -> None:
    there = story(closed(), remedied(), R7F3K=undoable())
    gone = replace(there, is_gone=True)

    assert "Undo" in commands(incident_card(there, NOW))
    assert commands(incident_card(gone, NOW)) == {}
    assert "web-01 is no longer in vCenter." in plain(incident_card(gone, NOW)).split("\n")
    assert "no longer in vCenter" not in incident_card(there, NOW).text
