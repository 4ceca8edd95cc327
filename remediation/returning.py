"""An alarm that turns red again soon goes on with the incident that it had: so its card is one, edited in place. Pure.

Numbers: an hour is what the flapping guard rail looks back by default; after a day the card is too far up in the
channel to be found by anybody.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from remediation.model import Incident, IncidentState
from vsphere.model import Ref

RETURNS_WITHIN: Final = timedelta(minutes=60)
"""From its end to its turning red again."""
LONGEST: Final = timedelta(days=1)
"""From its first turning red; later ones are an incident of their own."""
MOST_REDDENINGS: Final = 20
"""The latest are kept."""


def may_return(lately: Iterable[Incident], now: datetime) -> dict[tuple[Ref, Ref], Incident]:
    """By alarm and entity, the incident that goes on should that turn red now.

    Args:
        lately: incidents of any state.
        now: by our clock.
    """
    ended = [one for one in lately if one.closed_at is not None and _goes_on(one, now)]
    return {(one.alarm.alarm, one.alarm.entity): one for one in sorted(ended, key=lambda one: (one.closed_at, one.id))}


def returned(incident: Incident, new: Incident) -> Incident:
    """An incident that is over, now that its alarm has turned red again.

    Args:
        incident: as it ended.
        new: what the alarm would have opened otherwise.
    """
    return replace(
        incident,
        state=IncidentState.OPEN,
        alarm=new.alarm,
        entity_name=new.entity_name,
        playbook=new.playbook,
        cluster=new.cluster,
        look_at=new.look_at,
        closed_at=None,
        decided=None,
        reddened=(*incident.reddened, new.opened_at)[-MOST_REDDENINGS:],
    )


def red_since(incident: Incident) -> datetime:
    """When it turned red, the last time if it has been otherwise meanwhile; by our clock, not by vCenter's."""
    return incident.reddened[-1] if incident.reddened else incident.opened_at


def _goes_on(incident: Incident, now: datetime) -> bool:
    """What was part of a storm has no card to go on with."""
    ended_at = incident.closed_at or now
    is_recent = now - ended_at <= RETURNS_WITHIN and now - incident.opened_at <= LONGEST
    return is_recent and incident.state is IncidentState.CLOSED and incident.storm is None
