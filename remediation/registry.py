"""Every playbook by name, in one place: playbooks know nothing of each other."""

from types import MappingProxyType
from typing import Final

from remediation.playbooks import add_cpu, add_memory, move_vm, relieve_datastore

PLAYBOOKS: Final = MappingProxyType(
    {
        playbook.name: playbook
        for playbook in (add_cpu.PLAYBOOK, add_memory.PLAYBOOK, relieve_datastore.PLAYBOOK, move_vm.PLAYBOOK)
    }
)
"""What to ask for a recommendation."""
