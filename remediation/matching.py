"""Which playbook answers an alarm: by system name (language-neutral) or name, without case, and by what it is on."""

from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from remediation.model import PlaybookName
from remediation.settings import PlaybookSettings

VM: Final = "VirtualMachine"
DATASTORE: Final = "Datastore"
ENTITY_KIND: Final = MappingProxyType(
    {
        PlaybookName.ADD_CPU: VM,
        PlaybookName.ADD_MEMORY: VM,
        PlaybookName.RELIEVE_DATASTORE: DATASTORE,
        PlaybookName.MOVE_VM: VM,
    }
)
"""The vSphere type that a playbook can do something for."""


STAND_INS: Final = MappingProxyType(
    {
        "alarm.vmcpuusagealarm": "Virtual machine CPU usage",
        "alarm.vmmemoryusagealarm": "Virtual machine memory usage",
        "alarm.datastorediskusagealarm": "Datastore usage on disk",
    }
)
"""By the system name without case: what `setup alarms` calls the alarm that it makes where vCenter's own is gone, since
only vCenter gives system names. Who answers the one answers the other."""


def playbook_for(
    playbooks: Sequence[PlaybookSettings], *, entity_kind: str, names: Sequence[str]
) -> PlaybookSettings | None:
    """The first playbook that answers an alarm; None where it can only be shown.

    Args:
        playbooks: as they are configured.
        entity_kind: the vSphere type of what the alarm is on.
        names: the alarm's name and its system name; empty ones are nobody's.
    """
    wanted = {name.casefold() for name in names if name}
    for playbook in playbooks:
        if ENTITY_KIND[playbook.name] == entity_kind and wanted & _answered(playbook.alarms):
            return playbook
    return None


@lru_cache
def _answered(alarms: tuple[str, ...]) -> frozenset[str]:
    names = frozenset(name.casefold() for name in alarms)
    return names | {STAND_INS[name].casefold() for name in names & STAND_INS.keys()}
