"""One look at one incident: facts, recommendation, verdict. What needs no call to vCenter is judged before any is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from remediation.admission import Admission, Case, without_remedy
from remediation.asked import Asked, narrowed, still
from remediation.facts import Scenery
from remediation.foremost import MakeCase, braked, nothing_to_do
from remediation.lasting import is_outlasted, lasting
from remediation.matching import DATASTORE
from remediation.model import (
    Facts,
    History,
    Incident,
    NoRemedy,
    PlaybookName,
    Recommendation,
    Verdict,
    VerdictKind,
)
from remediation.modes import standing
from remediation.playbook import Playbook
from remediation.resting import with_past
from remediation.settings import PlaybookSettings, RemediationSettings
from vsphere.clock import Clock

_BY_DISKS: Final = frozenset({PlaybookName.RELIEVE_DATASTORE, PlaybookName.MOVE_VM})
"""Playbooks that may find something once the disks are known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a look has found."""

    incident: Incident
    verdict: Verdict
    facts: Facts
    case: Case | None
    """None where there is nothing to recommend."""


class Looking:
    """Pure but for the facts that it has gathered."""

    def __init__(
        self,
        *,
        settings: RemediationSettings,
        playbooks: Mapping[PlaybookName, Playbook],
        admission: Admission,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._known = {playbook.name: playbook for playbook in settings.playbooks}
        self._playbooks = playbooks
        self._admission = admission
        self._clock = clock

    def look(self, incident: Incident, scenery: Scenery, history: History) -> Seen:
        """Decide about an incident; the verdict to act still has to be admitted.

        Raises:
            VsphereError: vCenter could not be asked for what it hangs on.
        """
        facts = scenery.glance(incident, self._clock.now())
        first = self._case(facts, history)
        if isinstance(first, NoRemedy) and not self._is_worth_reading(facts):
            return self._nothing(facts, history, first)
        glanced = None if isinstance(first, NoRemedy) else self._admission.glance(first)
        if glanced is not None and not is_outlasted(glanced) and not isinstance(first, NoRemedy):
            return Seen(incident=incident, verdict=braked(lasting(glanced), facts), facts=facts, case=first)
        return self.judge(scenery.read(facts), history)

    def judge_again(self, seen: Seen, history: History) -> Seen:
        """The same with what has happened by now; no call, so that it can be asked while others wait."""
        facts = self._with_past(seen.facts, history)
        if seen.case is None or facts != seen.facts:
            return self.judge(facts, history)
        # Nothing that a playbook looks at has changed, so it is not made to search again.
        mode = standing(facts, history, seen.case.playbook, self._settings).mode
        case = replace(seen.case, history=history, mode=mode)
        return replace(seen, verdict=braked(lasting(self._admission.judge(case)), facts), case=case)

    def judge(self, facts: Facts, history: History) -> Seen:
        """Decide by facts that are whole: pure, so that a replay and a simulation ask it as well."""
        facts = self._with_past(facts, history)
        case = self._case(facts, history)
        if isinstance(case, NoRemedy):
            return self._nothing(facts, history, case)
        verdict = braked(lasting(self._admission.judge(case)), facts)
        return Seen(incident=facts.incident, verdict=verdict, facts=facts, case=case)

    def judge_asked(self, facts: Facts, history: History, asked: Asked) -> Verdict:
        """Decide anew about what was asked for, be it that something else would be recommended by now. Pure.

        Args:
            facts: whole, of this moment.
            history: without the remedy that was asked for.
            asked: what it is.
        """
        name = facts.incident.playbook
        if name not in self._known:
            return without_remedy(
                NoRemedy(reason=f"No playbook of the configuration answers {facts.incident.alarm.name}.")
            )
        facts = narrowed(self._with_past(facts, history), asked)
        case = self._case(facts, history)
        if isinstance(case, NoRemedy):
            return self._nothing(facts, history, case).verdict
        wanted = still(case.recommendation, asked)
        if isinstance(wanted, NoRemedy):
            return self._nothing(facts, history, wanted).verdict
        return braked(lasting(self._admission.judge(replace(case, recommendation=wanted))), facts)

    def _case(self, facts: Facts, history: History) -> Case | NoRemedy:
        name = facts.incident.playbook
        playbook = self._playbooks.get(name) if name else None
        if playbook is None:
            return NoRemedy(reason=f"Nothing is known that helps against {facts.incident.alarm.name}.")
        known: PlaybookSettings = self._known[playbook.name]
        found = playbook.recommend(facts, known, self._settings)
        return found if isinstance(found, NoRemedy) else self._case_of(facts, history, known)(found)

    def _with_past(self, facts: Facts, history: History) -> Facts:
        """The facts with what the history says of each VM that may be moved."""
        known = self._known.get(PlaybookName.RELIEVE_DATASTORE)
        if known is None or facts.incident.playbook not in _BY_DISKS:
            return facts
        return with_past(facts, history, self._case_of(facts, history, known))

    def _case_of(self, facts: Facts, history: History, known: PlaybookSettings) -> MakeCase:
        """What makes a case of a recommendation."""
        mode = standing(facts, history, known, self._settings).mode

        def make(found: Recommendation) -> Case:
            return Case(
                facts=facts,
                history=history,
                settings=self._settings,
                playbook=known,
                mode=mode,
                recommendation=found,
            )

        return make

    def _is_worth_reading(self, facts: Facts) -> bool:
        """Whether the disks may change that there is nothing to recommend."""
        is_there = facts.datastore if facts.incident.alarm.entity_kind == DATASTORE else facts.vm
        return facts.incident.playbook in _BY_DISKS and is_there is not None

    def _nothing(self, facts: Facts, history: History, none: NoRemedy) -> Seen:
        known = self._known.get(facts.incident.playbook) if facts.incident.playbook else None
        if known is None:
            verdict = without_remedy(none)
        else:
            verdict = braked(nothing_to_do(none, facts, self._case_of(facts, history, known)), facts)
        return Seen(incident=facts.incident, verdict=verdict, facts=facts, case=None)


def is_to_act(verdict: Verdict) -> bool:
    """Whether something is to be done, or asked for."""
    return verdict.kind in {VerdictKind.ACT, VerdictKind.ASK}
