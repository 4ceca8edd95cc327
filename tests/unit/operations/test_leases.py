"""Figures of a lease: how long, until when, how far."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from operations.errors import BadRequestError
from operations.leases import (
    EXPIRES,
    due_step,
    end_of_lease,
    extended,
    new_lease,
    say_length,
    usual_extension,
    write_length,
)
from operations.terms import LeaseTerms
from tests.unit.operations.samples import vm

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TERMS = LeaseTerms(default=14 * DAY, longest=30 * DAY)


@pytest.mark.parametrize(
    ("said", "terms", "lease"),
    [
        (None, None, None),
        (None, LeaseTerms(), None),
        (None, TERMS, 14 * DAY),
        (None, LeaseTerms(longest=DAY), DAY),
        (3600, TERMS, HOUR),
        (30 * 86400, TERMS, 30 * DAY),
        (3600, None, HOUR),
    ],
)
def test_how_long_a_new_vm_lives(said: object, terms: LeaseTerms | None, lease: timedelta | None) -> None:
    assert new_lease(said, terms) == lease


@pytest.mark.parametrize(
    ("said", "terms", "most"),
    [
        (30 * DAY + HOUR, TERMS, "30 days"),
        (9999 * DAY, TERMS, "30 days"),
        (9999 * DAY, LeaseTerms(), "3650 days"),
        (9999 * DAY, None, "3650 days"),
        (999_999 * DAY, None, "3650 days"),
    ],
)
def test_a_lease_that_is_too_long_is_told_with_the_longest(
    said: timedelta, terms: LeaseTerms | None, most: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        new_lease(int(said.total_seconds()), terms)

    assert str(caught.value) == f"a lease of {say_length(said)} is over the longest that you can have, {most}"
    assert caught.value.way_out == f"Ask for up to {most}: `for={most.partition(' ')[0]}d`."


@pytest.mark.parametrize(
    ("ends", "by", "terms", "end"),
    [
        (5 * DAY, 7 * DAY, TERMS, 12 * DAY),
        (-5 * DAY, 7 * DAY, TERMS, 7 * DAY),
        (25 * DAY, 7 * DAY, TERMS, 30 * DAY),
        (25 * DAY, 7 * DAY, LeaseTerms(default=DAY), 32 * DAY),
        (25 * DAY, 700 * DAY, None, 725 * DAY),
    ],
    ids=["from its end", "from now", "never over the longest", "no longest", "no terms"],
)
def test_how_far_a_lease_is_extended(ends: timedelta, by: timedelta, terms: LeaseTerms | None, end: timedelta) -> None:
    assert extended(NOW + ends, by, now=NOW, terms=terms) == NOW + end


def test_what_is_usual_is_the_rules_default() -> None:
    usual = [usual_extension(terms) for terms in (TERMS, LeaseTerms(longest=5 * DAY), LeaseTerms(), None)]

    assert usual == [14 * DAY, 5 * DAY, 14 * DAY, 14 * DAY]


@pytest.mark.parametrize(
    ("left", "step"),
    [
        (8 * DAY, None),
        (7 * DAY, 7 * DAY),
        (2 * DAY, 7 * DAY),
        (DAY, DAY),
        (61 * timedelta(minutes=1), DAY),
        (HOUR, HOUR),
        (timedelta(0), HOUR),
    ],
)
def test_only_the_nearest_step_is_due(left: timedelta, step: timedelta | None) -> None:
    assert due_step(left) == step


@pytest.mark.parametrize(
    ("span", "words", "written"),
    [
        (14 * DAY, "14 days", "14d"),
        (DAY, "1 day", "1d"),
        (36 * HOUR, "36 hours", "36h"),
        (HOUR, "1 hour", "1h"),
        (timedelta(minutes=90), "90 minutes", "90m"),
    ],
)
def test_lengths_in_words_and_as_they_are_typed(span: timedelta, words: str, written: str) -> None:
    assert (say_length(span), write_length(span)) == (words, written)


def test_a_lease_is_extended_to_the_end_of_the_calendar_and_no_further() -> None:
    late = datetime(9997, 12, 1, tzinfo=UTC)

    assert extended(late, 3650 * DAY, now=NOW, terms=None) == datetime(9998, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", " ", "9999-12-31", "9999-12-31T23:59:59Z"])
def test_a_lease_that_never_ends_is_none(text: str) -> None:
    assert end_of_lease(vm(attributes={EXPIRES: text}), ZoneInfo("Europe/Berlin")) is None
