"""What a person may do to a VM here, verb by verb, and why not; what the bot does by itself; or all about one verb."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot import values
from bot.answers import Answer, Button, Reply, Table, Tone
from bot.approvers import needs_yes
from bot.command import Call, Command, Context, UsageError, Words
from bot.facts import place
from bot.grammar import command_line
from bot.lookup import one_seen, reference
from bot.permission import explain
from bot.remediating import about
from operations.errors import OperationsError
from operations.policy import Explanation, RuleVerdict
from operations.recycling import marks_of
from operations.verbnames import OF_ONE_VM
from operations.verbs import VERBS
from vsphere.model import Vm

_USAGE: Final = "why VM [VERB]"
_READS_A_VM: Final = frozenset({"show", "usage", "snapshot.list"})
_YES, _NO, _ASK = "yes", "no", "with a yes"
_ORDER: Final = (_YES, _ASK, _NO)
_VERB: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for the verb in a reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """The VM, and the verb that is asked about; None for all."""

    vm: str
    verb: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Verdict:
    """One verb's answer, as a person reads it."""

    verb: str
    answer: str
    rule: str
    """By which it was decided."""
    reason: str
    explanation: Explanation | None = None
    """None where it can't be done to any VM there, whatever policy says."""


def parse(words: Words) -> Why:
    """The VM's name, and a verb where one is given."""
    name, *verb = values.take_names(words, _USAGE, least=1, most=2)
    return Why(vm=name, verb=verb[0].casefold() if verb else None)


def acknowledge(wanted: Why) -> str:
    """See `Command.acknowledge`."""
    return f"Looking up what you may do to {wanted.vm}…"


def run(wanted: Why, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    verbs = _verbs(wanted.verb, context)
    vm = one_seen(wanted.vm, call, context, verb="why")
    verdicts = [_verdict(verb, vm, call, context) for verb in verbs if wanted.verb or _fits(verb, vm)]
    if len(verdicts) == 1:
        return _one(verdicts[0], vm, call, context)
    return _all(verdicts, vm, call, context)


def _verbs(wanted: str | None, context: Context) -> list[str]:
    """The verbs that policy knows and that concern one VM, in the order of help."""
    commands = list(context.commands.values())
    if wanted is not None:
        commands = [one for one in commands if wanted in {one.name, *one.aliases, *one.verbs}]
    found = [verb for command in commands for verb in command.verbs if _concerns_a_vm(verb)]
    chosen = [verb for verb in found if verb == wanted] or found
    if not chosen:
        raise UsageError(f"{wanted!r} is no verb that concerns one VM", usage=_USAGE)
    return chosen


def _concerns_a_vm(verb: str) -> bool:
    return verb in _READS_A_VM | OF_ONE_VM or (verb in VERBS and VERBS[verb].has_source)


def _fits(verb: str, vm: Vm) -> bool:
    """What is for the recycle bin alone is not told of a VM outside."""
    return verb not in VERBS or not VERBS[verb].works_in_bin or marks_of(vm) is not None


def _verdict(verb: str, vm: Vm, call: Call, context: Context) -> _Verdict:
    try:
        found = explain(verb, vm, call, context)
    except OperationsError as error:
        return _Verdict(verb=verb, answer=_NO, rule="none", reason=f"{error}. {error.way_out}")
    decision = found.decision
    rule = decision.rule or "none"
    if not decision.allowed:
        reason = f"{decision.reason} {decision.way_out}".strip()
        return _Verdict(verb=verb, answer=_NO, rule=rule, reason=reason, explanation=found)
    asks = [needs_yes(one) for one in context.operations.advice.approval_rules(verb, found.question.path or "")]
    reason = " ".join(asks)
    return _Verdict(verb=verb, answer=_ASK if asks else _YES, rule=rule, reason=reason, explanation=found)


def _all(verdicts: list[_Verdict], vm: Vm, call: Call, context: Context) -> Answer:
    """One row for all verbs with the same answer, and one line for each reason; what is allowed comes first."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in sorted(verdicts, key=lambda one: _ORDER.index(one.answer)):
        groups.setdefault((one.answer, one.rule, _about_verbs(one)), []).append(one.verb)
    # The answer comes first: a phone shows the first columns of a table.
    rows = [(answer, ", ".join(verbs), rule) for (answer, rule, _), verbs in groups.items()]
    reasons = [_because(verbs, reason) for (_, _, reason), verbs in groups.items() if reason]
    return Answer(
        title=f"{vm.name}: what you may do {_here(call)}",
        lines=(*reasons, *(about(vm, context.remediation, context) if context.remediation else ())),
        table=Table(columns=("You may", "Verbs", "Rule"), rows=tuple(rows)),
        note=f"More about one: {command_line('why', reference(vm, context))} VERB",
        buttons=(Button(label="Show", command=command_line("show", reference(vm, context))),),
    )


def _about_verbs(one: _Verdict) -> str:
    """The reason without the verb in it, so that what is refused alike stands in one line."""
    return re.sub(rf"(?<![\w.-]){re.escape(one.verb)}(?![\w-]|\.\w)", _VERB, one.reason)


def _because(verbs: list[str], reason: str) -> str:
    return f"*{', '.join(verbs)}*: {reason.replace(_VERB, verbs[0] if len(verbs) == 1 else 'them')}"


def _one(verdict: _Verdict, vm: Vm, call: Call, context: Context) -> Answer:
    """The answer, and what each rule says."""
    found = verdict.explanation
    path = found.question.path if found else None
    rows = tuple(_rows(found.rules)) if found else ()
    return Answer(
        title=f"{verdict.verb} {vm.name} {_here(call)}: {verdict.answer}",
        lines=(verdict.reason,) if verdict.reason else (),
        fields=(("Rule", verdict.rule), *((("Path", path),) if path else ())),
        table=Table(columns=("Rule", "Says"), rows=rows) if rows else None,
        buttons=(Button(label="All verbs", command=command_line("why", reference(vm, context))),),
        tone=Tone.REFUSED if verdict.answer == _NO else Tone.INFO,
    )


def _rows(rules: Iterable[RuleVerdict]) -> Iterator[tuple[str, str]]:
    """Rules that speak of the person; what is in the others is not theirs to know."""
    for one in rules:
        shut = [f"{gate.gate}: {gate.wants}" for gate in one.gates if not gate.agrees]
        if one.gates[0].agrees:
            yield one.rule.name, f"no, it is for {'; '.join(shut)}" if shut else "yes"


def _here(call: Call) -> str:
    return f"in a {place(call.origin)}" if call.origin.is_direct else f"in {place(call.origin)}"


COMMAND: Final = Command(
    name="why",
    usage=_USAGE,
    summary="Show what you may do to a VM here, and why not; and what the bot does to it by itself.",
    details="Examples: `why web-01`, with the last decisions about its alarms · `why web-01 nuke`, with what each rule "
    "says to it.",
    aliases=("may",),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
