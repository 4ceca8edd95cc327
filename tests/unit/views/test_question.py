"""What an owner is asked in private, and what the same message says once nobody is asked any more."""

from dataclasses import replace

import pytest

from bot.telling import Story
from bot.views.ids import Click, Kind
from bot.views.question import no_longer_wanted, owner_question
from operations.model import Effect, State
from remediation.model import IncidentState, Mode, RemedyState, VerdictKind
from tests.unit.remediation import samples
from tests.unit.remediation.samples import NOW
from tests.unit.views.incidents import SUMMARY, closed, decided, open_, remedied, story, undoable
from tests.unit.views.reading import clicks, commands, plain
from tests.unit.views.samples import PLAN

COMMAND = "transform web-01 cpu=3"
RED = open_(VerdictKind.WINDOW, "web-01 has CPU hot-add off; more needs a restart.", guard="hot-add")
ASKED = story(RED, owner="U0DANA")
STOPPED = open_(VerdictKind.RECOMMEND, "<@U0BEN> has stopped automatic changes of web-01.", guard="stopped")
ACTING = samples.incident(state=IncidentState.ACTING, operation_id="R7F3K", round=1, decided=decided(VerdictKind.ACT))
PLANNED = story(
    replace(RED, round=1),
    remedied(mode=Mode.RECOMMEND, state=RemedyState.ASKED, ended_at=None, approved_by=("U0DANA",)),
    owner="U0DANA",
    R7F3K=undoable(
        plan=replace(PLAN, effect=Effect.RESTART),
        state=State.QUEUED,
        finished_at=None,
        not_before=samples.ahead(hours=8),
    ),
)
NOT_ASKED: dict[str, tuple[Story, str]] = {
    "over": (story(closed(), owner="U0DANA"), "over after 17 min"),
    "stopped": (story(STOPPED, owner="U0DANA"), "has stopped automatic changes of web-01."),
    "waits": (story(open_(VerdictKind.WAIT, "A moment."), owner="U0DANA"), "A moment."),
    "planned": (PLANNED, "planned for TIME"),
    "done": (story(closed(round=1), remedied(), owner="U0DANA", R7F3K=undoable()), "done TIME"),
    "under way": (
        story(ACTING, remedied(state=RemedyState.RUNNING, ended_at=None), owner="U0DANA"),
        "running since TIME",
    ),
}


def test_an_owner_is_offered_tonight_and_now_because_of_the_incident_and_is_asked_once_more() -> None:
    asked = owner_question(ASKED, 0, NOW)

    assert plain(asked).split("\n") == [
        ":hourglass_flowing_sand: *web-01*: Virtual machine CPU usage is red, and help needs a restart",
        f"*{SUMMARY}* would help. web-01 has CPU hot-add off; more needs a restart.",
        "You own it: choose when. You are asked once more, and nothing restarts before.",
    ]
    assert clicks(asked) == {
        "Tonight at 22:00 CET": Click(line=f"{COMMAND} at=tonight", kind=Kind.PLAN, incident="I7F3K"),
        "Now, with a restart": Click(line=COMMAND, kind=Kind.PLAN, incident="I7F3K"),
    }


@pytest.mark.parametrize(("told", "says"), NOT_ASKED.values(), ids=NOT_ASKED)
def test_what_is_asked_no_more_says_what_is_so_instead_and_offers_no_restart(told: Story, says: str) -> None:
    shown = owner_question(told, 0, NOW)

    assert says in plain(shown)
    assert "and help needs a restart" not in plain(shown)
    assert plain(shown).endswith("You were asked here when it may restart; nothing is waited for from you now.")
    assert not [one for one in commands(shown).values() if one.startswith("transform")]


def test_what_is_asked_anew_stands_in_a_message_of_its_own() -> None:
    again = replace(ASKED, incident=replace(RED, round=1))

    assert "nothing is waited for" in plain(owner_question(again, 0, NOW))
    assert "choose when" in plain(owner_question(again, 1, NOW))


def test_what_is_planned_can_be_taken_back_where_it_was_asked() -> None:
    assert commands(owner_question(PLANNED, 0, NOW)) == {"Cancel the restart": "cancel R7F3K"}


@pytest.mark.parametrize("name", [one for one in NOT_ASKED if one != "planned"])
def test_a_click_on_what_is_wanted_no_more_is_told_so_with_a_way_to_ask_all_the_same(name: str) -> None:
    told = no_longer_wanted(NOT_ASKED[name][0], COMMAND)

    assert told is not None
    is_over = NOT_ASKED[name][0].incident.state is IncidentState.CLOSED
    assert ("The alarm Virtual machine CPU usage on web-01 is over" in plain(told)) is is_over
    assert "Nothing was done." in plain(told)
    assert clicks(told) == {"Resize it anyway…": Click(line=COMMAND, kind=Kind.PLAN)}


def test_a_click_as_long_as_it_is_wanted_goes_on_and_once_it_is_planned_only_that_can_be_taken_back() -> None:
    assert no_longer_wanted(ASKED, COMMAND) is None
    told = no_longer_wanted(PLANNED, COMMAND)
    assert told is not None
    assert commands(told) == {"Cancel the restart": "cancel R7F3K"}
