"""Whose turn it is among remedies that have their yes."""

from typing import Any

import pytest

from remediation.model import Remedy, RemedyState
from remediation.settings import GuardSettings
from remediation.turns import too_many
from tests.unit.remediation.samples import LAB, NOW, ago, history, remedy
from vsphere.model import Ref


def one(name: str, state: RemedyState = RemedyState.RUNNING, **changes: Any) -> Remedy:
    return remedy(ago(minutes=5), key=name, vm=Ref(LAB, name), vm_name=name, state=state, **changes)


MINE = one("mine", RemedyState.ASKED)
CASES = {
    "nothing runs": ([], None),
    "one runs, and two may": ([one("a")], None),
    "two run": ([one("b"), one("a")], "2 remedies in its cluster at once, which is the most: a, b."),
    "what waits for a yes holds up nobody": ([one("a"), one("b", RemedyState.ASKED)], None),
    "what has ended holds up nobody": ([one("a"), one("b", RemedyState.SUCCEEDED)], None),
    "another cluster": ([one("a"), one("b", cluster=Ref(LAB, "domain-c9"))], None),
    "no cluster is one of its own": ([one("a"), one("b", cluster=None)], None),
}


@pytest.mark.parametrize(("others", "why"), CASES.values(), ids=CASES)
def test_a_remedy_begins_when_fewer_run_in_its_cluster_than_may(others: list[Remedy], why: str | None) -> None:
    assert too_many(MINE, history(MINE, *others), GuardSettings(at_once_per_cluster=2), NOW) == why


DONE, ASKED = RemedyState.SUCCEEDED, RemedyState.ASKED
USED_UP = "There were 2 remedies within the last hour, which is the most; in 55 min one more is possible."
OF_AN_HOUR = {
    "others that wait for a yes take nobody's room": ([one("a", ASKED), one("b", ASKED), one("c", ASKED)], None),
    "one within the hour": ([one("a", DONE)], None),
    "two within the hour": ([one("a", DONE), one("b", DONE)], USED_UP),
    "one that runs, in another cluster": ([one("a", DONE), one("b", cluster=None)], USED_UP),
    "one that came to nothing": ([one("a", DONE), one("b", RemedyState.DROPPED)], None),
    "one that began before the hour": ([one("a", DONE), one("b", DONE, began_at=ago(minutes=61))], None),
}


@pytest.mark.parametrize(("others", "why"), OF_AN_HOUR.values(), ids=OF_AN_HOUR)
def test_a_remedy_begins_when_fewer_have_begun_within_the_hour_than_may(others: list[Remedy], why: str | None) -> None:
    assert too_many(MINE, history(MINE, *others), GuardSettings(per_hour=2), NOW) == why
