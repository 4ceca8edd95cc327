"""Which playbook answers which alarm."""

import pytest

from remediation.matching import playbook_for
from remediation.model import PlaybookName
from remediation.settings import PlaybookSettings

PLAYBOOKS = (
    PlaybookSettings(name=PlaybookName.ADD_CPU, alarms=("alarm.VmCPUUsageAlarm", "Web is busy")),
    PlaybookSettings(name=PlaybookName.RELIEVE_DATASTORE, alarms=("Full",)),
    PlaybookSettings(name=PlaybookName.MOVE_VM, alarms=("Full",)),
)
CASES = {
    "by its system name": ("VirtualMachine", ("CPU-Auslastung", "alarm.VmCPUUsageAlarm"), PlaybookName.ADD_CPU),
    "made in place of the one with the system name": (
        "VirtualMachine",
        ("Virtual machine CPU usage", ""),
        PlaybookName.ADD_CPU,
    ),
    "by its name without case": ("VirtualMachine", ("WEB is BUSY", ""), PlaybookName.ADD_CPU),
    "by what it is on": ("VirtualMachine", ("Full", ""), PlaybookName.MOVE_VM),
    "another name": ("VirtualMachine", ("Host is busy", ""), None),
    "another kind": ("HostSystem", ("Web is busy", "alarm.VmCPUUsageAlarm"), None),
    "no name at all": ("VirtualMachine", ("", ""), None),
}


@pytest.mark.parametrize(("kind", "names", "wanted"), CASES.values(), ids=CASES.keys())
def test_an_alarm_is_answered_by_the_playbook(kind: str, names: tuple[str, ...], wanted: PlaybookName | None) -> None:
    found = playbook_for(PLAYBOOKS, entity_kind=kind, names=names)

    assert (found.name if found else None) is wanted
