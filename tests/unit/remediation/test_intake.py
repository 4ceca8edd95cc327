"""What is triggered now against what is open: what begins, goes on and is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation.intake import closed, intake, is_due_for_reading
from remediation.model import Incident, IncidentState, PlaybookName
from remediation.settings import SHIPPED_ALARMS, PlaybookSettings
from tests.unit.remediation.samples import CLUSTER, NOW, VM, ago, alarm, incident
from vsphere.model import AlarmStatus, Ref, TriggeredAlarm

PLAYBOOKS = tuple(PlaybookSettings(name=name, alarms=SHIPPED_ALARMS[name]) for name in PlaybookName)
YELLOW = alarm(status=AlarmStatus.YELLOW)


class Scene:
    """A vCenter whose clock is a minute ahead, with one VM or none."""

    def __init__(self, *, is_empty: bool = False) -> None:
        self._is_empty = is_empty

    def entity_name(self, entity: Ref) -> str | None:
        """See `intake.Scene.entity_name`."""
        return "web-01" if entity == VM and not self._is_empty else None

    def cluster_of(self, entity: Ref) -> Ref | None:
        """See `intake.Scene.cluster_of`."""
        return CLUSTER if entity == VM else None

    def time_offset(self) -> timedelta:
        """See `intake.Scene.time_offset`."""
        return timedelta(minutes=1)


def compare(
    alarms: list[TriggeredAlarm], opened: list[Incident], scene: Scene | None = None, *, goes_on: bool = False
) -> tuple[list[Incident], list[tuple[Incident, str]], list[str]]:
    found = intake(alarms, opened, scene=scene or Scene(), playbooks=PLAYBOOKS, now=NOW, goes_on=lambda _: goes_on)
    return list(found.new), [(one.after, one.reason) for one in found.changes], [one.id for one in found.calm]


def test_a_red_alarm_that_a_playbook_answers_becomes_an_incident_as_of_when_it_turned_red() -> None:
    (made,), changes, _ = compare([alarm()], [])

    assert made == replace(
        incident(key="lab/alarm-6/vm-1/2026-11-26T13:55:00+00:00", cluster=CLUSTER, opened_at=ago(minutes=6)),
        id=made.id,
    )
    assert (made.id[0], len(made.id), changes) == ("I", 7, [])


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(YELLOW, id="yellow"),
        pytest.param(alarm(system_name="alarm.Other", name="Other"), id="nobody's alarm"),
        pytest.param(alarm(entity_kind="HostSystem"), id="on a host"),
    ],
)
def test_other_alarms_open_nothing_and_are_not_read_anew(seen: TriggeredAlarm) -> None:
    assert compare([seen], []) == ([], [], [])
    assert not is_due_for_reading([seen], [], PLAYBOOKS)


def test_a_time_that_lies_ahead_by_our_clock_is_now() -> None:
    (made,), _, _ = compare([alarm(triggered_at=NOW + timedelta(hours=1))], [])

    assert made.opened_at == NOW


def test_what_is_as_it_was_changes_nothing() -> None:
    assert compare([alarm()], [incident()]) == ([], [], [])
    assert not is_due_for_reading([alarm()], [incident()], PLAYBOOKS)


@pytest.mark.parametrize("alarms", [[], [alarm(status=AlarmStatus.GREEN)]], ids=["gone", "green"])
def test_an_alarm_that_is_over_closes_its_incident(alarms: list[TriggeredAlarm]) -> None:
    assert is_due_for_reading(alarms, [incident()], PLAYBOOKS)
    _, ((after, reason),), _ = compare(alarms, [incident()])

    assert (after.state, after.closed_at, after.look_at) == (IncidentState.CLOSED, NOW, None)
    assert reason == "The alarm Virtual machine CPU usage on web-01 has cleared."


def test_a_vm_that_is_gone_closes_its_incident_and_says_so() -> None:
    _, ((after, reason),), _ = compare([], [incident()], Scene(is_empty=True))

    assert (after.state, reason) == (IncidentState.CLOSED, "web-01 is no longer in vCenter lab.")


def test_yellow_goes_on_and_red_again_is_another_time() -> None:
    _, ((yellow, _),), _ = compare([YELLOW], [incident(look_at=None)])
    red_again = alarm(triggered_at=ago(minutes=2))
    _, ((red, _),), _ = compare([red_again], [yellow])

    assert (yellow.state, yellow.alarm, yellow.look_at, yellow.reddened) == (IncidentState.OPEN, YELLOW, NOW, ())
    assert (red.alarm, red.reddened) == (red_again, (ago(minutes=3),))


def test_an_acknowledged_alarm_is_looked_at_at_once() -> None:
    seen = alarm(acknowledged=True, acknowledged_by="ann")

    _, ((after, _),), _ = compare([seen], [incident(look_at=None)])

    assert (after.alarm, after.look_at) == (seen, NOW)


@pytest.mark.parametrize(("alarms", "calm"), [([], ["I7F3K"]), ([YELLOW], ["I7F3K"]), ([alarm()], [])])
def test_what_is_under_way_is_neither_changed_nor_closed_but_told_of_where_the_alarm_is_red_no_more(
    alarms: list[TriggeredAlarm], calm: list[str]
) -> None:
    assert compare(alarms, [incident(state=IncidentState.ACTING)]) == ([], [], calm)


def test_what_was_begun_and_is_not_at_its_end_outlives_its_alarm_and_is_looked_at_at_once() -> None:
    _, ((after, reason),), _ = compare([], [incident(look_at=None)], goes_on=True)
    again = compare([], [after], goes_on=True)
    _, ((over, why),), _ = compare([], [after])

    assert (after.state, after.alarm.status, after.look_at, reason) == (IncidentState.OPEN, AlarmStatus.GREEN, NOW, "")
    assert again == ([], [], [])
    assert not is_due_for_reading([], [after], PLAYBOOKS)
    assert (over.state, why) == (IncidentState.CLOSED, "The alarm Virtual machine CPU usage on web-01 has cleared.")


@pytest.mark.parametrize("alarms", [[], [YELLOW]])
def test_what_is_under_way_is_not_called_off_where_it_goes_on_without_its_alarm(alarms: list[TriggeredAlarm]) -> None:
    assert compare(alarms, [incident(state=IncidentState.ACTING)], goes_on=True) == ([], [], [])


def test_what_went_on_and_turns_red_again_counts_as_another_time() -> None:
    green = incident(alarm=alarm(status=AlarmStatus.GREEN))

    _, ((after, _),), _ = compare([alarm(triggered_at=ago(minutes=2))], [green], goes_on=True)

    assert after.reddened == (ago(minutes=3),)


def test_of_two_incidents_about_one_alarm_the_older_one_stays() -> None:
    newer = incident(id="I9", key="lab/alarm-6/vm-1/later")

    _, ((after, reason),), _ = compare([alarm()], [incident(), newer])

    assert (after.id, after.state, reason) == ("I9", IncidentState.CLOSED, "I7F3K is about the same alarm.")


def test_an_incident_that_is_closed_is_looked_at_no_more() -> None:
    change = closed(incident(), "It is over.", NOW)

    assert (change.before, change.after.look_at, change.reason) == (incident(), None, "It is over.")
