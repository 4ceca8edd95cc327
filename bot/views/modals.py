"""Modals: the question before a change that hurts, what stands there while the plan is made, and how that ends."""

from typing import Final

from bot.blocks.elements import Json, plain_text_input
from bot.blocks.layout import Level, alert, context, fields, input_field, modal, section
from bot.blocks.text import escape
from bot.views import ids, words
from bot.views.message import Message
from operations.model import Effect, Plan

_WARNINGS: Final = 10
_TITLE: Final = 24
_ACTS: Final = {
    "nuke": "Delete the VM",
    "poweroff": "Power off",
    "reset": "Reset now",
    "reboot": "Reboot",
    "transform": "Restart and resize",
    "snapshot.revert": "Revert",
    "snapshot.remove": "Remove snapshot",
    "move": "Move",
}


def confirm_modal(plan: Plan, pending: ids.Pending) -> Json:
    """Ask before the plan is carried out; what it costs comes first, the button says the act.

    Raises:
        ValueError: the request is too long for a form.
    """
    blocks = [alert(f"*{words.effect(plan.effect)}.* {_irreversible(plan)}".strip(), _level(plan.effect))]
    blocks.append(section(f"*{escape(plan.summary)}*"))
    blocks += fields((escape(change.label), words.change(change)) for change in plan.changes)
    blocks += [section(f":warning: {escape(text)}") for text in plan.warnings[:_WARNINGS]]
    if pending.type_name is not None:
        typed = plain_text_input(action_id=ids.NAME_ACTION)
        label = f"Type {pending.type_name} to confirm"
        blocks.append(input_field(label, typed, block_id=ids.NAME_BLOCK))
    blocks.append(context("Nothing happens until you confirm. If the VM changes meanwhile, nothing happens either."))
    return modal(
        _title(plan),
        blocks,
        callback_id=ids.CONFIRM,
        close="Keep as it is",
        submit=_ACTS.get(plan.verb, "Do it"),
        metadata=pending.dump(),
    )


def loading_modal(line: str) -> Json:
    """Stands there at once, while vCenter is asked."""
    text = f":hourglass_flowing_sand: Looking at what `/iaas {escape(line)}` would do…"
    return modal("One moment", [section(text)], callback_id=ids.LOADING)


def told_modal(message: Message) -> Json:
    """The end of a loading modal where there is nothing to confirm: the news in words."""
    return modal("iaas", [section(message.text)], callback_id=ids.LOADING)


def wrong_name(expected: str, typed: str) -> dict[str, str]:
    """The errors of a submission whose typed name is not the VM's; None typed is wrong too."""
    return {ids.NAME_BLOCK: f"{typed[:100]!r} is not the name. It is {expected[:200]!r}: type it exactly like that."}


def _title(plan: Plan) -> str:
    return plan.summary if len(plan.summary) <= _TITLE else "Are you sure?"


def _irreversible(plan: Plan) -> str:
    return "There is no way back." if plan.effect is Effect.LOSS else ""


def _level(effect: Effect) -> Level:
    return "warning" if effect is Effect.RESTART else "info" if effect is Effect.NONE else "error"
