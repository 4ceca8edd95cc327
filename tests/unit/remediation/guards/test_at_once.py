"""How many at the same time."""

from typing import Any

import pytest

from remediation.guards.at_once import AtOnceInCluster, MovesAtOnce
from remediation.model import HoldKind, Mode, PlaybookName, Remedy, RemedyState
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import (
    CLUSTER,
    GOLD,
    HOST,
    a_move,
    ago,
    case,
    datastore,
    facts,
    history,
    host,
    remedy,
    with_vm,
)
from vsphere.model import Ref

SILVER, OTHER = Ref("lab", "datastore-2"), Ref("lab", "datastore-3")


def running(number: int, **changes: Any) -> Remedy:
    values = {"vm": Ref("lab", f"vm-{number}"), "vm_name": f"web-0{number}", "state": RemedyState.RUNNING} | changes
    return remedy(ago(minutes=1), **values)


def moving(number: int, source: Ref, target: Ref | None, **changes: Any) -> Remedy:
    return running(number, playbook=PlaybookName.RELIEVE_DATASTORE, datastore=source, target=target, **changes)


CASES = (
    Row(says="one", case=case(history=history(running(2)))),
    Row(
        says="two in its cluster",
        case=case(history=history(running(3), running(2))),
        kind=HoldKind.WAIT,
        reason="2 remedies in cluster prod at once, which is the most: web-02, web-03.",
    ),
    Row(
        says="moves count as well",
        case=case(history=history(running(2), moving(3, OTHER, None))),
        kind=HoldKind.WAIT,
        reason="2 remedies in cluster prod at once, which is the most: web-02, web-03.",
    ),
    Row(
        says="what waits for a yes holds up nobody",
        case=case(history=history(running(2, state=RemedyState.ASKED), running(3, state=RemedyState.ASKED))),
    ),
    Row(
        says="where nothing will be done there is nothing to wait for",
        case=case(mode=Mode.RECOMMEND, history=history(running(2), running(3))),
    ),
    Row(
        says="two in another cluster",
        case=case(history=history(*[running(one, cluster=Ref("lab", "c2")) for one in (2, 3)])),
    ),
    Row(
        says="two that have ended",
        case=case(history=history(*[running(one, state=RemedyState.SUCCEEDED) for one in (2, 3)])),
    ),
    Row(
        says="of a datastore's alarm the cluster is that of the VM which would move",
        case=case(
            facts=facts(vm=None, host=None, cluster=None, cluster_hosts=(), datastore=datastore(), hosts=(host(),)),
            recommendation=a_move(),
            history=history(running(2), running(3)),
        ),
        kind=HoldKind.WAIT,
        reason="2 remedies in its cluster at once, which is the most: web-02, web-03.",
    ),
    Row(
        says="what runs in no known cluster counts as one",
        case=case(
            facts=facts(host=None, cluster=None, cluster_hosts=(), hosts=()),
            history=history(running(2, cluster=None), running(3, cluster=None)),
        ),
        kind=HoldKind.WAIT,
        reason="2 remedies in its cluster at once, which is the most: web-02, web-03.",
    ),
)
MOVES = (
    Row(says="none", case=case(recommendation=a_move())),
    Row(
        says="one leaves the same datastore",
        case=case(recommendation=a_move(), history=history(moving(2, GOLD, OTHER))),
        kind=HoldKind.WAIT,
        reason="gold-1 has 1 move at once, which is the most: web-02.",
    ),
    Row(
        says="one goes to the same datastore",
        case=case(recommendation=a_move(), history=history(moving(2, OTHER, SILVER))),
        kind=HoldKind.WAIT,
        reason="gold-2 has 1 move at once, which is the most: web-02.",
    ),
    Row(
        says="one comes to the datastore that is left",
        case=case(recommendation=a_move(), history=history(moving(2, OTHER, GOLD))),
        kind=HoldKind.WAIT,
        reason="gold-1 has 1 move at once, which is the most: web-02.",
    ),
    Row(says="elsewhere", case=case(recommendation=a_move(), history=history(moving(2, OTHER, None)))),
    Row(
        says="one that has ended",
        case=case(recommendation=a_move(), history=history(moving(2, GOLD, OTHER, state=RemedyState.SUCCEEDED))),
    ),
    Row(says="no move", case=case(history=history(moving(2, GOLD, OTHER)))),
    Row(
        says="what is left is the datastore that the alarm is on",
        case=case(
            facts=facts(vm=None, datastore=datastore("datastore-3")),
            recommendation=a_move(),
            history=history(moving(2, OTHER, None)),
        ),
        kind=HoldKind.WAIT,
        reason="datastore-3 has 1 move at once, which is the most: web-02.",
    ),
    Row(
        says="of several, the fullest is left",
        case=case(
            facts=with_vm(datastores=(GOLD, SILVER)),
            recommendation=a_move(with_vm(datastores=(GOLD, SILVER)).vm, datastore("datastore-4")),
            history=history(moving(2, SILVER, None)),
        ),
    ),
)


def test_the_samples_stand_where_the_tables_think() -> None:
    assert (host().ref, host().cluster) == (HOST, CLUSTER)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_cluster_takes_two_changes_at_once(row: Row) -> None:
    assert_answer(AtOnceInCluster(), row)


@pytest.mark.parametrize("row", MOVES, ids=str)
def test_a_datastore_takes_one_move_at_once(row: Row) -> None:
    assert_answer(MovesAtOnce(), row)
