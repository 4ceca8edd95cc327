"""Who is named in a reason: whoever has set a switch or had a hand in it, never a VM that is called like them."""

from dataclasses import replace

import pytest

from bot.views.reasons import said
from bot.views.words import named
from operations.model import State
from tests.unit.views.samples import DONE

NAMED = {
    "paused": "<@U0ANN> has paused remediation until somebody resumes it.",
    "stopped": "<@U0ANN> has stopped automatic changes of web-01.",
    "set": "<@U0ANN> has set add-cpu to mode recommend.",
}
NOT_NAMED = {
    "a VM that is protected": "<@U0ANN> is protected; nobody changes it through the bot.",
    "a VM in the middle": "Ready is high on <@U0ANN> has paused remediation.",
    "a group": "<!channel> has paused remediation.",
}


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_whoever_has_set_a_switch_is_named(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize("text", NOT_NAMED.values(), ids=NOT_NAMED)
def test_nobody_else_is(text: str) -> None:
    assert "<" not in said(text)


def test_a_vm_that_is_called_like_a_reason_rings_nobody() -> None:
    name = "<@U0ANN> has paused "

    assert "<" not in said(f"{name} is protected.", about=[name])


def test_those_who_had_a_hand_in_it_are_named_wherever_they_stand() -> None:
    told = said("Cancelled by <@U0ANN>, not by <@U0BEN>.", people=["U0ANN", "add-cpu", ""])

    assert told == "Cancelled by <@U0ANN>, not by &lt;@U0BEN&gt;."


def test_an_operation_that_a_pause_has_held_names_who_has_paused_it() -> None:
    text = "<@U0BEN> has paused remediation for another 2 h. Nothing was sent."

    assert named(text, replace(DONE, state=State.CANCELLED, text=text)) == text


def test_a_long_reason_is_cut() -> None:
    assert said("x" * 500) == f"{'x' * 399}…"
