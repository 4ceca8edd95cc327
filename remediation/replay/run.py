"""One pass over past alarm changes for all modes at once: what each of them would have done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from remediation.guards import ALL_GUARDS
from remediation.guards.acknowledged import Acknowledged
from remediation.guards.contention import Contention
from remediation.guards.sustained import Sustained
from remediation.model import Mode
from remediation.replay.changes import BadLine
from remediation.replay.deeds import Pace
from remediation.replay.engine import VirtualEngine
from remediation.replay.estate import Estate, Picture
from remediation.replay.past import Past
from remediation.replay.tally import Tally
from remediation.settings import RemediationSettings
from vsphere.model import AlarmChange

MODES: Final = (Mode.RECOMMEND, Mode.APPROVE, Mode.AUTO)
NOT_JUDGED: Final = (Sustained.name, Contention.name, Acknowledged.name)
"""Guard rails that look at what events don't tell: load, and who has acknowledged an alarm."""
OF_GROWTH: Final = frozenset({Sustained.name, Contention.name})
"""Of these, those that judge only what makes a VM larger."""
_GUARDS: Final = tuple(guard for guard in ALL_GUARDS if guard.name not in NOT_JUDGED)
_PATIENCE: Final = timedelta(days=1)
"""Of the past nothing but alarms and our own changes is known, so what waits for neither hardly ever changes."""
_MOST_TOLD: Final = 20


@dataclass(slots=True)
class Report:
    """What came of it."""

    tallies: dict[Mode, Tally]
    changes: int = 0
    """Of alarms, that were replayed."""
    first: datetime | None = None
    last: datetime | None = None
    bad: int = 0
    """Lines that told nothing."""
    bad_lines: list[BadLine] = field(default_factory=list)
    """The first of them."""
    vms: int = 0
    """In the estate."""

    @property
    def unanswered(self) -> Counter[str]:
        """By the alarm's name, times that it turned red and no playbook answers it; alike in all modes."""
        return next(iter(self.tallies.values())).unanswered


def replay(
    changes: Iterable[AlarmChange | BadLine],
    picture: Picture,
    settings: RemediationSettings,
    *,
    pace: Pace | None = None,
) -> Report:
    """Let the changes pass, oldest first, once for all modes; the picture stays as it is.

    Every playbook has the mode that is replayed; overrides, calendars, caps and all numbers are those of the settings.
    """
    known = {vm.ref for vm in picture.vms} | {datastore.ref for datastore in picture.datastores}
    report = Report(tallies={mode: Tally(known) for mode in MODES}, vms=len(picture.vms))
    paced = pace or Pace(patience=_PATIENCE)
    engines: list[VirtualEngine] = []

    def past(since: datetime) -> Past:
        watched, red = since - settings.guards.observe_for, settings.thresholds.datastore_red
        return Past(Estate(picture), datastore_red=red, started_at=watched)

    for change in changes:
        if isinstance(change, BadLine):
            report.bad += 1
            report.bad_lines += [change] if len(report.bad_lines) < _MOST_TOLD else []
            continue
        if not engines:
            engines = [_engine(mode, tally, past(change.at), settings, paced) for mode, tally in report.tallies.items()]
        report.first, report.last = report.first or change.at, change.at
        report.changes += 1
        for engine in engines:
            engine.change(change)
    if report.last is not None:
        for engine in engines:
            engine.advance(report.last)
    return report


def in_mode(settings: RemediationSettings, mode: Mode) -> RemediationSettings:
    """The same with every playbook in one mode, even where the file switches remediation off."""
    playbooks = tuple(replace(one, mode=mode) for one in settings.playbooks)
    return replace(settings, enabled=True, playbooks=playbooks)


def _engine(mode: Mode, witness: Tally, past: Past, settings: RemediationSettings, pace: Pace) -> VirtualEngine:
    chosen = in_mode(settings, mode)
    return VirtualEngine(settings=chosen, guards=_GUARDS, world=past, witness=witness, pace=pace)
