"""Whether the tables of remediation still say what its events said; the same as `agreement` for operations. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from operations.model import Event
from operations.record.incident_rows import IncidentRow, RemedyRow, SwitchRow

_CLOSED: Final = "closed"
_RETURNED: Final = "returned"
Told = dict[str, Mapping[str, Any]]
"""What the events said last, by the id or key of what they are about."""


class IncidentAgreement:
    """Takes the events one by one, then the rows."""

    def __init__(self) -> None:
        self._incidents: Told = {}
        self._remedies: Told = {}
        self._switches: Told = {}

    def reading(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events, each remembered on its way."""
        for event in events:
            self._take(event)
            yield event

    def breaks(
        self, incidents: Iterable[IncidentRow], remedies: Iterable[RemedyRow], switches: Iterable[SwitchRow]
    ) -> list[str]:
        """Every row that says something else than its events, one that has none, and those that are gone."""
        return [
            *_compare("incident", self._incidents, {row.id: _incident(row) for row in incidents}),
            *_compare("remedy", self._remedies, {row.key: _remedy(row) for row in remedies}),
            *_compare("switch", self._switches, {row.key: {"value": row.value, "by": row.by} for row in switches}),
        ]

    def _take(self, event: Event) -> None:
        family, _, what = event.kind.partition(".")
        match family, what:
            case "incident", _:
                self._add(self._incidents, event, "incident", closed=what == _CLOSED)
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


def _incident(row: IncidentRow) -> Mapping[str, Any]:
    found = {
        "key": row.key,
        "entity": row.entity,
        "entity_name": row.data.get("entity_name"),
        "playbook": row.data.get("playbook"),
        "closed": row.state == _CLOSED,
    }
    decided = row.data.get("decided")
    return found if decided is None else {**found, "decided": decided}


def _remedy(row: RemedyRow) -> Mapping[str, Any]:
    return {
        "incident": row.incident_id,
        "state": row.state,
        "checked": row.checked,
        **{name: row.data.get(name) for name in ("vm", "summary", "mode", "outcome")},
    }


def _compare(what: str, told: Told, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for key, row in rows.items():
        said = told.get(key)
        if said is None:
            yield f"{what} {key} was never told of: no event speaks of it"
            continue
        wrong = [name.replace("_", " ") for name, value in row.items() if said.get(name) != value]
        wrong += ["decided"] if "decided" in said and "decided" not in row else []
        if wrong:
            yield f"{what} {key} was changed after it was written: {', '.join(wrong)}"
    yield from (f"{what} {gone} was removed" for gone in sorted(set(told) - set(rows)))
