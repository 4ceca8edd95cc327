"""Who may do what, and where: three gates that must agree, default no. Pure; asked at the door and before a write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from operations.model import Actor, Origin
from operations.protection import ProtectedRules, protection_of
from operations.terms import LeaseTerms, Quota
from operations.verbnames import CHANGING, OPEN, READING
from vsphere.model import Vm

OWNER_ATTRIBUTE = "iaas.owner"
"""The custom attribute that names a VM's owner by Slack id."""
EVERYBODY = "*"
DIRECT = "direct"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One permission. Everything that is given must agree; an empty list agrees with nothing, `*` with everything."""

    name: str
    groups: tuple[str, ...] = ()
    """Slack user groups by handle or id; `*` is everybody but guests and strangers. Groups or users must agree."""
    users: tuple[str, ...] = ()
    """Slack user ids, or the names of remediation rules."""
    channels: tuple[str, ...] = ()
    """Names, ids, `direct` or `*`."""
    verbs: tuple[str, ...] = ()
    """Verbs; `snapshot` is all of `snapshot.…`, `read` those that change nothing, `*` all."""
    folders: tuple[str, ...] = (EVERYBODY,)
    """Inventory paths, with all below them."""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Custom attributes that the VM must carry. A VM that is yet to be made carries none."""
    own_only: bool = False
    """Only VMs whose owner is the person."""
    quota: Quota | None = None
    """The most that the owner's VMs may have together, where this rule allows; None is no limit."""
    lease: LeaseTerms | None = None
    """How long a VM lives that is made under this rule; None is for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """May this person do this, here, to this VM?"""

    actor: Actor
    origin: Origin
    verb: str
    vm: Vm | None = None
    """The VM that is changed or read; None for a VM that is yet to be made, and for what concerns no VM."""
    path: str | None = None
    """Inventory path of the VM or of the folder for a new one; None where no place is involved."""
    owner: str | None = None
    """Whose it is; None reads the VM's attribute."""


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


@dataclass(frozen=True, slots=True)
class _Gate:
    """One criterion of a rule, and the words where it does not agree."""

    agrees: Callable[[Rule, Question], bool]
    reason: Callable[[Rule, Question], str]
    way_out: Callable[[Rule, Question], str]


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
        if question.verb not in READING:
            refusal = self._refuse_change(question)
            if refusal is not None:
                return refusal
        return self._by_rules(question)

    def verbs_for(self, actor: Actor, origin: Origin) -> frozenset[str]:
        """Every verb that some rule gives this person in this place, for some VM at least."""
        if _outsider(actor) is not None:
            return frozenset()
        changing = frozenset() if self._read_only else CHANGING
        given = {
            verb for rule in self.rules_for(actor, origin) for verb in READING | changing if _covers(rule.verbs, verb)
        }
        # Whoever may start something may stop it again: see may_cancel.
        own = frozenset({"cancel"}) if given & CHANGING else frozenset()
        return frozenset(given | own | OPEN)

    def rules_for(self, actor: Actor, origin: Origin) -> tuple[Rule, ...]:
        """The rules that speak of this person in this place."""
        if _outsider(actor) is not None:
            return ()
        return tuple(rule for rule in self._rules if _is_meant(rule, actor) and _is_here(rule, origin))

    def may_cancel(self, actor: Actor, asked_by: str) -> bool:
        """Whether a person may cancel an operation: one's own, or any by a rule for `cancel` beyond own VMs."""
        if _outsider(actor) is not None:
            return False
        granted = any(
            _is_meant(rule, actor) and _covers(rule.verbs, "cancel") and not rule.own_only for rule in self._rules
        )
        return granted or actor.id == asked_by

    def _refuse_change(self, question: Question) -> Decision | None:
        if self._read_only:
            return Decision(
                allowed=False,
                rule="read_only",
                reason="The bot is switched to read-only, so it changes nothing.",
                way_out="Wait until an administrator lifts it.",
            )
        shield = protection_of(question.vm, self._protected) if question.vm else None
        if question.vm is None or shield is None:
            return None
        return Decision(
            allowed=False,
            rule="protected",
            reason=f"{question.vm.name} is protected {shield}; nobody changes it through the bot.",
            way_out="Ask an administrator, who can change it in vCenter.",
        )

    def _by_rules(self, question: Question) -> Decision:
        nearest: tuple[int, Rule] | None = None
        for rule in self._rules:
            shut = next((at for at, gate in enumerate(_GATES) if not gate.agrees(rule, question)), None)
            if shut is None:
                return Decision(allowed=True, rule=rule.name, reason=f"the rule {rule.name} allows it", grant=rule)
            if nearest is None or shut > nearest[0]:
                nearest = (shut, rule)
        if nearest is None or nearest[0] == 0:
            # No rule speaks of the person at all, so none of them is worth naming.
            return Decision(
                allowed=False,
                rule=None,
                reason=f"No rule allows you to {question.verb}.",
                way_out="Ask an administrator to add you to a user group that may.",
            )
        gate, rule = _GATES[nearest[0]], nearest[1]
        reason, way_out = gate.reason(rule, question), gate.way_out(rule, question)
        return Decision(allowed=False, rule=rule.name, reason=reason, way_out=way_out)


