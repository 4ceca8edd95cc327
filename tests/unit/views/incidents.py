"""Incidents with all that their cards tell: plain values for the tests of views."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.telling import Story
from operations.model import Effect, Operation, Plan, State
from operations.terms import Window
from remediation.model import (
    Decided,
    Incident,
    IncidentState,
    Remedy,
    VerdictKind,
)
from tests.unit.remediation import samples
from tests.unit.remediation.samples import NOW
from tests.unit.views.samples import DONE

NIGHT = Window(start=time(22), end=time(5), zone=ZoneInfo("Europe/Berlin"))
SUMMARY = "Add 1 vCPU to web-01 (2 → 3)"


def decided(verdict: VerdictKind, reason: str = "Because.", **more: Any) -> Decided:
    values: dict[str, Any] = {"summary": SUMMARY, "command": "transform web-01 cpu=3", "at": NOW} | more
    return Decided(verdict=verdict, reason=reason, **values)


def story(incident: Incident, *remedies: Remedy, owner: str | None = None, **operations: Operation) -> Story:
    return Story(incident=incident, remedies=remedies, operations=operations, owner=owner, tonight=NIGHT)


def open_(verdict: VerdictKind, reason: str = "Because.", **more: Any) -> Incident:
    return samples.incident(decided=decided(verdict, reason, **more))


def closed(**more: Any) -> Incident:
    values: dict[str, Any] = {
        "state": IncidentState.CLOSED,
        "closed_at": NOW + timedelta(minutes=12),
        "look_at": None,
    } | more
    return samples.incident(**values)


def remedied(**changes: Any) -> Remedy:
    values: dict[str, Any] = {"operation_id": "R7F3K", "summary": SUMMARY, "incident_id": "I7F3K"} | changes
    return samples.remedy(**values)


def undoable(**changes: Any) -> Operation:
    plan = Plan(
        verb="transform",
        vm=samples.VM,
        vm_name="web-01",
        summary="Resize web-01",
        effect=Effect.NONE,
        details={"undo_s": 3600},
        hash="a" * 64,
    )
    values: dict[str, Any] = {"id": "R7F3K", "plan": plan, "state": State.SUCCEEDED, "finished_at": NOW} | changes
    return replace(DONE, **values)
