"""Who may do what, and where: three gates that must agree, default no. Pure; asked at the door and before a write."""

from dataclasses import dataclass
from typing import Final

from operations.gates import GATES, OWNER_ATTRIBUTE, Gate, Question, Rule, covers, is_here, is_one_of, owner_of
from operations.model import Actor, ActorKind, Origin
from operations.protection import ProtectedRules, pattern_for, protection_of
from operations.verbnames import ABOUT_OPERATIONS, CHANGING, OPEN, READING, SWITCHING
from vsphere.model import Vm

__all__ = [
    "OWNER_ATTRIBUTE",
    "Decision",
    "Explanation",
    "GateVerdict",
    "Policy",
    "Question",
    "Rule",
    "RuleVerdict",
    "owner_of",
]

_DUTIES: Final = frozenset({"poweroff", "nuke", "purge"})
"""What the bot does by itself when a lease or the time in the bin has run out."""
_REMEDIES: Final = frozenset({"transform", "move"})
"""What remediation does about an alarm."""
_NEVER_GIVEN: Final = frozenset({"purge"})
"""No rule gives it to anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The answer, with its reason and what to do about a no."""

    allowed: bool
    rule: str | None
    """The rule that allowed it, or that came nearest."""
    reason: str
    way_out: str = ""
    grant: Rule | None = None
    """The whole rule that allowed it, for its quota and its lease; None for a no, and for what needs no rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GateVerdict:
    """What one gate of a rule says."""

    gate: str
    agrees: bool
    wants: str
    """What the rule asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleVerdict:
    """What one rule says to a question, gate by gate."""

    rule: Rule
    gates: tuple[GateVerdict, ...]

    @property
    def allows(self) -> bool:
        """Whether all its gates agree."""
        return all(gate.agrees for gate in self.gates)


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """What is answered to a request, and how it came about."""

    question: Question
    """The one that decided: a copy is asked about twice, for its source and for its place."""
    decision: Decision
    rules: tuple[RuleVerdict, ...]
    """What each rule says to it."""


