"""The best set of movers for one room: a subset-sum search over the states that no other one beats. Pure.

Exact as long as there are at most `STATES` such states; beyond that they are thinned out evenly, and the set is very
nearly the best.
"""

from collections.abc import Sequence
from typing import Final

STATES: Final = 64
"""So many are kept. Few and many tries find more than many and few."""

Item = tuple[int, int, int]
"""A mover as one room sees it: bytes that come to the room, bytes that it frees, its index."""
_Chain = tuple[int, "_Chain"] | tuple[()]
"""The indices taken, the last one first."""
_State = tuple[int, int, int, _Chain]
"""Bytes that come, bytes freed below zero, how many: in this order, the first of several with one cost is the best."""


def fill(items: Sequence[Item], *, room: int, need: int, states: int = STATES) -> tuple[int, ...]:
    """Choose what frees `need` for the least cost, or else what frees most, within `room`; indices of the items."""
    front: list[_State] = [(0, 0, 0, ())]
    for item in sorted(items, reverse=True):
        front = _thinned(_with(item, front, room=room, need=need), states)
    return _unchained(front[-1][3])


def _with(item: Item, front: list[_State], *, room: int, need: int) -> list[_State]:
    """All that can be had with and without the item, the cheapest first, without what a cheaper one matches."""
    cost, frees, index = item
    most = room - cost
    grown: list[_State] = [
        (came + cost, freed - frees, count + 1, (index, chain))
        for came, freed, count, chain in front
        if came <= most and -freed < need
    ]
    best, kept = 1, []
    for state in sorted(front + grown):
        if state[1] < best:
            kept.append(state)
            best = state[1]
            if -best >= need:
                break
    return kept


def _thinned(front: list[_State], most: int) -> list[_State]:
    """Evenly, and never without the last, which frees most."""
    if len(front) <= most:
        return front
    step = len(front) / most
    return [front[int(at * step)] for at in range(most - 1)] + [front[-1]]


def _unchained(chain: _Chain) -> tuple[int, ...]:
    indices = []
    while chain:
        index, chain = chain
        indices.append(index)
    return tuple(indices)
