"""How leases are extended: by whom, by how much, and how far at most."""

from datetime import timedelta

import pytest

from operations.errors import BadRequestError
from operations.moments import write_moment
from tests.integration.operations.lab import DANA, ERIK, Lab
from tests.integration.operations.leased import DAY, MINUTE, Make, ends, write


@pytest.mark.parametrize(
    ("left", "arguments", "days"),
    [(5 * DAY, {"extend_s": 7 * 86400}, 12), (-DAY, {"extend_s": 7 * 86400}, 7), (5 * DAY, {}, 19), (20 * DAY, {}, 30)],
    ids=["from its end", "from now where it has ended", "by the rule's default", "never over the longest from today"],
)
def test_a_lease_is_extended(leased: Lab, make: Make, left: timedelta, arguments: dict[str, int], days: int) -> None:
    ref = make(f"extended-{days}")
    write(leased, ref, write_moment(leased.clock.now() + left))

    done = leased.do("lease.extend", ref, arguments=arguments)

    assert abs(ends(leased, ref) - (done.created_at + days * DAY)) <= 2 * MINUTE
    assert ("Your rule gives 30 days from today at most." in done.text) == (days == 30)


def test_a_lease_that_is_as_long_as_can_be_is_told_so(leased: Lab, make: Make) -> None:
    ref = make("longest-01")
    write(leased, ref, write_moment(leased.clock.now() + 60 * DAY))

    done = leased.do("lease.extend", ref, arguments={"extend_s": 86400})

    assert done.text.endswith("already. Your rule gives 30 days from today at most.")
    assert leased.writes() == []


def test_a_vm_without_a_lease_has_none_to_extend(leased: Lab) -> None:
    with pytest.raises(BadRequestError, match="web-06 has no lease"):
        leased.ask("lease.extend", "web-06")


def test_a_lease_that_nobody_can_read_is_set_right_by_extending_it(leased: Lab, make: Make) -> None:
    ref = make("righted-01")
    write(leased, ref, "some day")

    leased.do("lease.extend", ref, actor=ERIK)

    assert abs(ends(leased, ref) - (leased.clock.now() + 14 * DAY)) <= 2 * MINUTE
    assert leased.operations.recent(1)[0].actor.id == ERIK.id != DANA.id
