"""The wait between two looks at the queue."""

import threading

from operations.bell import Bell
from vsphere.clock import SystemClock


def _waited_s(bell: Bell, timeout_s: float) -> float:
    clock = SystemClock()
    began = clock.monotonic()
    bell.wait(timeout_s)
    return clock.monotonic() - began


def test_a_ring_ends_the_wait_and_is_not_the_end() -> None:
    bell = Bell(idle_s=20)
    threading.Timer(0.05, bell.ring).start()

    assert not bell.wait(20)


def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = Bell(idle_s=20)

    bell.ring()

    assert _waited_s(bell, 20) < 10


def test_setting_it_is_the_end() -> None:
    bell = Bell(idle_s=20)
    threading.Timer(0.05, bell.set).start()

    assert bell.wait(20)


def test_it_slows_down_where_nothing_happens_and_quickens_at_the_next_ring() -> None:
    bell = Bell(idle_s=0.3)
    for _ in range(40):
        bell.wait(0.001)

    idle_s = _waited_s(bell, 0.001)
    bell.ring()
    bell.wait(0.001)
    busy_s = _waited_s(bell, 0.001)

    assert idle_s >= 0.3
    assert busy_s < 0.3
