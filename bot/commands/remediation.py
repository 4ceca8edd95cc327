"""What the bot does by itself against red alarms: shown, paused, and set to how far it may go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from bot import values
from bot.answers import Answer, Button, Reply, Tone
from bot.command import AnsweredError, Call, Command, Context, UsageError, Words
from bot.grammar import join
from bot.permission import refusal
from bot.remediating import if_off, overview
from bot.stopping import start, stop
from operations.moments import say_moment
from remediation.breaker import tripped
from remediation.engine import Remediation
from remediation.model import Mode, PlaybookName
from remediation.switches import (
    ON,
    PAUSE,
    breaker_key,
    mode_key,
    pause_of,
    pause_value,
    rearm_key,
)
from vsphere.errors import NotFoundError

_USAGE: Final = (
    "remediation status|pause [for=2h] [reason=…]|resume|mode PLAYBOOK MODE|stop VM|DATASTORE|start VM|DATASTORE"
    "|rearm PLAYBOOK"
)
_CONFIGURED: Final = "configured"
"""Instead of a mode: what the configuration says."""
_MOST_REASON: Final = 200
_LONGEST_PAUSE: Final = timedelta(days=90)
"""Whoever wants longer leaves out `for=`: what is forgotten should not come to life by itself in years."""


class Action(Enum):
    """What to do; with `remediation.` before it, the verb that policy knows."""

    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    MODE = "mode"
    STOP = "stop"
    START = "start"
    REARM = "rearm"


_ACKNOWLEDGED: Final = {
    Action.STATUS: "Looking at what remediation does…",
    Action.PAUSE: "Pausing remediation…",
    Action.RESUME: "Resuming remediation…",
    Action.MODE: "Setting the mode of {playbook}…",
    Action.STOP: "Stopping automatic changes of {name}…",
    Action.START: "Starting automatic changes of {name} again…",
    Action.REARM: "Rearming {playbook}…",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One action with what it needs; the rest is None."""

    action: Action
    name: str | None = None
    """Of a VM or datastore."""
    playbook: PlaybookName | None = None
    mode: Mode | None = None
    """None with the action MODE is what the configuration says."""
    span: timedelta | None = None
    """None is until somebody resumes it."""
    reason: str = ""


def parse(words: Words) -> Wanted:
    """`status`, also nothing at all; or an action and what belongs to it."""
    first, *rest = values.take_names(words, _USAGE, least=0, most=3) or ("status",)
    action = next((one for one in Action if one.value == first.casefold()), None)
    if action is None:
        raise UsageError(f"{first!r} is nothing to do with remediation", usage=_USAGE)
    if words.options and action is not Action.PAUSE:
        raise UsageError(f"only pause takes {join(words.options, 'and')}=", usage=_USAGE)
    needed = {Action.MODE: 2, Action.STOP: 1, Action.START: 1, Action.REARM: 1}.get(action, 0)
    if len(rest) != needed:
        raise UsageError(f"remediation {action.value} takes {_number(needed)}", usage=_USAGE)
    match action:
        case Action.PAUSE:
            return _pause(words)
        case Action.STOP | Action.START:
            return Wanted(action=action, name=values.changed_vm(rest[0], _USAGE))
        case Action.MODE:
            return Wanted(action=action, playbook=_playbook(rest[0]), mode=_mode(rest[1]))
        case Action.REARM:
            return Wanted(action=action, playbook=_playbook(rest[0]))
        case _:
            return Wanted(action=action)


def acknowledge(wanted: Wanted) -> str:
    """See `Command.acknowledge`."""
    return _ACKNOWLEDGED[wanted.action].format(
        name=wanted.name, playbook=wanted.playbook.value if wanted.playbook else ""
    )


