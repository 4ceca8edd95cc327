"""`kill -9` and SIGTERM at bad moments, on both databases: nothing is lost, nothing is done twice."""

from collections.abc import Iterator
from time import monotonic

import pytest

from bot.cli.demo.world import World
from tests.acceptance.service.desk import ROOM, Desk, eventually, operation_of, state_of

SQLITE = "sqlite:///iaas-bot.db"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world on either database; its bot is killed and started again by the tests."""
    url = SQLITE if request.param == "sqlite" else str(request.getfixturevalue("postgres_module_url"))
    with World.start(live=False, database_url=url) as world:
        yield world


def test_a_bot_killed_while_a_clone_runs_adopts_it_and_ends_its_card(desk: Desk) -> None:
    desk.estate.set_task(4, "CloneVM_Task")
    card = desk.started("clone web-05 orphan-1")
    eventually(lambda: desk.sent()["CloneVM_Task"] == 1, "the clone's task")

    desk.bot.kill()
    desk.bot.start()
    end = desk.ended(card)

    assert (state_of(end), desk.vm("orphan-1").custom["iaas.operation"]) == ("succeeded", operation_of(card))
    assert desk.sent() == {"CloneVM_Task": 1}


def test_a_bot_killed_right_after_the_acknowledgement_of_a_change_does_it_once_or_lets_slack_deliver_again(
    desk: Desk,
) -> None:
    desk.estate.set_vm("web-06", power="off")
    card = desk.started("snapshot web-06 create after kill")

    desk.bot.kill()
    desk.bot.start()
    end = desk.ended(card)

    assert state_of(end) == "succeeded", end.text
    assert desk.vm("web-06").snapshots == ("after kill",)
    assert desk.sent() == {"CreateSnapshot_Task": 1}


def test_what_waited_in_the_queue_is_done_after_the_kill_in_its_order(desk: Desk) -> None:
    desk.estate.set_task(3, "CreateSnapshot_Task")
    first = desk.started("snapshot shop-01 create first")
    eventually(lambda: desk.sent()["CreateSnapshot_Task"] == 1, "the first snapshot's task")
    second = desk.started("snapshot shop-01 create second")

    desk.bot.kill()
    desk.bot.start()
    ends = [state_of(desk.ended(card)) for card in (first, second)]

    assert ends == ["succeeded", "succeeded"]
    assert desk.vm("shop-01").snapshots == ("first", "second")
    assert desk.sent() == {"CreateSnapshot_Task": 2}


def test_what_ended_in_vcenter_while_the_bot_was_dead_is_told_after_the_start(desk: Desk) -> None:
    desk.estate.set_task(1.5, "CloneVM_Task")
    card = desk.started("clone web-03 finished-alone-1")
    eventually(lambda: desk.sent()["CloneVM_Task"] == 1, "the clone's task")

    desk.bot.kill()
    eventually(lambda: any(name.endswith("finished-alone-1") for name in desk.estate.vms()), "the clone's end")
    desk.bot.start()

    assert state_of(desk.ended(card)) == "succeeded"
    assert desk.sent() == {"CloneVM_Task": 1}


def test_a_command_typed_while_the_bot_was_dead_is_told_as_failed_by_slack_and_works_again_afterwards(
    desk: Desk,
) -> None:
    desk.bot.kill()
    lost = desk.person().command("/iaas echo anybody there", ROOM)
    desk.bot.start()
    found = desk.run("echo there again")

    assert not lost.ok
    assert found.state == "answered"


def test_a_bot_that_is_asked_to_end_drains_and_leaves_with_zero(desk: Desk) -> None:
    desk.estate.set_task(2, "CloneVM_Task")
    card = desk.started("clone web-01 drained-1")
    eventually(lambda: desk.sent()["CloneVM_Task"] == 1, "the clone's task")

    began = monotonic()
    exit_code = desk.bot.stop()
    took_s = monotonic() - began
    desk.bot.start()

    assert (exit_code, took_s < 20) == (0, True)
    assert state_of(desk.ended(card)) == "succeeded"
    assert desk.sent() == {"CloneVM_Task": 1}
