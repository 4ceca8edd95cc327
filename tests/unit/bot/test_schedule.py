"""The passes come at once, one at a time, and go on whatever the wall clock does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from bot.schedule import Schedule
from vsphere.clock import SystemClock

LONG_S = 3600.0


class Clock(SystemClock):
    """The machine's, with what never goes backwards moved on by a test."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def monotonic(self) -> float:
        """See `vsphere.clock.Clock.monotonic`."""
        return super().monotonic() + self.ahead_s


class Passes:
    """Counts passes, and how many there are at once."""

    def __init__(self, *, hold: threading.Event | None = None) -> None:
        self._change = threading.Condition()
        self._hold = hold
        self.count = self.at_once = self.most_at_once = 0

    def __call__(self) -> None:
        """One pass."""
        with self._change:
            self.count += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self._change.notify_all()
        if self._hold is not None:
            self._hold.wait(10)
        with self._change:
            self.at_once -= 1

    def wait(self, count: int) -> bool:
        """Whether there are so many in time."""
        with self._change:
            return self._change.wait_for(lambda: self.count >= count, 10)


@contextmanager
def running(sweep: Passes, *, every_s: float, clock: Clock | None = None) -> Iterator[Schedule]:
    schedule = Schedule(sweep=sweep, every_s=every_s, clock=clock or Clock())
    schedule.start()
    yield schedule
    schedule.stop()


def test_the_first_pass_comes_at_once_and_others_follow() -> None:
    passes = Passes()
    begin = monotonic()

    with running(passes, every_s=0.2):
        assert passes.wait(3)

    assert monotonic() - begin < 5


def test_a_pass_that_takes_long_is_not_joined_by_another() -> None:
    hold = threading.Event()
    passes = Passes(hold=hold)

    with running(passes, every_s=0.05):
        assert passes.wait(1)
        threading.Event().wait(0.4)
        assert (passes.count, passes.most_at_once) == (1, 1)
        hold.set()
        assert passes.wait(2)

    assert passes.most_at_once == 1


def test_passes_go_on_after_the_wall_clock_was_set_back_an_hour() -> None:
    clock, passes = Clock(), Passes()
    with running(passes, every_s=LONG_S, clock=clock) as schedule:
        assert passes.wait(1)
        # What APScheduler has in mind when its clock is set back.
        schedule._scheduler.modify_job("sweep", next_run_time=clock.now() + timedelta(hours=2))
        schedule.attend()
        assert passes.count == 1

        clock.ahead_s = 4 * LONG_S
        schedule.attend()

        assert passes.wait(2)


def test_no_pass_comes_after_the_end() -> None:
    passes = Passes()
    with running(passes, every_s=0.05):
        assert passes.wait(1)

    count = passes.count
    threading.Event().wait(0.3)
    assert passes.count == count