def owner_of(vm: Vm) -> str | None:
    """Whom the VM's own attribute names; None where it names nobody."""
    return vm.attributes.get(OWNER_ATTRIBUTE) or None


def _outsider(actor: Actor) -> Decision | None:
    if not (actor.is_guest or actor.is_stranger):
        return None
    who = "Guests" if actor.is_guest else "People of other organisations"
    return Decision(
        allowed=False, rule=None, reason=f"{who} can't use the bot.", way_out="Ask a member of this workspace."
    )


def _is_meant(rule: Rule, actor: Actor) -> bool:
    if actor.id in rule.users:
        return True
    groups = {group.lstrip("@").casefold() for group in actor.groups}
    return any(wanted == EVERYBODY or wanted.lstrip("@").casefold() in groups for wanted in rule.groups)


def _is_here(rule: Rule, origin: Origin) -> bool:
    return any(_is_place(wanted, origin) for wanted in rule.channels)


def _is_place(wanted: str, origin: Origin) -> bool:
    if wanted in {EVERYBODY, origin.channel}:
        return True
    if wanted.casefold() == DIRECT or origin.is_direct:
        return wanted.casefold() == DIRECT and origin.is_direct
    return bool(origin.channel_name) and wanted.lstrip("#").casefold() == origin.channel_name.lstrip("#").casefold()


def _covers(verbs: tuple[str, ...], verb: str) -> bool:
    family = verb.partition(".")[0]
    given = {one.casefold() for one in verbs}
    return bool(given & {EVERYBODY, verb, family}) or ("read" in given and verb in READING)


def _lies_within(rule: Rule, question: Question) -> bool:
    if EVERYBODY in rule.folders:
        return True
    if question.path is None:
        # What concerns no place (history, status) is not limited by places; a VM always has one.
        return question.vm is None and question.verb in READING
    path = f"/{question.path.strip('/')}/".casefold()
    return any(path.startswith(f"/{folder.strip('/')}/".casefold()) for folder in rule.folders)


def _carries(rule: Rule, question: Question) -> bool:
    if not rule.attributes:
        return True
    has = question.vm.attributes if question.vm else {}
    return all(has.get(name, "").casefold() == value.casefold() for name, value in rule.attributes.items())


def _is_own(rule: Rule, question: Question) -> bool:
    if not rule.own_only:
        return True
    if question.vm is None and question.owner is None and question.path is None:
        return question.verb in READING
    owner = question.owner or (owner_of(question.vm) if question.vm else None)
    return owner == question.actor.id


def _name(question: Question) -> str:
    return question.vm.name if question.vm else "a new VM"


def _whose(question: Question) -> str:
    owner = question.owner or (owner_of(question.vm) if question.vm else None)
    return f"{_name(question)} belongs to <@{owner}>" if owner else f"nobody is named as owner of {_name(question)}"


_GATES = (
    _Gate(lambda rule, asked: _is_meant(rule, asked.actor), lambda _rule, _asked: "", lambda _rule, _asked: ""),
    _Gate(
        lambda rule, asked: _covers(rule.verbs, asked.verb),
        lambda rule, asked: f"The rule {rule.name} does not give you {asked.verb}.",
        lambda _rule, asked: f"Ask an administrator for {asked.verb}, or see `/iaas help` for what you may do.",
    ),
    _Gate(
        lambda rule, asked: _is_here(rule, asked.origin),
        lambda rule, asked: f"The rule {rule.name} does not allow {asked.verb} in this place.",
        lambda rule, _asked: f"Do it in {' or '.join(rule.channels)}." if rule.channels else "Ask an administrator.",
    ),
    _Gate(
        _lies_within,
        lambda rule, asked: f"The rule {rule.name} does not reach {_name(asked)} in {asked.path or 'no folder'}.",
        lambda rule, _asked: f"It reaches {', '.join(rule.folders) or 'no folder'}. Ask an administrator for more.",
    ),
    _Gate(
        _carries,
        lambda rule, asked: (
            f"The rule {rule.name} is for VMs with "
            f"{', '.join(f'{name} = {value}' for name, value in rule.attributes.items())}; {_name(asked)} has not."
        ),
        lambda _rule, _asked: "Ask an administrator to set the attribute in vCenter, or to widen the rule.",
    ),
    _Gate(
        _is_own,
        lambda rule, asked: f"The rule {rule.name} is for your own VMs, and {_whose(asked)}.",
        lambda _rule, _asked: "Ask the owner to do it, or an administrator to make it yours.",
    ),
)
"""In the order in which a person would look for what is wrong: who, what, where, which."""
