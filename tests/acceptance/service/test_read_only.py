"""The read-only switch: every verb that changes is refused, whoever asks, and vCenter gets no write."""

from collections.abc import Iterator

import pytest

from bot.cli.demo.world import World
from bot.registry import COMMANDS
from tests.acceptance.service.desk import Desk
from tests.acceptance.service.lines import LINES, READING, set_out


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A world whose bot is switched to read-only after some work."""
    with World.start(live=False) as world:
        set_out(Desk(world=world))
        assert world.bot.stop() == 0
        world.bot.read_only = True
        world.bot.start()
        yield world


@pytest.mark.parametrize("who", ["dana", "ben"])
@pytest.mark.parametrize("verb", LINES)
def test_a_read_only_bot_refuses_every_verb_that_changes(desk: Desk, verb: str, who: str) -> None:
    outcome = desk.run(LINES[verb].text, who)

    assert outcome.state == "refused", outcome
    assert "read-only" in outcome.text
    assert desk.estate.writes() == []


def test_a_read_only_bot_still_looks(desk: Desk) -> None:
    listed, shown = desk.run("list mine"), desk.run("snapshot web-cms-01 list")

    assert (listed.state, shown.state) == ("answered", "answered")
    assert "before-patch" in shown.text


def test_help_of_a_read_only_bot_offers_no_change(desk: Desk) -> None:
    text = desk.answer("help").text

    assert "`list [mine" in text
    for command in COMMANDS:
        if command.changes and not READING & set(command.verbs):
            assert f"`{command.usage}`" not in text, command.name
