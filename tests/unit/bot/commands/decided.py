"""Decisions of remediation on the record that all desks share."""

from dataclasses import replace
from datetime import timedelta

from remediation.model import Decided, Incident, VerdictKind
from remediation.record import Change, RemediationRecord
from tests.unit.bot.desk import Desk
from tests.unit.remediation import samples
from vsphere.clock import SystemClock
from vsphere.model import Ref


def record_of(desk: Desk) -> RemediationRecord:
    """Another hand on the desk's record."""
    return RemediationRecord(desk.context.operations.incidents, clock=SystemClock(), comparisons=2)


def incident(desk: Desk, entity: Ref) -> Incident:
    """Red for five minutes."""
    at = SystemClock().now() - timedelta(minutes=5)
    vm = desk.context.sites.of(entity).inventory.vm(entity)
    assert vm is not None
    return samples.incident(
        id=f"I{entity.moref[3:]}{at:%S%f}",
        key=f"{entity}/{at.isoformat()}",
        alarm=samples.alarm(entity=entity, triggered_at=at),
        entity_name=vm.name,
        opened_at=at,
    )


def decide(desk: Desk, entity: Ref, *verdicts: tuple[VerdictKind, str | None, str]) -> None:
    """Put an incident on record, and these decisions about it, one a second: verdict, guard rail, reason."""
    record = record_of(desk)
    (opened,) = record.open([incident(desk, entity)])
    for number, (verdict, guard, reason) in enumerate(verdicts):
        at = SystemClock().now() + timedelta(seconds=number)
        after = replace(opened, decided=Decided(verdict=verdict, guard=guard, reason=reason, at=at))
        (opened,) = record.save([Change(before=opened, after=after)])
