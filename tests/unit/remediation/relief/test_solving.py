"""The search itself, on plain numbers: it is held against trying everything out."""

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediation.relief.exact import Search
from remediation.relief.filling import fill
from remediation.relief.improving import greedy, improve
from remediation.relief.problem import Answer, Mover, Problem, Score, lower_bound, score_of
from remediation.relief.solver import solve

MOST_VMS, MOST_ROOMS = 6, 3


def a_problem(need: int, rooms: tuple[int, ...], sizes: dict[str, int], *, grain: int = 1) -> Problem:
    """VMs that may go anywhere they fit, and cost what they free."""
    movers = [
        Mover(name=name, frees=size, costs={room: size for room, most in enumerate(rooms) if size <= most})
        for name, size in sizes.items()
    ]
    return _sorted(need, rooms, [one for one in movers if one.costs], grain)


def _sorted(need: int, rooms: tuple[int, ...], movers: list[Mover], grain: int) -> Problem:
    in_order = tuple(sorted(movers, key=lambda one: (-one.frees, one.name)))
    return Problem(need=need, rooms=rooms, movers=in_order, grain=grain)


@st.composite
def problems(draw: st.DrawFn, *, most_grain: int = 1) -> Problem:
    """Small ones with all that makes them hard: little room, VMs alike, VMs that cost more than they free."""
    rooms = tuple(draw(st.lists(st.integers(0, 40), min_size=1, max_size=MOST_ROOMS)))
    movers = []
    for number in range(draw(st.integers(1, MOST_VMS))):
        frees, beside = draw(st.integers(1, 25)), draw(st.sampled_from((0, 0, 0, 3, 12)))
        there = draw(st.integers(0, len(rooms)))
        reach = draw(st.sets(st.integers(0, len(rooms) - 1), min_size=1))
        costs = {room: frees + (0 if room == there else beside) for room in sorted(reach)}
        fitting = {room: cost for room, cost in costs.items() if cost <= rooms[room]}
        if fitting:
            movers.append(Mover(name=f"vm-{number}", frees=frees, costs=fitting))
    return _sorted(draw(st.integers(1, 60)), rooms, movers, draw(st.integers(1, most_grain)))


def is_possible(answer: Answer, problem: Problem) -> bool:
    """Whether every VM goes where it may, and every room is enough."""
    left = list(problem.rooms)
    for index, room in answer.items():
        if room not in problem.movers[index].costs:
            return False
        left[room] -= problem.movers[index].costs[room]
    return min(left) >= 0


def best_of_all(problem: Problem) -> Score:
    """The best score there is, by trying everything out."""
    ways = [(None, *mover.costs) for mover in problem.movers]
    answers = ({index: room for index, room in enumerate(chosen) if room is not None} for chosen in product(*ways))
    return min(score_of(answer, problem) for answer in answers if not answer or is_possible(answer, problem))


@settings(max_examples=300, deadline=None)
@given(problems(most_grain=8))
def test_the_answer_is_the_best_of_all_where_everything_can_be_tried_out(problem: Problem) -> None:
    found = solve(problem)

    assert found.proven
    assert not found.answer or is_possible(found.answer, problem)
    assert score_of(found.answer, problem) == best_of_all(problem)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_no_answer_that_frees_enough_moves_less_than_the_lower_bound(problem: Problem) -> None:
    best = best_of_all(problem)

    assert best.missing or best.moved >= lower_bound(problem)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_the_search_alone_finds_the_best_from_nothing(problem: Problem) -> None:
    search = Search(problem, {}, budget=100_000)

    assert score_of(search.run(), problem) == best_of_all(problem)


@settings(max_examples=150, deadline=None)
@given(problems(), st.integers(0, 30))
def test_improving_keeps_within_the_rooms_and_makes_nothing_worse(problem: Problem, budget: int) -> None:
    start = greedy(problem)

    better = improve(problem, start, budget=budget)

    before, after = score_of(start, problem), score_of(better, problem)
    assert not better or is_possible(better, problem)
    assert (after.missing, after.moved) <= (before.missing, before.moved) or after.missing < before.missing


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 20)), min_size=1, max_size=7),
    st.integers(0, 60),
    st.integers(1, 60),
)
def test_a_room_is_filled_as_well_as_can_be(pairs: list[tuple[int, int]], room: int, need: int) -> None:
    items = [(frees + more, frees, index) for index, (more, frees) in enumerate(pairs)]

    chosen = fill(items, room=room, need=need)

    def key(indices: tuple[int, ...]) -> tuple[int, int]:
        return max(need - sum(items[one][1] for one in indices), 0), sum(items[one][0] for one in indices)

    subsets = [tuple(one for one in range(len(items)) if bits >> one & 1) for bits in range(2 ** len(items))]
    assert key(chosen) == min(key(one) for one in subsets if key(one)[1] <= room)


