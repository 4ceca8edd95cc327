"""The remediation tables as the values that the package takes: the defaults are those of design §7."""

from dataclasses import asdict
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from bot.config import translate
from bot.config.remediation import RemediationTable
from remediation.model import Mode, PlaybookName
from remediation.settings import (
    SHIPPED_ALARMS,
    ApproverSettings,
    Calendar,
    GuardSettings,
    PlaybookSettings,
    ReliefSettings,
    RemediationSettings,
    ThresholdSettings,
)


def test_an_empty_table_is_four_playbooks_that_recommend_with_the_numbers_of_the_design() -> None:
    settings = translate.remediation(RemediationTable())

    playbooks = tuple(PlaybookSettings(name=name, alarms=SHIPPED_ALARMS[name]) for name in PlaybookName)
    assert settings == RemediationSettings(playbooks=playbooks)
    assert {playbook.mode for playbook in settings.playbooks} == {Mode.RECOMMEND}


def test_the_numbers_of_the_file_and_of_the_values_are_the_same_by_default() -> None:
    table = RemediationTable()

    assert table.guards.model_dump() == asdict(GuardSettings())
    assert table.relief.model_dump() == asdict(ReliefSettings())
    assert table.approvers.model_dump() == asdict(ApproverSettings())
    assert table.thresholds.model_dump() == asdict(ThresholdSettings())


def test_what_is_given_of_one_playbook_leaves_the_others_as_they_are() -> None:
    given = {"name": "add-memory", "mode": "auto", "step_memory_gib": 1.5, "max_memory_gib": 64}

    settings = translate.remediation(RemediationTable.model_validate({"playbook": [given], "look_every": "20s"}))

    by_name = {playbook.name: playbook for playbook in settings.playbooks}
    memory = by_name[PlaybookName.ADD_MEMORY]
    assert (memory.mode, memory.step_memory_mib, memory.max_memory_mib) == (Mode.AUTO, 1536, 64 * 1024)
    assert memory.alarms == ("alarm.VmMemoryUsageAlarm",)
    assert by_name[PlaybookName.ADD_CPU].mode is Mode.RECOMMEND
    assert settings.look_every == timedelta(seconds=20)


def test_a_calendar_has_its_days_as_numbers_from_monday_on() -> None:
    given = {
        "name": "w",
        "kind": "allow",
        "days": ["sat", "sun"],
        "start": "22:00",
        "end": "04:00",
        "zone": "Europe/Berlin",
    }

    (calendar,) = translate.remediation(RemediationTable.model_validate({"calendar": [given]})).calendars

    zone = ZoneInfo("Europe/Berlin")
    assert calendar == Calendar(name="w", kind="allow", days=frozenset({5, 6}), start=time(22), end=time(4), zone=zone)
