"""Two replicas on PostgreSQL: one is killed, the other takes its work over, and nothing is sent twice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.vcenter import Estate
from tests.acceptance.durability.conftest import Replica

QUICK = {"heartbeat_s": 0.5, "replica_ttl_s": 2}


@pytest.fixture
def replica(estate: Estate, postgres_url: str, tmp_path: Path) -> Iterator[Replica]:
    """Replicas over one database on PostgreSQL."""
    replica = Replica(estate=estate, database_url=postgres_url, folder=tmp_path)
    yield replica
    replica.kill_all()


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["stage.0.intended", "stage.0.sent", "stage.0.noted"])
def test_the_work_of_a_dead_replica_is_taken_over_by_one_that_lives(replica: Replica, point: str) -> None:
    replica.estate.set_vm("web-02", power="on", tools_running=True)
    replica.estate.reset_calls()
    one = replica.start("one", **QUICK)
    one.report()
    one.order(verb="reset", vm="web-02", key=f"reset {point}", crash_at=point)
    one.ensure_killed(point)

    # A replica that ran all the time might have taken it from the queue itself.
    two = replica.start("two", **QUICK)
    (operation,) = two.report()["operations"]
    two.end()

    assert operation["state"] == "succeeded", operation
    assert operation["runners"] == ["one", "two"]
    assert Counter(one.method for one in replica.estate.writes()) == {"ResetVM_Task": 1}


@pytest.mark.postgres
def test_the_same_request_at_two_replicas_is_one_operation(replica: Replica) -> None:
    replica.estate.set_vm("web-01", power="off")
    replica.estate.reset_calls()
    both = [replica.start(name) for name in ("one", "two")]
    for process in both:
        process.report()

    for process in both:
        process.order(verb="poweron", vm="web-01", key="the same")
    reports = [process.report() for process in both]
    for process in both:
        process.end()

    assert [[one["state"] for one in report["operations"]] for report in reports] == [["succeeded"], ["succeeded"]]
    assert Counter(one.method for one in replica.estate.writes()) == {"PowerOnVM_Task": 1}
