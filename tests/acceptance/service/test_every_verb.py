"""Every verb that changes, all in the same trouble: each ends rightly, and vCenter is sent each write once.

All lines of a kind of trouble run in one world side by side, so that a trouble costs its time once.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from bot.cli.demo.world import World
from sandbox.slack import SeenMessage
from tests.acceptance.service.desk import ROOM, Desk, eventually, operation_of, state_of
from tests.acceptance.service.lines import CHANGING, LINES, Line, set_out

TASK_S = 4.0
"""How long every task takes while the trouble comes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aftermath:
    """What is left of a trouble: the last card of every line, by verb, in a world that still stands."""

    desk: Desk
    ends: Mapping[str, SeenMessage]

    def sent(self, verb: str) -> Mapping[str, int]:
        """What vCenter was sent for the verb's line."""
        return self.desk.sent(*LINES[verb].names)


@contextmanager
def _after(trouble: Callable[[Desk], None]) -> Iterator[Aftermath]:
    with World.start(live=False) as world:
        desk = Desk(world=world)
        set_out(desk)
        desk.estate.set_task(TASK_S)
        cards = {verb: desk.begun(line.text) for verb, line in LINES.items()}
        eventually(lambda: _all_were_sent(desk), "the first write of every line", 30)
        trouble(desk)
        yield Aftermath(desk=desk, ends={verb: desk.ended(card, timeout_s=90) for verb, card in cards.items()})
        assert world.bot.is_alive(), world.bot.log_tail()
        world.workspace.assert_no_violations()


def _all_were_sent(desk: Desk) -> bool:
    return all(desk.sent(*line.names) for line in LINES.values() if line.writes)


def _kill(desk: Desk) -> None:
    desk.bot.kill()
    desk.bot.start()


@pytest.fixture(scope="module")
def killed() -> Iterator[Aftermath]:
    """`kill -9` while every line is at work, and a new start."""
    with _after(_kill) as aftermath:
        yield aftermath


@pytest.fixture(scope="module")
def cut_off() -> Iterator[Aftermath]:
    """VCenter refuses connections for five seconds while every line is at work."""
    with _after(lambda desk: desk.estate.outage("refuse", seconds=5)) as aftermath:
        yield aftermath


@pytest.fixture(scope="module")
def gone() -> Iterator[Aftermath]:
    """VCenter is away when the lines are typed."""
    with World.start(live=False) as world:
        desk = Desk(world=world)
        set_out(desk)
        desk.estate.outage("refuse")
        # What has to be read before there is a plan fails without one, so without a card.
        cards = {verb: desk.begun(line.text, timeout_s=60) for verb, line in LINES.items()}
        ends = {verb: desk.ended(card) if operation_of(card) else card for verb, card in cards.items()}
        yield Aftermath(desk=desk, ends=ends)
        assert world.bot.is_alive(), world.bot.log_tail()
        world.workspace.assert_no_violations()


@pytest.fixture(scope="module")
def doubled() -> Iterator[Aftermath]:
    """Every line typed twice in one breath by the same person, who says yes to everything that is asked."""
    with World.start(live=False) as world:
        desk = Desk(world=world)
        set_out(desk)
        cards = {verb: _typed_twice(desk, line) for verb, line in LINES.items()}
        yield Aftermath(desk=desk, ends={verb: desk.ended(card) for verb, card in cards.items()})
        assert world.bot.is_alive(), world.bot.log_tail()
        world.workspace.assert_no_violations()


def _typed_twice(desk: Desk, line: Line) -> SeenMessage:
    person = desk.person()
    before = {(one.channel, one.ts) for one in person.messages()}
    for _ in range(2):
        person.command(f"/iaas {line.text}", ROOM, wait=False)
    return desk.agreed(person, before)


def test_every_verb_that_changes_has_a_line() -> None:
    assert sorted(LINES) == CHANGING


@pytest.mark.parametrize("verb", LINES)
def test_a_verb_that_was_at_work_at_a_kill_ends_well_and_is_not_sent_again(killed: Aftermath, verb: str) -> None:
    end = killed.ends[verb]

    assert state_of(end) == "succeeded", end.text
    assert killed.sent(verb) == LINES[verb].writes


@pytest.mark.parametrize("verb", LINES)
def test_a_verb_that_was_at_work_when_vcenter_went_away_ends_well_and_is_not_sent_again(
    cut_off: Aftermath, verb: str
) -> None:
    end = cut_off.ends[verb]

    assert state_of(end) == "succeeded", end.text
    assert cut_off.sent(verb) == LINES[verb].writes


@pytest.mark.parametrize("verb", LINES)
def test_a_verb_that_is_typed_while_vcenter_is_away_says_so_and_does_nothing(gone: Aftermath, verb: str) -> None:
    end = gone.ends[verb]

    assert end.text.startswith(":x:")
    assert "vCenter lab" in end.text
    assert "can't be reached" in end.text
    assert state_of(end) in {None, "failed"}
    assert gone.sent(verb) == {}


@pytest.mark.parametrize("verb", LINES)
def test_a_verb_that_is_typed_twice_at_once_is_done_once(doubled: Aftermath, verb: str) -> None:
    end = doubled.ends[verb]

    assert state_of(end) == "succeeded", end.text
    assert doubled.sent(verb) == LINES[verb].writes


@pytest.mark.parametrize("trouble", ["killed", "cut_off", "doubled"])
def test_what_goes_into_the_bin_and_what_comes_back_is_moved_once(request: pytest.FixtureRequest, trouble: str) -> None:
    aftermath: Aftermath = request.getfixturevalue(trouble)

    # Such a move is a call of the folder, so no VM's name is in it.
    assert aftermath.desk.sent()["MoveIntoFolder_Task"] == 2
