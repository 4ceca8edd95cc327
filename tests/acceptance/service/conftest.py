"""The service as a process between the two sandboxes: one world a module, its levers at rest around each test."""

from collections.abc import Iterator

import pytest

from bot.cli.demo.world import World
from tests.acceptance.service.desk import Desk
from tests.postgres import new_database, postgres_server

__all__ = ["postgres_server"]

_NEVER_S = 3600


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A running bot on the demo's estate; the tests of a module work on VMs of their own in it."""
    with World.start(live=False) as world:
        yield world


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    """The world with all levers at rest; after the test no rule of Slack may be broken and the bot must live."""
    world.estate.restore()
    # A datastore that a test fills raises no alarm: the bot would begin to empty it by itself.
    world.estate.set_alarm_sustain(_NEVER_S)
    world.workspace.faults.clear()
    yield Desk(world=world)
    world.estate.restore()
    world.workspace.faults.clear()
    assert world.bot.is_alive(), world.bot.log_tail()
    # What the gate had to cut to plain words, people would see in a poorer form and nobody would know.
    assert "slack.payload.refused" not in world.bot.log.read_text(encoding="utf-8")
    world.workspace.assert_no_violations()


@pytest.fixture(scope="module")
def postgres_module_url(postgres_server: str) -> Iterator[str]:
    """A new database for the tests of a module."""
    with new_database(postgres_server) as url:
        yield url
