"""A CPU alarm is red on a VM: one step more vCPU, in whole sockets, up to the cap, and never below what it has.

Numbers: peers' guard-rail table, "Step" (+1 vCPU) and "Cap" (8 vCPU).
"""

from typing import Final

from remediation.growth import MAX_CPU, cpu_cap, growing, where_from
from remediation.model import Facts, NoRemedy, PlaybookName, Recommendation
from remediation.playbook import Playbook
from remediation.settings import PlaybookSettings, RemediationSettings
from remediation.words import quoted
from vsphere.model import Vm


def recommend(facts: Facts, playbook: PlaybookSettings, _settings: RemediationSettings) -> Recommendation | NoRemedy:
    """One step more vCPU."""
    vm = growing(facts.vm)
    if isinstance(vm, NoRemedy):
        return vm
    cap = cpu_cap(vm, playbook.max_cpu)
    if isinstance(cap, NoRemedy):
        return cap
    wanted = _wanted(vm, playbook.step_cpu, cap)
    if wanted <= vm.cpu_count:
        return _at_the_cap(vm, cap)
    return Recommendation(
        playbook=PlaybookName.ADD_CPU,
        verb="transform",
        vm=vm,
        arguments={"cpu_count": wanted},
        summary=f"Add {wanted - vm.cpu_count} vCPU to {vm.name} ({vm.cpu_count} → {wanted})",
        command=f"transform {quoted(vm.name)} cpu={wanted}",
    )


def _wanted(vm: Vm, step: int, cap: int) -> int:
    """The next number of whole sockets, under the cap."""
    socket = max(vm.cores_per_socket, 1)
    return min(vm.cpu_count + max(step, socket), cap) // socket * socket


def _at_the_cap(vm: Vm, cap: int) -> NoRemedy:
    source, socket = where_from(vm, MAX_CPU), max(vm.cores_per_socket, 1)
    reason = f"{vm.name} has {vm.cpu_count} vCPU, and {source} is {cap}."
    if vm.cpu_count < cap:
        reason = (
            f"{vm.name} has {vm.cpu_count} vCPU in sockets of {socket}, and with one more it is over {source} of {cap}."
        )
    return NoRemedy(
        reason=reason,
        better=f"Find out what uses it, spread the load, or raise the cap: set {MAX_CPU} on the VM in vCenter.",
    )


PLAYBOOK: Final = Playbook(name=PlaybookName.ADD_CPU, recommend=recommend)
