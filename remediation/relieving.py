"""A relief that has begun goes on to its target, also once its alarm is red no more. Pure.

The alarm is red from 85 % on and the planner aims at 75 %: after the first moves the alarm is yellow, or gone, and what
was planned is not done yet. Half of it would leave a datastore that is red again tomorrow, and the moves in vain.
"""

from collections.abc import Iterable
from typing import Final

from remediation.lookback import ended
from remediation.model import Decided, Incident, PlaybookName, Remedy, RemedyState, VerdictKind
from remediation.relief.targets import used_percent
from remediation.returning import red_since
from remediation.settings import ReliefSettings
from vsphere.model import Datastore

_ON_ITS_WAY: Final = frozenset({VerdictKind.ACT, VerdictKind.ASK, VerdictKind.WAIT})


def has_begun(incident: Incident, remedies: Iterable[Remedy]) -> bool:
    """Whether a move for this incident has succeeded since it turned red last, so that the rest of it is wanted too."""
    return incident.playbook is PlaybookName.RELIEVE_DATASTORE and any(
        one.incident_id == incident.id and one.state is RemedyState.SUCCEEDED and ended(one) >= red_since(incident)
        for one in remedies
    )


def goes_on(
    incident: Incident, remedies: Iterable[Remedy], datastore: Datastore | None, settings: ReliefSettings
) -> bool:
    """Whether an incident whose alarm has cleared is not over yet.

    Args:
        incident: with what was decided about it last: where nothing more can be done by itself, it is over.
        remedies: of this incident at least.
        datastore: the one that the alarm was on, as it is now.
        settings: the target.
    """
    return (
        datastore is not None
        and has_begun(incident, remedies)
        and used_percent(datastore) > settings.target_percent
        and _is_on_its_way(incident.decided)
    )


def _is_on_its_way(decided: Decided | None) -> bool:
    return decided is None or decided.verdict in _ON_ITS_WAY
