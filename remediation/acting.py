"""From a verdict to an operation: admitted on record first, then asked for at the one door. Errors become reasons."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from operations.errors import OperationsError, StorageError
from operations.model import Actor, ActorKind, Operation, Origin, Request
from remediation.admission import Case
from remediation.following import OPERATION, ended, state_of
from remediation.looking import Looking, Seen, is_to_act
from remediation.model import (
    Decided,
    Dropped,
    History,
    Incident,
    IncidentState,
    Mode,
    PlaybookName,
    Recommendation,
    Remedy,
    RemedyState,
    Verdict,
    VerdictKind,
)
from remediation.places import cluster_of, leaves
from remediation.ports import Changes
from remediation.record import Change, RemediationRecord
from remediation.returning import red_since
from remediation.settings import RemediationSettings
from remediation.verification import figures
from vsphere.clock import Clock
from vsphere.errors import VsphereError

log = structlog.get_logger(__name__)

ALARM: Final = Origin(channel="alarm")
NOBODY: Final = "approvers"
"""Instead of a guard rail's name, where nobody is named who may say yes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Acted:
    """What came of a verdict to act."""

    seen: Seen
    """With the verdict by the record of that moment."""
    history: History | None = None
    """Of that moment, with the remedy; None where the record was not asked."""
    remedy: Remedy | None = None
    """What was admitted, even where the door has refused it since; None where nothing was."""
    change: Change | None = None
    """What is to be written of what the door said; where that is lost, following finds the operation by its key."""


