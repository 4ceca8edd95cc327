"""Twenty requests at once, in two processes on PostgreSQL: exactly as many VMs are made as the quota has room for."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.cli.demo.world import World
from sandbox.vcenter import Estate
from tests.acceptance.service.desk import ROOM, Desk, eventually, operation_of, state_of
from tests.acceptance.service.ruled import joined, ruled_world

ASKED = 20
ROOM_FOR = 7
RULES = """
[protected]

[[rule]]
name = "limited"
groups = ["@vm-users"]
channels = ["*"]
verbs = ["read", "spawn"]

[rule.quota]
vms = {vms}
"""

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def world(postgres_module_url: str) -> Iterator[World]:
    """Two replicas of one bot."""
    with Estate.start() as estate:
        owned = sum(estate.vm(name).custom.get("iaas.owner") == "U0DANA" for name in estate.vms())
        rules = RULES.format(vms=owned + ROOM_FOR)
        with (
            ruled_world(rules, estate=estate, database_url=postgres_module_url) as world,
            joined(world, ["second"]),
        ):
            yield world


def test_twenty_lines_at_once_make_no_more_vms_than_the_quota_has_room_for(desk: Desk) -> None:
    desk.workspace.wait_for_sockets(4)
    person = desk.person()
    typing = [
        threading.Thread(target=person.command, args=(f"/iaas spawn crowd-{number} size=small", ROOM))
        for number in range(ASKED)
    ]
    for one in typing:
        one.start()
    for one in typing:
        one.join(30)

    ends = eventually(lambda: _ends(desk), "the end of all", 90)

    assert Counter(ends.values()) == {"succeeded": ROOM_FOR, "refused": ASKED - ROOM_FOR}
    assert desk.sent()["CreateVM_Task"] == ROOM_FOR
    assert sum(name.rpartition("/")[2].startswith("crowd-") for name in desk.estate.vms()) == ROOM_FOR


def _ends(desk: Desk) -> dict[str, str] | None:
    """How each line ended, by the operation that answers it; None while one runs."""
    found: dict[str, str] = {}
    for one in desk.person().messages():
        operation, state = operation_of(one), state_of(one)
        if operation is not None and state == "succeeded":
            found[operation] = state
        elif "over your quota" in one.text:
            found[one.ts] = "refused"
    return found if len(found) == ASKED else None
