"""The forms of approvers: why not, and how much instead. What is filled in becomes the command that one could type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot import values
from bot.blocks.elements import Json, number_input, plain_text_input
from bot.blocks.layout import context, input_field, modal, section
from bot.blocks.text import escape
from bot.grammar import Shape, UsageError, Words, command_line, parse
from bot.views import ids
from operations.approvals import says_nothing

_REASON: Final = f"{ids.DECISION_FORM}.reason"
_MOST_REASON: Final = 500
_SHAPE: Final = Shape(usage="", options=("cpu", "memory", "plan"))
_MIB_PER_GIB: Final = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class _Figure:
    label: str
    is_decimal: bool
    read: Callable[[str, str], int]
    """Raises UsageError."""
    show: Callable[[int], str]
    """As it stands in the field."""
    say: Callable[[int], str]
    """As the command has it."""
    unit: str


_FIGURES: Final[Mapping[str, _Figure]] = {
    "cpu": _Figure(label="vCPU", is_decimal=False, read=values.cpu_count, show=str, say=str, unit="vCPU"),
    "memory": _Figure(
        label="Memory (GB)",
        is_decimal=True,
        read=values.memory_mib,
        show=lambda mib: f"{mib / _MIB_PER_GIB:g}",
        say=lambda mib: f"{mib}m",
        unit="GB memory",
    ),
}


def decision_form(pending: ids.Decision) -> Json | None:
    """The form behind `Deny…` or `Lower…`; None for a command that needs none.

    Raises:
        ValueError: the command is too long for a form.
    """
    words = _words(pending.line)
    if words is None or not words.names:
        return None
    match words.verb:
        case "deny":
            return _deny_form(words.names[0], pending)
        case "approve":
            return _lower_form(words, pending)
    return None


def read_decision(pending: ids.Decision, typed: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The command that the form says.

    Args:
        pending: what the form carries.
        typed: `view.state.values` of the submission.

    Returns:
        The command line, and what is wrong by block_id; empty where nothing is.
    """
    words = _words(pending.line)
    if words is None or not words.names:
        return pending.line, {}
    return _read_reason(words, typed) if words.verb == "deny" else _read_figures(words, typed)


def _words(line: str) -> Words | None:
    try:
        return parse(line, _SHAPE)
    except UsageError:
        return None


def _deny_form(operation_id: str, pending: ids.Decision) -> Json:
    typed = plain_text_input(action_id=_REASON, multiline=True)
    told = context("Whoever asked is told it. It stays on record.")
    return modal(
        f"Deny {operation_id}"[:24],
        [input_field("Why not?", typed, block_id=_REASON), told],
        callback_id=ids.DECISION_FORM,
        close="Back",
        submit="Deny",
        metadata=pending.dump(),
    )


def _lower_form(words: Words, pending: ids.Decision) -> Json:
    blocks = [section(f"Say yes to *{escape(words.names[0])}*, but with less. Nobody has to ask again.")]
    for name, most in _asked(words).items():
        figure = _FIGURES[name]
        field = number_input(action_id=_id(name), is_decimal=figure.is_decimal, initial=figure.show(most))
        hint = f"Asked for: {figure.show(most)}. No more than that."
        blocks.append(input_field(figure.label, field, block_id=_id(name), hint=hint))
    return modal(
        "Approve less",
        blocks,
        callback_id=ids.DECISION_FORM,
        close="Back",
        submit="Approve this",
        metadata=pending.dump(),
    )


def _read_reason(words: Words, typed: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    reason = " ".join(_typed(typed, _REASON).split())
    if says_nothing(reason):
        return "", {_REASON: "Say why: whoever asked would like to know."}
    if len(reason) > _MOST_REASON:
        return "", {_REASON: f"{len(reason)} characters; {_MOST_REASON} are enough."}
    return f"{command_line('deny', words.names[0])} {reason}", {}


def _read_figures(words: Words, typed: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    options = dict(words.options)
    wrong: dict[str, str] = {}
    for name, most in _asked(words).items():
        figure = _FIGURES[name]
        try:
            given = figure.read(_typed(typed, _id(name)).strip(), "")
        except UsageError as error:
            wrong[_id(name)] = f"{error}."
            continue
        if given > most:
            wrong[_id(name)] = f"That is more than the {figure.show(most)} {figure.unit} that were asked for."
        options[name] = figure.say(given)
    return command_line("approve", words.names[0], options=options), wrong


def _asked(words: Words) -> dict[str, int]:
    """The figures of the command, which are those that were asked for."""
    found = {}
    for name, figure in _FIGURES.items():
        if name in words.options:
            found[name] = figure.read(words.options[name], "")
    return found


def _typed(state: Mapping[str, Any], block_id: str) -> str:
    return str(((state.get(block_id) or {}).get(block_id) or {}).get("value") or "")


def _id(name: str) -> str:
    return f"{ids.DECISION_FORM}.{name}"
