"""The question before a change that hurts."""

from dataclasses import replace

from bot.views.ids import NAME_BLOCK, Pending
from bot.views.modals import confirm_modal, wrong_name
from operations.model import Effect
from tests.unit.views.samples import HASH, PLAN, REQUEST


def test_the_question_says_what_it_costs_what_changes_and_names_the_act() -> None:
    view = confirm_modal(PLAN, Pending.of(REQUEST, plan_hash=HASH))

    assert view["title"]["text"] == "Resize web-01"
    assert view["blocks"][0]["type"] == "alert"
    assert view["blocks"][0]["text"]["text"] == "*The guest restarts.*"
    assert "2 → 4" in str(view["blocks"])
    assert "A snapshot is 4 days old" in str(view["blocks"])
    assert view["submit"]["text"] == "Restart and resize"


def test_a_deletion_asks_for_the_name() -> None:
    nuke = replace(PLAN, verb="nuke", effect=Effect.LOSS, summary="Delete web-01", changes=())

    view = confirm_modal(nuke, Pending.of(REQUEST, plan_hash=HASH, type_name="web-01"))

    assert "There is no way back." in view["blocks"][0]["text"]["text"]
    assert [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"] == [
        "Type web-01 to confirm"
    ]


def test_a_wrong_name_is_told_at_its_field() -> None:
    assert wrong_name("web-01", "web-1") == {
        NAME_BLOCK: "'web-1' is not the name. It is 'web-01': type it exactly like that."
    }
