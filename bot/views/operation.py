"""The live card of an operation: the same message from the first look to the end, edited in place."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bot.answers import Button
from bot.blocks.elements import Json
from bot.blocks.layout import Status, context, fields, plan, section, task
from bot.blocks.text import escape, escape_for_one, when
from bot.grammar import command_line
from bot.views import approval, buttons, glyphs, words
from bot.views.message import Message, message
from operations.model import ActorKind, Operation, State
from operations.undoable import standing

_CHANGES: Final = 6
_WARNINGS: Final = 5
_IN_FOOTER: Final = frozenset({"Needs a yes", "Rule"})
"""Notes that the card says in its own words."""
_CLOCK: Final = "{date_short_pretty} {time_secs}"
_BINNED: Final = "nuke"
_GONE: Final = frozenset({_BINNED, "purge"})
"""Verbs after which there is nothing to show."""


def operation_card(operation: Operation, now: datetime) -> Message:
    """The card as of `now` (aware), for any state."""
    head = _head(operation, now)
    # A refusal is told to the asker alone, so it may name the owner.
    private = operation.state is State.REFUSED and operation.approval is None
    told = [operation.text, (operation.way_out or "") if operation.state.is_final else ""]
    news = [escape_for_one(text) if private else words.named(text, operation) for text in told if text]
    news += approval.progress_lines(operation)
    blocks = [section("\n".join([head, *news])), *fields(_fields(operation)), *_progress(operation)]
    blocks += [section("\n".join(_notes(operation)))] if _notes(operation) else []
    blocks += [section(line) for line in _warnings(operation)]
    blocks += [context(_footer(operation, now)), *buttons.row(_buttons(operation, now))]
    changes = [f"{escape(label)}: {value}" for label, value in _changes(operation)]
    return message([head, *news, *changes, *_warnings(operation), f"Operation {escape(operation.id)}"], blocks)


def _head(operation: Operation, now: datetime) -> str:
    begun = operation.started_at or operation.created_at
    took = (operation.finished_at or now) - begun
    title = escape(" ".join(operation.summary.split()))[:300]
    return f"{glyphs.of_state(operation.state)} *{title}* · {words.state(operation, took)}"


def _changes(operation: Operation) -> Iterator[tuple[str, str]]:
    """What becomes of the VM; of what did not come about it is told that it was only wanted."""
    wanted = "Wanted: " if operation.state.is_final and operation.state is not State.SUCCEEDED else ""
    for change in operation.plan.changes[:_CHANGES] if operation.plan else ():
        yield f"{wanted}{change.label}", words.change(change)


def _fields(operation: Operation) -> Iterator[tuple[str, str]]:
    for label, value in _changes(operation):
        yield escape(label), value
    if operation.plan is not None and not operation.state.is_final:
        yield "Effect", words.effect(operation.plan.effect)
    if operation.cancel_requested_by and not operation.state.is_final:
        yield "Cancelling", "asked to stop; the running step ends first"


def _notes(operation: Operation) -> list[str]:
    if operation.plan is None or operation.state.is_final:
        return []
    return words.notes(operation.plan, without=_IN_FOOTER)


def _warnings(operation: Operation) -> list[str]:
    if operation.plan is None or operation.state.is_final:
        return []
    return [f":warning: {escape(text)}" for text in operation.plan.warnings[:_WARNINGS]]


def _progress(operation: Operation) -> list[Json]:
    """A bar for the running step, and the list of steps where there is more than one."""
    parts: list[Json] = []
    if operation.state is State.RUNNING:
        parts.append(context(_running(operation)))
    if len(operation.stages) > 1 and operation.state in {State.RUNNING, State.FAILED, State.UNKNOWN}:
        steps = [task(str(at), name, _status(operation, at)) for at, name in enumerate(operation.stages)]
        parts.append(plan("Steps", steps))
    return parts


def _running(operation: Operation) -> str:
    shown = words.bar(operation.percent) if operation.percent is not None else "working"
    if len(operation.stages) < 2:  # noqa: PLR2004  one step needs no number
        return shown
    number = min(operation.stages_done + 1, len(operation.stages))
    return f"{shown} · step {number} of {len(operation.stages)}: {escape(operation.stage or '')}"


def _status(operation: Operation, index: int) -> Status:
    if index < operation.stages_done:
        return "complete"
    if index > operation.stages_done:
        return "pending"
    return "in_progress" if operation.state is State.RUNNING else "error"


def _footer(operation: Operation, now: datetime) -> str:
    asked = "asked by " if operation.actor.kind is ActorKind.PERSON else "by "
    parts = [f"*{escape(operation.id)}*", asked + words.person(operation.actor)]
    parts += [f"rule {escape(operation.rule)}"] if operation.rule else []
    parts.append(f"asked {when(operation.created_at, _CLOCK)}")
    if operation.state is State.AWAITING_APPROVAL and operation.expires_at is not None:
        parts.append(f"expires {when(operation.expires_at)}")
    parts += [f"ended {when(operation.finished_at, _CLOCK)}"] if operation.finished_at else []
    parts += [f"undoes {escape(operation.undoes)}"] if operation.undoes else []
    return " · ".join([*parts, *_undo(operation, now)])


def _undo(operation: Operation, now: datetime) -> list[str]:
    """How it stands with taking it back."""
    if operation.undone_by is not None:
        return [f"undone by {escape(operation.undone_by)}"]
    stands = standing(operation, now)
    if stands is None:
        return []
    if stands.until is None:
        return [f"can't be undone: {escape(stands.reason)}"]
    return [f"undo until {when(stands.until)}"]


def _buttons(operation: Operation, now: datetime) -> Iterator[Button]:
    if not operation.state.is_final:
        if operation.cancel_requested_by is None:
            yield Button(label="Cancel", command=command_line("cancel", operation.id), style="danger")
    elif operation.verb == _BINNED and operation.state is State.SUCCEEDED:
        yield Button(label="Restore", command=command_line("restore", operation.id))
    elif _can_be_shown(operation):
        yield Button(label="Show VM", command=command_line("show", _name(operation)))
    stands = standing(operation, now) if operation.undone_by is None else None
    if stands is not None and stands.until is not None:
        yield Button(label="Undo", command=command_line("undo", operation.id))
    yield Button(label="Details", command=command_line("status", operation.id))


def _can_be_shown(operation: Operation) -> bool:
    exists = operation.vm is not None or operation.result is not None
    return exists and operation.state is State.SUCCEEDED and operation.verb not in _GONE


def _name(operation: Operation) -> str:
    ref = operation.result or operation.vm
    return f"{operation.vm_name}@{ref.vcenter}" if ref else operation.vm_name
