"""Buttons and pickers that say a command for the person who clicks."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from bot.answers import Button
from bot.blocks import limits
from bot.blocks.elements import Json, button, option, static_select
from bot.blocks.layout import actions
from bot.grammar import split_verb
from bot.views.ids import Click, Kind

ACTION: Final = "iaas.say"
"""Begin of every action_id of ours; the verb follows: `iaas.say.cancel`."""
_UNFIT = re.compile(r"[^a-z0-9_-]")
_VERB: Final = 40
_AS_BUTTONS: Final = 5
"""Up to so many choices are shown as buttons, more as a menu."""


def say(item: Button, *, number: int = 1) -> Json:
    """A button that says its command; `number` keeps its id apart from others of the same verb."""
    verb = _UNFIT.sub("", split_verb(item.command)[0])[:_VERB] or "nothing"
    action_id = f"{ACTION}.{verb}" + (f".{number}" if number > 1 else "")
    return button(item.label, action_id=action_id, value=_click(item).dump(), style=item.style)


def row(items: Iterable[Button]) -> list[Json]:
    """The buttons as blocks; none where there is nothing to click. A command too long for Slack gets no button."""
    made: list[Json] = []
    verbs: Counter[str] = Counter()
    for item in items:
        if len(_click(item).dump()) <= limits.BUTTON_VALUE:
            verb = split_verb(item.command)[0]
            verbs[verb] += 1
            made.append(say(item, number=verbs[verb]))
    return [actions(made[at : at + limits.ACTIONS]) for at in range(0, len(made), limits.ACTIONS)]


def picker(choices: Sequence[Button]) -> list[Json]:
    """A few choices as buttons, many as a menu."""
    values = [Click(line=choice.command).dump() for choice in choices]
    if len(choices) <= _AS_BUTTONS or any(len(value) > limits.OPTION_VALUE for value in values):
        return row(choices[: limits.ACTIONS])
    options = [option(choice.label, value) for choice, value in zip(choices, values, strict=True)]
    return [actions([static_select("Choose one", options, action_id=f"{ACTION}.pick")])]


def _click(item: Button) -> Click:
    kind = Kind.FORM if item.opens_form else Kind.PLAN if item.asks else Kind.SAY
    return Click(line=item.command, kind=kind, incident=item.incident)
