"""Where the host is short, more makes it worse; then it is said what would help."""

from typing import Any

import pytest

from remediation.admission import Case
from remediation.causes import causes
from remediation.guards.contention import Contention
from remediation.model import HoldKind, PlaybookName
from remediation.settings import GuardSettings
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import (
    a_move,
    case,
    facts,
    host,
    host_samples,
    more_memory,
    samples,
    vm,
)


def seen(recommendation: Any = None, on_host: Any = (), **figures: Any) -> Case:
    """A case with these figures of the VM, and those of its host."""
    found = facts(samples=samples(**figures), host_samples=on_host)
    return case(facts=found) if recommendation is None else case(facts=found, recommendation=recommendation)


WORSE = "More would make it worse: "
CASES = (
    Row(says="nothing", case=case()),
    Row(says="nothing is known", case=case(facts=facts(samples=(), host_samples=()))),
    Row(says="figures that vCenter does not have", case=seen(ready=None, costop=None, balloon=None, swapped=None)),
    Row(says="ready at 5 %", case=seen(ready=5)),
    Row(
        says="ready over 5 %",
        case=seen(ready=8.2),
        kind=HoldKind.REFUSE,
        reason=f"{WORSE}web-01 waits 8.2 % of the time for a core (ready), more than 5 %.",
    ),
    Row(says="memory does not ask for ready", case=seen(more_memory(), ready=20)),
    Row(says="co-stop at 3 %", case=seen(costop=3)),
    Row(
        says="co-stop over 3 %",
        case=seen(costop=4),
        kind=HoldKind.REFUSE,
        reason=f"{WORSE}the vCPUs of web-01 wait 4 % of the time for each other (co-stop), more than 3 %.",
    ),
    Row(
        says="balloon",
        case=seen(balloon=300),
        kind=HoldKind.REFUSE,
        reason=f"{WORSE}the host takes 300 MB of memory back from web-01 (balloon).",
    ),
    Row(
        says="balloon speaks against memory too",
        case=seen(more_memory(), balloon=300),
        kind=HoldKind.REFUSE,
        reason=f"{WORSE}the host takes 300 MB of memory back from web-01 (balloon).",
    ),
    Row(
        says="swap",
        case=seen(more_memory(), swapped=2048),
        kind=HoldKind.REFUSE,
        reason=f"{WORSE}the host has swapped out 2 GB of web-01.",
    ),
    Row(
        says="a balloon that is over",
        case=case(facts=facts(samples=(*samples(count=10, balloon=300), *samples(count=1)))),
    ),
    Row(says="a host whose CPU is just not busy", case=seen(on_host=host_samples(cpu=75))),
    Row(says="a host whose memory is just not full", case=seen(more_memory(), host_samples(memory=80))),
    Row(
        says="a host whose CPU is busy",
        case=seen(on_host=host_samples(cpu=92)),
        kind=HoldKind.REFUSE,
        reason=f"{WORSE}esx-01 uses 92 % of its CPU, more than 75 %.",
    ),
    Row(
        says="a host whose memory is full, and CPU grows",
        case=seen(on_host=host_samples(memory=95, balloon=9, swapped=9)),
    ),
    Row(
        says="a host whose memory is full, and memory grows",
        case=seen(more_memory(), host_samples(memory=95, balloon=512, swapped=1024)),
        kind=HoldKind.REFUSE,
        reason=(
            f"{WORSE}esx-01 uses 95 % of its memory, more than 80 %; esx-01 takes 512 MB of memory back from its VMs"
            " (balloon); esx-01 has swapped out 1 GB of its VMs."
        ),
    ),
    Row(
        says="several causes",
        case=seen(ready=12, costop=5),
        kind=HoldKind.REFUSE,
        reason=(
            f"{WORSE}web-01 waits 12 % of the time for a core (ready), more than 5 %; the vCPUs of web-01 wait 5 % of"
            " the time for each other (co-stop), more than 3 %."
        ),
    ),
    Row(says="a move is no more", case=seen(a_move(), ready=12, costop=5, balloon=1, swapped=1)),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_more_is_not_given_where_the_host_is_short(row: Row) -> None:
    assert_answer(Contention(), row)


def better(**figures: Any) -> str:
    crowded = host(cpu_used_mhz=31_000)
    found = facts(samples=samples(**figures), host=crowded, hosts=(crowded, host("host-2")))
    return causes(found, vm(), PlaybookName.ADD_CPU, GuardSettings())[0].better


def test_the_better_cure_fits_the_cause() -> None:
    assert better(ready=8) == "Move web-01 to esx-02, which has room for it."
    assert better(costop=8) == "Give web-01 fewer vCPUs, remove snapshots, or move it to a host with room."


def test_where_no_host_has_room_the_cure_is_room() -> None:
    crowded = host(cpu_used_mhz=31_000)
    found = facts(samples=samples(ready=8), host=crowded, hosts=(crowded,), cluster_hosts=(crowded,))

    assert [one.better for one in causes(found, vm(), PlaybookName.ADD_CPU, GuardSettings())] == [
        "Move VMs off that host, or add one; no other host of the cluster has room."
    ]
