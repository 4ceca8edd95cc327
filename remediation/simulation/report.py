"""The comparison as a table for people and as plain data for programs. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from remediation.admission import PLAYBOOK
from remediation.model import PlaybookName
from remediation.simulation.loads import PER_HOUR
from remediation.simulation.run import Comparison, Course
from remediation.tables import columns
from remediation.words import counted

_EXPLAINED: Final = {PLAYBOOK: f"{PLAYBOOK} (nothing to recommend)"}
NAMES: Final = ("nobody", "first version", "iaas-bot")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure of a course."""

    key: str
    """In the data."""
    label: str
    """In the table."""
    of: Callable[[Course], int]


def _of_playbook(name: PlaybookName) -> Row:
    key = f"actions_{name.value.replace('-', '_')}"
    return Row(key=key, label=f"  {name.value}", of=lambda course: course.score.actions[name])


ROWS: Final = (
    Row(key="actions", label="Changes sent", of=lambda course: course.score.actions.total()),
    *(_of_playbook(name) for name in PlaybookName),
    Row(key="vms", label="VMs changed", of=lambda course: course.score.vms),
    Row(key="refused", label="Refused by vSphere, or failed", of=lambda course: course.score.refusals.total()),
    Row(key="restarts", label="Only to be had with a restart", of=lambda course: course.score.restarts),
    Row(key="repeats", label="Of the same VM within a day", of=lambda course: course.score.repeats),
    Row(key="most_of_a_vm", label="Of one VM within a day, at most", of=lambda course: course.score.most_of_a_vm),
    Row(key="reversals", label="To less, or back within a week", of=lambda course: course.score.reversals),
    Row(key="in_storms", label="In the midst of a storm", of=lambda course: course.score.in_storms),
    Row(key="most_in_an_hour", label="In the busiest hour", of=lambda course: course.score.most_in_an_hour),
    Row(key="over_cap", label="VMs grown over the cap", of=lambda course: course.over_cap),
    Row(key="red_vm_hours", label="Alarms of VMs red, hours", of=lambda course: _hours(course.score.red_steps)),
    Row(
        key="red_datastore_hours",
        label="Alarms of datastores red, hours",
        of=lambda course: _hours(course.score.red_store_steps),
    ),
    Row(
        key="waiting_vm_hours",
        label="VMs on hosts short of cores, hours",
        of=lambda course: _hours(course.score.waiting_steps),
    ),
    Row(key="full_vm_hours", label="VMs on full datastores, hours", of=lambda course: _hours(course.score.full_steps)),
    Row(key="cpus_added", label="vCPUs added", of=lambda course: course.cpus_added),
    Row(key="gib_added", label="GB of memory added", of=lambda course: course.gib_added),
    Row(key="asked", label="VMs whose owner is asked for a window", of=lambda course: course.asked),
)


def data(comparison: Comparison) -> dict[str, object]:
    """JSON-like."""
    return {
        "weeks": comparison.weeks,
        "vms": comparison.vms,
        "seed": comparison.seed,
        "nobody": _figures(comparison.nobody),
        "first_version": _figures(comparison.first_version),
        "iaas_bot": _figures(comparison.ours),
    }


def text(comparison: Comparison) -> str:
    """The table, and below it what held remediation back."""
    courses = (comparison.nobody, comparison.first_version, comparison.ours)
    rows = [("", *NAMES), *((row.label, *(f"{row.of(course):,}" for course in courses)) for row in ROWS)]
    held = [f"  {_EXPLAINED.get(guard, guard)}: {count:,}" for guard, count in comparison.ours.held.most_common()]
    head = f"{counted(comparison.weeks, 'week')}, {counted(comparison.vms, 'VM')}, seed {comparison.seed}"
    below = ("", "Incidents that iaas-bot left alone for a while or for good, by reason", *held) if held else ()
    return "\n".join((head, "", *columns(rows), *below))


def _figures(course: Course) -> dict[str, object]:
    figures: dict[str, object] = {row.key: row.of(course) for row in ROWS}
    return figures | {"refusals": dict(course.score.refusals), "held": dict(course.held.most_common())}


def _hours(steps: int) -> int:
    return round(steps / PER_HOUR)
