"""The read-only switch: every verb that changes is refused, whoever asks, and vCenter gets no write."""

from collections.abc import Iterator

import pytest

from bot.cli.demo.world import World
from bot.registry import COMMANDS
from tests.acceptance.service.desk import Desk

LINES = {
    "spawn": "spawn new-1",
    "clone": "clone web-01",
    "clonetemplate": "clonetemplate new-2 debian-12",
    "poweron": "poweron web-06",
    "poweroff": "poweroff web-01 --hard",
    "reboot": "reboot web-01",
    "reset": "reset web-01",
    "transform": "transform web-01 cpu=4",
    "move": "move web-01 gold-02",
    "nuke": "nuke web-01",
    "snapshot.create": "snapshot web-01 create now",
    "snapshot.revert": "snapshot web-cms-01 revert before-patch",
    "snapshot.remove": "snapshot web-cms-01 remove before-patch",
}
NOT_THE_ESTATE = frozenset({"cancel"})
"""Stops work of the bot's own, which a read-only bot has none of."""
READING = frozenset({"snapshot.list"})
CHANGING = sorted(
    verb for command in COMMANDS if command.changes for verb in command.verbs if verb not in READING | NOT_THE_ESTATE
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A world whose bot is switched to read-only."""
    with World.start(live=False, read_only=True) as world:
        yield world


def test_there_is_a_line_for_every_verb_that_changes() -> None:
    assert sorted(LINES) == CHANGING


@pytest.mark.parametrize("who", ["dana", "ben"])
@pytest.mark.parametrize("verb", CHANGING)
def test_a_read_only_bot_refuses_every_verb_that_changes(desk: Desk, verb: str, who: str) -> None:
    outcome = desk.run(LINES[verb], who)

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
        if command.changes and command.name != "snapshot":
            assert f"`{command.usage}`" not in text, command.name
