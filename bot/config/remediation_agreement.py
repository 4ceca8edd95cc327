"""What the tables of remediation must agree on: with each other, with the limits, and on leaving it something to do.

Locations are within `[remediation]`. A value that would hold everything back, or never hold anything, is told here or
by its form: whoever wants that has `enabled = false`, the modes, and `recommend`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.config.hours import calendars_for_ever
from bot.config.model import LimitsTable
from bot.config.remediation import GuardsTable, PlaybookTable, ReliefTable, RemediationTable, ThresholdsTable
from bot.config.written import Disagreement, in_order, is_empty, names_twice, number, table_at, too_many_votes
from remediation.matching import STAND_INS
from remediation.model import Mode, PlaybookName
from remediation.settings import SHIPPED_ALARMS

Values = Mapping[str, Any]
_CAPS: Final = (("max_cpu", "cpu", "step_cpu"), ("max_memory_gib", "memory_gib", "step_memory_gib"))


def in_remediation(values: Values, *, limits: Values) -> Iterator[Disagreement]:
    """Every one; what can't be read takes no part."""
    for key, what in (("playbook", "playbooks"), ("calendar", "calendars")):
        yield from names_twice(values, key, what)
    yield from _nobody_says_yes(values)
    yield from too_many_votes(table_at(values, "approvers"), "approvers")
    yield from _one_alarm_twice(values)
    yield from _caps(values, limits)
    yield from _overrides_for_all(values)
    yield from calendars_for_ever(values)
    yield from _thresholds(values)
    yield from _relief_in_vain(values)
    yield from _sustained_in_vain(values)
    yield from _never_trusted(values)


def _nobody_says_yes(values: Values) -> Iterator[Disagreement]:
    approvers = table_at(values, "approvers")
    if is_empty(approvers.get("groups", ())) and is_empty(approvers.get("users", ())):
        for key in ("playbook", "override"):
            for at, table in in_order(values, key):
                if table.get("mode") == Mode.APPROVE.value:
                    reason = "nobody may say yes: give groups or users in [remediation.approvers]"
                    yield Disagreement(location=(key, at, "mode"), reason=reason)
    if "*" in approvers.get("groups", ()):
        yield Disagreement(location=("approvers", "groups"), reason="lets everybody decide: name the groups")


def _one_alarm_twice(values: Values) -> Iterator[Disagreement]:
    """An alarm that two playbooks answer, be it by another of its names; those not given answer what is shipped."""
    written = [(at, table) for at, table in in_order(values, "playbook") if isinstance(table.get("name"), str)]
    given = {table["name"] for _, table in written}
    answered = {
        alarm: name.value for name in PlaybookName if name.value not in given for alarm in _names(SHIPPED_ALARMS[name])
    }
    for at, table in written:
        alarms = table.get("alarms", ())
        for number_, alarm in enumerate(alarms if isinstance(alarms, list) else []):
            other = next((answered[one] for one in _names([alarm]) if one in answered), None)
            if other is not None:
                reason = "stands here twice" if other == table["name"] else f"is answered by {other} already"
                yield Disagreement(location=("playbook", at, "alarms", number_), reason=f"{alarm!r} {reason}")
            answered |= dict.fromkeys(_names([alarm]), table["name"])
        if not alarms and table["name"] in {one.value for one in PlaybookName}:
            shipped = SHIPPED_ALARMS[PlaybookName(table["name"])]
            other = next((answered[one] for one in _names(shipped) if one in answered), None)
            if other is not None:
                reason = f"{shipped[0]!r}, which is answered where no alarms are given, is answered by {other} already"
                yield Disagreement(location=("playbook", at, "alarms"), reason=reason)
            answered |= dict.fromkeys(_names(shipped), table["name"])


def _names(alarms: object) -> list[str]:
    """By what each alarm is known, without case."""
    said = [one.casefold() for one in alarms if isinstance(one, str)] if isinstance(alarms, list | tuple) else []
    return [*said, *(STAND_INS[one].casefold() for one in said if one in STAND_INS)]