class Acting:
    """Carries out what admission lets through."""

    def __init__(
        self,
        *,
        settings: RemediationSettings,
        record: RemediationRecord,
        changes: Changes,
        looking: Looking,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._record = record
        self._changes = changes
        self._looking = looking
        self._clock = clock

    def act(self, seen: Seen) -> Acted:
        """Admit a remedy and ask for its operation.

        Raises:
            StorageError: it can't be put on record.
        """
        if seen.verdict.kind is VerdictKind.ASK and not self._can_ask():
            return Acted(seen=replace(seen, verdict=_nobody_to_ask(seen.verdict)))
        no = self._refusal(seen)
        if no is not None:
            return Acted(seen=replace(seen, verdict=no))
        weighed: list[Acted] = []

        def weigh(history: History) -> Change | None:
            again = self._looking.judge_again(seen, history)
            if again.case is None or not is_to_act(again.verdict):
                weighed.append(Acted(seen=again, history=history))
                return None
            remedy = _remedy(again.case, again.verdict, self._clock.now())
            after = replace(history, remedies=(*history.remedies, remedy))
            weighed.append(Acted(seen=again, history=after, remedy=remedy))
            return self._admitted(seen.incident, again.verdict, remedy)

        admitted, acted = self._record.admit(weigh), weighed[-1]
        if admitted is None or acted.remedy is None or acted.seen.case is None:
            # Somebody else was first, where something was to be admitted.
            return replace(acted, remedy=None)
        change = self._ask_for(admitted, acted.remedy, acted.seen.case.recommendation)
        return replace(acted, change=change)

    def _admitted(self, incident: Incident, verdict: Verdict, remedy: Remedy) -> Change:
        after = replace(
            incident,
            state=IncidentState.ACTING,
            round=incident.round + 1,
            look_at=None,
            operation_id=None,
            decided=decided(verdict, remedy.at),
        )
        return Change(before=incident, after=after, remedy=remedy)

    def _ask_for(self, incident: Incident, remedy: Remedy, found: Recommendation) -> Change:
        """Hand the remedy to the door: which operation it became, or why none."""
        request = _request(remedy, found, incident, self._clock.now())
        try:
            operation = self._changes.submit(request)
        except StorageError:
            # Whether it was put on record is not known: following finds out.
            raise
        except (OperationsError, VsphereError) as error:
            reason = f"{error}. {error.way_out}".strip()
            log.warning("remedy.refused", incident=incident.id, verb=request.verb, target=str(remedy.vm), reason=reason)
            return self._dropped(incident, remedy, reason)
        log.info(
            "remedy.asked.for",
            incident=incident.id,
            operation_id=operation.id,
            verb=request.verb,
            target=str(remedy.vm),
            state=operation.state.value,
        )
        return self._started(incident, remedy, operation)

    def _started(self, incident: Incident, remedy: Remedy, operation: Operation) -> Change:
        remedy = replace(remedy, operation_id=operation.id, state=state_of(operation))
        if remedy.state in {RemedyState.ASKED, RemedyState.RUNNING}:
            return Change(before=incident, after=replace(incident, operation_id=operation.id), remedy=remedy)
        return ended(incident, remedy, operation, self._clock.now())

    def _dropped(self, incident: Incident, remedy: Remedy, reason: str) -> Change:
        now = self._clock.now()
        dropped = replace(remedy, state=RemedyState.DROPPED, ended_at=now, dropped=Dropped.REFUSED)
        said = Decided(verdict=VerdictKind.REFUSE, reason=reason, guard=OPERATION, at=now, summary=remedy.summary)
        after = replace(incident, state=IncidentState.OPEN, look_at=now, decided=said)
        return Change(before=incident, after=after, remedy=dropped, reason=reason)

    def _refusal(self, seen: Seen) -> Verdict | None:
        """What the door would say; so a bot that may change nothing says so once, and not with each look."""
        if seen.case is None:
            return None
        remedy = _remedy(seen.case, seen.verdict, self._clock.now())
        request = _request(remedy, seen.case.recommendation, seen.incident, remedy.at)
        try:
            decision = self._changes.judge(request)
        except (OperationsError, VsphereError) as error:
            return _refused(seen.verdict, f"{error}.", OPERATION, error.way_out)
        if decision.allowed:
            return None
        return _refused(seen.verdict, decision.reason, decision.rule or OPERATION, decision.way_out)

    def _can_ask(self) -> bool:
        return bool(self._settings.approvers.groups or self._settings.approvers.users)


def decided(verdict: Verdict, now: datetime) -> Decided:
    """A verdict as it is kept, with the command that a person can give instead."""
    found = verdict.recommendation
    return Decided(
        verdict=verdict.kind,
        reason=verdict.reason,
        guard=verdict.guard,
        at=now,
        summary=found.summary if found else "",
        command=found.command if found else None,
        way_out=verdict.way_out,
    )


def actor_of(playbook: PlaybookName) -> Actor:
    """As whom a playbook asks."""
    return Actor(id=playbook.value, name=f"iaas-bot ({playbook.value})", kind=ActorKind.REMEDIATION)


def _nobody_to_ask(verdict: Verdict) -> Verdict:
    return replace(
        verdict,
        kind=VerdictKind.RECOMMEND,
        reason="It needs a yes, and the configuration names nobody who may say it.",
        guard=NOBODY,
        way_out="Give groups or users in [remediation.approvers].",
    )


def _refused(verdict: Verdict, reason: str, rule: str, way_out: str) -> Verdict:
    return replace(verdict, kind=VerdictKind.REFUSE, reason=reason, guard=rule, way_out=way_out)


def _remedy(case: Case, verdict: Verdict, now: datetime) -> Remedy:
    found, facts = case.recommendation, case.facts
    moves = found.verb == "move"
    source = leaves(facts, found.vm) if moves else None
    return Remedy(
        key=f"{facts.incident.key}/{facts.incident.round}",
        incident_id=facts.incident.id,
        operation_id=None,
        playbook=found.playbook,
        mode=Mode.APPROVE if verdict.kind is VerdictKind.ASK else Mode.AUTO,
        vm=found.vm.ref,
        vm_name=found.vm.name,
        cluster=cluster_of(facts, found.vm),
        datastore=source.ref if source else None,
        target=found.target.ref if found.target else None,
        summary=found.summary,
        state=RemedyState.ASKED if verdict.kind is VerdictKind.ASK else RemedyState.RUNNING,
        at=now,
        before=figures(facts),
    )


def _request(remedy: Remedy, found: Recommendation, incident: Incident, now: datetime) -> Request:
    since = f"{red_since(incident):%Y-%m-%d %H:%M} UTC"
    return Request(
        verb=found.verb,
        actor=actor_of(remedy.playbook),
        origin=ALARM,
        key=remedy.key,
        vm=remedy.vm,
        vcenter=remedy.vm.vcenter,
        arguments=dict(found.arguments),
        reason=f"The alarm {incident.alarm.name} is red on {incident.entity_name} since {since}.",
        needs_yes=remedy.state is RemedyState.ASKED,
        asked_at=now,
    )