def test_fewer_moves_decide_where_the_bytes_are_the_same() -> None:
    found = solve(a_problem(10, (100,), {"small-1": 5, "small-2": 5, "whole": 10}))

    assert [*found.answer] == [0]


def test_names_decide_where_all_else_is_the_same() -> None:
    problem = a_problem(10, (100,), {"b": 10, "a": 10, "c": 10})

    assert [problem.movers[index].name for index in solve(problem).answer] == ["a"]


def test_names_decide_against_what_a_greedy_way_takes_first() -> None:
    problem = a_problem(10, (100,), {"z": 6, "y": 4, "c": 5, "d": 5})

    assert [problem.movers[index].name for index in greedy(problem)] == ["z", "y"]
    assert [problem.movers[index].name for index in solve(problem).answer] == ["c", "d"]


def test_the_search_leaves_the_fullest_room_to_the_one_that_fits_nowhere_else() -> None:
    movers = [Mover(name="either", frees=5, costs={0: 5, 1: 5}), Mover(name="only-there", frees=4, costs={0: 4})]

    assert Search(_sorted(9, (6, 10), movers, 1), {}, budget=100).run() == {0: 1, 1: 0}


def test_fewer_moves_are_worth_less_than_a_grain_of_bytes() -> None:
    sizes = {"one-too-big": 104, "half-1": 50, "half-2": 50}

    exact = a_problem(100, (500,), sizes)
    coarse = a_problem(100, (500,), sizes, grain=105)

    assert score_of(solve(exact).answer, exact).moved == 100
    assert score_of(solve(coarse).answer, coarse).moves == 1


def test_rooms_that_a_greedy_way_fills_wrongly_are_filled_rightly() -> None:
    problem = a_problem(50, (20, 30), {"a": 17, "b": 13, "c": 12, "d": 8})

    found = solve(problem)

    assert score_of(greedy(problem), problem).missing
    assert not score_of(found.answer, problem).missing


def test_what_lies_on_a_target_already_makes_a_vm_cheaper_there() -> None:
    movers = [
        Mover(name="split", frees=10, costs={0: 30, 1: 10}),
        Mover(name="whole", frees=10, costs={0: 11}),
    ]

    assert solve(_sorted(10, (50, 50), movers, 1)).answer == {0: 1}


@pytest.mark.parametrize("seed", range(3))
def test_five_hundred_vms_end_within_the_budget_and_near_the_bound(seed: int) -> None:
    """That it takes less than a second is measured by the bench; here its budget holds, whatever the machine."""
    rng = random.Random(seed)  # noqa: S311  an estate is drawn, no secret
    rooms = tuple(rng.randint(1_000, 9_000) for _ in range(40))
    problem = a_problem(60_000, rooms, {f"vm-{number:03}": rng.randint(10, 900) for number in range(500)}, grain=600)

    found = solve(problem)

    assert is_possible(found.answer, problem)
    score = score_of(found.answer, problem)
    assert not score.missing
    assert score.moved <= 1.02 * found.lower_bound


def test_hundreds_of_small_moves_are_planned_without_proof() -> None:
    problem = a_problem(400, (250, 250), {f"vm-{number:03}": 1 for number in range(500)})

    found = solve(problem)

    assert len(found.answer) == 400
    assert is_possible(found.answer, problem)


def test_a_search_that_runs_out_of_budget_says_so() -> None:
    problem = a_problem(1_000, (600, 600), {f"vm-{number}": 100 + 7 * number for number in range(12)})

    assert not solve(problem, refills=0, steps=5).proven


def test_the_same_problem_has_the_same_answer_each_time() -> None:
    rng = random.Random(7)  # noqa: S311  an estate is drawn, no secret
    problem = a_problem(3_000, (900,) * 5, {f"vm-{number:02}": rng.randint(20, 400) for number in range(60)}, grain=30)

    assert solve(problem) == solve(problem)
