"""Operations as rows, and back; for events see `event_rows`. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from operations.model import (
    Actor,
    ActorKind,
    Approval,
    Change,
    Claim,
    Effect,
    Operation,
    Origin,
    Plan,
    Request,
    State,
    Vote,
)
from operations.record.chain import read_time, write_time
from operations.record.database import from_json, to_json
from vsphere.model import Ref

Row = sa.RowMapping | Mapping[str, Any]


def operation_row(operation: Operation, request: Request, *, subject: str) -> dict[str, Any]:
    """A new operation with the request that it answers."""
    return {
        "id": operation.id,
        "key": request.key,
        "version": operation.version,
        "state": operation.state.value,
        "verb": operation.verb,
        "actor_id": operation.actor.id,
        "actor": to_json(_actor(operation.actor)),
        "origin": to_json(_origin(operation.origin)),
        "request": to_json(_request(request)),
        "subject": subject,
        "fingerprint": fingerprint(request, subject=subject),
        "vm": _text(operation.vm),
        "vm_name": operation.vm_name,
        "summary": operation.summary,
        "plan": None if operation.plan is None else to_json(plan_data(operation.plan)),
        "stages": to_json(list(operation.stages)),
        "stage": operation.stage,
        "stages_done": operation.stages_done,
        "percent": operation.percent,
        "text": operation.text,
        "way_out": operation.way_out,
        "rule": operation.rule,
        "task": operation.task,
        "result": _text(operation.result),
        "cancel_requested_by": operation.cancel_requested_by,
        "approval": None if operation.approval is None else to_json(approval_data(operation.approval)),
        "expires_at": _time(operation.expires_at),
        "not_before": _time(operation.not_before),
        "undoes": operation.undoes,
        "undone_by": operation.undone_by,
        "runner": None,
        "attempts": 0,
        "created_at": write_time(operation.created_at),
        "started_at": _time(operation.started_at),
        "finished_at": _time(operation.finished_at),
    }


def replanned_row(plan: Plan, request: Request) -> dict[str, Any]:
    """The columns that change where an operation gets another plan, for another request of the same person."""
    stages = plan.details.get("stages")
    titles = [str(one["stage"]) for one in stages] if isinstance(stages, list) else []
    return {
        "plan": to_json(plan_data(plan)),
        "summary": plan.summary,
        "stages": to_json(titles),
        "request": to_json(_request(request)),
    }


def fingerprint(request: Request, *, subject: str) -> str:
    """What makes two requests the same: verb, VM or name, person, and what was said about it."""
    said = [request.verb, subject, request.actor.id, dict(request.arguments)]
    return hashlib.sha256(to_json(said).encode()).hexdigest()


def read_operation(row: Row) -> Operation:
    """The operation of a row."""
    return Operation(
        id=row["id"],
        version=row["version"],
        verb=row["verb"],
        state=State(row["state"]),
        actor=_read_actor(from_json(row["actor"])),
        origin=Origin(**from_json(row["origin"])),
        vm=_ref(row["vm"]),
        vm_name=row["vm_name"],
        summary=row["summary"],
        plan=None if row["plan"] is None else _read_plan(from_json(row["plan"])),
        stage=row["stage"],
        stages=tuple(from_json(row["stages"])),
        stages_done=row["stages_done"],
        percent=row["percent"],
        text=row["text"],
        way_out=row["way_out"],
        rule=row["rule"],
        task=row["task"],
        result=_ref(row["result"]),
        cancel_requested_by=row["cancel_requested_by"],
        approval=None if row["approval"] is None else _read_approval(from_json(row["approval"])),
        expires_at=_read_time(row["expires_at"]),
        not_before=_read_time(row["not_before"]),
        undoes=row["undoes"],
        undone_by=row["undone_by"],
        created_at=read_time(row["created_at"]),
        started_at=_read_time(row["started_at"]),
        finished_at=_read_time(row["finished_at"]),
    )


def read_request(row: Row) -> Request:
    """The request that an operation answers."""
    data = from_json(row["request"])
    return Request(
        verb=row["verb"],
        actor=_read_actor(from_json(row["actor"])),
        origin=Origin(**from_json(row["origin"])),
        key=row["key"],
        vm=_ref(data["vm"]),
        name=data["name"],
        vcenter=data["vcenter"],
        arguments=MappingProxyType(data["arguments"]),
        reason=data["reason"],
        confirmed=data["confirmed"],
        needs_yes=data.get("needs_yes", False),
        not_before=_read_time(data["not_before"]),
        undoes=data["undoes"],
        asked_at=read_time(data["asked_at"]),
    )


def plan_data(plan: Plan) -> dict[str, Any]:
    """A plan as JSON-like data."""
    return {
        "verb": plan.verb,
        "vm": _text(plan.vm),
        "vm_name": plan.vm_name,
        "summary": plan.summary,
        "effect": plan.effect.value,
        "changes": _changes(plan.changes),
        "warnings": list(plan.warnings),
        "notes": _changes(plan.notes),
        "claim": None if plan.claim is None else asdict(plan.claim),
        "needs_confirmation": plan.needs_confirmation,
        "type_name_to_confirm": plan.type_name_to_confirm,
        "unchanged": plan.unchanged,
        "details": dict(plan.details),
        "hash": plan.hash,
    }


def _read_plan(data: Row) -> Plan:
    return Plan(
        verb=data["verb"],
        vm=_ref(data["vm"]),
        vm_name=data["vm_name"],
        summary=data["summary"],
        effect=Effect(data["effect"]),
        changes=_read_changes(data["changes"]),
        warnings=tuple(data["warnings"]),
        notes=_read_changes(data["notes"]),
        claim=None if data["claim"] is None else Claim(**data["claim"]),
        needs_confirmation=data["needs_confirmation"],
        type_name_to_confirm=data["type_name_to_confirm"],
        unchanged=data["unchanged"],
        details=MappingProxyType(data["details"]),
        hash=data["hash"],
    )


def approval_data(approval: Approval) -> dict[str, Any]:
    """An approval as JSON-like data."""
    return {
        "rule": approval.rule,
        "reason": approval.reason,
        "votes_needed": approval.votes_needed,
        "groups": list(approval.groups),
        "users": list(approval.users),
        "channel": approval.channel,
        "votes": [
            {"actor": _actor(one.actor), "at": write_time(one.at), "plan_hash": one.plan_hash} for one in approval.votes
        ],
        "why": approval.why,
        "change_version": approval.change_version,
        "asked": approval.asked,
        "lowered_by": None if approval.lowered_by is None else _actor(approval.lowered_by),
        "reminded": approval.reminded,
        "decided_by": None if approval.decided_by is None else _actor(approval.decided_by),
        "decided_at": _time(approval.decided_at),
    }


def _read_approval(data: Row) -> Approval:
    votes = [
        Vote(actor=_read_actor(one["actor"]), at=read_time(one["at"]), plan_hash=one["plan_hash"])
        for one in data["votes"]
    ]
    return Approval(
        rule=data["rule"],
        reason=data["reason"],
        votes_needed=data["votes_needed"],
        groups=tuple(data["groups"]),
        users=tuple(data["users"]),
        channel=data["channel"],
        votes=tuple(votes),
        why=data["why"],
        change_version=data["change_version"],
        asked=data["asked"],
        lowered_by=None if data["lowered_by"] is None else _read_actor(data["lowered_by"]),
        reminded=data["reminded"],
        decided_by=None if data["decided_by"] is None else _read_actor(data["decided_by"]),
        decided_at=_read_time(data["decided_at"]),
    )


def _changes(changes: tuple[Change, ...]) -> list[list[str]]:
    return [[one.label, one.before, one.after] for one in changes]


def _read_changes(data: list[list[str]]) -> tuple[Change, ...]:
    return tuple(Change(label=label, before=before, after=after) for label, before, after in data)


def _actor(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "name": actor.name,
        "kind": actor.kind.value,
        "groups": sorted(actor.groups),
        "is_guest": actor.is_guest,
        "is_stranger": actor.is_stranger,
    }


def _read_actor(data: Row) -> Actor:
    return Actor(
        id=data["id"],
        name=data["name"],
        kind=ActorKind(data["kind"]),
        groups=frozenset(data["groups"]),
        is_guest=data["is_guest"],
        is_stranger=data["is_stranger"],
    )


def _origin(origin: Origin) -> dict[str, Any]:
    return {"channel": origin.channel, "channel_name": origin.channel_name, "is_direct": origin.is_direct}


def _request(request: Request) -> dict[str, Any]:
    return {
        "vm": _text(request.vm),
        "name": request.name,
        "vcenter": request.vcenter,
        "arguments": dict(request.arguments),
        "reason": request.reason,
        "confirmed": request.confirmed,
        "needs_yes": request.needs_yes,
        "not_before": _time(request.not_before),
        "undoes": request.undoes,
        "asked_at": write_time(request.asked_at),
    }


def _text(ref: Ref | None) -> str | None:
    return None if ref is None else str(ref)


def _ref(text: str | None) -> Ref | None:
    return None if text is None else Ref.parse(text)


def _time(at: datetime | None) -> str | None:
    return None if at is None else write_time(at)


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else read_time(text)
