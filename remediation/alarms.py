"""Which alarms remediation needs in a vCenter, and which of them are not there. Pure; nothing here changes any."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from remediation.matching import DATASTORE, ENTITY_KIND, STAND_INS, playbook_for
from remediation.model import PlaybookName
from remediation.settings import PlaybookSettings, RemediationSettings, ThresholdSettings
from remediation.words import span
from vsphere.model import AlarmDefinition
from vsphere.thresholds import CPU_USAGE, MEMORY_USAGE, SPACE_USED, unit_of

_METRIC: Final = MappingProxyType(
    {
        PlaybookName.ADD_CPU: CPU_USAGE,
        PlaybookName.ADD_MEMORY: MEMORY_USAGE,
        PlaybookName.RELIEVE_DATASTORE: SPACE_USED,
        PlaybookName.MOVE_VM: SPACE_USED,
    }
)
WATCHED: Final = MappingProxyType(
    {
        PlaybookName.ADD_CPU: "VM CPU",
        PlaybookName.ADD_MEMORY: "VM memory",
        PlaybookName.RELIEVE_DATASTORE: "datastore usage",
        PlaybookName.MOVE_VM: "VM storage",
    }
)
"""What people call it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What a vCenter has for one playbook."""

    playbook: PlaybookName
    wanted: AlarmDefinition
    """As it would be made, with the thresholds of the file."""
    answered: tuple[AlarmDefinition, ...]
    """Those that the playbook answers."""
    unanswered: tuple[AlarmDefinition, ...]
    """Those that watch the same figure, but that no playbook answers."""
    problem: str | None = None
    """Why the playbook answers nothing, and the way out, where no new alarm is one; None where there is no problem."""

    @property
    def is_missing(self) -> bool:
        """Whether one has to be made; one more beside another alarm would only tell everything twice."""
        return not self.answered and self.problem is None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person may want to change about those that are there, each a sentence."""
        return tuple(note for one in self.answered for note in _notes(one, self.wanted))


def review(definitions: Sequence[AlarmDefinition], settings: RemediationSettings) -> tuple[Review, ...]:
    """What is there for each playbook, in their order."""
    return tuple(_review(playbook, definitions, settings) for playbook in settings.playbooks)


def missing(definitions: Sequence[AlarmDefinition], settings: RemediationSettings) -> tuple[AlarmDefinition, ...]:
    """Those that have to be made so that every playbook has an alarm to answer."""
    return tuple(one.wanted for one in review(definitions, settings) if one.is_missing)


def thresholds(definition: AlarmDefinition) -> str:
    """When an alarm turns: `red over 90 %, yellow over 75 %, for 5 min`."""
    unit = f" {definition.unit.value}" if definition.unit.value else ""
    figures = (("red", definition.red), ("yellow", definition.yellow))
    parts = [f"{colour} over {value:g}{unit}" for colour, value in figures if value is not None]
    if not parts:
        return "on no figure"
    sustained = [f"for {span(timedelta(seconds=definition.sustain_s))}"] if definition.sustain_s else []
    return ", ".join([*parts, *sustained])


def _review(
    playbook: PlaybookSettings, definitions: Sequence[AlarmDefinition], settings: RemediationSettings
) -> Review:
    taken = frozenset(one.name.casefold() for one in definitions)
    wanted = _wanted(playbook, settings.thresholds, taken)
    answered, unanswered = [], []
    for one in definitions:
        by = playbook_for(settings.playbooks, entity_kind=one.entity_kind, names=(one.name, one.system_name))
        if by is not None and by.name is playbook.name:
            answered.append(one)
        elif by is None and one.enabled and (one.entity_kind, one.metric) == (wanted.entity_kind, wanted.metric):
            unanswered.append(one)
    return Review(
        playbook=playbook.name,
        problem=None if answered else _problem(playbook, unanswered, is_taken=wanted.name.casefold() in taken),
        wanted=wanted,
        answered=tuple(answered),
        # Beside one that is answered it is a person's own business.
        unanswered=() if answered else tuple(unanswered),
    )


def _problem(playbook: PlaybookSettings, unanswered: Sequence[AlarmDefinition], *, is_taken: bool) -> str | None:
    """What keeps a playbook that answers nothing from ever doing so; None where an alarm can be made for it."""
    if not unanswered and not is_taken:
        return None
    what = "a datastore" if ENTITY_KIND[playbook.name] == DATASTORE else "a VM"
    names = " or ".join(f'"{name}"' for name in playbook.alarms)
    fact = f"The playbook {playbook.name.value} answers nothing here: no alarm on {what} is called {names}."
    if not unanswered:
        return (
            f"{fact} None can be made either, since another alarm has that name: put one into its `alarms` that no"
            " alarm has yet."
        )
    first = unanswered[0]
    named = f'{first.system_name} ("{first.name}")' if first.system_name else f'"{first.name}"'
    return f"{fact} Add {named} to its `alarms`: that one watches the {WATCHED[playbook.name]}."


def _wanted(playbook: PlaybookSettings, limits: ThresholdSettings, taken: Collection[str]) -> AlarmDefinition:
    kind, metric = ENTITY_KIND[playbook.name], _METRIC[playbook.name]
    red, yellow, sustain = _LIMITS[playbook.name](limits)
    return AlarmDefinition(
        name=_name(playbook.alarms, taken),
        entity_kind=kind,
        metric=metric,
        red=red,
        yellow=yellow,
        unit=unit_of(metric, kind),
        sustain_s=round(sustain.total_seconds()),
    )


_LIMITS: Final = MappingProxyType[PlaybookName, Callable[[ThresholdSettings], tuple[float, float, timedelta]]](
    {
        PlaybookName.ADD_CPU: lambda one: (one.cpu_red, one.cpu_yellow, one.sustain),
        PlaybookName.ADD_MEMORY: lambda one: (one.memory_red, one.memory_yellow, one.sustain),
        PlaybookName.RELIEVE_DATASTORE: lambda one: (one.datastore_red, one.datastore_yellow, timedelta()),
        PlaybookName.MOVE_VM: lambda one: (one.vm_storage_red_gib, one.vm_storage_yellow_gib, timedelta()),
    }
)


def _name(alarms: Sequence[str], taken: Collection[str]) -> str:
    """The first that a person has chosen, else the one that stands for vCenter's own; the playbook answers either.

    One that is free goes first: no two alarms of a vCenter have the same name.
    """
    plain = [name for name in alarms if name.casefold() not in STAND_INS]
    names = [*plain, *(STAND_INS[name.casefold()] for name in alarms if name.casefold() in STAND_INS)]
    return next((name for name in names if name.casefold() not in taken), names[0])


def _notes(found: AlarmDefinition, wanted: AlarmDefinition) -> list[str]:
    notes = []
    if not found.enabled:
        notes.append(f'"{found.name}" is disabled, so it never turns red: enable it in vCenter.')
    if not found.everywhere:
        notes.append(f'"{found.name}" watches only the part of the inventory that it is defined on.')
    if found.metric and thresholds(found) != thresholds(wanted):
        notes.append(f'"{found.name}" turns {thresholds(found)}; the file says {thresholds(wanted)}.')
    return notes
