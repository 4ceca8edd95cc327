"""Whether the table of operations still says what the events said: a row can be edited, the chain can't. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from operations.model import Event, State
from operations.record.database import from_json, to_json
from operations.record.rows import Row
from operations.record.seals import Seals
from operations.record.tables import OPERATION

UNTOLD: Final = "something that no event tells in words"
"""What was changed where a row's seal alone shows it."""
_FIRST: Final = frozenset({"operation.requested", "operation.refused", "operation.already_so"})
_STATES: Final = MappingProxyType(
    {
        "operation.already_so": State.SUCCEEDED.value,
        "operation.started": State.RUNNING.value,
        **{f"operation.{state.value}": state.value for state in State},
    }
)
"""The state that an event brings an operation into; other events bring it into none."""
_UNKNOWN: Final = object()
"""What no event has told, so that anything agrees with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What a row must say by the events so far."""

    actor: object
    verb: object
    subject: object
    rule: object
    state: str
    plan_hash: object
    plan: object
    """A digest of the whole plan."""
    vm: object
    text: object = _UNKNOWN
    way_out: object = _UNKNOWN


class Agreement:
    """Takes the events one by one, then the rows; of what no event tells in words, their seals judge."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals
        self._told: dict[str, _Told] = {}

    def reading(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events, each remembered on its way."""
        for event in events:
            self._take(event)
            yield event

    def breaks(self, rows: Iterable[Row]) -> list[str]:
        """Every row that says something else than its events, one that has none, and those that are gone."""
        problems, left = [], set(self._told)
        for row in rows:
            left.discard(row["id"])
            told = self._told.get(row["id"])
            if told is None:
                problems.append(f"operation {row['id']} was never asked for: no event tells of it")
                continue
            wrong = [name for name, wanted, has in _pairs(told, row) if wanted is not _UNKNOWN and wanted != has]
            if not wrong and self._seals.is_broken(OPERATION.name, row["id"], row):
                wrong = [UNTOLD]
            if wrong:
                problems.append(f"operation {row['id']} was changed after it was written: {', '.join(wrong)}")
        return problems + [f"operation {gone} was removed" for gone in sorted(left)]

    def _take(self, event: Event) -> None:
        if event.operation_id is None:
            return
        told = self._told.get(event.operation_id)
        if told is None:
            if event.kind in _FIRST:
                self._told[event.operation_id] = _first(event)
            return
        if event.kind == "approval.lowered":
            # Events of earlier versions tell the hash of the new plan alone.
            plan = event.data.get("whole_plan")
            digest = _UNKNOWN if plan is None else _digest(plan)
            told = replace(told, plan_hash=event.data.get("plan", _UNKNOWN), plan=digest)
        state = _STATES.get(event.kind)
        if state is not None:
            told = replace(told, state=state, text=event.data.get("text", told.text))
            told = replace(told, way_out=event.data.get("way_out", told.way_out))
        self._told[event.operation_id] = told


def _first(event: Event) -> _Told:
    data, plan = event.data, event.data.get("plan")
    planned: Mapping[str, object] | None = plan if isinstance(plan, Mapping) else None
    waits = data.get("approval") is not None
    asked = State.AWAITING_APPROVAL.value if waits else State.QUEUED.value
    said = _UNKNOWN if planned is None else planned.get("unchanged") or ""
    return _Told(
        actor=event.actor,
        verb=data.get("verb"),
        subject=data.get("subject"),
        rule=data.get("rule"),
        state=asked if event.kind == "operation.requested" else _STATES[event.kind],
        plan_hash=None if planned is None else planned.get("hash"),
        plan=_digest(plan),
        vm=_UNKNOWN if planned is None else planned.get("vm"),
        text=data.get("decision") if event.kind == "operation.refused" else said,
    )


def _pairs(told: _Told, row: Row) -> Iterator[tuple[str, object, object]]:
    actor, plan = _read(row["actor"]), None if row["plan"] is None else _read(row["plan"])
    yield "state", told.state, row["state"]
    yield "actor", told.actor, row["actor_id"]
    yield "who that is", told.actor, actor.get("id")
    yield "verb", told.verb, row["verb"]
    yield "subject", told.subject, row["subject"]
    yield "VM", told.vm, row["vm"]
    yield "plan's hash", told.plan_hash, None if plan is None else plan.get("hash")
    yield "plan", told.plan, _digest(plan)
    yield "rule", told.rule, row["rule"]
    yield "text", told.text, row["text"]
    yield "way out", told.way_out, row["way_out"]


def _read(text: object) -> Mapping[str, Any]:
    """A column as JSON; what can't be read, or is not stored as it was written, agrees with nothing."""
    try:
        data = from_json(str(text))
        as_written = to_json(data) == text
    except (ValueError, RecursionError):
        data, as_written = None, False
    return data if as_written and isinstance(data, dict) else {"unreadable": repr(text)}


def _digest(plan: object) -> str:
    return hashlib.sha256(to_json(plan).encode(errors="surrogateescape")).hexdigest()
