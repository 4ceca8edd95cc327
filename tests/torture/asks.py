"""What people ask for in the torture: VMs of their own, and for each a change that makes sense as the VM is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

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
_NEW_ONES = 0.2
"""Share of the asks that make a VM from nothing or from a template."""


@dataclass(kw_only=True, slots=True)
class Slot:
    """A VM that one person changes; never two operations at once, so that each write can be told to belong to one."""

    id: str
    name: str
    owner: str
    verb: str = ""
    """The last that was asked of it: the same again within a minute would be the same wish."""
    busy: bool = False


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
    acknowledged: bool = False
    operation: str = ""
    """The id, once there is one."""
    refusal: str = ""
    settled: bool = False

    @property
    def place(self) -> str:
        """Where it is typed: a channel takes one card a second, so not all in the same."""
        return ROOM if self.typed_at.microsecond % 2 else "im"


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
        verb, words, wanted = self._change(slot)
        slot.busy, slot.verb = True, verb
        new = wanted if verb == "clone" else ""
        return Ask(who=who, verb=verb, line=words, typed_at=now, life=life, slot=slot, new=new, wanted=wanted)

    def _from_nothing(self, who: str, now: datetime, life: int) -> Ask:
        new = f"new-{next(self._numbers)}"
        lines = {"spawn": f"spawn {new} cpu=1 memory=1 disk=5", "clonetemplate": f"clonetemplate {new} debian-12"}
        if who != "ann":
            # Only ann decides, and nobody about a wish of their own.
            lines["spawn, big"] = f"spawn {new} cpu=5 memory=1 disk=5"
        kind = self._dice.choice(sorted(lines))
        verb = kind.partition(",")[0]
        return Ask(who=who, verb=verb, line=lines[kind], typed_at=now, life=life, new=new, wanted=new)

    def _change(self, slot: Slot) -> tuple[str, str, str]:
        """Verb, line, and what it wants."""
        possible = list(self._possible(slot, self._estate.vm(slot.id)))
        return self._dice.choice([one for one in possible if one[0] != slot.verb] or possible)

    def _possible(self, slot: Slot, vm: Vm) -> Iterator[tuple[str, str, str]]:
        name = slot.name
        if BIN in vm.folder:
            yield "restore", f"restore {name}", ""
            return
        yield from self._power(name, vm)
        number = next(self._numbers)
        more = vm.cpus + 1 if vm.cpus < _MOST_CPUS else 1
        store = self._dice.choice([one for one in _STORES if one != vm.datastore])
        yield "transform", f"transform {name} cpu={more}", str(more)
        yield "move", f"move {name} {store}", store
        yield "nuke", f"nuke {name}", ""
        yield "lease.extend", f"lease {name} extend 1d", vm.custom.get("iaas.expires", "")
        yield "clone", f"clone {name} copy-{number}", f"copy-{number}"
        yield "snapshot.create", f"snapshot {name} create s{number}", f"s{number}"
        if vm.snapshots:
            last = vm.snapshots[-1]
            yield "snapshot.revert", f"snapshot {name} revert {last}", last
            yield "snapshot.remove", f"snapshot {name} remove {last}", last

    def _power(self, name: str, vm: Vm) -> Iterator[tuple[str, str, str]]:
        if vm.power != "poweredOn":
            yield "poweron", f"poweron {name}", ""
            return
        yield "poweroff", f"poweroff {name} --hard", ""
        yield "reset", f"reset {name}", ""
        if vm.tools_running:
            yield "poweroff", f"poweroff {name}", ""
            yield "reboot", f"reboot {name}", ""


def _make_slots(estate: Estate, now: datetime) -> Iterator[Slot]:
    before = set(estate.vms())
    estate.grow(SLOTS_EACH * len(PEOPLE), on=True)
    ends = f"{now + timedelta(days=10):%Y-%m-%dT%H:%MZ}"
    for number, path in enumerate(sorted(set(estate.vms()) - before)):
        vm, who = estate.vm(path), PEOPLE[number % len(PEOPLE)]
        estate.set_vm(vm.id, custom={"iaas.owner": IDS[who], "iaas.expires": ends})
        yield Slot(id=vm.id, name=vm.name, owner=who)
