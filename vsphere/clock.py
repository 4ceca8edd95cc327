"""Time as a dependency: what is asked here can be moved by a test. Nothing else in the package asks the machine."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The wall clock as an aware datetime in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go backwards, for durations and deadlines."""


class SystemClock:
    """See `Clock`: the machine's own."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)  # noqa: TID251  the one place that may: everything else takes a Clock

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()
