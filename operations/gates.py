"""A rule, the question that it is held against, and its gates: who, what, where, which. Pure; `policy` asks them."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from operations.model import Actor, ActorKind, Origin
from operations.terms import LeaseTerms, Quota
from operations.verbnames import READING
from vsphere.model import Vm

OWNER_ATTRIBUTE: Final = "iaas.owner"
"""The custom attribute that names a VM's owner by Slack id."""
EVERYBODY: Final = "*"
DIRECT: Final = "direct"
_GROUP_ID: Final = re.compile(r"S[A-Z0-9]+")
_NO_NAMES: Final = frozenset({"", "privategroup", "directmessage"})
"""What Slack writes where it does not tell the name of a channel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One permission. Everything that is given must agree; an empty list agrees with nothing, `*` with everything."""

    name: str
    groups: tuple[str, ...] = ()
    """Slack user groups by handle or id; `*` is everybody but guests and strangers. Groups or users must agree."""
    users: tuple[str, ...] = ()
    """Slack user ids."""
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
class Gate:
    """One criterion of a rule, and the words for it."""

    name: str
    agrees: Callable[[Rule, Question], bool]
    wants: Callable[[Rule], str]
    """What the rule asks for."""
    reason: Callable[[Rule, Question], str]
    """Why it does not agree."""
    way_out: Callable[[Rule, Question], str]


def owner_of(vm: Vm) -> str | None:
    """Whom the VM's own attribute names; None where it names nobody."""
    return vm.attributes.get(OWNER_ATTRIBUTE, "").strip() or None


def is_one_of(actor: Actor, *, groups: Collection[str], users: Collection[str]) -> bool:
    """Whether somebody is named by id, or is in a group by id or handle; `*` is every person."""
    if actor.id in users:
        return True
    if EVERYBODY in groups and actor.kind is ActorKind.PERSON:
        return True
    handles = {group.lstrip("@").casefold() for group in actor.groups}
    # An id is compared as it is: whoever may name a group could else give it another one's id for a handle.
    return any(
        wanted in actor.groups if _GROUP_ID.fullmatch(wanted) else wanted.lstrip("@").casefold() in handles
        for wanted in groups
    )


def is_here(rule: Rule, origin: Origin) -> bool:
    """Whether the rule holds in this place."""
    return any(_is_place(wanted, origin) for wanted in rule.channels)


def covers(verbs: Collection[str], verb: str) -> bool:
    """Whether a list of verbs gives this one."""
    family = verb.partition(".")[0]
    given = {one.casefold() for one in verbs}
    return bool(given & {EVERYBODY, verb, family}) or ("read" in given and verb in READING)


def lies_within(path: str, folders: Collection[str]) -> bool:
    """Whether an inventory path is one of the folders or below one; case does not count, and `Web` is not `Web-old`."""
    inside = f"/{path.strip('/')}/".casefold()
    return EVERYBODY in folders or any(inside.startswith(f"/{folder.strip('/')}/".casefold()) for folder in folders)


def _is_place(wanted: str, origin: Origin) -> bool:
    if wanted in {EVERYBODY, origin.channel}:
        return True
    if wanted.casefold() == DIRECT or origin.is_direct:
        return wanted.casefold() == DIRECT and origin.is_direct
    name = origin.channel_name.lstrip("#").casefold()
    return name not in _NO_NAMES and wanted.lstrip("#").casefold() == name


def _is_meant(rule: Rule, asked: Question) -> bool:
    return is_one_of(asked.actor, groups=rule.groups, users=rule.users)


def _reaches(rule: Rule, asked: Question) -> bool:
    if EVERYBODY in rule.folders:
        return True
    if _concerns_nothing(asked):
        return asked.verb in READING
    return asked.path is not None and lies_within(asked.path, rule.folders)


def _concerns_nothing(asked: Question) -> bool:
    """Whether no VM and no place is meant, as by `history`: then to look is not limited by which VM it would be."""
    return asked.vm is None and asked.owner is None and asked.path is None