def _caps(values: Values, limits: Values) -> Iterator[Disagreement]:
    """Caps over what anybody may ask for, and steps over caps."""
    for at, table in in_order(values, "playbook"):
        for cap, limit, step in _CAPS:
            most = number(limits.get(limit, LimitsTable.model_fields[limit].default))
            written = number(table.get(cap))
            if most is not None and written is not None and written > most:
                reason = f"{written:g} is over limits.{limit}, which is {most:g}"
                yield Disagreement(location=("playbook", at, cap), reason=reason)
            by, to = (number(table.get(key, PlaybookTable.model_fields[key].default)) for key in (step, cap))
            if by is not None and to is not None and by > to:
                reason = f"{by:g} is over {cap}, which is {to:g}"
                yield Disagreement(location=("playbook", at, step), reason=reason)


def _overrides_for_all(values: Values) -> Iterator[Disagreement]:
    for at, table in in_order(values, "override"):
        folders, attribute = table.get("folders", ["*"]), table.get("attribute", "")
        if isinstance(folders, list) and "*" in folders and attribute == "":
            reason = "holds for everything: give folders or an attribute, or the mode of the playbook"
            yield Disagreement(location=("override", at), reason=reason)


def _thresholds(values: Values) -> Iterator[Disagreement]:
    for what in ("cpu_{}", "memory_{}", "datastore_{}", "vm_storage_{}_gib"):
        keys = [what.format(colour) for colour in ("yellow", "red")]
        yellow, red = (_threshold(values, key) for key in keys)
        if yellow is not None and red is not None and yellow >= red:
            reason = f"{yellow:g} is not below {keys[1]}, which is {red:g}"
            yield Disagreement(location=("thresholds", keys[0]), reason=reason)


def _relief_in_vain(values: Values) -> Iterator[Disagreement]:
    """A target that leaves the alarm as it is; vCenter's alarm is yellow above its threshold, not at it."""
    red, yellow = (_threshold(values, key) for key in ("datastore_red", "datastore_yellow"))
    target, better = (_relief(values, key) for key in ("target_percent", "better_points"))
    if target is not None and red is not None and target >= red:
        reason = f"{target:g} is not below thresholds.datastore_red, which is {red:g}: the alarm stays red"
        yield Disagreement(location=("relief", "target_percent"), reason=reason)
    elif target is not None and yellow is not None and target > yellow:
        reason = f"{target:g} is over thresholds.datastore_yellow, which is {yellow:g}: the alarm stays yellow"
        yield Disagreement(location=("relief", "target_percent"), reason=reason)
    if better is not None and red is not None and better >= red:
        reason = (
            f"{better:g} is not below thresholds.datastore_red, which is {red:g}: no datastore is emptier by so much"
        )
        yield Disagreement(location=("relief", "better_points"), reason=reason)


def _sustained_in_vain(values: Values) -> Iterator[Disagreement]:
    default = GuardsTable.model_fields["sustained_percent"].default
    least = number(table_at(values, "guards").get("sustained_percent", default))
    for key in ("cpu_red", "memory_red"):
        red = _threshold(values, key)
        if least is not None and red is not None and least > red:
            reason = f"{least:g} is over thresholds.{key}, which is {red:g}: what is red would wait for ever"
            yield Disagreement(location=("guards", "sustained_percent"), reason=reason)


def _never_trusted(values: Values) -> Iterator[Disagreement]:
    keys = ("trust_runs", "trust_people")
    runs, people = (number(values.get(key, RemediationTable.model_fields[key].default)) for key in keys)
    if runs is not None and people is not None and people > runs:
        reason = f"{people:g} is over trust_runs, which is {runs:g}: auto would never be offered"
        yield Disagreement(location=("trust_people",), reason=reason)


def _threshold(values: Values, key: str) -> float | None:
    return number(table_at(values, "thresholds").get(key, ThresholdsTable.model_fields[key].default))


def _relief(values: Values, key: str) -> float | None:
    return number(table_at(values, "relief").get(key, ReliefTable.model_fields[key].default))
