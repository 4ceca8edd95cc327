"""The form behind "Change…": other figures for what was asked, after which the plan is made and shown anew. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot import values
from bot.blocks.elements import Json, plain_text_input
from bot.blocks.layout import alert, context, input_field, modal, section
from bot.blocks.text import escape
from bot.grammar import UsageError
from bot.views import ids
from operations.model import Plan
from operations.plans import specs_of

_FIGURES: Final = ("cpu_count", "memory_mib")
_OF: Final = {"transform": _FIGURES, "clonetemplate": _FIGURES, "spawn": (*_FIGURES, "disk_gib")}
"""Which figures a verb takes; what has none has no "Change…"."""
_MIB_PER_GIB: Final = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    label: str
    read: Callable[[str, str], int]
    """Raises UsageError."""
    show: Callable[[int], str]


_FIELDS: Final[Mapping[str, _Field]] = {
    "cpu_count": _Field(label="vCPU", read=values.cpu_count, show=str),
    "memory_mib": _Field(label="Memory (GB)", read=values.memory_mib, show=lambda mib: f"{mib / _MIB_PER_GIB:g}"),
    "disk_gib": _Field(label="Disk (GB)", read=values.disk_gib, show=str),
}


def sizes_of(plan: Plan) -> dict[str, int] | None:
    """The figures that a person may change, as the plan has them; None where the verb takes none."""
    names = _OF.get(plan.verb)
    if names is None:
        return None
    return {name: spec[name] for spec in specs_of(plan) for name in names if isinstance(spec.get(name), int)}


def change_modal(pending: ids.Pending, complaint: str = "") -> Json:
    """Ask for other figures, those asked for so far filled in.

    Args:
        pending: what was asked for.
        complaint: why the figures given last can't be.

    Raises:
        ValueError: the request is too long for a form.
    """
    blocks = [alert(escape(complaint), "error")] if complaint else []
    blocks.append(section(f"*{escape(pending.title)}*, with other figures:"))
    for name in _OF.get(pending.verb, ()):
        field, now = _FIELDS[name], (pending.sizes or {}).get(name)
        typed = plain_text_input(action_id=_id(name), initial="" if now is None else field.show(now))
        blocks.append(input_field(field.label, typed, block_id=_id(name)))
    blocks.append(context("Nothing happens yet: the plan is made anew and shown first."))
    return modal(
        "Change the size",
        blocks,
        callback_id=ids.CHANGE_FORM,
        close="Keep as it is",
        submit="Look at the plan",
        metadata=pending.dump(),
    )


def read_form(pending: ids.Pending, typed: Mapping[str, Any]) -> tuple[ids.Pending, dict[str, str]]:
    """The request with the figures of the form.

    Args:
        pending: what was asked for.
        typed: `view.state.values` of the submission.

    Returns:
        The request, and what is wrong by block_id; empty where it can be planned.
    """
    sizes: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for name in _OF.get(pending.verb, ()):
        text = str(((typed.get(_id(name)) or {}).get(_id(name)) or {}).get("value") or "").strip()
        try:
            sizes[name] = _FIELDS[name].read(text, pending.verb)
        except UsageError as error:
            wrong[_id(name)] = f"{error}."
    # The name of a size would no longer be true.
    kept = {name: value for name, value in pending.arguments.items() if name != "size"}
    return replace(pending, arguments=kept | sizes, sizes=sizes), wrong


def _id(name: str) -> str:
    return f"{ids.CHANGE_FORM}.{name}"
