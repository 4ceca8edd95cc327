"""A relief as numbers alone: bytes to free, VMs that may leave, rooms that they may go to. Pure.

Every answer is compared by its `Score`: what is missing first, then bytes moved, then moves, then names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Answer = Mapping[int, int]
"""Which mover goes to which room, by their indices."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mover:
    """A VM that may leave."""

    name: str
    frees: int
    """Bytes that its leaving frees; above zero."""
    costs: Mapping[int, int]
    """By the index of each room that it may go to: bytes that are moved there and take room there. Never less than
    `frees`, and never more than the room has; never empty."""

    @property
    def cheapest(self) -> int:
        """Bytes at least moved when it leaves."""
        return min(self.costs.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What has to be solved."""

    need: int
    """Bytes to free; above zero."""
    rooms: tuple[int, ...]
    """Bytes that may come to each target."""
    movers: tuple[Mover, ...]
    """The one that frees most first, then by name."""
    grain: int = 1
    """Bytes are compared in steps of so many: what is equal then is decided by the number of moves."""

    def steps(self, count: int) -> int:
        """Whole grains, of which a part counts as one."""
        return -(-count // self.grain)


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """How good an answer is; the smallest is the best."""

    missing: int
    """Bytes still to be freed, in grains."""
    steps: int
    """Bytes moved, in grains."""
    moves: int
    moved: int
    """Bytes moved."""
    names: tuple[str, ...] = ()
    """Of the VMs moved, in alphabetical order: it makes the best answer the only one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """An answer with what is known of it."""

    answer: Answer
    lower_bound: int
    """No answer that frees all that is needed moves fewer bytes."""
    proven: bool
    """Whether no answer has a better score."""


def score_of(answer: Answer, problem: Problem) -> Score:
    """Judge an answer, which has to be possible."""
    movers = problem.movers
    moved = sum(movers[index].costs[room] for index, room in answer.items())
    return Score(
        missing=problem.steps(max(problem.need - sum(movers[index].frees for index in answer), 0)),
        steps=problem.steps(moved),
        moves=len(answer),
        moved=moved,
        names=tuple(sorted(movers[index].name for index in answer)),
    )


def lower_bound(problem: Problem) -> int:
    """Bytes that have to be moved at least, were VMs divisible and rooms endless."""
    left, moved = problem.need, 0.0
    for mover in sorted(problem.movers, key=lambda one: one.cheapest / one.frees):
        taken = min(mover.frees, left)
        moved += mover.cheapest * taken / mover.frees
        left -= taken
        if not left:
            break
    return max(int(moved), problem.need)
