"""Many alarms at once, or a lost host: one trouble, and nothing is done."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from remediation.admission import Case
from remediation.guards.storm import StormBrake
from remediation.hosts import turn_of, turned
from remediation.model import HoldKind, PlaybookName, Reddening, Switch
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import CLUSTER, NOW, ago, ahead, case, facts, history, host, reddening, settings
from vsphere.model import ConnectionState, Ref

UP, LOST = ConnectionState.CONNECTED, ConnectionState.NOT_RESPONDING


def red(count: int, at: datetime = NOW, **changes: Any) -> list[Reddening]:
    return [reddening(at, f"vm-{number}", **changes) for number in range(1, count + 1)]


def storm(reddenings: Iterable[Reddening], **changes: Any) -> Case:
    return case(history=history(reddenings=reddenings), facts=facts(**changes))


def lost(**changes: Any) -> Case:
    other = host("host-2", **changes)
    return case(facts=facts(hosts=(host(), other), cluster_hosts=(host(), other)))


def on_record(*turns: tuple[datetime, ConnectionState], cluster: Ref = CLUSTER) -> list[Switch]:
    """How esx-02 was at these moments."""
    kept: dict[str, Switch] = {}
    for at, connection in turns:
        then = host("host-2", connection=connection, cluster=cluster)
        switch = turned(then.ref, turn_of(then, at), kept)
        assert switch is not None
        kept[switch.key] = switch
    return list(kept.values())


def remembered(*turns: tuple[datetime, ConnectionState], now: ConnectionState = UP, **changes: Any) -> Case:
    """esx-02 is so now, and the record tells how it was."""
    other = host("host-2", connection=now)
    hosts = facts(hosts=(host(), other), cluster_hosts=(host(), other))
    return case(history=history(switches=on_record(*turns, **changes)), facts=hosts)


FIVE = "5 VMs of cluster prod (12 %) turned red within 10 min, so nothing is changed there for 30 min."
CASES = (
    Row(says="four", case=storm(red(4))),
    Row(says="five of forty", case=storm(red(5)), kind=HoldKind.WAIT, reason=FIVE, until=ahead(minutes=30)),
    Row(
        says="five of a hundred",
        case=storm(red(5), vms_in_cluster=100),
        kind=HoldKind.WAIT,
        reason="5 VMs of cluster prod (5 %) turned red within 10 min, so nothing is changed there for 30 min.",
        until=ahead(minutes=30),
    ),
    Row(says="five of a hundred and one", case=storm(red(5), vms_in_cluster=101)),
    Row(
        says="five of nobody knows how many",
        case=storm(red(5), vms_in_cluster=0),
        kind=HoldKind.WAIT,
        reason="5 VMs of cluster prod turned red within 10 min, so nothing is changed there for 30 min.",
        until=ahead(minutes=30),
    ),
    Row(says="one VM five times", case=storm([reddening(ago(minutes=one)) for one in range(5)])),
    Row(says="five over just ten minutes", case=storm([*red(4), reddening(ago(minutes=10), "vm-9")])),
    Row(says="five over eleven minutes", case=storm([*red(4), reddening(ago(minutes=11), "vm-9")])),
    Row(
        says="five over nine minutes",
        case=storm([*red(4), reddening(ago(minutes=9), "vm-9")]),
        kind=HoldKind.WAIT,
        reason=FIVE,
        until=ahead(minutes=30),
    ),
    Row(
        says="twenty-nine minutes ago",
        case=storm(red(5, ago(minutes=29))),
        kind=HoldKind.WAIT,
        reason=FIVE,
        until=ahead(minutes=1),
    ),
    Row(says="thirty minutes ago", case=storm(red(5, ago(minutes=30)))),
    Row(
        says="one more much later makes it no longer",
        case=storm([*red(5, ago(minutes=29)), reddening(NOW, "vm-9")]),
        kind=HoldKind.WAIT,
        reason=FIVE,
        until=ahead(minutes=1),
    ),
    Row(
        says="within no time, as one who wants no brake writes it",
        case=case(history=history(reddenings=red(5)), settings=settings(guards={"storm_within": timedelta(0)})),
    ),
    Row(says="in another cluster", case=storm(red(5, cluster=Ref("lab", "domain-c2")))),
    Row(says="datastores are no VMs", case=storm(red(5, playbook=PlaybookName.RELIEVE_DATASTORE))),
    Row(
        says="a host does not respond",
        case=lost(connection=ConnectionState.NOT_RESPONDING),
        kind=HoldKind.WAIT,
        reason="In cluster prod esx-02 does not respond: nothing is changed there for 30 min.",
        until=ahead(minutes=30),
    ),
    Row(
        says="a host is disconnected",
        case=lost(connection=ConnectionState.DISCONNECTED),
        kind=HoldKind.WAIT,
        reason="In cluster prod esx-02 is disconnected: nothing is changed there for 30 min.",
        until=ahead(minutes=30),
    ),
    Row(says="a host is away on purpose", case=lost(connection=ConnectionState.DISCONNECTED, in_maintenance=True)),
    Row(
        says="a host of another cluster",
        case=lost(connection=ConnectionState.DISCONNECTED, cluster=Ref("lab", "domain-c2")),
    ),
    Row(
        says="a host was lost and is back",
        case=remembered((ago(minutes=5), LOST), (ago(seconds=3), UP)),
        kind=HoldKind.WAIT,
        reason="In cluster prod esx-02 was lost and is back: nothing is changed there for 30 min.",
        until=ago(seconds=3) + timedelta(minutes=30),
    ),
    Row(
        says="a host is lost since twenty minutes",
        case=remembered((ago(minutes=20), LOST), now=LOST),
        kind=HoldKind.WAIT,
        reason="In cluster prod esx-02 does not respond: nothing is changed there for 30 min.",
        until=ahead(minutes=10),
    ),
    Row(
        says="a host was lost again after it had come back",
        case=remembered((ago(minutes=50), LOST), (ago(minutes=40), UP), (ago(minutes=1), LOST), now=LOST),
        kind=HoldKind.WAIT,
        reason="In cluster prod esx-02 does not respond: nothing is changed there for 30 min.",
        until=ahead(minutes=29),
    ),
    Row(says="a host is lost since half an hour", case=remembered((ago(minutes=30), LOST), now=LOST)),
    Row(
        says="a host came back half an hour ago",
        case=remembered((ago(hours=5), LOST), (ago(minutes=30), UP)),
    ),
    Row(
        says="a host of another cluster was lost and is back",
        case=remembered((ago(minutes=5), LOST), (ago(minutes=1), UP), cluster=Ref("lab", "domain-c2")),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_in_a_storm_nothing_is_done(row: Row) -> None:
    assert_answer(StormBrake(), row)
