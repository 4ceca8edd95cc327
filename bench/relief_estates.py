"""Estates with a full datastore, drawn from a seed, and the same as bare numbers for the solver and the simple ways.

The numbers are drawn first and the estate is dressed up from them, so the solver is told nothing by the planner.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from remediation.relief.plan import Estate
from remediation.settings import ReliefSettings
from vsphere.model import ConnectionState, Datastore, DiskFacts, Host, PowerState, Ref, Vm

MIB: Final = 1024**2
RULES: Final = ReliefSettings()
_LAB: Final = "lab"
_HOSTS: Final = 4
_STAYS: Final[tuple[tuple[float, Mapping[str, Any]], ...]] = (
    (0.10, {"protected": True}),
    (0.05, {"snapshots": 4}),
    (0.03, {"has_rdm": True}),
    (0.03, {"shares_disks": True}),
    (0.04, {"is_linked": True}),
)
"""Shares of VMs that may not be moved, and why."""
_SIZES_MIB: Final = (40 * 1024, 80 * 1024, 120 * 1024, 500 * 1024)
"""Of a catalogue, in every second estate; in the others no two VMs are of one size."""
_SPLIT: Final = 0.08
"""Share of VMs that have files on a second datastore as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How big an estate is, and how much room there is for what has to leave."""

    vms: int
    """On the full datastore."""
    datastores: int
    """The full one among them."""
    roominess: float
    """Room on all targets together, as a multiple of what has to be freed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One estate, twice; bytes throughout."""

    size: Size
    estate: Estate
    need: int
    rooms: tuple[int, ...]
    """By target, the full datastore left out."""
    frees: tuple[int, ...]
    """By VM that may be moved, in order of names."""
    costs: tuple[Mapping[int, int], ...]
    """By VM, what a move to each target that takes it copies."""
    names: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """A VM as it is drawn."""

    name: str
    mib: int
    host: int
    traits: Mapping[str, Any]
    beside: tuple[int, int] | None
    """A target on which it has files as well, and how many MiB."""


def draw(size: Size, seed: int) -> Case:
    """The same estate for the same size and seed."""
    rng = random.Random(f"{size} {seed}")  # noqa: S311  an estate is drawn, no secret
    targets = size.datastores - 1
    reach = [{one for one in range(targets) if rng.random() < 0.7} for _ in range(_HOSTS)]  # noqa: PLR2004  seven in ten
    usable = [rng.random() < 0.8 for _ in range(targets)]  # noqa: PLR2004  the rest is of another tier
    usable[0] = True
    sizes_mib = _SIZES_MIB if seed % 2 else ()
    drafts = [_draft(rng, number, targets, sizes_mib) for number in range(size.vms)]
    capacity_mib = int(sum(one.mib for one in drafts) / rng.uniform(0.75, 0.9))
    used_mib = int(capacity_mib * rng.uniform(0.86, 0.97))
    need = (used_mib * MIB) - int(capacity_mib * MIB * RULES.target_percent / 100)
    rooms = _rooms(rng, usable, int(need * size.roominess))
    stores = [_store(0, capacity_mib * MIB, used_mib * MIB, tier="gold")]
    for number, room in enumerate(rooms):
        capacity = int(room / rng.uniform(0.05, 0.3)) + MIB
        used = int(capacity * RULES.target_percent / 100) - room
        stores.append(_store(number + 1, capacity, used, tier="gold" if usable[number] else "silver"))
    return _case(size, drafts, stores, reach, usable)


def _draft(rng: random.Random, number: int, targets: int, sizes_mib: tuple[int, ...]) -> _Draft:
    mib = rng.choice(sizes_mib) if sizes_mib else max(int(rng.lognormvariate(4.3, 1.0) * 1024), 4096)
    chance, traits = rng.random(), MappingProxyType[str, Any]({})
    for share, found in _STAYS:
        if 0 <= chance < share:
            traits = MappingProxyType(dict(found))
        chance -= share
    beside = (rng.randrange(targets), int(mib * rng.uniform(0.1, 1))) if rng.random() < _SPLIT else None
    return _Draft(f"vm-{number:03}", mib, rng.randrange(_HOSTS), traits, beside)


def _rooms(rng: random.Random, usable: list[bool], total: int) -> list[int]:
    """The room split at random over the usable targets; the others would have some as well."""
    weights = [rng.expovariate(1) for _ in usable]
    of_usable = sum(weight for weight, may in zip(weights, usable, strict=True) if may)
    return [int(total * weight / of_usable) for weight in weights]


def _case(size: Size, drafts: list[_Draft], stores: list[Datastore], reach: list[set[int]], usable: list[bool]) -> Case:
    source, *targets = stores
    rooms = [int(one.capacity_bytes * RULES.target_percent / 100) - _used(one) for one in targets]
    movable: list[tuple[str, int, dict[int, int]]] = []
    for one in drafts:
        off_tier = one.beside is not None and not usable[one.beside[0]]
        if one.traits or off_tier:
            continue
        beside = one.beside or (-1, 0)
        costs = {
            target: (one.mib + (beside[1] if target != beside[0] else 0)) * MIB
            for target in sorted(reach[one.host])
            if usable[target]
        }
        movable.append((one.name, one.mib * MIB, {to: cost for to, cost in costs.items() if cost <= rooms[to]}))
    movable = [one for one in movable if one[2]]
    return Case(
        size=size,
        estate=_estate(drafts, stores, reach),
        need=_used(source) - int(source.capacity_bytes * RULES.target_percent / 100),
        rooms=tuple(rooms),
        frees=tuple(frees for _, frees, _ in movable),
        costs=tuple(costs for _, _, costs in movable),
        names=tuple(name for name, _, _ in movable),
    )


def _estate(drafts: list[_Draft], stores: list[Datastore], reach: list[set[int]]) -> Estate:
    source, *targets = stores
    hosts = [
        _host(number, (source.ref, *(targets[one].ref for one in sorted(found)))) for number, found in enumerate(reach)
    ]
    vms = [_vm(one, hosts[one.host].ref, source.ref) for one in drafts]
    return Estate(
        source=source,
        vms=tuple(vms),
        hosts=tuple(hosts),
        datastores=tuple(stores),
        disks={vm.ref: _disks(one, source, targets) for vm, one in zip(vms, drafts, strict=True)},
        protected=frozenset(vm.ref for vm, one in zip(vms, drafts, strict=True) if one.traits.get("protected")),
    )


def _disks(draft: _Draft, source: Datastore, targets: list[Datastore]) -> DiskFacts:
    sizes = {source.ref.moref: draft.mib * MIB}
    if draft.beside is not None:
        sizes[targets[draft.beside[0]].ref.moref] = draft.beside[1] * MIB
    flags = {key: value for key, value in draft.traits.items() if key in {"has_rdm", "shares_disks", "is_linked"}}
    return DiskFacts(bytes_by_datastore=sizes, **flags)


def _store(number: int, capacity: int, used: int, *, tier: str) -> Datastore:
    return Datastore(
        ref=Ref(_LAB, f"datastore-{number}"),
        name=f"store-{number:02}",
        capacity_bytes=capacity,
        free_bytes=capacity - used,
        accessible=True,
        in_maintenance=False,
        storage_pod=None,
        attributes={"tier": tier},
    )


def _used(store: Datastore) -> int:
    return store.capacity_bytes - store.free_bytes


def _host(number: int, datastores: tuple[Ref, ...]) -> Host:
    return Host(
        ref=Ref(_LAB, f"host-{number}"),
        name=f"esx-{number}",
        cluster=None,
        connection=ConnectionState.CONNECTED,
        in_maintenance=False,
        powered_on=True,
        cpu_cores=32,
        cpu_mhz_per_core=2600,
        memory_bytes=2**39,
        cpu_used_mhz=0,
        memory_used_mib=0,
        datastores=datastores,
        networks=(),
    )


def _vm(draft: _Draft, host: Ref, datastore: Ref) -> Vm:
    return Vm(
        ref=Ref(_LAB, draft.name),
        instance_uuid=draft.name,
        bios_uuid=draft.name,
        name=draft.name,
        is_template=False,
        power=PowerState.ON,
        cpu_count=2,
        cores_per_socket=1,
        memory_mib=4096,
        cpu_hot_add=True,
        memory_hot_add=True,
        guest_id="other",
        guest_name="Other",
        tools_running=True,
        ip_address=None,
        host_name=None,
        host=host,
        folder=None,
        pool=None,
        datastores=(datastore,),
        networks=(),
        committed_bytes=draft.mib * MIB,
        uncommitted_bytes=0,
        snapshot_count=draft.traits.get("snapshots", 0),
        change_version="1",
        booted_at=None,
        read_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
