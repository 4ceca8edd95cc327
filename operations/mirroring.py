"""An operation ends once the live mirror shows what it did, since the next command is planned by the mirror.

It looks at the mirror alone and asks vCenter nothing. Where the mirror does not hear of it in time, the operation ends
all the same: what was done is done, and the next command is held against vCenter right before its first write.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import structlog

from operations.changes.stage import Stage, Work
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_LONGEST_S = 2.0
_LOOK_EVERY_S = 0.01
"""The mirror hears of a change 10 to 25 ms after it; the whole wait is not to be longer than that."""


class Mirroring:
    """Waits for the mirror."""

    def __init__(self, *, clock: Clock, rest: Callable[[float], None]) -> None:
        """Take what it needs.

        Args:
            clock: ours.
            rest: waits so many seconds, and raises `StoppingError` when the process ends.
        """
        self._clock = clock
        self._rest = rest

    def wait(self, done: Sequence[tuple[Stage, Work]]) -> None:
        """Wait until the mirror shows these stages of one operation, or until it takes too long.

        Raises:
            StoppingError: the process ends.
        """
        deadline = self._clock.monotonic() + _LONGEST_S
        wanted = standing(done)
        while missing := [(stage, work) for stage, work in wanted if not _is_shown(stage, work)]:
            if self._clock.monotonic() >= deadline:
                titles = [stage.title for stage, _ in missing]
                log.warning("operation.mirror.late", operation_id=missing[0][1].operation.id, stages=titles)
                return
            self._rest(_LOOK_EVERY_S)


def standing(done: Iterable[tuple[Stage, Work]]) -> list[tuple[Stage, Work]]:
    """The stages whose state still stands after all of them: what turned a VM off is over once it was turned on again.

    What gives way may have had no effect at all, and the stage after it tells.
    """
    kept = [(stage, work) for stage, work in done if not stage.gives_way]
    last = max((at for at, (stage, _) in enumerate(kept) if stage.switches), default=None)
    return [one for at, one in enumerate(kept) if at == last or not one[0].switches]


def _is_shown(stage: Stage, work: Work) -> bool:
    return stage.is_shown(replace(work, vm=work.gateway.inventory.vm(work.target)))