class Policy:
    """The rules, what is protected, and the read-only switch."""

    def __init__(
        self, rules: tuple[Rule, ...], *, protected: ProtectedRules | None = None, read_only: bool = False
    ) -> None:
        self._rules = rules
        self._protected = protected or ProtectedRules()
        self._read_only = read_only

    def judge(self, question: Question) -> Decision:
        """Say yes or no. A no names the nearest rule, the gate that was shut, and the way out."""
        outsider = _outsider(question.actor)
        if outsider is not None:
            return outsider
        if question.verb in OPEN:
            return Decision(allowed=True, rule=None, reason=f"{question.verb} is open to every member")
        if question.verb not in READING | SWITCHING:
            refusal = self._refuse_change(question)
            if refusal is not None:
                return refusal
        if question.actor.kind is not ActorKind.PERSON:
            return _duty(question) if question.actor.kind is ActorKind.SYSTEM else _remedy(question)
        if question.verb in _NEVER_GIVEN:
            return _no(None, f"{question.verb} is done by the bot alone.", "Wait until its time has come.")
        return self._by_rules(question)

    def explain(self, question: Question) -> tuple[RuleVerdict, ...]:
        """What every rule says to a question, in the order in which they are asked; what overrules them is not here."""
        return tuple(
            RuleVerdict(
                rule=rule,
                gates=tuple(
                    GateVerdict(gate=gate.name, agrees=gate.agrees(rule, question), wants=gate.wants(rule))
                    for gate in GATES
                ),
            )
            for rule in self._rules
        )

    def verbs_for(self, actor: Actor, origin: Origin) -> frozenset[str]:
        """Every verb that some rule gives this person in this place, for some VM at least."""
        if _outsider(actor) is not None:
            return frozenset()
        changing = frozenset() if self._read_only else CHANGING - _NEVER_GIVEN
        given = {
            verb
            for rule in self.rules_for(actor, origin)
            for verb in READING | SWITCHING | changing
            if covers(rule.verbs, verb)
        }
        # Whoever may start something may stop it again and take it back: see may_cancel.
        own = ABOUT_OPERATIONS if given & CHANGING else frozenset()
        return frozenset(given | own | OPEN)

    def rules_for(self, actor: Actor, origin: Origin) -> tuple[Rule, ...]:
        """The rules that speak of this person in this place."""
        if _outsider(actor) is not None:
            return ()
        return tuple(
            rule
            for rule in self._rules
            if is_one_of(actor, groups=rule.groups, users=rule.users) and is_here(rule, origin)
        )

    def may_cancel(self, actor: Actor, asked_by: str) -> bool:
        """Whether a person may cancel an operation: one's own, or any by a rule for `cancel` beyond own VMs."""
        if _outsider(actor) is not None:
            return False
        granted = any(
            is_one_of(actor, groups=rule.groups, users=rule.users)
            and covers(rule.verbs, "cancel")
            and not rule.own_only
            for rule in self._rules
        )
        return granted or actor.id == asked_by

    def shield(self, vm: Vm) -> Decision | None:
        """The no to whatever is asked of a protected VM or template; None where nothing protects it."""
        shield = protection_of(vm, self._protected)
        if shield is None:
            return None
        reason = f"{vm.name} is protected {shield}; nobody changes it through the bot."
        return _no("protected", reason, "Ask an administrator, who can change it in vCenter.")

    def reserved(self, name: str) -> Decision | None:
        """The no to a new name that would protect its VM from everybody, leases included; None for others."""
        pattern = pattern_for(name, self._protected)
        if pattern is None:
            return None
        reason = f"{name} fits the name pattern {pattern}, which protects VMs: nobody could change it through the bot."
        return _no("protected", reason, "Choose another name.")

    def locked(self) -> Decision | None:
        """The no to every change, whoever asks for it; None where the read-only switch is off."""
        if not self._read_only:
            return None
        reason = "The bot is switched to read-only, so it changes nothing."
        return _no("read_only", reason, "Ask again once an administrator has switched that off in its configuration.")

    def _refuse_change(self, question: Question) -> Decision | None:
        return self.locked() or (self.shield(question.vm) if question.vm else None)

    def _by_rules(self, question: Question) -> Decision:
        nearest: tuple[int, Rule, Gate] | None = None
        for rule in self._rules:
            shut = next(((at, gate) for at, gate in enumerate(GATES) if not gate.agrees(rule, question)), None)
            if shut is None:
                return Decision(allowed=True, rule=rule.name, reason=f"the rule {rule.name} allows it", grant=rule)
            if nearest is None or shut[0] > nearest[0]:
                nearest = (shut[0], rule, shut[1])
        if nearest is None or nearest[0] == 0:
            # No rule speaks of the person at all, so none of them is worth naming.
            return _no(
                None,
                f"No rule allows you to {question.verb}.",
                "Ask an administrator to add you to a user group that may.",
            )
        _, rule, gate = nearest
        return _no(rule.name, gate.reason(rule, question), gate.way_out(rule, question))


def _no(rule: str | None, reason: str, way_out: str) -> Decision:
    return Decision(allowed=False, rule=rule, reason=reason, way_out=way_out)


def _outsider(actor: Actor) -> Decision | None:
    if not (actor.is_guest or actor.is_stranger):
        return None
    who = "Guests" if actor.is_guest else "People of other organisations"
    return _no(None, f"{who} can't use the bot.", "Ask a member of this workspace.")


def _duty(question: Question) -> Decision:
    """The bot's own sweeps need no rule for what is their duty, and get nothing else."""
    if question.verb in _DUTIES:
        return Decision(allowed=True, rule=None, reason=f"{question.verb} is the bot's own duty here")
    return _no(None, f"The bot does not {question.verb} anything by itself.", "Ask for it as a person.")


def _remedy(question: Question) -> Decision:
    """Remediation has its own modes and guard rails instead of rules.

    No quota either: that limits what owners wish for, and the owner has not wished for this. What the VM has once it is
    done counts against them, so that their next wish finds it.
    """
    if question.verb in _REMEDIES:
        reason = f"{question.verb} is what remediation may do about an alarm"
        return Decision(allowed=True, rule="remediation", reason=reason)
    return _no("remediation", f"Remediation does not {question.verb} anything.", "Ask for it as a person.")