def _carries(rule: Rule, asked: Question) -> bool:
    if not rule.attributes:
        return True
    if _concerns_nothing(asked):
        return asked.verb in READING
    has = asked.vm.attributes if asked.vm else {}
    # An attribute that is cleared is gone, so a rule that wants it empty agrees with nothing.
    return all(value and has.get(name, "").casefold() == value.casefold() for name, value in rule.attributes.items())


def _is_own(rule: Rule, asked: Question) -> bool:
    if not rule.own_only:
        return True
    if _concerns_nothing(asked):
        return asked.verb in READING
    return _owner(asked) == asked.actor.id


def _owner(asked: Question) -> str | None:
    return asked.owner or (owner_of(asked.vm) if asked.vm else None)


def _name(asked: Question) -> str:
    return asked.vm.name if asked.vm else "a new VM"


def _whose(asked: Question) -> str:
    owner = _owner(asked)
    return f"{_name(asked)} belongs to <@{owner}>" if owner else f"nobody is named as owner of {_name(asked)}"


def _where_else(rule: Rule, asked: Question) -> str:
    if not rule.channels:
        return "Ask an administrator."
    unnamed = not asked.origin.is_direct and asked.origin.channel_name in _NO_NAMES
    hint = f" A rule names a private channel by its id; this one is {asked.origin.channel}." if unnamed else ""
    return f"Do it in {' or '.join(rule.channels)}.{hint}"


def _pairs(rule: Rule) -> str:
    return ", ".join(f"{name} = {value}" for name, value in rule.attributes.items())


GATES: Final = (
    Gate(
        name="who",
        agrees=_is_meant,
        wants=lambda rule: ", ".join((*rule.groups, *rule.users)) or "nobody",
        reason=lambda rule, _asked: f"The rule {rule.name} does not speak of you.",
        way_out=lambda _rule, _asked: "Ask an administrator to add you to a user group that may.",
    ),
    Gate(
        name="verb",
        agrees=lambda rule, asked: covers(rule.verbs, asked.verb),
        wants=lambda rule: ", ".join(rule.verbs) or "nothing",
        reason=lambda rule, asked: f"The rule {rule.name} does not give you {asked.verb}.",
        way_out=lambda _rule, asked: f"Ask an administrator for {asked.verb}, or see `/iaas help` for what you may do.",
    ),
    Gate(
        name="place",
        agrees=lambda rule, asked: is_here(rule, asked.origin),
        wants=lambda rule: ", ".join(rule.channels) or "nowhere",
        reason=lambda rule, asked: f"The rule {rule.name} does not allow {asked.verb} in this place.",
        way_out=_where_else,
    ),
    Gate(
        name="folder",
        agrees=_reaches,
        wants=lambda rule: ", ".join(rule.folders) or "no folder",
        reason=lambda rule, asked: (
            f"The rule {rule.name} does not reach {_name(asked)} in {asked.path or 'no folder'}."
        ),
        way_out=lambda rule, _asked: (
            f"It reaches {', '.join(rule.folders) or 'no folder'}. Ask an administrator for more."
        ),
    ),
    Gate(
        name="attributes",
        agrees=_carries,
        wants=lambda rule: _pairs(rule) or EVERYBODY,
        reason=lambda rule, asked: f"The rule {rule.name} is for VMs with {_pairs(rule)}; {_name(asked)} has not.",
        way_out=lambda _rule, _asked: "Ask an administrator to set the attribute in vCenter, or to widen the rule.",
    ),
    Gate(
        name="owner",
        agrees=_is_own,
        wants=lambda rule: "the person" if rule.own_only else EVERYBODY,
        reason=lambda rule, asked: f"The rule {rule.name} is for your own VMs, and {_whose(asked)}.",
        way_out=lambda _rule, _asked: "Ask the owner to do it, or an administrator to make it yours.",
    ),
)
"""In the order in which a person would look for what is wrong."""
