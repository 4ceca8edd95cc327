"""Branch and bound over all answers, within a budget of steps: for some dozens of VMs the best answer is proven. Pure.

It takes VMs in order of what they free. A branch ends where even the best that could still come is no better than the
best answer so far; VMs alike, and rooms alike, are tried once.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from remediation.relief.problem import Answer, Problem, score_of

_DEEPEST: Final = 150
"""So many moves an answer may have that is looked at: each takes two of Python's thousand nested calls."""


class Search:
    """One search; `run` gives the best answer that it knows, `finished` says whether it looked at all."""

    def __init__(self, problem: Problem, start: Answer, *, budget: int) -> None:
        self._problem = problem
        self._best = dict(start)
        self._score = score_of(start, problem)
        self._budget = budget
        """A step is a mover looked at or taken; some milliseconds have a thousand of them."""
        self._is_whole = True
        self._left = list(problem.rooms)
        self._open = sum(problem.rooms)
        self._taken: dict[int, int] = {}
        self._sums = [0, *accumulate(mover.frees for mover in problem.movers)]
        self._like_before = _like_before(problem)
        self._room_kinds = _room_kinds(problem)

    @property
    def finished(self) -> bool:
        """Whether nothing was left out, for want of budget or of depth."""
        return self._is_whole and self._budget > 0

    def run(self) -> Answer:
        """Look at all, or as far as the budget goes."""
        self._from(0, self._problem.need, 0)
        return self._best

    def _from(self, first: int, need: int, moved: int) -> None:
        """Take, as the next one, each mover from `first` on; what is taken so far is an answer itself."""
        self._budget -= 1
        self._remember(need, moved)
        if need <= 0:
            return
        if len(self._taken) >= _DEEPEST:
            self._is_whole = False
            return
        for index in range(first, len(self._problem.movers)):
            self._budget -= 1
            if self._budget <= 0 or not self._may_win(index, need, moved):
                return
            if index == first or not self._like_before[index]:
                self._take(index, need, moved)

    def _take(self, index: int, need: int, moved: int) -> None:
        frees = self._problem.movers[index].frees
        ways = self._ways(index)
        # The last one goes where it costs least; another room for it would make no difference.
        for cost, _, _, room in ways if frees < need else ways[:1]:
            self._left[room] -= cost
            self._open -= cost
            self._taken[index] = room
            self._from(index + 1, need - frees, moved + cost)
            del self._taken[index]
            self._open += cost
            self._left[room] += cost

    def _ways(self, index: int) -> Sequence[tuple[int, int, int, int]]:
        """Rooms that take the mover, the cheapest and then the fullest first; of several that are alike one."""
        left, kinds = self._left, self._room_kinds
        costs = self._problem.movers[index].costs
        ways = sorted((cost, left[room], kinds[room], room) for room, cost in costs.items() if cost <= left[room])
        return [way for at, way in enumerate(ways) if not at or way[:3] != ways[at - 1][:3]]

    def _remember(self, need: int, moved: int) -> None:
        """Keep the answer where it is the best so far."""
        best, count = self._score, len(self._taken)
        missing, steps = self._problem.steps(max(need, 0)), self._problem.steps(moved)
        if (missing, steps, count, moved) > (best.missing, best.steps, best.moves, best.moved):
            return
        self._budget -= count
        score = score_of(self._taken, self._problem)
        if score < best:
            self._best, self._score = dict(self._taken), score

    def _may_win(self, index: int, need: int, moved: int) -> bool:
        """Whether something as good as the best may still come from the movers from `index` on."""
        best, sums = self._score, self._sums
        least = need - min(sums[-1] - sums[index], self._open)
        missing = self._problem.steps(least) if least > 0 else 0
        if missing != best.missing:
            return missing < best.missing
        if missing:
            return True
        at_least = moved + need
        steps = self._problem.steps(at_least)
        if steps != best.steps:
            return steps < best.steps
        moves = len(self._taken) + bisect_left(sums, sums[index] + need) - index
        return (moves, at_least) <= (best.moves, best.moved)


def _like_before(problem: Problem) -> list[bool]:
    """Whether a mover differs from the one before it by its name alone; then that one goes first."""
    pairs = zip(problem.movers, problem.movers[1:], strict=False)
    return [False, *(a.frees == b.frees and a.costs == b.costs for a, b in pairs)]


def _room_kinds(problem: Problem) -> list[int]:
    """A number a room, the same for rooms that the same movers may go to at the same cost."""
    kinds: dict[tuple[int | None, ...], int] = {}
    columns = (tuple(mover.costs.get(room) for mover in problem.movers) for room in range(len(problem.rooms)))
    return [kinds.setdefault(column, len(kinds)) for column in columns]
