"""What there is to say about remediation as a whole and about one VM: modes, what holds it back, its last decisions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.answers import Answer, Button, Table, Tone
from bot.command import Call, Context
from bot.facts import length
from bot.lookup import inventory_of
from bot.permission import may_see
from operations.moments import say_moment, say_past
from remediation.breaker import tripped
from remediation.engine import Remediation
from remediation.guards.calendars import Calendars, held_by
from remediation.lookback import counted, counts_from, on_their_way
from remediation.matching import ENTITY_KIND, VM
from remediation.model import Decided, History, Incident, Mode, PlaybookName, RemedyState
from remediation.modes import Target, standing_of
from remediation.returning import red_since
from remediation.settings import PlaybookSettings
from remediation.switches import mode_key, pause_of, stop_key
from remediation.words import counted as counted_noun
from vsphere.model import AlarmStatus, Vm

DECISIONS: Final = 5
"""So many of the latest decisions are shown."""
_INCIDENTS: Final = 10
_REASON: Final = 300
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_SWITCHED_OFF: Final = "Remediation is switched off in the configuration, so nothing comes of it until that is changed."
_READ_ONLY: Final = (
    "The bot is switched to read-only, so whatever the modes say, nothing is changed: cards say what would help. "
    "An administrator can switch that off in its configuration."
)
_COLUMNS: Final = ("Playbook", "Mode", "Set by", "Breaker", "Last 24 h")


def overview(remediation: Remediation, call: Call, context: Context) -> Answer:
    """Everything, as far as the person may see the VMs."""
    now, history = context.clock.now(), remediation.history()
    incidents = remediation.open_incidents()
    shown = [one for one in incidents if _may_see(one, call, context)]
    latest = [one for one in remediation.latest_decisions(DECISIONS * 4) if _may_see(one[0], call, context)]
    locked = context.policy.locked()
    lines = [
        *([_READ_ONLY] if locked else []),
        *_used(remediation, history, now),
        *_stopped(history),
        *_open(shown, hidden=len(incidents) - len(shown), now=now),
        *(["*Last decisions*"] if latest else []),
        *(f"• *{incident.entity_name}*: {decision(one)}" for incident, one in latest[:DECISIONS]),
    ]
    rows = tuple(_row(playbook, remediation, history, now) for playbook in remediation.settings.playbooks)
    is_paused = pause_of(history.switches, now) is not None
    button = (
        Button(label="Resume", command="remediation resume", style="primary")
        if is_paused
        else Button(label="Pause for 2 hours", command="remediation pause for=2h", style="danger")
    )
    return Answer(
        title=_title(remediation, history, now, is_locked=locked is not None),
        lines=tuple(lines),
        table=Table(columns=_COLUMNS, rows=rows),
        note="More about one VM: why VM",
        buttons=(button,) if remediation.settings.enabled else (),
        tone=Tone.INFO,
    )


def about(vm: Vm, remediation: Remediation, context: Context) -> Iterator[str]:
    """How far each playbook may go for a VM, and the latest decisions about it."""
    history = remediation.history()
    inventory = inventory_of(vm.ref, context)
    folder = inventory.path(vm.folder) if vm.folder else ""
    target = Target(name=vm.name, folder=folder, attributes=vm.attributes)
    yield "*Remediation*"
    if context.policy.locked() is not None:
        yield _READ_ONLY
    for playbook in remediation.settings.playbooks:
        if ENTITY_KIND[playbook.name] == VM:
            found = standing_of(target, history, playbook, remediation.settings)
            yield f"{playbook.name.value}: *{found.mode.value}*. {found.reason}"
    calendar = held_by(remediation.settings.calendars, context.clock.now())
    if calendar is not None:
        yield f"{Calendars.name}: *wait*. {calendar.reason}"
    stopped = history.switches.get(stop_key(vm.ref))
    if stopped is not None:
        yield f"<@{stopped.by}> has stopped automatic changes of {vm.name} ({say_past(stopped.at)})."
    decisions = remediation.recent_decisions(vm.ref, DECISIONS)
    yield "*Last decisions about it*" if decisions else "Nothing has been decided about it so far."
    yield from (f"• {decision(one)}" for one in decisions)


def if_off(remediation: Remediation) -> Iterator[str]:
    """What has to be said where the configuration leaves every alarm alone."""
    if not remediation.settings.enabled:
        yield _SWITCHED_OFF


def decision(decided: Decided) -> str:
    """One decision with its time, its guard rail and its reason."""
    guard = f" ({decided.guard})" if decided.guard else ""
    reason = decided.reason if len(decided.reason) <= _REASON else f"{decided.reason[:_REASON]}…"
    return f"{say_past(decided.at)}: *{decided.verdict.value}*{guard}. {reason}"


def _title(remediation: Remediation, history: History, now: datetime, *, is_locked: bool) -> str:
    if not remediation.settings.enabled:
        return "Remediation is switched off in the configuration"
    pause = pause_of(history.switches, now)
    if pause is None:
        return "Remediation is held back: the bot is read-only" if is_locked else "Remediation is on"
    until = f"until {say_moment(pause.until)}" if pause.until else "until somebody resumes it"
    return f"Remediation is paused by <@{pause.by}> {until}{f': {pause.reason}' if pause.reason else ''}"


def _used(remediation: Remediation, history: History, now: datetime) -> Iterator[str]:
    """The counters that hold for all."""
    guards = remediation.settings.guards
    hour = sum(counts_from(one) > now - _HOUR for one in counted(history))
    live = on_their_way(history)
    running = sum(one.state is RemedyState.RUNNING for one in live)
    # What a person has planned for later waits for nobody.
    asked = sum(one.state is RemedyState.ASKED and one.mode is not Mode.RECOMMEND for one in live)
    waiting = f"; waiting for a yes or their turn: {asked}" if asked else ""
    yield f"Changes within the last hour: {hour} of at most {guards.per_hour}; under way: {running}{waiting}"


def _stopped(history: History) -> Iterator[str]:
    for kind, what in (("vm/", "VM"), ("datastore/", "datastore")):
        number = sum(key.startswith(kind) for key in history.switches)
        if number:
            yield f"Automatic changes are stopped for {counted_noun(number, what)}"


def _open(incidents: Sequence[Incident], *, hidden: int, now: datetime) -> Iterator[str]:
    yield f"*Open incidents: {len(incidents) + hidden}*"
    for one in incidents[:_INCIDENTS]:
        said = f"{one.decided.verdict.value}, {one.decided.guard}" if one.decided and one.decided.guard else "looking"
        said = said if one.decided is None or one.decided.guard else one.decided.verdict.value
        yield f"• *{one.entity_name}*: {one.alarm.name}, {_colour(one, now)} · {said} · {one.id}"
    if len(incidents) > _INCIDENTS:
        yield f"… and {len(incidents) - _INCIDENTS} more"
    if hidden:
        yield f"… and {hidden} that you may not see here"


def _colour(incident: Incident, now: datetime) -> str:
    """`red for 5 min`; for an alarm that is red no more, what it is now and since when it had been red."""
    red, status = length(now - red_since(incident)), incident.alarm.status
    return f"red for {red}" if status is AlarmStatus.RED else f"{status.value} now, turned red {red} ago"


def _row(
    playbook: PlaybookSettings, remediation: Remediation, history: History, now: datetime
) -> tuple[str, str, str, str, str]:
    switch = history.switches.get(mode_key(playbook.name))
    mode = switch.value if switch else playbook.mode.value
    by = f"<@{switch.by}>" if switch else "the configuration"
    why = tripped(history, playbook.name, remediation.settings.guards)
    return playbook.name.value, mode, by, f"tripped: {why}" if why else "holds", _did(playbook.name, history, now)


def _did(playbook: PlaybookName, history: History, now: datetime) -> str:
    """`3 succeeded, 1 failed`, of the last day."""
    states = Counter(one.state for one in history.remedies if one.playbook is playbook and one.at > now - _DAY)
    return ", ".join(f"{states[state]} {state.value}" for state in RemedyState if states[state]) or "nothing"


def _may_see(incident: Incident, call: Call, context: Context) -> bool:
    """A datastore is nobody's; a VM that is gone is seen by whoever may see all."""
    if incident.alarm.entity_kind != VM:
        return True
    vm = inventory_of(incident.alarm.entity, context).vm(incident.alarm.entity)
    return vm is not None and may_see(vm, call, context)
