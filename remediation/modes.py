"""How far a playbook may go for a VM or datastore now, and why. Pure.

In turn: the playbook's own mode, or the one that a person has set for it (`mode/PLAYBOOK`); an override that fits this
VM or datastore; the breaker; the attribute `iaas.auto`. Of an override and what a person has set the more cautious one
counts, so that `remediation mode add-cpu auto` does not reach what the configuration holds back, and
`remediation mode add-cpu recommend` holds everywhere. Breaker and attribute only ever hold back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from operations.gates import lies_within
from remediation.breaker import tripped
from remediation.model import Facts, History, Mode, PlaybookName
from remediation.relief.targets import AUTO, says_off
from remediation.settings import ModeOverride, PlaybookSettings, RemediationSettings
from remediation.switches import mode_key

_BOLDNESS: Final = (Mode.OFF, Mode.RECOMMEND, Mode.APPROVE, Mode.AUTO)
_SAYS_ON: Final = frozenset({"", "on", "yes", "true", "1"})
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How far a playbook may go here."""

    mode: Mode
    reason: str
    """One sentence: who or what says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A VM or datastore, as far as modes look at it."""

    name: str
    folder: str
    """Inventory path of the folder that it lies in."""
    attributes: Mapping[str, str]


def standing(facts: Facts, history: History, playbook: PlaybookSettings, settings: RemediationSettings) -> Standing:
    """The mode of a playbook for what the alarm is on."""
    target = Target(name=facts.incident.entity_name, folder=facts.folder, attributes=_attributes(facts))
    return standing_of(target, history, playbook, settings)


def standing_of(
    target: Target, history: History, playbook: PlaybookSettings, settings: RemediationSettings
) -> Standing:
    """The mode of a playbook for a VM or datastore, be there an alarm or not."""
    if not settings.enabled:
        return Standing(mode=Mode.OFF, reason="Remediation is switched off in the configuration.")
    return _held_back(_asked_for(target, history, playbook, settings), target, history, playbook, settings)


def _asked_for(target: Target, history: History, playbook: PlaybookSettings, settings: RemediationSettings) -> Standing:
    """What people have written down or set."""
    name = playbook.name.value
    switch = history.switches.get(mode_key(playbook.name))
    override = next((one for one in reversed(settings.overrides) if _fits(one, target, playbook.name)), None)
    said = (
        Standing(mode=playbook.mode, reason=f"{name} is in mode {playbook.mode.value} by the configuration.")
        if switch is None
        else Standing(mode=Mode(switch.value), reason=f"<@{switch.by}> has set {name} to mode {switch.value}.")
    )
    if override is None or (switch is not None and _bolder(override.mode, said.mode)):
        return said
    whom = f"{target.name} by an override of the configuration ({_scope(override)})"
    return Standing(mode=override.mode, reason=f"{name} is in mode {override.mode.value} for {whom}.")


def _held_back(
    said: Standing, target: Target, history: History, playbook: PlaybookSettings, settings: RemediationSettings
) -> Standing:
    """The same, unless the breaker or the attribute allows only to recommend."""
    if not _bolder(said.mode, Mode.RECOMMEND):
        return said
    failed = tripped(history, playbook.name, settings.guards)
    if failed is not None:
        return Standing(mode=Mode.RECOMMEND, reason=f"{failed} It only recommends until it is rearmed.")
    value = target.attributes.get(AUTO, "").strip()
    if value.casefold() in _SAYS_ON:
        return said
    name = target.name
    if says_off(value):
        return Standing(mode=Mode.RECOMMEND, reason=f"{name} asks by its attribute {AUTO} = {value} to be left alone.")
    # Somebody has meant to say something; what can't be read must not count as a yes.
    return Standing(mode=Mode.RECOMMEND, reason=f"The attribute {AUTO} of {name} is {value!r}, neither on nor off.")


def _bolder(mode: Mode, than: Mode) -> bool:
    return _BOLDNESS.index(mode) > _BOLDNESS.index(than)


def _fits(override: ModeOverride, target: Target, playbook: PlaybookName) -> bool:
    if override.playbooks and playbook not in override.playbooks:
        return False
    return lies_within(target.folder, override.folders) and _carries(target.attributes, override.attribute)


def _carries(attributes: Mapping[str, str], wanted: str) -> bool:
    name, equals, value = wanted.partition("=")
    has = attributes.get(name.strip(), "").strip().casefold()
    return not wanted or (has == value.strip().casefold() if equals else bool(has))


def _scope(override: ModeOverride) -> str:
    folders = "" if "*" in override.folders else ", ".join(override.folders)
    return " and ".join(one for one in (folders, override.attribute) if one) or "for all"


def _attributes(facts: Facts) -> Mapping[str, str]:
    entity = facts.vm or facts.datastore
    return entity.attributes if entity is not None else _NONE
