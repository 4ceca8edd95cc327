"""Whether a VM can grow while it runs, and if not, whether a restart would help. Pure.

Numbers: peers' guard-rail table, "Hot-add": memory up to 16 times what the VM booted with; Linux that booted with less
than 3 GB only up to 3 GB; not with fault tolerance. Where vCenter tells its own limit, that one counts. Where it is not
known what the VM booted with, what it has now stands for it, which is never less: then Linux at 3 GB or under counts as
booted small.
"""

import re
from dataclasses import dataclass
from typing import Final

from operations.amounts import memory
from remediation.settings import GuardSettings
from vsphere.model import DiskFacts, Vm

_LINUX: Final = re.compile("linux|debian|ubuntu|rhel|red hat|centos|sles|suse|fedora|coreos|photon|asianux|mandr")
"""What the guest id or the full name holds of every Linux that vSphere lists."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """Why a VM can't grow while it runs."""

    reason: str
    """Words that follow the VM's name: `has CPU hot-add off`."""
    restart_helps: bool = True


def obstacle_to(
    vm: Vm, *, cpu_count: int, memory_mib: int, disks: DiskFacts | None, guards: GuardSettings
) -> Obstacle | None:
    """What is in the way of giving a running VM so much; None where nothing is known to be."""
    if disks is not None and disks.fault_tolerant:
        return Obstacle(reason="is fault tolerant, so its size can't change", restart_helps=False)
    if cpu_count > vm.cpu_count and not vm.cpu_hot_add:
        return Obstacle(reason="has CPU hot-add off")
    if memory_mib <= vm.memory_mib:
        return None
    if not vm.memory_hot_add:
        return Obstacle(reason="has memory hot-add off")
    return _end_of_memory(vm, memory_mib, disks, guards)


def is_linux(vm: Vm) -> bool:
    """Whether its guest is a Linux, by the id that vSphere gives it or by its name."""
    return _LINUX.search(f"{vm.guest_id} {vm.guest_name}".casefold()) is not None


def _end_of_memory(vm: Vm, wanted_mib: int, disks: DiskFacts | None, guards: GuardSettings) -> Obstacle | None:
    limit = disks.hot_memory_limit_mib if disks is not None else None
    if limit is not None:
        told = f"can grow to {memory(limit)} while it runs, by vCenter's own limit"
        return Obstacle(reason=told) if wanted_mib > limit else None
    known = disks.memory_at_boot_mib if disks is not None else None
    boot = vm.memory_mib if known is None else known
    small = guards.linux_small_boot_mib
    # A VM that has just as much as that may have got there by hot-add; then it booted with less.
    booted_small = boot < small or (known is None and boot == small)
    if is_linux(vm) and booted_small and wanted_mib > small:
        return Obstacle(
            reason=f"is a Linux that {_booted(known, boot)}, so it can grow to {memory(small)} while it runs"
        )
    most = boot * guards.hot_memory_factor
    if wanted_mib > most:
        return Obstacle(reason=f"{_booted(known, boot)}, so it can grow to {memory(most)} while it runs")
    return None


def _booted(known: int | None, boot: int) -> str:
    if known is not None:
        return f"booted with {memory(boot)}"
    return f"booted with {memory(boot)} at most (what it has now; nobody knows what it booted with)"
