"""Whatever text comes from outside, what is rendered passes Slack's judgement and rings nobody."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answers import Answer
from bot.blocks.gate import Surface, check
from bot.views.answer import answer
from bot.views.change import change_modal, sizes_of
from bot.views.home import home
from bot.views.ids import Pending
from bot.views.message import Message
from bot.views.modals import complaining, confirm_modal, loading_modal, told_modal
from bot.views.operation import operation_card
from operations.model import Operation, Plan
from sandbox.slack.blockkit import validate_blocks, validate_view
from tests.unit.views import samples
from tests.unit.views.samples import NIGHT, NOW, REQUEST

_quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _sound(told: Message) -> None:
    payload: dict[str, Any] = {"text": told.text, "blocks": list(told.blocks)}
    check(payload, Surface.MESSAGE)
    assert validate_blocks(payload["blocks"], "message") == []


@_quick
@given(samples.answers)
def test_any_answer_is_taken_by_slack(value: Answer) -> None:
    _sound(answer(value))


@_quick
@given(samples.operations)
def test_any_card_is_taken_by_slack(operation: Operation) -> None:
    _sound(operation_card(operation, NOW))


@_quick
@given(samples.plans, st.none() | st.text(max_size=80), st.sampled_from(["transform", "spawn", "nuke", "move"]))
def test_any_confirmation_is_taken_by_slack(plan: Plan, name: str | None, verb: str) -> None:
    named = replace(plan, verb=verb, vm_name=name or "", type_name_to_confirm=name is not None)
    pending = Pending.of(replace(REQUEST, verb=verb), named, sizes=sizes_of(named))
    question = confirm_modal(named, pending, window=NIGHT, now=NOW)

    for view in (question, complaining(question, plan.summary), change_modal(pending, plan.summary)):
        check(view, Surface.MODAL)
        assert validate_view(view) == []


@_quick
@given(samples.foreign)
def test_modals_without_a_form_are_taken_by_slack(text: str) -> None:
    for view in (loading_modal(text), told_modal(Message(text=text))):
        check(view, Surface.MODAL)
        assert validate_view(view) == []


@_quick
@given(st.lists(samples.operations, max_size=3))
def test_any_home_is_taken_by_slack(operations: list[Operation]) -> None:
    view = home(operations, NOW)

    check(view, Surface.HOME)
    assert validate_view(view) == []


def test_a_vm_called_like_a_mention_rings_nobody() -> None:
    told = answer(
        Answer(title="<!channel>", lines=("<!here>",), fields=(("<@U1>", "<!subteam^S1>"),), note="<!everyone>")
    )

    assert "<!" not in told.text
    assert not any("<!" in str(block) or "<@" in str(block) for block in told.blocks)
