"""What is delivered twice happens once."""

from datetime import UTC, datetime
from itertools import count

from bot.slack.once import Once


class FakeClock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.seconds


def test_a_second_delivery_under_either_key_is_answered_as_the_first() -> None:
    once, numbers = Once(clock=FakeClock()), count()

    answers = [
        once.answer(["envelope 1", "trigger 1"], lambda: {"n": next(numbers)}),
        once.answer(["envelope 1"], lambda: {"n": next(numbers)}),
        once.answer(["envelope 2", "trigger 1"], lambda: {"n": next(numbers)}),
        once.answer(["envelope 3", "trigger 3"], lambda: {"n": next(numbers)}),
    ]

    assert answers == [{"n": 0}, {"n": 0}, {"n": 0}, {"n": 1}]


def test_it_is_remembered_for_longer_than_slacks_last_retry_and_not_for_ever() -> None:
    clock = FakeClock()
    once, numbers = Once(clock=clock), count()
    once.answer(["a"], lambda: {"n": next(numbers)})

    clock.seconds = 301
    assert once.answer(["a"], lambda: {"n": next(numbers)}) == {"n": 0}
    clock.seconds = 901
    assert once.answer(["a"], lambda: {"n": next(numbers)}) == {"n": 1}


def test_memory_is_bounded() -> None:
    once = Once(clock=FakeClock(), most=10)
    for number in range(1000):
        once.answer([str(number)], dict)

    assert len(once._known) <= 12


def test_a_listener_that_failed_is_tried_again_at_the_next_delivery() -> None:
    once = Once(clock=FakeClock())

    def fail() -> dict[str, str]:
        raise RuntimeError("broken")

    try:
        once.answer(["a"], fail)
    except RuntimeError:
        assert once.answer(["a"], lambda: {"ok": "yes"}) == {"ok": "yes"}
