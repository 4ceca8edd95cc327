"""Which alarms a vCenter has for the playbooks, which are missing, and what is told of those that are there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediation.alarms import missing, review, thresholds
from remediation.model import PlaybookName
from remediation.settings import SHIPPED_ALARMS, PlaybookSettings, RemediationSettings, ThresholdSettings
from vsphere.model import AlarmDefinition, Ref, ThresholdUnit
from vsphere.thresholds import CPU_USAGE, MEMORY_USAGE, SPACE_USED

SETTINGS = RemediationSettings(
    playbooks=tuple(PlaybookSettings(name=name, alarms=SHIPPED_ALARMS[name]) for name in PlaybookName),
    thresholds=ThresholdSettings(cpu_red=95, sustain=timedelta(minutes=10), vm_storage_red_gib=750),
)


def definition(**changes: Any) -> AlarmDefinition:
    """The CPU alarm of vCenter's own with some of it changed."""
    values = {
        "name": "CPU-Auslastung",
        "system_name": "alarm.VmCPUUsageAlarm",
        "ref": Ref("lab", "alarm-6"),
        "entity_kind": "VirtualMachine",
        "metric": CPU_USAGE,
        "red": 90.0,
        "yellow": 75.0,
        "sustain_s": 300,
    }
    return AlarmDefinition(**{**values, **changes})


CPU = definition()
MEMORY = definition(name="Memory", system_name="alarm.VmMemoryUsageAlarm", metric=MEMORY_USAGE)
DISK = definition(
    name="Disk", system_name="alarm.DatastoreDiskUsageAlarm", entity_kind="Datastore", metric=SPACE_USED, red=85.0
)
STORAGE = definition(name="VM storage usage", system_name="", metric="", red=None, yellow=None, sustain_s=0)
WANTED = {
    "Virtual machine CPU usage": AlarmDefinition(
        name="Virtual machine CPU usage",
        entity_kind="VirtualMachine",
        metric=CPU_USAGE,
        red=95,
        yellow=75,
        sustain_s=600,
    ),
    "Virtual machine memory usage": AlarmDefinition(
        name="Virtual machine memory usage",
        entity_kind="VirtualMachine",
        metric=MEMORY_USAGE,
        red=90,
        yellow=75,
        sustain_s=600,
    ),
    "Datastore usage on disk": AlarmDefinition(
        name="Datastore usage on disk", entity_kind="Datastore", metric=SPACE_USED, red=85, yellow=75
    ),
    "VM Storage Usage": AlarmDefinition(
        name="VM Storage Usage",
        entity_kind="VirtualMachine",
        metric=SPACE_USED,
        red=750,
        yellow=400,
        unit=ThresholdUnit.GIB,
    ),
}


def test_a_vcenter_without_alarms_misses_all_four_with_the_thresholds_of_the_file() -> None:
    assert missing([], SETTINGS) == tuple(WANTED.values())


def test_what_was_made_is_no_longer_missing() -> None:
    made = missing([], SETTINGS)

    found = review(made, SETTINGS)

    assert [(one.is_missing, one.notes) for one in found] == [(False, ())] * 4


MISSING = {
    "all are there": ([CPU, MEMORY, DISK, STORAGE], set()),
    "vCenter's own alone": ([CPU, MEMORY, DISK], {"VM Storage Usage"}),
    "no CPU": ([MEMORY, DISK, STORAGE], {"Virtual machine CPU usage"}),
    "disabled": ([replace(CPU, enabled=False), MEMORY, DISK, STORAGE], set()),
    "of a part": ([replace(CPU, everywhere=False), MEMORY, DISK, STORAGE], set()),
    "other thresholds": ([replace(CPU, red=50.0), MEMORY, DISK, STORAGE], set()),
    "another alarm of the same figure": ([replace(CPU, system_name="", name="Busy"), MEMORY, DISK, STORAGE], set()),
    "another one that is disabled": (
        [replace(CPU, system_name="", name="Busy", enabled=False), MEMORY, DISK, STORAGE],
        {"Virtual machine CPU usage"},
    ),
    "the same figure of a host": (
        [replace(CPU, system_name="", name="Host CPU", entity_kind="HostSystem"), MEMORY, DISK, STORAGE],
        {"Virtual machine CPU usage"},
    ),
    "the name on another kind of object": (
        [replace(CPU, entity_kind="HostSystem"), MEMORY, DISK, STORAGE],
        {"Virtual machine CPU usage"},
    ),
}


@pytest.mark.parametrize(("there", "wanted"), MISSING.values(), ids=MISSING.keys())
def test_only_what_nothing_watches_is_missing(there: list[AlarmDefinition], wanted: set[str]) -> None:
    assert {one.name for one in missing(there, SETTINGS)} == wanted


