"""Datastore relief on drawn estates: bytes moved beside the optimum, the lower bound and two simple ways; its time."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.figure import Figure, median
from bench.relief_estates import RULES, Case, Size, draw
from bench.relief_ways import (
    Answer,
    Solved,
    State,
    biggest_first,
    first_that_fits,
    freed,
    is_possible,
    most_freed,
    moved,
    optimum,
)
from remediation.relief.plan import Plan, make_plan

_TITLE: Final = "datastore relief"
_ROOMINESS: Final = (5.0, 1.5, 1.15, 1.03)
_TARGET_RATIO: Final = 1.05
_TARGET_S: Final = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much is measured."""

    sizes: tuple[tuple[int, int], ...]
    """VMs on the full datastore, and datastores."""
    seeds: int
    solver_s: float
    """Most time for the solver and one estate."""


FULL: Final = Extent(sizes=((10, 2), (25, 4), (60, 8), (150, 15), (300, 25), (500, 40)), seeds=5, solver_s=20)
QUICK: Final = Extent(sizes=((10, 2), (25, 4), (60, 8), (500, 40)), seeds=2, solver_s=5)


class ForbiddenPlanError(Exception):
    """The planner has broken a rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """One estate in all ways."""

    case: Case
    solved: Solved
    plan: Plan
    answer: Answer
    cpu_s: float

    def ratio(self, answer: Answer) -> float | None:
        """Bytes of an answer over those of the optimum; None where either does not free enough."""
        if self.solved.state is not State.FOUND or freed(self.case, answer) < self.case.need:
            return None
        return moved(self.case, answer) / moved(self.case, self.solved.answer)


def measure(extent: Extent) -> list[Figure]:
    """All estates in all ways.

    Raises:
        ForbiddenPlanError: a plan of ours is not allowed.
    """
    runs = [_run(case, extent.solver_s) for case in _cases(extent)]
    figures: list[Figure] = []
    for vms, datastores in extent.sizes:
        of_size = [one for one in runs if (one.case.size.vms, one.case.size.datastores) == (vms, datastores)]
        figures += _compared(f"{vms} VMs, {datastores} datastores", of_size)
    return [*figures, *_compared("all", runs, target=True), *_explaining(runs), *_nearest(runs, extent.solver_s)]


def _cases(extent: Extent) -> Iterator[Case]:
    for vms, datastores in extent.sizes:
        for roominess in _ROOMINESS:
            for seed in range(extent.seeds):
                yield draw(Size(vms=vms, datastores=datastores, roominess=roominess), seed)


def _run(case: Case, solver_s: float) -> _Run:
    start = time.process_time()
    plan = make_plan(case.estate, RULES)
    cpu_s = time.process_time() - start
    answer = _as_answer(case, plan)
    if not is_possible(case, answer) or plan.frees_bytes != freed(case, answer):
        raise ForbiddenPlanError(f"{case.size}: the plan breaks a rule")
    return _Run(case=case, solved=optimum(case, seconds=solver_s), plan=plan, answer=answer, cpu_s=cpu_s)


def _as_answer(case: Case, plan: Plan) -> Answer:
    targets = {one.ref: number for number, one in enumerate(case.estate.datastores[1:])}
    try:
        return {case.names.index(move.vm.name): targets[move.target.ref] for move in plan.moves}
    except ValueError as error:
        raise ForbiddenPlanError(f"{case.size}: a VM is moved that must stay") from error


def _compared(name: str, runs: Sequence[_Run], *, target: bool = False) -> Iterator[Figure]:
    """Bytes moved over the optimum in all ways, and the time of ours; of one core, whatever else the machine does."""
    found = sum(one.solved.state is State.FOUND for one in runs)
    group = f"{_TITLE}: {name}; {len(runs)} estates, a plan exists in {found}"
    ways = {
        "ours": [one.ratio(one.answer) for one in runs],
        "the biggest VM first": [one.ratio(biggest_first(one.case)) for one in runs],
        "the first that fits": [one.ratio(first_that_fits(one.case)) for one in runs],
    }
    for way, all_ratios in ways.items():
        ratios = [ratio for ratio in all_ratios if ratio is not None] or [math.inf]
        below = _TARGET_RATIO if way == "ours" else None
        name = f"{way}: bytes moved / optimum, median"
        missed = found - sum(ratio is not None for ratio in all_ratios)
        note = f"worst {max(ratios):.4g}; no plan where there is one: {missed}"
        yield Figure(group=group, name=name, value=median(ratios), unit="", below=below, inclusive=True, note=note)
        if target and way == "ours":
            name = "ours: no plan where there is one"
            yield Figure(group=group, name=name, value=missed, unit="", below=0, inclusive=True)
    times = [one.cpu_s for one in runs]
    note = f"median {median(times):.3f} s"
    yield Figure(group=group, name="CPU time of a plan, worst", value=max(times), unit="s", below=_TARGET_S, note=note)


def _explaining(runs: Sequence[_Run]) -> Iterator[Figure]:
    group = f"{_TITLE}: more of the same"
    bounds = [one.plan.moves_bytes / one.plan.lower_bound_bytes for one in runs if one.plan.clears]
    yield Figure(group=group, name="ours: bytes moved / lower bound, median", value=median(bounds), unit="")
    fewer = [len(one.answer) / len(one.solved.answer) for one in runs if one.ratio(one.answer) is not None]
    yield Figure(group=group, name="ours: moves / the solver's, median", value=median(fewer), unit="")
    proven = sum(one.plan.proven for one in runs)
    yield Figure(group=group, name="ours: proven to be the best", value=proven, unit="estates")
    unsolved = [one for one in runs if one.solved.state is State.OPEN]
    note = f"ours found a plan in {sum(one.plan.clears for one in unsolved)} of them"
    yield Figure(group=group, name="the solver ran out of time", value=len(unsolved), unit="estates", note=note)


def _nearest(runs: Sequence[_Run], solver_s: float) -> Iterator[Figure]:
    """Where nothing frees enough: how much ours frees of the most that can be freed."""
    short = [one for one in runs if one.solved.state is State.IMPOSSIBLE]
    most = [freed(one.case, most_freed(one.case, seconds=solver_s)) for one in short]
    shares = [100 * one.plan.frees_bytes / best for one, best in zip(short, most, strict=True) if best]
    if shares:
        group = f"{_TITLE}: {len(shares)} estates where no plan frees enough"
        name, note = "ours: freed, of the most that can be, median", f"worst {min(shares):.3g} %"
        yield Figure(group=group, name=name, value=median(shares), unit="%", note=note)
