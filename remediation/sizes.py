"""How much more a recommendation gives a VM. Pure."""

from dataclasses import dataclass

from remediation.model import Recommendation
from vsphere.model import Vm


@dataclass(frozen=True, kw_only=True, slots=True)
class Grown:
    """What a VM shall have, and how much of it is new."""

    cpu_count: int
    memory_mib: int
    more_cpu: int
    more_memory_mib: int


def grown(recommendation: Recommendation) -> Grown | None:
    """The size that is recommended; None for a move."""
    if recommendation.verb != "transform":
        return None
    vm: Vm = recommendation.vm
    cpu_count = int(recommendation.arguments.get("cpu_count", vm.cpu_count))
    memory_mib = int(recommendation.arguments.get("memory_mib", vm.memory_mib))
    return Grown(
        cpu_count=cpu_count,
        memory_mib=memory_mib,
        more_cpu=cpu_count - vm.cpu_count,
        more_memory_mib=memory_mib - vm.memory_mib,
    )
