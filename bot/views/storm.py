"""The one card of many alarms at once: which VMs, and what the brake does about them.

It counts and names what `telling.is_rolled_up` says that it holds, and nothing else: what has a card of its own stands
there alone, so that all its numbers are about the same alarms and add up.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.answers import Button
from bot.blocks.layout import context, section
from bot.blocks.text import escape, when
from bot.telling import is_rolled_up, red_for
from bot.views import buttons, glyphs
from bot.views.incident import over_after
from bot.views.message import Message, message
from bot.views.reasons import said
from remediation.guards.pause import Paused
from remediation.guards.storm import StormBrake
from remediation.model import Decided, Incident, IncidentState
from remediation.returning import red_since
from remediation.words import counted
from vsphere.model import AlarmStatus

SHOWN: Final = 15
"""So many are named, the rest are counted."""
_NAME: Final = 100
_FOR_ALL: Final = (StormBrake.name, Paused.name)
"""Guard rails whose reason is the same for all that they hold."""
_RED, _ACKNOWLEDGED, _OVER = "red", "acknowledged", "over"
_ORDER: Final = (_RED, _ACKNOWLEDGED, AlarmStatus.YELLOW.value, AlarmStatus.GREEN.value, AlarmStatus.GRAY.value, _OVER)
_BUTTONS: Final = (
    Button(label="All open incidents", command="remediation status"),
    Button(label="Pause for 2 hours", command="remediation pause for=2h", style="danger"),
)


def storm_card(storm: str, incidents: Sequence[Incident], now: datetime) -> Message:
    """The card as of `now` (aware).

    Args:
        storm: its id.
        incidents: all that were ever rolled up into it, in any state.
        now: Aware.
    """
    held = sorted(filter(is_rolled_up, incidents), key=lambda one: (_rank(one), red_since(one), one.id))
    if not held:
        head = f"{glyphs.DONE} *Storm of alarms* · over: whatever is still red has a card of its own"
        return message([head, f"Storm {escape(storm)}"], [section(head), context(f"*{escape(storm)}*")])
    open_ = [one for one in held if not _is_over(one)]
    lines = [_head(held, open_, now), *_why(open_), *_lines(held), *_elsewhere(len(incidents) - len(held))]
    footer = f"*{escape(storm)}* · guard rail: {StormBrake.name} · began {when(_begin(held))}"
    blocks = [section("\n".join(lines)), context(footer), *(buttons.row(_BUTTONS) if open_ else [])]
    return message([*lines, f"Storm {escape(storm)}"], blocks)


def _head(held: Sequence[Incident], open_: Sequence[Incident], now: datetime) -> str:
    vms = {one.alarm.entity for one in held}
    title = f"*Storm of {counted(len(held), 'alarm')} on {counted(len(vms), 'VM')}*"
    if open_:
        return f"{glyphs.STORM} {title} · {_counts(held)}"
    end = max((one.closed_at for one in held if one.closed_at is not None), default=now)
    return f"{glyphs.DONE} {title} · {over_after(end - _begin(held))}"


def _why(open_: Sequence[Incident]) -> Iterator[str]:
    """What holds them now: of each guard rail that speaks for all, what it said last, and when."""
    found = [newest for guard in _FOR_ALL if (newest := _newest(open_, guard)) is not None]
    for decided in found:
        yield f"{when(decided.at)}: {said(decided.reason, about=[one.entity_name for one in open_])}"
    yield from (escape(one.way_out) for one in found if one.way_out)
    if open_ and not found:
        yield "The brake has let go. What is still red gets a card of its own once there is something to say."


def _newest(open_: Sequence[Incident], guard: str) -> Decided | None:
    of_it = [one.decided for one in open_ if one.decided is not None and one.decided.guard == guard]
    return max(of_it, key=lambda one: one.at, default=None)


def _lines(held: Sequence[Incident]) -> Iterator[str]:
    for one in held[:SHOWN]:
        name, alarm = (escape(" ".join(text.split()))[:_NAME] for text in (one.entity_name, one.alarm.name))
        yield f"• *{name}*: {alarm}, {_fate(one)}"
    if len(held) > SHOWN:
        rest = held[SHOWN:]
        yield f"… and {len(rest)} more: {_counts(rest)}"


def _elsewhere(number: int) -> Iterator[str]:
    if number:
        has = "has a card of its own" if number == 1 else "have cards of their own"
        yield f"{counted(number, 'alarm')} more {has}."


def _counts(incidents: Sequence[Incident]) -> str:
    """`3 red, 1 acknowledged, 1 over`: each stands in exactly one of them."""
    counts = Counter(map(_stands, incidents))
    return ", ".join(f"{counts[one]} {one}" for one in _ORDER if counts[one])


def _fate(incident: Incident) -> str:
    stands = _stands(incident)
    if stands == _OVER:
        return over_after(red_for(incident))
    if stands == _ACKNOWLEDGED:
        return f"acknowledged by {escape(incident.alarm.acknowledged_by or 'somebody')}"
    return f"red since {when(red_since(incident))}" if stands == _RED else f"{stands} now"


def _stands(incident: Incident) -> str:
    """What it is counted as."""
    if _is_over(incident):
        return _OVER
    return _ACKNOWLEDGED if incident.alarm.acknowledged else incident.alarm.status.value


def _rank(incident: Incident) -> int:
    return _ORDER.index(_stands(incident))


def _begin(incidents: Sequence[Incident]) -> datetime:
    return min(one.opened_at for one in incidents)


def _is_over(incident: Incident) -> bool:
    return incident.state is IncidentState.CLOSED
