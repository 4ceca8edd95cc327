"""Room on the host, in the cluster, and in the cluster without its largest host."""

from typing import Any

import pytest

from remediation.admission import Case
from remediation.guards.headroom import Headroom
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import GIB, GOLD, a_move, case, facts, host, more_cpu, more_memory
from vsphere.model import ConnectionState, Host, Ref


def on(first: Host, *others: Host, **changes: Any) -> Case:
    """The VM on the first of these hosts."""
    return case(facts=facts(host=first, hosts=(first, *others), cluster_hosts=(first, *others)), **changes)


def cpu(moref: str, mhz: int, **changes: Any) -> Host:
    """Of 32 GHz."""
    return host(moref, cpu_used_mhz=mhz, **changes)


def ram(moref: str, used_gib: int, **changes: Any) -> Host:
    """Of 64 GiB."""
    return host(moref, memory_used_mib=used_gib * 1024, **changes)


IDLE = host("host-2", cpu_used_mhz=1000, memory_used_mib=4096)
CASES = (
    Row(says="room everywhere", case=case()),
    Row(says="75 % after it", case=on(cpu("host-1", 22_000), IDLE)),
    Row(
        says="more than 75 % of the host's CPU",
        case=on(cpu("host-1", 22_100), IDLE),
        kind=HoldKind.REFUSE,
        reason="With it esx-01 would use 75.3 % of its CPU (24.1 GHz of 32.0 GHz), more than 75 %.",
    ),
    Row(says="CPU does not ask for memory", case=on(ram("host-1", 63), IDLE)),
    Row(says="80 % of memory after it", case=on(ram("host-1", 49), IDLE, recommendation=more_memory())),
    Row(
        says="more than 80 % of the host's memory",
        case=on(ram("host-1", 50), IDLE, recommendation=more_memory()),
        kind=HoldKind.REFUSE,
        reason="With it esx-01 would use 81 % of its memory (52 GB of 64 GB), more than 80 %.",
    ),
    Row(
        says="more than 75 % of the cluster's CPU",
        case=on(cpu("host-1", 8000), cpu("host-2", 31_000), cpu("host-3", 32_000)),
        kind=HoldKind.REFUSE,
        reason="With it cluster prod would use 76 % of its CPU (73.0 GHz of 96.0 GHz), more than 75 %.",
    ),
    Row(
        says="just 75 % of the cluster's CPU, which is all that it has without a host",
        case=on(cpu("host-1", 8000), cpu("host-2", 30_000), cpu("host-3", 30_000), cpu("host-4", 26_000)),
    ),
    Row(
        says="enough without the largest host",
        case=on(cpu("host-1", 10_000), cpu("host-2", 4_000, cpu_cores=32, name="big")),
    ),
    Row(
        says="more than is left without the largest host",
        case=on(cpu("host-1", 10_000), cpu("host-2", 21_000, cpu_cores=32, name="big")),
        kind=HoldKind.REFUSE,
        reason=("With it cluster prod would use 33.0 GHz of CPU, and without its largest host big it has 32.0 GHz."),
    ),
    Row(
        says="memory without the largest host",
        case=on(ram("host-1", 20), ram("host-2", 43), recommendation=more_memory()),
        kind=HoldKind.REFUSE,
        reason="With it cluster prod would use 65 GB of memory, and without its largest host esx-01 it has 64 GB.",
    ),
    Row(says="a host of its own has no other to fail over to", case=on(cpu("host-1", 22_000))),
    Row(
        says="hosts that can not be used count for nothing",
        case=on(cpu("host-1", 22_000), cpu("host-2", 0, in_maintenance=True)),
    ),
    Row(
        says="hosts of another cluster count for nothing",
        case=on(cpu("host-1", 20_000), cpu("host-2", 31_000, cluster=Ref("lab", "domain-c2"))),
    ),
    Row(says="as many vCPU as the host has cores", case=on(host(cpu_cores=3, cpu_used_mhz=0), IDLE)),
    Row(
        says="more vCPU than the host has cores",
        case=on(host(cpu_cores=2, cpu_used_mhz=0), IDLE),
        kind=HoldKind.REFUSE,
        reason="esx-01 has 2 cores, and web-01 would have 3 vCPU.",
    ),
    Row(
        says="a host that can not be used",
        case=on(host(connection=ConnectionState.DISCONNECTED)),
        kind=HoldKind.WAIT,
        reason="web-01 runs on esx-01, which can't be used now, so nobody can tell how much room it has.",
    ),
    Row(
        says="a host that is not known",
        case=case(facts=facts(host=None, hosts=(), cluster_hosts=())),
        kind=HoldKind.WAIT,
        reason="web-01 runs on a host that is not known, so nobody can tell how much room it has.",
    ),
    Row(
        says="a host of which nothing is known",
        case=on(host(memory_bytes=0), recommendation=more_memory()),
        kind=HoldKind.REFUSE,
        reason="With it esx-01 would use 100 % of its memory (18 GB of 0 MB), more than 80 %.",
    ),
    Row(says="a move asks for none", case=on(cpu("host-1", 32_000), recommendation=a_move())),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_nothing_is_added_where_host_or_cluster_has_no_room_for_it(row: Row) -> None:
    assert_answer(Headroom(), row)


@pytest.mark.parametrize(
    ("others", "way_out"),
    [
        ([IDLE, host("host-3")], "Move web-01 to esx-02, which has room for it."),
        ([cpu("host-2", 30_000), host("host-3")], "Move web-01 to esx-03, which has room for it."),
        ([host("host-2", datastores=()), host("host-3", datastores=(GOLD,))], "Move web-01 to esx-03, which has room"),
        ([cpu("host-2", 18_000), cpu("host-3", 18_001)], "Move web-01 to esx-02, which has room for it."),
        ([cpu("host-2", 18_001)], "Free some of it, or add a host; no other host of the cluster"),
        ([ram("host-2", 60, memory_bytes=80 * GIB)], "Move web-01 to esx-02, which has room for it."),
        ([ram("host-2", 61, memory_bytes=80 * GIB)], "Free some of it, or add a host; no other host of the cluster"),
        ([host("host-2", memory_bytes=8 * GIB)], "Free some of it, or add a host; no other host of the cluster"),
        ([host("host-2", in_maintenance=True)], "Free some of it, or add a host; no other host of the cluster"),
        ([], "Free some of it, or add a host; no other host of the cluster has room."),
    ],
    ids=[
        "the emptiest",
        "one has none",
        "one does not reach its disks",
        "just enough CPU",
        "too little CPU",
        "just enough memory",
        "too little memory",
        "too small",
        "not usable",
        "none",
    ],
)
def test_the_way_out_names_a_host_that_has_room(others: list[Host], way_out: str) -> None:
    found = Headroom().check(on(cpu("host-1", 31_000), *others, recommendation=more_cpu()))

    assert found is not None
    assert found.way_out.startswith(way_out)
