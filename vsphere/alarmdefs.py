"""The alarms that a vCenter has, read as plain values, and the spec of one that it shall have."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vsphere.api import moref_of, vim
from vsphere.collector import filter_spec, managed, object_spec, property_spec, retrieve
from vsphere.counters import Counters
from vsphere.errors import NotSupportedError
from vsphere.faults import NameOf, translated
from vsphere.model import AlarmDefinition, Ref, ThresholdUnit
from vsphere.properties import number, text
from vsphere.reads import Reads
from vsphere.session import Session
from vsphere.soaptree import Moref, Tree, as_list
from vsphere.thresholds import unit_of

_PATHS = ("info.name", "info.systemName", "info.enabled", "info.entity", "info.expression")
_HUNDREDTHS = 100
_KIB_PER_GIB = 1024 * 1024
_SCALE: Mapping[ThresholdUnit, int] = {
    ThresholdUnit.PERCENT: _HUNDREDTHS,
    ThresholdUnit.GIB: _KIB_PER_GIB,
    ThresholdUnit.RAW: 1,
}


def read_definitions(
    session: Session, reads: Reads, counters: Counters, *, name_of: NameOf
) -> tuple[AlarmDefinition, ...]:
    """All alarms that are defined anywhere in this vCenter, by name.

    Raises:
        VsphereError: vCenter can't be asked now.
    """
    with translated("read the alarms that are defined", name_of=name_of):
        found = reads.patiently(lambda: list(_read(session, counters)))
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def alarm_spec(definition: AlarmDefinition, counters: Counters) -> Any:  # noqa: ANN401  pyVmomi's AlarmSpec
    """What vCenter is asked to make; it fires for whatever is above a threshold for `sustain_s`.

    Raises:
        NotSupportedError: this vCenter has no such counter.
    """
    counter_id = next(iter(counters.ids([definition.metric])), None)
    if counter_id is None:
        raise NotSupportedError(f"this vCenter has no counter {definition.metric}, so that no alarm can watch it")
    scale, sustain_s = _SCALE[definition.unit], definition.sustain_s or None
    expression = vim.alarm.MetricAlarmExpression(
        operator=vim.alarm.MetricAlarmExpression.MetricOperator.isAbove,
        type=getattr(vim, definition.entity_kind),
        metric=vim.PerformanceManager.MetricId(counterId=counter_id, instance=""),
    )
    if definition.red is not None:
        expression.red, expression.redInterval = round(definition.red * scale), sustain_s
    if definition.yellow is not None:
        expression.yellow, expression.yellowInterval = round(definition.yellow * scale), sustain_s
    return vim.alarm.AlarmSpec(
        name=definition.name,
        description="Made by iaas-bot, which answers it",
        enabled=definition.enabled,
        expression=vim.alarm.OrAlarmExpression(expression=[expression]),
        setting=vim.alarm.AlarmSetting(toleranceRange=0, reportingFrequency=0),
    )


def _read(session: Session, counters: Counters) -> Iterator[AlarmDefinition]:
    alarms = [moref_of(one) for one in session.content.alarmManager.GetAlarm()]
    if not alarms:
        return
    objects = [object_spec(managed(session.reads, Moref("Alarm", moref))) for moref in sorted(alarms)]
    root = moref_of(session.content.rootFolder)
    for found in retrieve(session, filter_spec(objects, [property_spec("Alarm", _PATHS)])):
        yield definition_of(Ref(session.name, found.obj.moref), found.values, root=root, counter_name=counters.name)


def definition_of(
    ref: Ref, values: Mapping[str, Tree], *, root: str, counter_name: Callable[[int], str]
) -> AlarmDefinition:
    """An alarm's leaf properties as a value; of several conditions the first that turns it red by being high counts.

    Args:
        ref: the alarm.
        values: by path; what is not set may be missing.
        root: the moref of the root folder.
        counter_name: gives a counter's name by its number.
    """
    leaves = list(_leaves(values.get("info.expression")))
    watched = next((one for one in leaves if _is_above(one)), leaves[0] if leaves else {})
    metric = counter_name(number(watched["metric"].get("counterId"))) if _is_above(watched) else ""
    kind = text(watched.get("type")) or text(watched.get("objectType"))
    unit = unit_of(metric, kind)
    entity = values.get("info.entity")
    return AlarmDefinition(
        name=text(values.get("info.name")) or ref.moref,
        system_name=text(values.get("info.systemName")),
        ref=ref,
        entity_kind=kind,
        everywhere=isinstance(entity, Moref) and entity.moref == root,
        metric=metric,
        red=_threshold(watched, "red", metric, unit),
        yellow=_threshold(watched, "yellow", metric, unit),
        unit=unit,
        sustain_s=number(watched.get("redInterval") or watched.get("yellowInterval")) if metric else 0,
        enabled=values.get("info.enabled") is not False,
    )


def _leaves(expression: Tree) -> Iterator[dict[str, Tree]]:
    """The conditions of an alarm, whatever they are nested in."""
    if not isinstance(expression, dict):
        return
    if "expression" not in expression:
        yield expression
    for inner in as_list(expression.get("expression")):
        yield from _leaves(inner)


def _is_above(leaf: Mapping[str, Tree]) -> bool:
    return isinstance(leaf.get("metric"), dict) and text(leaf.get("operator")) == "isAbove"


def _threshold(leaf: Mapping[str, Tree], colour: str, metric: str, unit: ThresholdUnit) -> float | None:
    if not metric or leaf.get(colour) is None:
        return None
    return number(leaf[colour]) / _SCALE[unit]
