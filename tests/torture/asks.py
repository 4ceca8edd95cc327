"""What people ask for in the torture: VMs of their own, and for each a change that makes sense as the VM is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from types import MappingProxyType

from sandbox.vcenter import Estate
from sandbox.vcenter.client import Vm
from tests.acceptance.service.desk import ROOM

PEOPLE = ("dana", "ann", "ben")
IDS = {"dana": "U0DANA", "ann": "U0ANN", "ben": "U0BEN"}
SLOTS_EACH = 10
BIN = "Recycle bin"
MAKING = frozenset({"spawn", "clone", "clonetemplate"})
_STORES = ("silver-01", "silver-02", "silver-03")
_MOST_CPUS = 4
_BIG_CPUS = 6
"""Somebody has to say yes to so many."""
_NEW_ONES = 0.2
"""Share of the asks that make a VM from nothing or from a template."""
_INVERSE = MappingProxyType(
    {
        "poweron": "poweroff",
        "poweroff": "poweron",
        "nuke": "restore",
        "restore": "nuke",
        "transform": "transform",
        "move": "move",
        "lease.extend": "lease.extend",
        "snapshot.create": "snapshot.remove",
    }
)
"""The verb that takes each back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """An operation that can be taken back, as long as nothing else has been done to its VM."""

    operation: str
    verb: str
    """The verb that takes it back."""
    wanted: str
    """What must be found afterwards, in the words of that verb."""


@dataclass(kw_only=True, slots=True)
class Slot:
    """A VM that one person changes; never two operations at once, so that each write can be told to belong to one."""

    id: str
    name: str
    owner: str
    verb: str = ""
    """The last that was asked of it: the same again within a minute would be the same wish."""
    busy: bool = False
    undo: Undo | None = None
    is_doomed: bool = False
    """Whether it only waits to be put into the bin, and to be deleted there."""


@dataclass(kw_only=True, slots=True)
class Ask:
    """One line that somebody typed, and what came of it."""

    who: str
    verb: str
    line: str
    typed_at: datetime
    life: int
    """The number of the bot's start before it was typed."""
    slot: Slot | None = None
    new: str = ""
    """The name of the VM to be."""
    wanted: str = ""
    """What must be found afterwards, in the words of the verb."""
    before: str = ""
    """What would have to be found if it were taken back."""
    undoes: str = ""
    """The operation that it takes back."""
    acknowledged: bool = False
    operation: str = ""
    """The id, once there is one."""
    refusal: str = ""
    settled: bool = False

    @property
    def place(self) -> str:
        """Where it is typed: a channel takes one card a second, so not all in the same."""
        return ROOM if self.typed_at.microsecond % 2 else "im"

    def undo(self) -> Undo | None:
        """How it is taken back once it is done; None where it can't be, or has taken another one back itself."""
        verb = _INVERSE.get(self.verb)
        if verb is None or self.undoes:
            return None
        wanted = self.wanted if verb == "snapshot.remove" else self.before
        return Undo(operation=self.operation, verb=verb, wanted=wanted)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """One line that makes sense of a VM."""

    verb: str
    line: str
    wanted: str = ""
    before: str = ""
    undoes: str = ""


