"""A memory alarm is red on a VM: 2 GB more, in steps of 4 MiB, up to the cap, and never below what it has.

Numbers: peers' guard-rail table, "Step" (+2 GB) and "Cap" (32 GB); vSphere takes memory in multiples of 4 MiB.
"""

from typing import Final

from operations.amounts import memory
from remediation.growth import MAX_MEMORY, growing, memory_cap, where_from
from remediation.model import Facts, NoRemedy, PlaybookName, Recommendation
from remediation.playbook import Playbook
from remediation.settings import PlaybookSettings, RemediationSettings
from remediation.words import memory_option, quoted
from vsphere.model import Vm

_MULTIPLE_MIB: Final = 4
_LEAST_SHARE: Final = 2
"""A last step under the cap of less than half a step is not worth a change: hot-add has its own increments."""


def recommend(facts: Facts, playbook: PlaybookSettings, _settings: RemediationSettings) -> Recommendation | NoRemedy:
    """One step more memory."""
    vm = growing(facts.vm)
    if isinstance(vm, NoRemedy):
        return vm
    cap = memory_cap(vm, playbook.max_memory_mib)
    if isinstance(cap, NoRemedy):
        return cap
    wanted = min(vm.memory_mib + playbook.step_memory_mib, cap) // _MULTIPLE_MIB * _MULTIPLE_MIB
    added = wanted - vm.memory_mib
    if added <= 0 or added * _LEAST_SHARE < playbook.step_memory_mib - _MULTIPLE_MIB:
        return _at_the_cap(vm, cap)
    return Recommendation(
        playbook=PlaybookName.ADD_MEMORY,
        verb="transform",
        vm=vm,
        arguments={"memory_mib": wanted},
        summary=f"Add {memory(added)} of memory to {vm.name} ({memory(vm.memory_mib)} → {memory(wanted)})",
        command=f"transform {quoted(vm.name)} memory={memory_option(wanted)}",
    )


def _at_the_cap(vm: Vm, cap: int) -> NoRemedy:
    source = where_from(vm, MAX_MEMORY)
    near = "" if vm.memory_mib >= cap else "; less than half a step is left"
    return NoRemedy(
        reason=f"{vm.name} has {memory(vm.memory_mib)} of memory, and {source} is {memory(cap)}{near}.",
        better=f"Find out what uses it, or raise the cap: set {MAX_MEMORY} on the VM in vCenter.",
    )


PLAYBOOK: Final = Playbook(name=PlaybookName.ADD_MEMORY, recommend=recommend)
