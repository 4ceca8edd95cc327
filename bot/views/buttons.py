"""Buttons and pickers that say a command for the person who clicks."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.answers import Button
from bot.blocks import limits
from bot.blocks.elements import Json, button, option, static_select
from bot.blocks.layout import actions
from bot.views.ids import Click, Kind

ACTION: Final = "iaas.say"
"""Begin of every action_id of ours."""
_AS_BUTTONS: Final = 5
"""Up to so many choices are shown as buttons, more as a menu."""


def say(item: Button, index: int, kind: Kind = Kind.SAY) -> Json:
    """A button that says its command."""
    value = Click(line=item.command, kind=kind).dump()
    return button(item.label, action_id=f"{ACTION}.{index}", value=value, style=item.style)


def row(items: Iterable[Button], *, kind: Kind = Kind.SAY) -> list[Json]:
    """The buttons as blocks; none where there is nothing to click. A command too long for Slack gets no button."""
    fitting = [item for item in items if len(Click(line=item.command).dump()) <= limits.BUTTON_VALUE]
    step = limits.ACTIONS
    rows = [fitting[at : at + step] for at in range(0, len(fitting), step)]
    return [actions([say(item, index, kind) for index, item in enumerate(one)]) for one in rows]


def picker(choices: Sequence[Button]) -> list[Json]:
    """A few choices as buttons, many as a menu."""
    values = [Click(line=choice.command).dump() for choice in choices]
    if len(choices) <= _AS_BUTTONS or any(len(value) > limits.OPTION_VALUE for value in values):
        return row(choices[: limits.ACTIONS])
    options = [option(choice.label, value) for choice, value in zip(choices, values, strict=True)]
    return [actions([static_select("Choose one", options, action_id=f"{ACTION}.pick")])]
