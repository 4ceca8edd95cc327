"""The card of an incident: its words and buttons in every state; nobody is rung by a name; Slack takes it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blocks.gate import Surface, check
from bot.telling import Story
from bot.views.ids import Kind
from bot.views.incident import incident_card, rolled_up_card
from bot.views.storm import storm_card
from operations.model import State
from remediation.model import (
    IncidentState,
    Mode,
    Outcome,
    PlaybookName,
    RemedyState,
    VerdictKind,
)
from tests.unit.remediation import samples
from tests.unit.remediation.samples import NOW
from tests.unit.views.incidents import SUMMARY, closed, decided, open_, remedied, story, undoable
from tests.unit.views.reading import clicks, commands, plain
from vsphere.model import AlarmStatus

WHY = {"Why?": "why web-01@lab"}
STOP = {"Stop auto for this VM": "remediation stop web-01@lab"}
DO_IT = {"Do it": "transform web-01 cpu=3"}
RESTART = {
    "Tonight at 22:00 CET": "transform web-01 cpu=3 at=tonight",
    "Now, with a restart": "transform web-01 cpu=3",
}
ALARM = "*web-01*: Virtual machine CPU usage"
CARDS: dict[str, tuple[Story, str, Iterable[str], Mapping[str, str]]] = {
    "recommended": (
        story(
            open_(
                VerdictKind.RECOMMEND,
                "add-cpu is in mode recommend by the configuration.",
                guard="mode",
                way_out="Give the command yourself: `transform web-01 cpu=3`.",
            )
        ),
        f":bulb: {ALARM} · something would help",
        [f"*{SUMMARY}* would help.", "add-cpu is in mode recommend by the configuration.", "Red since: TIME"],
        DO_IT | WHY,
    ),
    "needs a restart": (
        story(open_(VerdictKind.WINDOW, "web-01 has no CPU hot-add; more needs a restart."), owner="U0DANA"),
        f":hourglass_flowing_sand: {ALARM} · needs a restart",
        ["<@U0DANA>, who owns it, has been asked. Nothing restarts before somebody says when."],
        RESTART | WHY,
    ),
    "needs a restart and is nobody's": (
        story(open_(VerdictKind.WINDOW)),
        f":hourglass_flowing_sand: {ALARM} · needs a restart",
        [
            (
                "Nobody is known to own it, so an administrator is asked: please choose when. "
                "Nothing restarts before somebody says when."
            )
        ],
        RESTART | WHY,
    ),
    "contention": (
        story(open_(VerdictKind.REFUSE, "Ready is 8 % per vCPU.", way_out="Move it to another host.", guard="ready")),
        f":no_entry: {ALARM} · is left alone",
        ["Ready is 8 % per vCPU.", "Move it to another host."],
        WHY,
    ),
    "two without effect": (
        story(open_(VerdictKind.REFUSE, "The last 2 did not help.", guard="no effect"), remedied()),
        f":no_entry: {ALARM} · is left alone",
        ["The last 2 did not help."],
        {"Start again": "remediation start web-01@lab"} | WHY,
    ),
    "stopped by a person": (
        story(open_(VerdictKind.RECOMMEND, "<@U0ANN> has stopped automatic changes of web-01.", guard="stopped")),
        f":bulb: {ALARM} · something would help",
        ["<@U0ANN> has stopped automatic changes of web-01."],
        DO_IT | {"Start again": "remediation start web-01@lab"} | WHY,
    ),
    "being done by a person": (
        story(
            replace(open_(VerdictKind.WAIT, "It is under way.", guard="under way"), round=1, operation_id="R7F3K"),
            remedied(state=RemedyState.RUNNING, mode=Mode.RECOMMEND, approved_by=("U0ANN",)),
        ),
        f":gear: {ALARM} · is being helped",
        [f":gear: {SUMMARY} · running since TIME · by <@U0ANN> · R7F3K"],
        {"Details": "status R7F3K"} | WHY,
    ),
    "acting": (
        story(
            samples.incident(
                state=IncidentState.ACTING, round=1, operation_id="R7F3K", decided=decided(VerdictKind.ACT)
            ),
            remedied(state=RemedyState.RUNNING),
        ),
        f":gear: {ALARM} · is being helped",
        [f":gear: {SUMMARY} · running since TIME · R7F3K"],
        {"Details": "status R7F3K"} | STOP | WHY,
    ),
    "waits for a yes": (
        story(
            samples.incident(
                state=IncidentState.ACTING, round=1, operation_id="R7F3K", decided=decided(VerdictKind.ASK)
            ),
            remedied(state=RemedyState.ASKED, mode=Mode.APPROVE),
        ),
        f":lock: {ALARM} · waits for a yes",
        [f":lock: {SUMMARY} · waits for a yes since TIME · R7F3K"],
        {"Details": "pending R7F3K"} | STOP | WHY,
    ),
    "waits for a yes in mode auto": (
        story(
            samples.incident(
                state=IncidentState.ACTING, round=1, operation_id="R7F3K", decided=decided(VerdictKind.ACT)
            ),
            remedied(state=RemedyState.ASKED),
        ),
        f":lock: {ALARM} · waits for a yes",
        [],
        {"Details": "pending R7F3K"} | STOP | WHY,
    ),
    "cooling down": (
        story(
            samples.incident(
                round=1,
                look_at=samples.ahead(minutes=30),
                decided=decided(VerdictKind.WAIT, "web-01 rests for 30 min.", guard="cooldown"),
            ),
            remedied(),
            R7F3K=undoable(),
        ),
        f":hourglass_flowing_sand: {ALARM} · waits",
        [f":white_check_mark: {SUMMARY} · done TIME · R7F3K", "Looked at again: TIME", "web-01 rests for 30 min."],
        DO_IT | {"Undo": "undo R7F3K"} | STOP | WHY,
    ),
    "over and helped": (
        story(
            closed(round=1, decided=decided(VerdictKind.ACT)),
            remedied(
                outcome=Outcome.HELPED,
                mode=Mode.APPROVE,
                approved_by=("U0ANN",),
                after={"reason": "CPU p95 96 % → 61 %, alarm green: helped"},
            ),
            R7F3K=undoable(),
        ),
        f":white_check_mark: {ALARM} · over after 17 min",
        [
            f":white_check_mark: {SUMMARY} · done TIME · approved by <@U0ANN> · R7F3K",
            ":bar_chart: CPU p95 96 % → 61 %, alarm green: helped",
            "Until: TIME",
        ],
        {"Undo": "undo R7F3K"} | STOP,
    ),
    "done by a person and undone by another": (
        story(
            closed(round=1, decided=decided(VerdictKind.RECOMMEND)),
            remedied(
                mode=Mode.RECOMMEND,
                approved_by=("U0ANN",),
                outcome=Outcome.UNKNOWN,
                after={"reason": "undone, so it is not compared", "undone_by": "U0BEN"},
            ),
            R7F3K=undoable(undone_by="R0000"),
        ),
        f":white_check_mark: {ALARM} · over after 17 min",
        [f":white_check_mark: {SUMMARY} · done TIME · by <@U0ANN> · undone by <@U0BEN> · R7F3K", "Until: TIME"],
        {},
    ),
    "over and not compared yet": (
        story(closed(round=1, decided=decided(VerdictKind.ACT)), remedied()),
        f":white_check_mark: {ALARM} · over after 17 min",
        [f":white_check_mark: {SUMMARY} · done TIME · R7F3K"],
        STOP,
    ),
    "over before anybody could look": (
        story(closed(closed_at=samples.ago(minutes=5), alarm=samples.alarm(triggered_at=samples.ahead(hours=1)))),
        f":white_check_mark: {ALARM} · over at once",
        ["It ended without the bot changing anything by itself.", "Red from: TIME", "Until: TIME"],
        {},
    ),
    "over by itself": (
        story(closed(decided=decided(VerdictKind.RECOMMEND))),
        f":white_check_mark: {ALARM} · over after 17 min",
        ["It ended without the bot changing anything by itself."],
        {},
    ),
    "failed": (
        story(
            samples.incident(round=1, decided=decided(VerdictKind.WAIT, guard="cooldown")),
            remedied(state=RemedyState.FAILED),
            R7F3K=undoable(state=State.FAILED, text="esx-01 has no room for it."),
        ),
        f":hourglass_flowing_sand: {ALARM} · waits",
        [f":x: {SUMMARY} · failed TIME · R7F3K", "esx-01 has no room for it."],
        DO_IT | STOP | WHY,
    ),
    "a datastore that the bot has relieved": (
        story(
            samples.incident(
                alarm=samples.alarm(entity_kind="Datastore", entity=samples.GOLD, name="Datastore usage on disk"),
                entity_name="gold-1",
                playbook=PlaybookName.RELIEVE_DATASTORE,
                round=1,
                decided=decided(VerdictKind.RECOMMEND, command="move db-01 gold-2"),
            ),
            remedied(),
        ),
        ":bulb: *gold-1*: Datastore usage on disk · something would help",
        [],
        {"Do it": "move db-01 gold-2", "Stop auto for this datastore": "remediation stop gold-1@lab"},
    ),
    "a datastore that somebody has stopped": (
        story(
            samples.incident(
                alarm=samples.alarm(entity_kind="Datastore", entity=samples.GOLD, name="Datastore usage on disk"),
                entity_name="gold-1",
                decided=decided(VerdictKind.RECOMMEND, guard="datastore stopped", command="move db-01 gold-2"),
            ),
        ),
        ":bulb: *gold-1*: Datastore usage on disk · something would help",
        [],
        {"Do it": "move db-01 gold-2", "Start again": "remediation start gold-1@lab"},
    ),
    "a datastore": (
        story(
            replace(
                open_(VerdictKind.RECOMMEND, summary="Move db-01 to gold-2", command="move db-01 gold-2"),
                alarm=samples.alarm(entity_kind="Datastore", entity=samples.GOLD, name="Datastore usage on disk"),
                entity_name="gold-1",
                playbook=PlaybookName.RELIEVE_DATASTORE,
            )
        ),
        ":bulb: *gold-1*: Datastore usage on disk · something would help",
        ["*Move db-01 to gold-2* would help."],
        {"Do it": "move db-01 gold-2"},
    ),
}


@pytest.mark.parametrize(("told", "head", "lines", "said"), CARDS.values(), ids=CARDS)
def test_a_card_says_how_it_stands_and_what_a_click_would_say(
    told: Story, head: str, lines: Iterable[str], said: Mapping[str, str]
) -> None:
    card = incident_card(told, NOW)

    read = plain(card).split("\n")
    assert read[0] == head
    assert [line for line in lines if line not in read] == []
    assert read[-1] == "Incident I7F3K"
    assert commands(card) == dict(said)


def test_what_takes_a_restart_opens_a_question_and_what_does_not_begins_at_once() -> None:
    restart = clicks(incident_card(story(open_(VerdictKind.WINDOW)), NOW))
    hot = clicks(incident_card(story(open_(VerdictKind.RECOMMEND)), NOW))

    assert {label: click.kind for label, click in restart.items() if label != "Why?"} == dict.fromkeys(
        RESTART, Kind.PLAN
    )
    assert hot["Do it"].kind is Kind.SAY


def test_undo_goes_with_its_time_and_once_it_is_undone() -> None:
    done = closed(round=1, decided=decided(VerdictKind.ACT))
    fresh, old, undone = undoable(), undoable(finished_at=NOW - timedelta(hours=2)), undoable(undone_by="R0000")

    labels = [[*commands(incident_card(story(done, remedied(), R7F3K=one), NOW))] for one in (fresh, old, undone)]

    assert ["Undo" in one for one in labels] == [True, False, False]


def test_an_alarm_that_is_yellow_by_now_is_not_called_red() -> None:
    yellow = replace(open_(VerdictKind.REFUSE), alarm=samples.alarm(status=AlarmStatus.YELLOW))

    assert plain(incident_card(story(yellow), NOW)).startswith(f":hourglass_flowing_sand: {ALARM} · is yellow now\n")


def test_moves_of_a_plan_are_a_line_each_and_the_last_comparison_counts_for_all() -> None:
    moves = [
        remedied(
            key=f"k/{number}",
            summary=f"Move db-0{number} from gold-3 to gold-1, the first of {4 - number} moves",
            after={"reason": f"datastore used {90 - number} % → 80 %: helped"},
        )
        for number in range(1, 4)
    ]

    lines = plain(incident_card(story(samples.incident(round=3), *moves), NOW)).split("\n")

    assert lines[1:5] == [
        *(f":white_check_mark: Move db-0{number} from gold-3 to gold-1 · done TIME · R7F3K" for number in range(1, 4)),
        ":bar_chart: datastore used 87 % → 80 %: helped",
    ]


def test_a_way_out_that_is_a_button_is_not_said_as_well() -> None:
    twice = open_(VerdictKind.RECOMMEND, way_out="Give the command yourself: `transform web-01 cpu=3`.")
    once = open_(VerdictKind.REFUSE, way_out="Give the command yourself: `transform web-01 cpu=3`.")

    assert ["yourself" in plain(incident_card(story(one), NOW)) for one in (twice, once)] == [False, True]


def test_only_the_last_four_remedies_are_on_the_card() -> None:
    many = [remedied(key=f"k/{number}", operation_id=f"OP{number}") for number in range(9)]

    card = incident_card(story(samples.incident(round=9, decided=decided(VerdictKind.WAIT)), *many), NOW)

    assert re.findall(r"OP\d", plain(card)) == ["OP5", "OP6", "OP7", "OP8"]


FOREIGN = ["<!channel>", "<@U0ANN>", "a|b&amp;", "x" * 4000, "`*_~", "two\nlines", "\ud800", " "]


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("verdict", VerdictKind)
def test_whatever_a_vm_is_called_rings_nobody_and_slack_takes_it(name: str, verdict: VerdictKind) -> None:
    alarm = samples.alarm(name=name)
    incident = replace(
        open_(verdict, f"{name} is in the way.", summary=f"Add 1 vCPU to {name}", way_out=name),
        alarm=alarm,
        entity_name=name,
        storm="S1",
    )
    remedy = remedied(summary=name, after={"reason": name}, vm_name=name)
    cards = (
        incident_card(story(incident, remedy), NOW),
        incident_card(story(replace(incident, state=IncidentState.CLOSED, closed_at=NOW), remedy), NOW),
        rolled_up_card(incident),
        storm_card("S1", [replace(incident, decided=decided(VerdictKind.WAIT, name, guard="storm"))] * 30, NOW),
    )

    for card in cards:
        check({"text": card.text, "blocks": list(card.blocks)}, Surface.MESSAGE)
        everything = card.text + str([block for block in card.blocks if block["type"] != "actions"])
        assert "<!channel>" not in everything
        assert "<@U0ANN>" not in everything


def test_what_came_to_nothing_is_said_once_until_the_next_decision() -> None:
    words = "Nobody has said yes within 30 min. Nothing was changed."
    dropped = remedied(state=RemedyState.DROPPED, mode=Mode.APPROVE)
    expired = undoable(state=State.EXPIRED, text=words)

    card = incident_card(story(open_(VerdictKind.REFUSE, words, guard="operation"), dropped, R7F3K=expired), NOW)

    assert plain(card).count("Nobody has said yes") == 1


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("cooldown", "add-cpu · guard rail: cooldown · as of"),
        ("playbook", "add-cpu · as of"),
        (None, "add-cpu · as of"),
    ],
)
def test_the_footer_names_guard_rails_only_and_of_when_the_reason_is(guard: str | None, expected: str) -> None:
    card = incident_card(story(open_(VerdictKind.WAIT, guard=guard)), NOW)

    assert expected in str(card.blocks)