class Wishes:
    """Thinks of what to ask next."""

    def __init__(self, estate: Estate, dice: Random, now: datetime) -> None:
        self._estate = estate
        self._dice = dice
        self._numbers = count(1)
        self.slots = list(_make_slots(estate, now))

    def next(self, who: str, now: datetime, life: int) -> Ask | None:
        """An ask of this person; None while all VMs of theirs are being changed."""
        free = [slot for slot in self.slots if slot.owner == who and not slot.busy]
        if not free:
            return None
        if self._dice.random() < _NEW_ONES:
            return self._from_nothing(who, now, life)
        slot = self._dice.choice(free)
        change = self._change(slot)
        slot.busy, slot.verb = True, change.verb
        return Ask(
            who=who,
            verb=change.verb,
            line=change.line,
            typed_at=now,
            life=life,
            slot=slot,
            new=change.wanted if change.verb == "clone" else "",
            wanted=change.wanted,
            before=change.before,
            undoes=change.undoes,
        )

    def doom(self, name: str, who: str) -> None:
        """Let a VM that somebody has made be put into the bin next."""
        self.slots.append(Slot(id=self._estate.vm(name).id, name=name, owner=who, is_doomed=True))

    def forget(self, slot: Slot) -> None:
        """Nothing more is asked of it."""
        self.slots.remove(slot)

    def _from_nothing(self, who: str, now: datetime, life: int) -> Ask:
        new = f"new-{next(self._numbers)}"
        lines = {"spawn": f"spawn {new} cpu=1 memory=1 disk=5", "clonetemplate": f"clonetemplate {new} debian-12"}
        if who != "ann":
            # Only ann decides, and nobody about a wish of their own.
            lines["spawn, big"] = f"spawn {new} cpu=5 memory=1 disk=5"
        kind = self._dice.choice(sorted(lines))
        verb = kind.partition(",")[0]
        return Ask(who=who, verb=verb, line=lines[kind], typed_at=now, life=life, new=new, wanted=new)

    def _change(self, slot: Slot) -> _Change:
        possible = list(self._possible(slot, self._estate.vm(slot.id)))
        return self._dice.choice([one for one in possible if one.verb != slot.verb or one.undoes] or possible)

    def _possible(self, slot: Slot, vm: Vm) -> Iterator[_Change]:
        name, number = slot.name, next(self._numbers)
        if slot.is_doomed:
            yield _Change(verb="nuke", line=f"nuke {name}")
            return
        yield from self._back(slot, vm)
        if BIN in vm.folder:
            yield _Change(verb="restore", line=f"restore {name}")
            return
        yield from self._power(name, vm)
        yield from self._sizes(slot, vm)
        store = self._dice.choice([one for one in _STORES if one != vm.datastore])
        yield _Change(verb="move", line=f"move {name} {store}", wanted=store, before=vm.datastore)
        yield _Change(verb="nuke", line=f"nuke {name}")
        yield _Change(verb="lease.extend", line=f"lease {name} extend 1d", wanted=vm.custom.get("iaas.expires", ""))
        yield _Change(verb="clone", line=f"clone {name} copy-{number}", wanted=f"copy-{number}")
        yield _Change(verb="snapshot.create", line=f"snapshot {name} create s{number}", wanted=f"s{number}")
        if vm.snapshots:
            last = vm.snapshots[-1]
            yield _Change(verb="snapshot.revert", line=f"snapshot {name} revert {last}", wanted=last)
            yield _Change(verb="snapshot.remove", line=f"snapshot {name} remove {last}", wanted=last)

    def _back(self, slot: Slot, vm: Vm) -> Iterator[_Change]:
        if slot.undo is None:
            return
        # A lease that is as it was before is another one than now, and that is all that can be told of it.
        wanted = vm.custom.get("iaas.expires", "") if slot.undo.verb == "lease.extend" else slot.undo.wanted
        line = f"undo {slot.undo.operation}"
        # Several times, for it would be one of a dozen, and only where nothing was done in between.
        yield from [_Change(verb=slot.undo.verb, line=line, wanted=wanted, undoes=slot.undo.operation)] * 8

    def _sizes(self, slot: Slot, vm: Vm) -> Iterator[_Change]:
        more = vm.cpus + 1 if vm.cpus < _MOST_CPUS else 1
        # Only ann decides, and nobody about a wish of their own.
        for cpus in (more,) if slot.owner == "ann" or vm.cpus == _BIG_CPUS else (more, _BIG_CPUS):
            line = f"transform {slot.name} cpu={cpus}"
            yield _Change(verb="transform", line=line, wanted=str(cpus), before=str(vm.cpus))

    def _power(self, name: str, vm: Vm) -> Iterator[_Change]:
        if vm.power != "poweredOn":
            yield _Change(verb="poweron", line=f"poweron {name}")
            return
        yield _Change(verb="poweroff", line=f"poweroff {name} --hard")
        yield _Change(verb="reset", line=f"reset {name}")
        if vm.tools_running:
            yield _Change(verb="poweroff", line=f"poweroff {name}")
            yield _Change(verb="reboot", line=f"reboot {name}")


def _make_slots(estate: Estate, now: datetime) -> Iterator[Slot]:
    before = set(estate.vms())
    estate.grow(SLOTS_EACH * len(PEOPLE), on=True)
    ends = f"{now + timedelta(days=10):%Y-%m-%dT%H:%MZ}"
    for number, path in enumerate(sorted(set(estate.vms()) - before)):
        vm, who = estate.vm(path), PEOPLE[number % len(PEOPLE)]
        estate.set_vm(vm.id, custom={"iaas.owner": IDS[who], "iaas.expires": ends})
        yield Slot(id=vm.id, name=vm.name, owner=who)
