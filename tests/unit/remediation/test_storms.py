"""What a storm rolls up."""

from typing import Any

from remediation.model import Incident, IncidentState
from remediation.record import Change
from remediation.storms import rolled_up
from tests.unit.remediation import samples
from tests.unit.remediation.samples import ALARM, CLUSTER, GOLD, LAB
from vsphere.model import Ref


def red(number: int, **changes: Any) -> Incident:
    values: dict[str, Any] = {
        "id": f"I{number}",
        "cluster": CLUSTER,
        "alarm": samples.alarm(entity=Ref(LAB, f"vm-{number}")),
    } | changes
    return samples.incident(**values)


def storms(*looked_at: tuple[Incident, bool], opened: tuple[Incident, ...] = ()) -> list[str | None]:
    """The storm of each, where the brake has a word in it or not."""
    changes = [Change(before=one, after=one, braked=braked) for one, braked in looked_at]
    everything = opened or tuple(one for one, _ in looked_at)
    return [change.after.storm for change in rolled_up(changes, everything)]


def test_all_that_the_brake_has_a_word_in_are_one_storm_of_their_cluster_named_after_the_oldest() -> None:
    elsewhere = red(3, cluster=Ref(LAB, "domain-c2"))

    assert storms((red(1), True), (red(2), True), (elsewhere, True), (red(4), False)) == ["S1", "S1", "S3", None]


def test_whoever_comes_later_joins_the_storm_that_is_going_on() -> None:
    going_on = red(1, storm="S1")

    assert storms((red(2), True), opened=(red(0), going_on, red(2))) == ["S1"]


def test_what_has_ended_while_the_brake_counted_belongs_to_the_storm_as_well() -> None:
    caught = red(2)
    over = {"state": IncidentState.CLOSED, "closed_at": samples.NOW, "look_at": None}
    ended, elsewhere, earlier = (
        red(1, **over),
        red(3, **over, cluster=Ref(LAB, "domain-c2")),
        red(4, **over, storm="S0"),
    )

    found = rolled_up([Change(before=caught, after=caught, braked=True)], [caught], [ended, elsewhere, earlier])

    assert [(one.after.id, one.after.storm) for one in found] == [("I2", "S2"), ("I1", "S2")]


def test_a_datastore_is_no_part_of_a_storm() -> None:
    datastore = samples.alarm(entity=GOLD, entity_kind="Datastore", alarm=ALARM)

    assert storms((red(1, alarm=datastore, cluster=None), True)) == [None]
