"""How the first version (vebafn, 2020) reacted: at once to each event that says red, and to nothing else.

Its rules are told here as they were, mistakes included:

- CPU: one more, "up to" 4, so a VM with 8 is asked to shrink to 4;
- memory: the next power of two after rounding, "up to" 8 GB, so 3 GB become 8, and 16 are asked to become 8;
- the figure becomes a tag of the VM, and a second function resizes what is newly tagged: the same tag does it once;
- "VM Storage Usage": the VM goes to one fixed host, pool and datastore, whatever room there is; alarms of datastores
  themselves are not looked at;
- vCenter sends an event on a change only, so what stays red is not looked at again; nothing is counted or compared.
"""

import heapq
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from remediation.model import PlaybookName
from remediation.simulation.alarms import CPU, MEMORY, STORAGE
from remediation.simulation.estate import step_time
from remediation.simulation.measures import Deed, Score
from remediation.simulation.world import Body, RefusedError, World
from vsphere.model import AlarmChange, AlarmStatus, Host

_MOST_CPUS: Final = 4
_MOST_EXPONENT: Final = 13
_FIXED_HOST: Final = 0
_FIXED_STORE: Final = 0


def more_cpus(cpus: int) -> int:
    """What it asked for."""
    return min(cpus + 1, _MOST_CPUS)


def more_memory(memory_mib: int) -> int:
    """What it asked for, in MiB."""
    exponent = math.floor(math.log2(memory_mib) + 0.5) + 1
    return 1 << min(exponent, _MOST_EXPONENT)


class FirstVersion:
    """Acts on each event."""

    def __init__(self, world: World, score: Score) -> None:
        self._world = world
        self._score = score
        self._tags: dict[tuple[str, PlaybookName], int] = {}
        self._moving: list[tuple[int, int, Body]] = []
        self._count = 0

    def see(self, hosts: Iterable[Host], now: datetime) -> None:
        """Hosts were nothing to it."""

    def advance(self, now: datetime) -> None:
        """Moves that were begun come to their end."""
        while self._moving and step_time(self._moving[0][0]) <= now:
            _, _, body = heapq.heappop(self._moving)
            try:
                self._world.move(body, _FIXED_STORE, _FIXED_HOST)
            except RefusedError as error:
                self._score.refused(str(error))

    def change(self, change: AlarmChange) -> None:
        """React to an event."""
        body = self._world.by_moref.get(change.entity.moref)
        if change.after is not AlarmStatus.RED or body is None:
            return
        if change.alarm_name == STORAGE.name:
            self._move(body)
        elif change.alarm_name == CPU.name:
            self._tag(body, PlaybookName.ADD_CPU, more_cpus(body.cpus))
        elif change.alarm_name == MEMORY.name:
            self._tag(body, PlaybookName.ADD_MEMORY, more_memory(body.memory_mib))

    def _tag(self, body: Body, playbook: PlaybookName, figure: int) -> None:
        where = (body.machine.name, playbook)
        if self._tags.get(where) == figure:
            return
        self._tags[where] = figure
        if playbook is PlaybookName.ADD_CPU:
            self._resize(body, playbook, figure, body.memory_mib)
        else:
            self._resize(body, playbook, body.cpus, figure)

    def _resize(self, body: Body, playbook: PlaybookName, cpus: int, memory_mib: int) -> None:
        if (cpus, memory_mib) == (body.cpus, body.memory_mib):
            return
        shrinks = cpus < body.cpus or memory_mib < body.memory_mib
        self._score.sent(self._world, body, Deed(playbook=playbook, shrinks=shrinks))
        try:
            self._world.resize(body, cpus=cpus, memory_mib=memory_mib)
        except RefusedError as error:
            self._score.refused(str(error))

    def _move(self, body: Body) -> None:
        self._score.sent(self._world, body, Deed(playbook=PlaybookName.MOVE_VM, leaves=body.store, to=_FIXED_STORE))
        self._count += 1
        ends = self._world.step + self._world.steps_to_move(body)
        heapq.heappush(self._moving, (ends, self._count, body))
