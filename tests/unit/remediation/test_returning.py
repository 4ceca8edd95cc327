"""An alarm that turns red again soon goes on with the incident that it had; anything else begins a new one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediation.intake import intake
from remediation.model import Decided, Incident, IncidentState, PlaybookName, VerdictKind
from remediation.returning import MOST_REDDENINGS, red_since
from remediation.settings import SHIPPED_ALARMS, PlaybookSettings
from tests.unit.remediation.samples import ALARM, CLUSTER, NOW, VM, ago, alarm, incident
from vsphere.model import Ref

PLAYBOOKS = tuple(PlaybookSettings(name=name, alarms=SHIPPED_ALARMS[name]) for name in PlaybookName)
RED = alarm(triggered_at=ago(seconds=2))


class Scene:
    """A vCenter with our clock, in which the VM has another name by now."""

    def entity_name(self, _entity: Ref) -> str | None:
        """See `intake.Scene.entity_name`."""
        return "web-renamed"

    def cluster_of(self, _entity: Ref) -> Ref | None:
        """See `intake.Scene.cluster_of`."""
        return CLUSTER

    def time_offset(self) -> timedelta:
        """See `intake.Scene.time_offset`."""
        return timedelta(0)


def over(**changes: Any) -> Incident:
    """It has ended a minute ago."""
    said = Decided(verdict=VerdictKind.RECOMMEND, reason="Because.", at=ago(minutes=4))
    values: dict[str, Any] = {"closed_at": ago(minutes=1), "look_at": None, "decided": said, "round": 1}
    return incident(**({"state": IncidentState.CLOSED} | values | changes))


def opens(*lately: Incident) -> tuple[list[str], list[Incident]]:
    """The keys of what is new, and what goes on."""
    found = intake([RED], [], scene=Scene(), playbooks=PLAYBOOKS, now=NOW, lately=lately)
    return [one.key for one in found.new], [one.after for one in found.changes]


def test_red_again_within_the_hour_goes_on_with_the_incident_and_is_counted() -> None:
    before = over(reddened=(ago(minutes=3),))

    new, (again,) = opens(before)

    assert new == []
    assert again == replace(
        before,
        state=IncidentState.OPEN,
        alarm=RED,
        entity_name="web-renamed",
        cluster=CLUSTER,
        look_at=NOW,
        closed_at=None,
        decided=None,
        reddened=(ago(minutes=3), ago(seconds=2)),
    )
    assert red_since(again) == ago(seconds=2)


def test_of_several_that_are_over_the_last_goes_on() -> None:
    _, (again,) = opens(over(id="I2"), over(id="I1", closed_at=ago(minutes=9)))

    assert again.id == "I2"


def test_only_the_latest_times_are_kept() -> None:
    _, (again,) = opens(over(reddened=(ago(minutes=3),) * MOST_REDDENINGS))

    assert (len(again.reddened), again.reddened[-1]) == (MOST_REDDENINGS, ago(seconds=2))


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param(over(closed_at=ago(minutes=61)), id="it is long over"),
        pytest.param(over(opened_at=ago(hours=25)), id="it has gone on for a day"),
        pytest.param(over(storm="S1"), id="a storm has told of it"),
        pytest.param(over(alarm=alarm(entity=Ref("lab", "vm-2"))), id="another VM"),
        pytest.param(over(alarm=alarm(alarm=Ref("lab", "alarm-7"))), id="another alarm"),
    ],
)
def test_anything_else_begins_anew(earlier: Incident) -> None:
    new, goes_on = opens(earlier)

    assert (new, goes_on) == ([f"lab/{ALARM.moref}/{VM.moref}/{RED.triggered_at.isoformat()}"], [])
