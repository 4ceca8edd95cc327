"""Whether the tables of remediation still say what its events said; the same as `agreement` for operations. Pure."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from operations.model import Event
from operations.record.agreement import UNTOLD
from operations.record.chain import read_time, write_time
from operations.record.database import to_json
from operations.record.incident_rows import (
    read_decision,
    read_incident,
    read_remedy,
    read_switch,
    readable,
)
from operations.record.rows import Row
from operations.record.seals import Seals
from operations.record.tables import INCIDENT, REMEDY, SWITCH

_CLOSED: Final = "closed"
_RETURNED: Final = "returned"
_DECIDED: Final = "decided"
_ALARM: Final = "alarm"
Told = dict[str, Mapping[str, Any]]
"""What the events said last, by the id or key of what they are about."""
_Said = tuple[Row, Mapping[str, Any]]
"""A row, and what of it events tell in words."""


class IncidentAgreement:
    """Takes the events one by one, then the rows; of what no event tells in words, their seals judge."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals
        self._incidents: Told = {}
        self._remedies: Told = {}
        self._switches: Told = {}
        self._decisions: Counter[tuple[str, str]] = Counter()

    def reading(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events, each remembered on its way."""
        for event in events:
            self._take(event)
            yield event

    def breaks(
        self, *, incidents: Iterable[Row], remedies: Iterable[Row], switches: Iterable[Row], decisions: Iterable[Row]
    ) -> list[str]:
        """Every row, as it is stored, that says something else than its events, one that has none, and what is gone."""
        return [
            *self._compare(INCIDENT.name, self._incidents, _by_key(incidents, "id", _incident)),
            *self._compare(REMEDY.name, self._remedies, _by_key(remedies, "key", _remedy)),
            *self._compare(SWITCH.name, self._switches, _by_key(switches, "key", _switch)),
            *self._of_decisions(decisions),
        ]

    def _take(self, event: Event) -> None:
        family, _, what = event.kind.partition(".")
        match family, what:
            case "incident", "changed":
                # In what only its seal tells.
                pass
            case "incident", _:
                self._add(self._incidents, event, "incident", closed=what == _CLOSED)
                if what == _DECIDED:
                    self._decisions[_decision_of(event)] += 1
                if what == _RETURNED:
                    # Nothing is decided about it yet.
                    self._forget(str(event.data.get("incident")), "decided")
            case "remedy", _:
                self._add(self._remedies, event, "remedy")
            case "switch", "set":
                self._add(self._switches, event, "switch", by=event.actor)
            case "switch", _:
                self._switches.pop(str(event.data.get("switch")), None)

    def _add(self, told: Told, event: Event, name: str, **more: object) -> None:
        key = str(event.data.get(name))
        told[key] = {**told.get(key, {}), **event.data, **more}

    def _forget(self, incident_id: str, name: str) -> None:
        self._incidents[incident_id] = {
            key: value for key, value in self._incidents[incident_id].items() if key != name
        }

    def _compare(self, what: str, told: Told, rows: Mapping[str, _Said]) -> Iterator[str]:
        for key, (row, says) in rows.items():
            said = told.get(key)
            if said is None:
                yield f"{what} {key} was never told of: no event speaks of it"
                continue
            wrong = [name.replace("_", " ") for name, value in says.items() if said.get(name) != value]
            if not wrong and self._seals.is_broken(what, key, row):
                wrong = [UNTOLD]
            if wrong:
                yield f"{what} {key} was changed after it was written: {', '.join(wrong)}"
        yield from (f"{what} {gone} was removed" for gone in sorted(set(told) - set(rows)))

    def _of_decisions(self, rows: Iterable[Row]) -> Iterator[str]:
        left = Counter(self._decisions)
        for row in rows:
            said = _decision(readable(row))
            is_of = self._incidents.get(said[0], {}).get("entity") == row["entity"]
            if is_of and left[said] > 0:
                left[said] -= 1
            else:
                yield f"decision {row['id']} says what no event tells of"
        for (incident_id, _), gone in sorted(left.items()):
            if gone > 0:
                yield f"a decision about incident {incident_id} is not there as it was written"


def _by_key(rows: Iterable[Row], key: str, says: Callable[[Row], Mapping[str, Any]]) -> dict[str, _Said]:
    return {str(row[key]): (row, says(readable(row))) for row in rows}


def _incident(stored: Row) -> Mapping[str, Any]:
    row = read_incident(stored)
    return {
        "key": row.key,
        "entity": row.entity,
        "entity_name": row.data.get("entity_name"),
        "playbook": row.data.get("playbook"),
        "closed": row.state == _CLOSED,
        "decided": row.data.get("decided"),
    }


def _remedy(stored: Row) -> Mapping[str, Any]:
    row = read_remedy(stored)
    return {
        "incident": row.incident_id,
        "state": row.state,
        "checked": row.checked,
        **{name: row.data.get(name) for name in ("vm", "summary", "mode", "outcome")},
    }


def _switch(stored: Row) -> Mapping[str, Any]:
    row = read_switch(stored)
    return {"value": row.value, "by": row.by}


def _decision_of(event: Event) -> tuple[str, str]:
    decided = event.data.get(_DECIDED)
    told = decided if isinstance(decided, Mapping) else {}
    return str(event.data.get(INCIDENT.name)), _digest(read_time(str(told["at"])), told)


def _decision(stored: Row) -> tuple[str, str]:
    row = read_decision(stored)
    # The alarm's name, which the event of the opening tells and nobody reads here.
    told = {name: value for name, value in row.data.items() if name != _ALARM}
    return str(row.incident_id), _digest(row.at, told)


def _digest(at: datetime, told: Mapping[str, Any]) -> str:
    return hashlib.sha256(to_json([write_time(at), told]).encode()).hexdigest()
