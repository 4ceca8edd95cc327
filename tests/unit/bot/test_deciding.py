"""What is said of a yes that is waited for, or was given: the same in every answer."""

from dataclasses import replace
from datetime import timedelta

from bot.deciding import before_after, standing
from operations.model import Change, State
from tests.unit.views.samples import NOW, OPERATION
from tests.unit.views.test_approval import ANN, VOTED, WAITING, decided


def test_what_waits_says_whose_yes_is_missing_and_for_how_long_still() -> None:
    assert standing(replace(WAITING, approval=VOTED), NOW + timedelta(hours=1)) == (
        ("Needs a yes from", "@vm-approvers"),
        ("Because of", "big: more than 4 vCPU"),
        ("Yes so far", "1 of 2"),
        ("Time left", "3 h"),
    )


def test_what_was_decided_says_by_whom_and_waits_no_more() -> None:
    assert standing(decided(State.QUEUED), NOW)[2:] == (("Yes", "1 of 2"), ("Decided by", f"<@{ANN.id}>"))


def test_what_needs_nobodys_yes_says_nothing_of_it() -> None:
    assert standing(replace(OPERATION, approval=None), NOW) == ()


def test_a_value_that_was_not_there_before_is_told_alone() -> None:
    assert before_after(Change(label="vCPU", before="-", after="4")) == "4"
    assert before_after(Change(label="vCPU", before="2", after="4")) == "2 \u2192 4"