NOTES = {
    "as the file says": (replace(CPU, red=95.0, sustain_s=600), ()),
    "other thresholds": (
        CPU,
        (f'"CPU-Auslastung" turns {thresholds(CPU)}; the file says red over 95 %, yellow over 75 %, for 10 min.',),
    ),
    "on no figure": (replace(CPU, metric="", red=None, yellow=None), ()),
    "disabled": (
        replace(CPU, red=95.0, sustain_s=600, enabled=False),
        ('"CPU-Auslastung" is disabled, so it never turns red: enable it in vCenter.',),
    ),
    "of a part": (
        replace(CPU, red=95.0, sustain_s=600, everywhere=False),
        ('"CPU-Auslastung" watches only the part of the inventory that it is defined on.',),
    ),
    "answered by nobody": (replace(CPU, system_name="", name="Busy"), ()),
}


@pytest.mark.parametrize(("there", "notes"), NOTES.values(), ids=NOTES.keys())
def test_what_a_person_may_want_to_change_is_told(there: AlarmDefinition, notes: tuple[str, ...]) -> None:
    assert review([there], SETTINGS)[0].notes == notes


def test_a_second_alarm_of_the_figure_beside_one_that_is_answered_is_a_persons_own() -> None:
    found = review([replace(CPU, red=95.0, sustain_s=600), replace(CPU, system_name="", name="Busy")], SETTINGS)[0]

    assert (found.is_missing, found.notes) == (False, ())


def test_a_name_that_the_file_has_chosen_is_the_name_that_is_made() -> None:
    playbook = PlaybookSettings(name=PlaybookName.ADD_CPU, alarms=("alarm.VmCPUUsageAlarm", "Web is busy"))

    (wanted,) = missing([], replace(SETTINGS, playbooks=(playbook,)))

    assert wanted.name == "Web is busy"


def answering(*alarms: str) -> RemediationSettings:
    """add-cpu alone, answering these."""
    return replace(SETTINGS, playbooks=(PlaybookSettings(name=PlaybookName.ADD_CPU, alarms=alarms),))


HOST = definition(name="Host is busy", system_name="alarm.HostCPUUsageAlarm", entity_kind="HostSystem")
SHIPPED = 'Add alarm.VmCPUUsageAlarm ("CPU-Auslastung") to its `alarms`: that one watches the VM CPU.'
TAKEN = "None can be made either, since another alarm has that name: put one into its `alarms` that no alarm has yet."
DEAF = {
    "a name that is nobody's": (("Web is bussy",), [CPU, HOST], '"Web is bussy"', SHIPPED),
    "the name of a host's": (("Host is busy",), [CPU, HOST], '"Host is busy"', SHIPPED),
    "a person's own watches it": (
        ("alarm.VmCPUUsageAlarm",),
        [replace(CPU, system_name="", name="Busy")],
        '"alarm.VmCPUUsageAlarm"',
        'Add "Busy" to its `alarms`: that one watches the VM CPU.',
    ),
    "the names are taken": (("HOST IS BUSY", "Disk"), [HOST, DISK], '"HOST IS BUSY" or "Disk"', TAKEN),
}


@pytest.mark.parametrize(("alarms", "there", "names", "way_out"), DEAF.values(), ids=DEAF.keys())
def test_a_playbook_that_answers_nothing_is_told_with_the_way_out_and_nothing_is_offered(
    alarms: tuple[str, ...], there: list[AlarmDefinition], names: str, way_out: str
) -> None:
    (found,) = review(there, answering(*alarms))

    fact = f"The playbook add-cpu answers nothing here: no alarm on a VM is called {names}."
    assert (found.problem, found.is_missing) == (f"{fact} {way_out}", False)


def test_of_several_names_one_that_is_free_is_made() -> None:
    known = answering("Host is busy", "alarm.VmCPUUsageAlarm", "Web is busy")

    assert [one.name for one in missing([HOST], known)] == ["Web is busy"]
    assert [one.name for one in missing([HOST, replace(HOST, name="web is busy")], known)] == [
        "Virtual machine CPU usage"
    ]


def test_a_playbook_that_answers_something_or_may_soon_has_no_problem() -> None:
    assert [one.problem for one in (*review([CPU], SETTINGS), *review([], SETTINGS))] == [None] * 8


def test_thresholds_are_said_in_their_unit() -> None:
    assert thresholds(WANTED["VM Storage Usage"]) == "red over 750 GiB, yellow over 400 GiB"
    assert thresholds(replace(CPU, unit=ThresholdUnit.RAW, yellow=None, sustain_s=0)) == "red over 90"
    assert thresholds(STORAGE) == "on no figure"
