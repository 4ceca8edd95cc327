"""Two replicas on PostgreSQL: one is killed, the other takes its work over, and nothing is sent twice."""

from collections import Counter

import pytest

from sandbox.vcenter import Estate
from tests.acceptance.durability.conftest import Replica

QUICK = {"heartbeat_s": 0.5, "replica_ttl_s": 2}


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["stage.0.intended", "stage.0.sent", "stage.0.noted"])
def test_the_work_of_a_dead_replica_is_taken_over_and_done_once(estate: Estate, postgres_url: str, point: str) -> None:
    estate.set_vm("web-02", power="on", tools_running=True)
    estate.reset_calls()
    replica = Replica(estate=estate, database_url=postgres_url)
    request = {"verb": "reset", "vm": "web-02", "key": f"reset-{point}"}

    replica.run_until_killed(request, crash_at=point, replica_id="one", settings=QUICK)
    report = replica.run_to_the_end(replica_id="two", settings=QUICK)

    operation = report["operations"][0]
    assert operation["state"] == "succeeded", operation
    assert operation["runners"] == ["one", "two"]
    assert Counter(one.method for one in estate.writes()) == {"ResetVM_Task": 1}
    assert report["problems"] == []


@pytest.mark.postgres
def test_the_same_request_at_two_replicas_is_one_operation(estate: Estate, postgres_url: str) -> None:
    estate.set_vm("web-01", power="off")
    estate.reset_calls()
    replica = Replica(estate=estate, database_url=postgres_url)
    request = {"verb": "poweron", "vm": "web-01", "key": "the-same"}

    both = [replica.start(request, replica_id=name) for name in ("one", "two")]
    for process in both:
        process.communicate(timeout=90)

    assert [process.returncode for process in both] == [0, 0]
    assert Counter(one.method for one in estate.writes()) == {"PowerOnVM_Task": 1}