def run(wanted: Wanted, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    remediation = context.remediation
    if remediation is None:
        return Answer(title="Nobody looks at alarms here, so there is no remediation.", tone=Tone.FAILED)
    if wanted.name is None:
        refused = refusal(f"remediation.{wanted.action.value}", call.actor, call.origin, context)
        if refused is not None:
            raise AnsweredError(refused)
    return _ACTIONS[wanted.action](wanted, call, context, remediation)


def _status(_wanted: Wanted, call: Call, context: Context, remediation: Remediation) -> Answer:
    return overview(remediation, call, context)


def _paused(wanted: Wanted, call: Call, context: Context, remediation: Remediation) -> Answer:
    until = context.clock.now() + wanted.span if wanted.span else None
    remediation.switch(PAUSE, pause_value(until, wanted.reason), by=call.actor.id)
    told = f"until {say_moment(until)}" if until else "until somebody resumes it"
    return Answer(
        title=f"{call.actor.name} has paused remediation {told}",
        lines=(
            *((wanted.reason,) if wanted.reason else ()),
            "Alarms are watched on, and cards say what would help. What has been sent to vCenter goes on to its end.",
            *if_off(remediation),
        ),
        buttons=(Button(label="Resume", command="remediation resume", style="primary"),),
        tone=Tone.DONE,
        private=False,
    )


def _resumed(_wanted: Wanted, call: Call, context: Context, remediation: Remediation) -> Answer:
    if pause_of(remediation.switches(), context.clock.now()) is None:
        return Answer(title="Remediation is not paused.", lines=tuple(if_off(remediation)))
    remediation.switch(PAUSE, None, by=call.actor.id)
    return Answer(
        title=f"{call.actor.name} has resumed remediation",
        lines=("What is red is looked at again now.", *if_off(remediation)),
        tone=Tone.DONE,
        private=False,
    )


def _set_mode(wanted: Wanted, call: Call, _context: Context, remediation: Remediation) -> Answer:
    playbook = _required(wanted.playbook)
    known = {one.name: one.mode for one in remediation.settings.playbooks}
    if playbook not in known:
        raise NotFoundError(f"{playbook.value} is not in the configuration")
    mode, switch = wanted.mode or known[playbook], remediation.switches().get(mode_key(playbook))
    as_configured = "" if wanted.mode else ", as it is configured"
    lines = (*_consequences(playbook, mode, remediation), *if_off(remediation))
    if (switch.value if switch else None) == (wanted.mode.value if wanted.mode else None):
        by = f": <@{switch.by}> has set it so" if switch else ""
        return Answer(title=f"{playbook.value} is in mode {mode.value} already{as_configured}{by}.", lines=lines)
    remediation.switch(mode_key(playbook), wanted.mode.value if wanted.mode else None, by=call.actor.id)
    return Answer(
        title=f"{call.actor.name} has set {playbook.value} to mode {mode.value}{as_configured}",
        lines=lines,
        tone=Tone.DONE,
        private=False,
    )


def _stopped(wanted: Wanted, call: Call, context: Context, remediation: Remediation) -> Answer:
    return stop(wanted.name or "", call, context, remediation)


def _started(wanted: Wanted, call: Call, context: Context, remediation: Remediation) -> Answer:
    return start(wanted.name or "", call, context, remediation)


def _rearmed(wanted: Wanted, call: Call, _context: Context, remediation: Remediation) -> Answer:
    playbook = _required(wanted.playbook)
    why = tripped(remediation.history(), playbook, remediation.settings.guards)
    if why is None:
        return Answer(title=f"The breaker of {playbook.value} has not tripped; there is nothing to rearm.")
    remediation.switch(rearm_key(playbook), ON, by=call.actor.id)
    remediation.switch(breaker_key(playbook), None, by=call.actor.id)
    return Answer(
        title=f"{call.actor.name} has rearmed {playbook.value}",
        lines=(f"It had tripped: {why}", "Failures count anew from now on."),
        tone=Tone.DONE,
        private=False,
    )


_ACTIONS: Final[dict[Action, Callable[[Wanted, Call, Context, Remediation], Answer]]] = {
    Action.STATUS: _status,
    Action.PAUSE: _paused,
    Action.RESUME: _resumed,
    Action.MODE: _set_mode,
    Action.STOP: _stopped,
    Action.START: _started,
    Action.REARM: _rearmed,
}


def _consequences(playbook: PlaybookName, mode: Mode, remediation: Remediation) -> list[str]:
    """What else has to be said of a mode."""
    why = tripped(remediation.history(), playbook, remediation.settings.guards)
    held = why is not None and mode in {Mode.APPROVE, Mode.AUTO}
    rearm = f"`remediation rearm {playbook.value}`"
    told = [f"Its breaker has tripped: {why} Until {rearm} it goes on only recommending."] if held else []
    told += ["Where an override of the configuration is more cautious, that holds."]
    approvers = remediation.settings.approvers
    if mode is Mode.APPROVE and not (approvers.groups or approvers.users):
        told.append("Nobody is named in [remediation.approvers], so until then it only recommends.")
    return told


def _pause(words: Words) -> Wanted:
    text, reason = words.options.get("for"), words.options.get("reason", "")
    if len(reason) > _MOST_REASON:
        raise UsageError(f"the reason has {len(reason)} characters; {_MOST_REASON} are enough", usage=_USAGE)
    span = None if text is None else values.duration(text, _USAGE, most=_LONGEST_PAUSE)
    return Wanted(action=Action.PAUSE, span=span, reason=" ".join(reason.split()))


def _playbook(text: str) -> PlaybookName:
    found = next((one for one in PlaybookName if one.value == text.casefold()), None)
    if found is None:
        raise UsageError(f"{text!r} is no playbook: {join(one.value for one in PlaybookName)}", usage=_USAGE)
    return found


def _mode(text: str) -> Mode | None:
    """None for what the configuration says."""
    if text.casefold() == _CONFIGURED:
        return None
    found = next((one for one in Mode if one.value == text.casefold()), None)
    if found is None:
        known = [*(one.value for one in Mode), _CONFIGURED]
        raise UsageError(f"{text!r} is no mode: {join(known)}", usage=_USAGE)
    return found


def _number(needed: int) -> str:
    return ("nothing more", "one name", "a playbook and a mode")[needed]


def _required(playbook: PlaybookName | None) -> PlaybookName:
    if playbook is None:
        raise UsageError("the playbook is missing", usage=_USAGE)
    return playbook


COMMAND: Final = Command(
    name="remediation",
    usage=_USAGE,
    summary="Show, pause and set what the bot does by itself against red alarms.",
    details='Examples: `remediation status` · `remediation pause for=2h reason="patch day"` (90d at most, without '
    "`for=` until somebody resumes it) · `remediation resume` · "
    "`remediation mode add-cpu auto`, or `recommend`, `approve`, `off`, and `configured` for what the file says · "
    "`remediation stop web-01` leaves one VM alone, `remediation stop gold-1` one datastore (nothing is moved off it "
    "or onto it), `remediation start` ends either; a VM whose remedies did not help is tried again, too · "
    "`remediation rearm add-cpu` after its breaker has tripped.",
    aliases=("remedy", "remedies"),
    options=("for", "reason"),
    needs=tuple(f"remediation.{action.value}" for action in Action),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
