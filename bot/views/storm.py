"""The one card of many alarms at once: which VMs, and what the brake does about them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.answers import Button
from bot.blocks.layout import context, section
from bot.blocks.text import escape, when
from bot.facts import length
from bot.telling import is_rolled_up
from bot.views import buttons, glyphs
from bot.views.incident import red_for
from bot.views.message import Message, message
from remediation.guards.storm import StormBrake
from remediation.model import Incident, IncidentState

SHOWN: Final = 15
"""So many are named, the rest are counted."""
_NAME: Final = 100
_BUTTONS: Final = (
    Button(label="All open incidents", command="remediation status"),
    Button(label="Pause for 2 hours", command="remediation pause for=2h", style="danger"),
)


def storm_card(storm: str, incidents: Sequence[Incident], now: datetime) -> Message:
    """The card as of `now` (aware).

    Args:
        storm: its id.
        incidents: all that belong to it, in any state.
        now: Aware.
    """
    if not incidents:
        head = f"{glyphs.DONE} *Storm of alarms* · over: whatever is still red has a card of its own"
        return message([head, f"Storm {escape(storm)}"], [section(head), context(f"*{escape(storm)}*")])
    ordered = sorted(incidents, key=lambda one: (_is_over(one), one.alarm.triggered_at, one.id))
    open_ = [one for one in ordered if not _is_over(one)]
    head, news = _head(ordered, open_, now), [*_brake(ordered), *_lines(ordered)]
    footer = f"*{escape(storm)}* · guard rail: {StormBrake.name} · began {when(_begin(ordered))}"
    blocks = [section("\n".join([head, *news])), context(footer), *(buttons.row(_BUTTONS) if open_ else [])]
    return message([head, *news, f"Storm {escape(storm)}"], blocks)


def _head(incidents: Sequence[Incident], open_: Sequence[Incident], now: datetime) -> str:
    count = len(incidents)
    if not open_:
        end = max((one.closed_at for one in incidents if one.closed_at is not None), default=now)
        return f"{glyphs.DONE} *Storm of {count} alarms* · over after {length(end - _begin(incidents))}"
    return f"{glyphs.STORM} *Storm of {count} alarms* · {len(open_)} red now, nothing is done to them by itself"


def _brake(incidents: Sequence[Incident]) -> Iterator[str]:
    """What the brake says, newest; while it holds anything."""
    held = [one.decided for one in incidents if one.decided and one.decided.guard == StormBrake.name]
    newest = max(held, key=lambda one: one.at, default=None)
    if newest is not None and not all(map(_is_over, incidents)):
        yield escape(newest.reason)
        if newest.way_out:
            yield escape(newest.way_out)


def _lines(incidents: Sequence[Incident]) -> Iterator[str]:
    for one in incidents[:SHOWN]:
        name, alarm = (escape(" ".join(text.split()))[:_NAME] for text in (one.entity_name, one.alarm.name))
        yield f"• *{name}*: {alarm}, {_fate(one)}"
    if len(incidents) > SHOWN:
        rest = incidents[SHOWN:]
        yield f"… and {len(rest)} more, {sum(not _is_over(one) for one in rest)} of them red"


def _fate(incident: Incident) -> str:
    if not is_rolled_up(incident):
        return "has a card of its own"
    if _is_over(incident):
        return f"over after {length(red_for(incident))}"
    return f"red since {when(incident.alarm.triggered_at)}"


def _begin(incidents: Sequence[Incident]) -> datetime:
    return min(one.alarm.triggered_at for one in incidents)


def _is_over(incident: Incident) -> bool:
    return incident.state is IncidentState.CLOSED
