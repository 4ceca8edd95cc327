"""The pre-flight card: what it costs first, what changes, what is left; Run, tonight, other figures, or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.views.change import change_modal, read_form, sizes_of
from bot.views.ids import NAME_BLOCK, Pending
from bot.views.modals import complaining, confirm_modal, wrong_name
from operations.model import Effect, Plan, Request
from tests.unit.views.samples import NIGHT, NOW, PLAN, REQUEST

RESIZE = replace(REQUEST, verb="transform", arguments={"size": "large", "cpu_count": 4, "memory_mib": 8192})
NUKE = replace(PLAN, verb="nuke", effect=Effect.LOSS, summary="Delete web-01", changes=(), type_name_to_confirm=True)
AT_NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def pending(plan: Plan = PLAN, request: Request = RESIZE) -> Pending:
    return Pending.of(request, plan, sizes=sizes_of(plan))


def card(plan: Plan = PLAN, request: Request = RESIZE, now: datetime = NOW) -> dict[str, Any]:
    return confirm_modal(plan, pending(plan, request), window=NIGHT, now=now)


def buttons(view: Mapping[str, Any]) -> list[str]:
    return [one["text"]["text"] for block in view["blocks"] if block["type"] == "actions" for one in block["elements"]]


def foot(view: Mapping[str, Any]) -> str:
    return str(view["blocks"][-1]["elements"][0]["text"])


def test_what_wants_its_name_typed_is_an_error_alert_also_where_it_interrupts_nobody() -> None:
    view = card(replace(NUKE, effect=Effect.NONE), replace(REQUEST, verb="nuke"))

    assert [one["level"] for one in view["blocks"] if one["type"] == "alert"] == ["error"]


def test_the_question_says_what_it_costs_what_changes_and_names_the_act() -> None:
    view = card()

    assert view["title"]["text"] == "Resize web-01"
    assert view["blocks"][0]["type"] == "alert"
    assert view["blocks"][0]["text"]["text"] == "*The guest restarts.*"
    assert "2 → 4" in str(view["blocks"])
    assert "A snapshot is 4 days old" in str(view["blocks"])
    assert (view["submit"]["text"], view["close"]["text"]) == ("Restart and resize", "Keep as it is")


def test_what_a_person_decides_by_stands_in_lines_below_the_change() -> None:
    (notes,) = [block for block in card()["blocks"] if "Host after" in str(block)]

    assert notes["text"]["text"] == (
        "*Host after*  esx-01: 78 % CPU, 69 % memory free at full load\n*Cost a month*  EUR 32.00 → EUR 60.00"
    )


def test_what_interrupts_may_wait_for_tonight_and_the_button_says_when_that_is() -> None:
    assert buttons(card()) == ["Tonight 22:00 CET", "Change…"]
    assert "Tonight's window opens <!date^1795554000^" in foot(card())


def test_within_the_window_there_is_nothing_to_wait_for_and_that_is_said() -> None:
    view = card(now=AT_NIGHT)

    assert buttons(view) == ["Change…"]
    assert foot(view).startswith("Tonight's window is open until <!date^")
    assert "it begins at once" in foot(view)


@pytest.mark.parametrize(
    ("verb", "effect", "offered"),
    [
        ("nuke", Effect.STOP, ["Tonight 22:00 CET"]),
        ("reset", Effect.RESTART, ["Tonight 22:00 CET"]),
        ("transform", Effect.NONE, ["Change…"]),
        ("spawn", Effect.NONE, ["Change…"]),
        ("snapshot.remove", Effect.NONE, []),
        ("move", Effect.NONE, []),
    ],
)
def test_only_what_interrupts_may_wait_and_only_what_has_a_size_may_change(
    verb: str, effect: Effect, offered: list[str]
) -> None:
    plan = replace(PLAN, verb=verb, effect=effect)

    assert buttons(card(plan, replace(RESIZE, verb=verb))) == offered


def test_what_was_asked_for_later_says_when_it_begins_and_offers_no_other_time() -> None:
    view = card(request=replace(RESIZE, not_before=datetime(2026, 11, 24, 21, 30, tzinfo=UTC)))

    assert view["submit"]["text"] == "Run at 22:30 CET"
    assert buttons(view) == ["Change…"]
    assert foot(view).startswith("Once you confirm, it begins <!date^")


def test_what_has_changed_since_a_yes_stands_above_the_question_that_is_asked_anew() -> None:
    view = confirm_modal(PLAN, pending(), window=NIGHT, now=NOW, changed="its name is <!channel>")

    assert (view["blocks"][0]["level"], [block["text"]["text"] for block in view["blocks"][:2]]) == (
        "error",
        [
            "Nothing was done: web-01 is no longer what you said yes to.",
            "*What has changed:* its name is &lt;!channel&gt;.",
        ],
    )
    assert view["blocks"][2:] == card()["blocks"]


def test_that_nothing_was_done_is_read_however_long_the_name_is_and_however_much_has_changed() -> None:
    view = confirm_modal(
        replace(PLAN, vm_name="x" * 80), pending(), window=NIGHT, now=NOW, changed="its memory is 8 GB; " * 40
    )

    assert view["blocks"][0]["text"]["text"] == f"Nothing was done: {'x' * 80} is no longer what you said yes to."
    assert len(view["blocks"][1]["text"]["text"]) > 800


def test_a_deletion_asks_for_the_name() -> None:
    view = card(NUKE, replace(REQUEST, verb="nuke"))

    assert "There is no way back." in view["blocks"][0]["text"]["text"]
    assert [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"] == [
        "Type web-01 to confirm"
    ]


def test_a_wrong_name_is_told_at_its_field() -> None:
    assert wrong_name("web-01", "web-1") == {
        NAME_BLOCK: "'web-1' is not the name. It is 'web-01': type it exactly like that."
    }


def test_a_complaint_stands_once_at_the_top_and_the_rest_stays() -> None:
    view = card(NUKE, replace(REQUEST, verb="nuke"))
    as_slack_sends_it = view | {"id": "V1", "hash": "1.2", "state": {"values": {}}}

    twice = complaining(complaining(as_slack_sends_it, "not the name"), "still not the name")

    assert [twice["blocks"][0]["text"]["text"], twice["blocks"][1:]] == ["still not the name", view["blocks"]]
    assert set(twice) == set(view)


def test_the_form_shows_the_figures_of_the_plan() -> None:
    view = change_modal(pending())

    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    assert [(one["label"]["text"], one["element"]["initial_value"]) for one in inputs] == [
        ("vCPU", "4"),
        ("Memory (GB)", "8"),
    ]
    assert view["submit"]["text"] == "Look at the plan"


def test_figures_that_could_not_be_are_told_above_the_form() -> None:
    assert change_modal(pending(), "9 vCPU are over the limit")["blocks"][0] == {
        "type": "alert",
        "text": {"type": "mrkdwn", "text": "9 vCPU are over the limit", "verbatim": True},
        "level": "error",
    }


def _typed(**values: str) -> dict[str, Any]:
    return {f"iaas.change.{name}": {f"iaas.change.{name}": {"value": value}} for name, value in values.items()}


def test_the_form_becomes_the_same_request_with_other_figures_and_without_the_name_of_a_size() -> None:
    asked, wrong = read_form(pending(), _typed(cpu_count=" 6 ", memory_mib="12"))

    assert wrong == {}
    assert (asked.arguments, asked.key) == ({"cpu_count": 6, "memory_mib": 12288}, REQUEST.key)


def test_what_is_no_figure_is_told_at_its_field() -> None:
    _, wrong = read_form(pending(), _typed(cpu_count="many", memory_mib=""))

    assert wrong == {
        "iaas.change.cpu_count": "'many' is no number of vCPUs: write cpu=4.",
        "iaas.change.memory_mib": "'' is no amount of memory: write 8g or 8192m.",
    }
