"""Modals: the pre-flight card before a change that hurts, what stands there while it is planned, how that ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.blocks.elements import Json, button, plain_text_input
from bot.blocks.layout import Level, actions, alert, context, fields, input_field, modal, section
from bot.blocks.text import escape, when
from bot.views import ids, words
from bot.views.message import Message
from operations.model import Effect, Plan
from operations.terms import Window
from operations.verbnames import INTERRUPTING
from operations.windows import closes_at, opens_at

_WARNINGS: Final = 10
_TITLE: Final = 24
_COMPLAINT: Final = "iaas.complaint"
_ACTS: Final = {
    "spawn": "Create the VM",
    "clone": "Clone the VM",
    "clonetemplate": "Deploy the VM",
    "nuke": "Put into the bin",
    "poweron": "Power on",
    "poweroff": "Power off",
    "reset": "Reset now",
    "reboot": "Reboot",
    "transform": "Resize",
    "snapshot.create": "Take the snapshot",
    "snapshot.revert": "Revert",
    "snapshot.remove": "Remove snapshot",
    "move": "Move",
}


def confirm_modal(plan: Plan, pending: ids.Pending, *, window: Window, now: datetime, changed: str = "") -> Json:
    """The pre-flight card: what it does to people first, then what changes, what is left, and what to think of.

    Args:
        plan: what would be done, with its notes.
        pending: the request, as the form carries it.
        window: the hours that "tonight" means.
        now: aware.
        changed: what is another since the person has said yes to it; empty where they have not.

    Raises:
        ValueError: the request is too long for a form.
    """
    blocks = _outdated(plan, changed) if changed else []
    blocks.append(alert(f"*{words.effect(plan.effect)}.* {_irreversible(plan)}".strip(), _level(plan)))
    blocks.append(section(f"*{escape(plan.summary)}*"))
    blocks += fields((escape(change.label), words.change(change)) for change in plan.changes)
    blocks += [section("\n".join(words.notes(plan)))] if plan.notes else []
    blocks += [section(f":warning: {escape(text)}") for text in plan.warnings[:_WARNINGS]]
    if pending.type_name is not None:
        typed = plain_text_input(action_id=ids.NAME_ACTION)
        label = f"Type {pending.type_name} to confirm"
        blocks.append(input_field(label, typed, block_id=ids.NAME_BLOCK))
    blocks += _choices(plan, pending, window, now)
    blocks.append(context(_nothing_yet(plan, pending, window, now)))
    return modal(
        _title(plan),
        blocks,
        callback_id=ids.CONFIRM,
        close="Keep as it is",
        submit=_act(plan, pending, window),
        metadata=pending.dump(),
    )


def loading_modal(line: str) -> Json:
    """Stands there at once, while vCenter is asked."""
    return _waiting(f"Looking at what `/iaas {escape(line)}` would do…")


def planning_modal(pending: ids.Pending) -> Json:
    """Stands there while a request is planned anew."""
    return _waiting(f"Planning anew: {escape(pending.title)}…")


def told_modal(message: Message) -> Json:
    """The end of a loading modal where there is nothing to confirm: the news in words."""
    return modal("iaas", [section(message.text)], callback_id=ids.LOADING)


def complaining(view: Mapping[str, Any], complaint: str) -> Json:
    """An open modal as Slack sent it, with what is wrong at its top; what was typed into it stays.

    A click in a modal can't be answered by errors at its fields, as a submission can.
    """
    kept = [block for block in view["blocks"] if block.get("block_id") != _COMPLAINT]
    told = alert(escape(complaint), "error") | {"block_id": _COMPLAINT}
    names = ("type", "title", "close", "submit", "callback_id", "private_metadata")
    return {name: view[name] for name in names if view.get(name)} | {"blocks": [told, *kept]}


def wrong_name(expected: str, typed: str) -> dict[str, str]:
    """The errors of a submission whose typed name is not the VM's; nothing typed is wrong too."""
    if not typed.strip():
        return {ids.NAME_BLOCK: f"Type {expected[:200]!r} first."}
    return {ids.NAME_BLOCK: f"{typed[:100]!r} is not the name. It is {expected[:200]!r}: type it exactly like that."}


def _outdated(plan: Plan, changed: str) -> list[Json]:
    return [alert(escape(words.outdated(plan)), "error"), section(f"*What has changed:* {escape(changed)}.")]


def _waiting(text: str) -> Json:
    return modal("One moment", [section(f":hourglass_flowing_sand: {text}")], callback_id=ids.LOADING)


def _choices(plan: Plan, pending: ids.Pending, window: Window, now: datetime) -> list[Json]:
    """The other ways on: tonight, and with other figures."""
    buttons = []
    if _may_wait(plan, pending) and closes_at(window, now) is None:
        label = f"Tonight {words.clock(opens_at(window, now), window)}"
        buttons.append(button(label, action_id=ids.TONIGHT, value="tonight"))
    if pending.sizes is not None:
        buttons.append(button("Change…", action_id=ids.CHANGE, value="change"))
    return [actions(buttons)] if buttons else []


def _nothing_yet(plan: Plan, pending: ids.Pending, window: Window, now: datetime) -> str:
    closes = closes_at(window, now)
    told = "Nothing happens until you confirm."
    told += " If the VM changes meanwhile, nothing happens either." if plan.needs_confirmation else ""
    if pending.not_before is not None:
        begins = when(datetime.fromisoformat(pending.not_before))
        return f"Once you confirm, it begins {begins}. If the VM changes meanwhile, nothing happens."
    if closes is not None and _may_wait(plan, pending):
        return f"Tonight's window is open until {when(closes)}: it begins at once. {told}"
    if _may_wait(plan, pending):
        return f"{told} Tonight's window opens {when(opens_at(window, now))}."
    return told


def _may_wait(plan: Plan, pending: ids.Pending) -> bool:
    return plan.effect is not Effect.NONE and plan.verb in INTERRUPTING and pending.not_before is None


def _act(plan: Plan, pending: ids.Pending, window: Window) -> str:
    if pending.not_before is not None:
        return f"Run at {words.clock(datetime.fromisoformat(pending.not_before), window)}"
    act = _ACTS.get(plan.verb, "Do it")
    return (
        f"Restart and {act[0].lower()}{act[1:]}" if plan.effect is Effect.RESTART and plan.verb == "transform" else act
    )


def _title(plan: Plan) -> str:
    return plan.summary if len(plan.summary) <= _TITLE else "Are you sure?"


def _irreversible(plan: Plan) -> str:
    return "There is no way back." if plan.effect is Effect.LOSS else ""


def _level(plan: Plan) -> Level:
    if plan.effect is Effect.NONE:
        return "error" if plan.type_name_to_confirm else "info"
    return "warning" if plan.effect is Effect.RESTART else "error"
