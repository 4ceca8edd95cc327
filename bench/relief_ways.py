"""Other ways to relieve a datastore: an off-the-shelf solver (HiGHS), and what scripts and people do by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import highspy
import numpy as np

from bench.relief_estates import MIB, Case

GAP: Final = 1e-3
"""The solver stops at a plan that is at most so much (0.1 %) from the best."""
_EXACT: Final = 1e-9
_HALF: Final = 0.5
_HIGHS: Final[Any] = highspy.Highs
"""Its `__init__` carries no types."""
Answer = Mapping[int, int]
"""Which VM goes to which target, by their numbers in the case."""


class State(Enum):
    """How far the solver came."""

    FOUND = "found"
    IMPOSSIBLE = "impossible"
    """It has proven that no plan frees what is needed."""
    OPEN = "open"
    """Neither within its time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Solved:
    """What the solver says."""

    state: State
    answer: Answer


def optimum(case: Case, *, seconds: float) -> Solved:
    """The fewest bytes moved that free what is needed, by HiGHS on one core."""
    solver, pairs = _model(case, seconds)
    for number, (vm, to) in enumerate(pairs):
        solver.changeColCost(number, case.costs[vm][to] / MIB)
    columns = np.arange(len(pairs))
    frees = np.array([case.frees[vm] / MIB for vm, _ in pairs])
    solver.addRow(case.need / MIB, highspy.kHighsInf, len(pairs), columns, frees)
    solver.run()
    answer = _answer(solver, pairs)
    if answer and freed(case, answer) >= case.need and is_possible(case, answer):
        return Solved(state=State.FOUND, answer=answer)
    impossible = solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    return Solved(state=State.IMPOSSIBLE if impossible else State.OPEN, answer={})


def most_freed(case: Case, *, seconds: float) -> Answer:
    """The answer that frees most, for where nothing frees enough."""
    solver, pairs = _model(case, seconds)
    for number, (vm, _) in enumerate(pairs):
        solver.changeColCost(number, -case.frees[vm] / MIB)
    solver.run()
    answer = _answer(solver, pairs)
    return answer if is_possible(case, answer) else {}


def biggest_first(case: Case) -> Answer:
    """Move the biggest VM to the emptiest target that takes it, again and again until it is enough."""
    order = sorted(range(len(case.frees)), key=lambda vm: -case.frees[vm])
    return _one_by_one(case, order, emptiest=True)


def first_that_fits(case: Case) -> Answer:
    """Move the first VM by name to the first target that takes it, again and again until it is enough."""
    return _one_by_one(case, range(len(case.frees)), emptiest=False)


def _one_by_one(case: Case, order: Iterable[int], *, emptiest: bool) -> Answer:
    left, need, answer = list(case.rooms), case.need, dict[int, int]()
    for vm in order:
        ways = [to for to, cost in case.costs[vm].items() if cost <= left[to]]
        if ways and need > 0:
            to = max(ways, key=lambda one: left[one]) if emptiest else ways[0]
            left[to] -= case.costs[vm][to]
            need -= case.frees[vm]
            answer[vm] = to
    return answer


def moved(case: Case, answer: Answer) -> int:
    """Bytes copied."""
    return sum(case.costs[vm][to] for vm, to in answer.items())


def freed(case: Case, answer: Answer) -> int:
    """Bytes freed on the full datastore."""
    return sum(case.frees[vm] for vm in answer)


def is_possible(case: Case, answer: Answer) -> bool:
    """Whether every VM goes where it may, and every room is enough."""
    left = list(case.rooms)
    for vm, to in answer.items():
        if to not in case.costs[vm]:
            return False
        left[to] -= case.costs[vm][to]
    return min(left, default=0) >= 0


def _model(case: Case, seconds: float) -> tuple[highspy.Highs, list[tuple[int, int]]]:
    """A yes or no for each VM and target; each VM goes once at most, and no room is overrun. In MiB."""
    solver: highspy.Highs = _HIGHS()
    options = {"output_flag": False, "threads": 1, "time_limit": seconds, "mip_rel_gap": GAP}
    for name, value in (
        options | {"mip_feasibility_tolerance": _EXACT, "primal_feasibility_tolerance": _EXACT}
    ).items():
        solver.setOptionValue(name, value)
    pairs = [(vm, to) for vm, costs in enumerate(case.costs) for to in costs]
    by_vm: dict[int, list[int]] = {}
    by_target: dict[int, list[int]] = {}
    for number, (vm, to) in enumerate(pairs):
        solver.addVar(0, 1)
        solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)
        by_vm.setdefault(vm, []).append(number)
        by_target.setdefault(to, []).append(number)
    for numbers in by_vm.values():
        solver.addRow(-highspy.kHighsInf, 1, len(numbers), np.array(numbers), np.ones(len(numbers)))
    for to, numbers in by_target.items():
        costs = np.array([case.costs[pairs[number][0]][to] / MIB for number in numbers])
        solver.addRow(-highspy.kHighsInf, case.rooms[to] / MIB, len(numbers), np.array(numbers), costs)
    return solver, pairs


def _answer(solver: highspy.Highs, pairs: list[tuple[int, int]]) -> dict[int, int]:
    values = solver.getSolution().col_value
    return {pair[0]: pair[1] for pair, value in zip(pairs, values, strict=False) if value > _HALF}
