"""A good answer for estates of any size: greedy first, then some rooms at a time are emptied and filled anew. Pure.

The same problem always has the same answer: chance comes from a seeded generator, and the budget counts refills.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Final

from remediation.relief.filling import Item, fill
from remediation.relief.problem import Answer, Problem, lower_bound, score_of

POOL: Final = 20
"""So many movers are looked at for one room at a time."""
_MOST_ROOMS: Final = 3
"""So many rooms are emptied at a time."""


def greedy(problem: Problem) -> Answer:
    """The best of some simple ways: the biggest first, into the fullest or the emptiest room that takes it."""
    return min(_greedy_answers(problem), key=lambda answer: score_of(answer, problem))


def _greedy_answers(problem: Problem) -> Iterator[Answer]:
    for emptiest in (False, True):
        yield _greedy(problem, emptiest=emptiest)


def _greedy(problem: Problem, *, emptiest: bool) -> Answer:
    """Take the biggest that is not more than needed; in the end the smallest that is enough."""
    left, need, answer = list(problem.rooms), problem.need, dict[int, int]()

    def take(index: int) -> bool:
        nonlocal need
        ways = [(cost, left[room] - cost, room) for room, cost in problem.movers[index].costs.items()]
        open_ways = [way for way in ways if way[1] >= 0]
        if not open_ways:
            return False
        cost, _, room = min(open_ways, key=lambda way: (way[0], -way[1] if emptiest else way[1], way[2]))
        left[room] -= cost
        need -= problem.movers[index].frees
        answer[index] = room
        return True

    for index, mover in enumerate(problem.movers):
        if mover.frees <= need:
            take(index)
    for index in reversed(range(len(problem.movers))):
        if need > 0 and index not in answer and problem.movers[index].frees >= need and take(index):
            break
    return answer


def improve(problem: Problem, start: Answer, *, budget: int) -> Answer:
    """Empty and refill rooms as long as the budget of refills lasts, or until the lower bound is met."""
    chance = random.Random(len(problem.movers))  # noqa: S311  no secret: it makes the search the same each time
    goal = problem.steps(lower_bound(problem))
    items = _items(problem)
    best, key = dict(start), _key(start, problem)
    while budget > 0 and (key[0] or problem.steps(key[1]) > goal):
        rooms = chance.sample(range(len(items)), min(chance.randint(1, _MOST_ROOMS), len(items)))
        budget -= len(rooms)
        found = _refilled(problem, best, {room: items[room] for room in rooms}, chance)
        found_key = _key(found, problem)
        if found_key <= key:
            best, key = found, found_key
    return best


def _items(problem: Problem) -> list[list[Item]]:
    """By room, what it may take."""
    items: list[list[Item]] = [[] for _ in problem.rooms]
    for index, mover in enumerate(problem.movers):
        for room, cost in mover.costs.items():
            items[room].append((cost, mover.frees, index))
    return items


def _key(answer: Answer, problem: Problem) -> tuple[int, int, int]:
    """What a refill must not make worse: bytes missing, bytes moved, moves."""
    missing, moved = problem.need, 0
    for index, room in answer.items():
        missing -= problem.movers[index].frees
        moved += problem.movers[index].costs[room]
    return max(missing, 0), moved, len(answer)


def _refilled(
    problem: Problem, answer: Answer, items: Mapping[int, list[Item]], chance: random.Random
) -> dict[int, int]:
    """The answer with these rooms emptied and filled anew one after the other."""
    found = {index: room for index, room in answer.items() if room not in items}
    need = problem.need - sum(problem.movers[index].frees for index in found)
    for room, all_of_it in items.items():
        if need <= 0:
            break
        pool = _pool([item for item in all_of_it if item[2] not in found], answer, chance)
        for index in fill(pool, room=problem.rooms[room], need=need):
            found[index] = room
            need -= problem.movers[index].frees
    return found


def _pool(items: list[Item], answer: Answer, chance: random.Random) -> list[Item]:
    """All, or those just released and some of the others."""
    if len(items) <= POOL:
        return items
    kept = [item for item in items if item[2] in answer]
    others = [item for item in items if item[2] not in answer]
    return kept + chance.sample(others, min(max(POOL - len(kept), POOL // 2), len(others)))
