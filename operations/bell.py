"""What the engine's queue thread waits on between two looks at the queue: an end that can be rung before it comes."""

import threading
from typing import Final

_QUICK_LOOKS: Final = 30
"""After a ring it is looked so often at the usual pace: something may be queued behind what has just begun or ended."""


class Bell(threading.Event):
    """An event whose waiting ends early when it is rung, and lasts longer while nothing has happened for some time."""

    def __init__(self, *, idle_s: float) -> None:
        """Begin quickly: a start may find work.

        Args:
            idle_s: the longest wait; what others have queued is seen after so long.
        """
        super().__init__()
        self._idle_s = idle_s
        self._rung = threading.Event()
        self._quick_left = _QUICK_LOOKS

    def ring(self) -> None:
        """End the wait of now, or the next one."""
        self._quick_left = _QUICK_LOOKS
        self._rung.set()

    def set(self) -> None:
        """See `threading.Event.set`; it ends the wait as well."""
        super().set()
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, for a ring, or for as long as the pace of now says; whether it is the end."""
        self._rung.wait(timeout if timeout is None or self._is_quick() else max(timeout, self._idle_s))
        self._rung.clear()
        return self.is_set()

    def _is_quick(self) -> bool:
        self._quick_left = max(0, self._quick_left - 1)
        return self._quick_left > 0
