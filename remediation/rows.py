"""Incidents, remedies and decisions as the JSON of their rows, and back: the one place that knows that form. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from operations.record.incident_rows import DecisionRow, IncidentRow, RemedyRow, SwitchRow
from remediation.model import (
    Decided,
    Dropped,
    Incident,
    IncidentState,
    Mode,
    Outcome,
    PlaybookName,
    Remedy,
    RemedyState,
    Switch,
    VerdictKind,
)
from vsphere.model import AlarmStatus, Ref, TriggeredAlarm

Data = Mapping[str, Any]


def incident_row(incident: Incident) -> IncidentRow:
    """What is asked for by column stands in columns as well."""
    return IncidentRow(
        id=incident.id,
        key=incident.key,
        version=incident.version,
        state=incident.state.value,
        entity=str(incident.alarm.entity),
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
        look_at=incident.look_at,
        operation_id=incident.operation_id,
        data={
            "alarm": _alarm(incident.alarm),
            "entity_name": incident.entity_name,
            "playbook": incident.playbook.value if incident.playbook else None,
            "cluster": _text(incident.cluster),
            "round": incident.round,
            "decided": None if incident.decided is None else decided_data(incident.decided),
            "storm": incident.storm,
            "reddened": [at.isoformat() for at in incident.reddened],
        },
    )


def read_incident(row: IncidentRow) -> Incident:
    """What `incident_row` wrote."""
    data = row.data
    return Incident(
        id=row.id,
        key=row.key,
        version=row.version,
        state=IncidentState(row.state),
        alarm=_read_alarm(data["alarm"]),
        entity_name=data["entity_name"],
        playbook=PlaybookName(data["playbook"]) if data["playbook"] else None,
        cluster=_ref(data["cluster"]),
        round=data["round"],
        look_at=row.look_at,
        operation_id=row.operation_id,
        decided=None if data["decided"] is None else read_decided(data["decided"]),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        storm=data["storm"],
        reddened=tuple(datetime.fromisoformat(at) for at in data["reddened"]),
    )


def remedy_row(remedy: Remedy) -> RemedyRow:
    """The same for a remedy."""
    return RemedyRow(
        key=remedy.key,
        incident_id=remedy.incident_id,
        operation_id=remedy.operation_id,
        state=remedy.state.value,
        at=remedy.at,
        ended_at=remedy.ended_at,
        checked=remedy.checked,
        data={
            "playbook": remedy.playbook.value,
            "mode": remedy.mode.value,
            "vm": str(remedy.vm),
            "vm_name": remedy.vm_name,
            "cluster": _text(remedy.cluster),
            "datastore": _text(remedy.datastore),
            "target": _text(remedy.target),
            "summary": remedy.summary,
            "began_at": remedy.began_at.isoformat() if remedy.began_at else None,
            "approved_by": list(remedy.approved_by),
            "before": dict(remedy.before),
            "after": dict(remedy.after),
            "outcome": remedy.outcome.value if remedy.outcome else None,
            "dropped": remedy.dropped.value if remedy.dropped else None,
        },
    )


def read_remedy(row: RemedyRow) -> Remedy:
    """What `remedy_row` wrote."""
    data = row.data
    return Remedy(
        key=row.key,
        incident_id=row.incident_id,
        operation_id=row.operation_id,
        playbook=PlaybookName(data["playbook"]),
        mode=Mode(data["mode"]),
        vm=Ref.parse(data["vm"]),
        vm_name=data["vm_name"],
        cluster=_ref(data["cluster"]),
        datastore=_ref(data["datastore"]),
        target=_ref(data["target"]),
        summary=data["summary"],
        state=RemedyState(row.state),
        at=row.at,
        # Rows of earlier versions don't tell.
        began_at=datetime.fromisoformat(data["began_at"]) if data.get("began_at") else None,
        ended_at=row.ended_at,
        approved_by=tuple(data["approved_by"]),
        before=MappingProxyType(data["before"]),
        after=MappingProxyType(data["after"]),
        outcome=Outcome(data["outcome"]) if data["outcome"] else None,
        dropped=Dropped(data["dropped"]) if data.get("dropped") else None,
        checked=row.checked,
    )


def decision_row(incident: Incident, decided: Decided) -> DecisionRow:
    """A decision as `why` finds it: by what it is about."""
    return DecisionRow(
        incident_id=incident.id,
        entity=str(incident.alarm.entity),
        at=decided.at,
        data={"alarm": incident.alarm.name, **decided_data(decided)},
    )


def decided_data(decided: Decided) -> dict[str, Any]:
    """A decision as JSON-like data."""
    return {
        "verdict": decided.verdict.value,
        "reason": decided.reason,
        "guard": decided.guard,
        "at": decided.at.isoformat(),
        "summary": decided.summary,
        "command": decided.command,
        "way_out": decided.way_out,
    }


def read_decided(data: Data) -> Decided:
    """What `decided_data` wrote."""
    return Decided(
        verdict=VerdictKind(data["verdict"]),
        reason=data["reason"],
        guard=data["guard"],
        at=datetime.fromisoformat(data["at"]),
        summary=data["summary"],
        command=data["command"],
        way_out=data["way_out"],
    )


def switch_row(switch: Switch) -> SwitchRow:
    """A switch has no JSON in it."""
    return SwitchRow(key=switch.key, value=switch.value, by=switch.by, at=switch.at)


def read_switch(row: SwitchRow) -> Switch:
    """What `switch_row` wrote."""
    return Switch(key=row.key, value=row.value, by=row.by, at=row.at)


def _alarm(alarm: TriggeredAlarm) -> dict[str, Any]:
    return {
        "key": alarm.key,
        "alarm": str(alarm.alarm),
        "name": alarm.name,
        "system_name": alarm.system_name,
        "entity": str(alarm.entity),
        "entity_kind": alarm.entity_kind,
        "status": alarm.status.value,
        "triggered_at": alarm.triggered_at.isoformat(),
        "acknowledged": alarm.acknowledged,
        "acknowledged_by": alarm.acknowledged_by,
    }


def _read_alarm(data: Data) -> TriggeredAlarm:
    return TriggeredAlarm(
        key=data["key"],
        alarm=Ref.parse(data["alarm"]),
        name=data["name"],
        system_name=data["system_name"],
        entity=Ref.parse(data["entity"]),
        entity_kind=data["entity_kind"],
        status=AlarmStatus(data["status"]),
        triggered_at=datetime.fromisoformat(data["triggered_at"]),
        acknowledged=data["acknowledged"],
        acknowledged_by=data["acknowledged_by"],
    )


def _text(ref: Ref | None) -> str | None:
    return None if ref is None else str(ref)


def _ref(text: str | None) -> Ref | None:
    return None if text is None else Ref.parse(text)
