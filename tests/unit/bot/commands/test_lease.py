"""How `lease` is read and acknowledged, and how it shows a lease; extending is proven over the wire."""

from datetime import timedelta

import pytest

from bot.answers import Button
from bot.commands.lease import COMMAND, Lease
from operations.moments import say_moment, write_moment
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import DANA, Desk
from vsphere.clock import SystemClock

DAYS = timedelta(days=1)


def test_lease_shows_and_extends() -> None:
    assert read(COMMAND, "web-01") == Lease(vm="web-01")
    assert read(COMMAND, "web-01 extend") == Lease(vm="web-01", extend=True)
    assert read(COMMAND, "web-01 extend 14d") == Lease(vm="web-01", extend=True, by=14 * DAYS)
    assert read(COMMAND, "web-01 RENEW 1d 12h") == Lease(vm="web-01", extend=True, by=1.5 * DAYS)


def test_lease_says_what_it_does() -> None:
    assert said(COMMAND, "web-01") == "Looking at the lease of web-01…"
    assert said(COMMAND, "web-01 extend") == "Extending the lease of web-01…"
    assert said(COMMAND, "web-01 extend 14d") == "Extending the lease of web-01 by 14 d…"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("web-01 end", "'end' is nothing to do with a lease"),
        ("web-01 extend soon", "'soon' is no length of time: write 14d, 4h or 14d 4h"),
        ("web-* extend", "'web-*' holds a wildcard: a verb that changes takes one name, whole"),
        ("", "the name is missing"),
    ],
)
def test_what_is_no_lease_is_told(words: str, told: str) -> None:
    assert fact(COMMAND, words) == told


def leased(text: str) -> Desk:
    values = [{"key": world.EXPIRES_KEY, "value": text}] if text else []
    return Desk(world.sites(world.vm(1, "web-01", customValue=values)))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2099-12-10T09:00Z", "The lease of web-01 ends at 2099-12-10 09:00 UTC."),
        ("2020-12-10", "The lease of web-01 ended at 2020-12-10 23:59 UTC."),
        ("9999-12-31", "web-01 has no lease."),
        ("some day", "The lease of web-01 says: some day"),
        ("", "web-01 has no lease."),
    ],
)
def test_a_lease_is_shown_as_the_vm_has_it(text: str, title: str) -> None:
    answer = leased(text).ask("lease web-01", DANA)

    assert answer.title == title
    assert (Button(label="Extend", command="lease web-01 extend") in answer.buttons) == text.startswith("20")


def test_a_lease_that_ends_soon_is_shown_with_how_soon() -> None:
    ends = SystemClock().now() + 3 * DAYS - timedelta(minutes=30)

    title = leased(write_moment(ends)).ask("lease web-01", DANA).title

    assert title.startswith(f"The lease of web-01 ends at {say_moment(ends)}, in 2 d 23 h")


def test_a_lease_that_the_person_may_not_see_is_not_shown() -> None:
    desk = Desk(world.sites(world.vm(1, "db-01", folder="Finance")))

    assert "does not reach db-01" in desk.ask("lease db-01", DANA).title
