"""What a VM takes up, and what it will after a plan: for quotas, approvals, costs and headroom. Pure."""

from dataclasses import dataclass

from operations.facts import disk_gib
from operations.model import Plan
from operations.plans import specs_of
from operations.terms import Prices
from vsphere.model import Vm

_MIB_PER_GIB = 1024
_SIZES = ("cpu_count", "memory_mib", "disk_gib")


@dataclass(frozen=True, kw_only=True, slots=True)
class Footprint:
    """One VM's share of the estate."""

    cpu_count: int
    memory_mib: int
    disk_gib: int


def footprint_of(vm: Vm) -> Footprint:
    """What a VM has been given; a thin disk counts whole, since it may grow."""
    return Footprint(cpu_count=vm.cpu_count, memory_mib=vm.memory_mib, disk_gib=disk_gib(vm))


def footprint_after(plan: Plan, vm: Vm | None) -> Footprint | None:
    """What the VM that results will have.

    Args:
        plan: what is to be done.
        vm: the VM that is changed or copied; None where one is made from nothing.

    Returns:
        None where no size can be told: the plan makes no VM and no VM is given.
    """
    sizes: dict[str, int] = {}
    if vm is not None:
        now = footprint_of(vm)
        sizes = {name: getattr(now, name) for name in _SIZES}
    for spec in specs_of(plan):
        sizes |= {name: spec[name] for name in _SIZES if isinstance(spec.get(name), int)}
    return Footprint(**sizes) if len(sizes) == len(_SIZES) else None


def monthly_cost(footprint: Footprint, prices: Prices) -> float:
    """What such a VM costs a month, on or off, in the currency of the prices."""
    memory_gib = footprint.memory_mib / _MIB_PER_GIB
    return footprint.cpu_count * prices.cpu + memory_gib * prices.memory_gib + footprint.disk_gib * prices.disk_gib
