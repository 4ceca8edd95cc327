"""From an alarm that turns red to the write in vCenter, and to the alarm that turns green."""

from remediation.model import IncidentState, RemedyState, VerdictKind
from tests.integration.remediation.ward import MEMORY, Ward


def test_a_red_cpu_alarm_brings_one_vcpu_and_the_incident_ends_with_the_alarm(ward: Ward) -> None:
    ward.small()
    ward.turn_red()

    ward.look()
    operation = ward.operation()
    ward.look()

    assert (operation.actor.id, operation.summary) == ("add-cpu", "Resize web-01")
    assert ward.writes() == ["ReconfigVM_Task"]
    assert ward.estate.vm("web-01").cpus == 3
    remedy, incident = ward.remedy(), ward.incident()
    assert (remedy.state, remedy.operation_id, remedy.summary) == (
        RemedyState.SUCCEEDED,
        operation.id,
        "Add 1 vCPU to web-01 (2 → 3)",
    )
    assert (incident.state, ward.decided().verdict, ward.decided().guard) == (
        IncidentState.OPEN,
        VerdictKind.WAIT,
        "cooldown",
    )
    ward.turn_green()
    ward.look()
    assert ward.is_over(incident.id)
    assert ward.operations.audit.verify() == []


def test_a_red_memory_alarm_brings_two_gigabytes(ward: Ward) -> None:
    ward.small()

    ward.help(alarm=MEMORY)

    assert ward.estate.vm("web-01").memory_mib == 6144
