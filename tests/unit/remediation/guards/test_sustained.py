"""High for a while, and known to be."""

from typing import Any

import pytest

from remediation.admission import Case
from remediation.guards.sustained import Sustained
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import (
    a_move,
    ago,
    ahead,
    case,
    facts,
    more_memory,
    samples,
    settings,
)


def load(*groups: Any, **changes: Any) -> Case:
    """A case whose samples are these groups, one after the other."""
    return case(facts=facts(samples=tuple(one for group in groups for one in group)), **changes)


HIGH, LOW = samples(count=3, cpu=97), samples(count=42, end=ago(minutes=1), cpu=20)
TWO_HIGH = (*samples(count=43, end=ago(seconds=40), cpu=20), *samples(count=2, cpu=97))
CASES = (
    Row(says="all of them high", case=load(samples(cpu=96))),
    Row(says="just high enough", case=load(samples(cpu=85))),
    Row(
        says="all of them low",
        case=load(samples(cpu=84.6)),
        kind=HoldKind.WAIT,
        reason="The CPU of web-01 is not high for long enough: p95 of the last 15 min is 84.6 %, under 85 %.",
    ),
    Row(says="one minute high of fifteen", case=load(LOW, HIGH)),
    Row(
        says="forty seconds high of fifteen minutes",
        case=load(TWO_HIGH),
        kind=HoldKind.WAIT,
        reason="The CPU of web-01 is not high for long enough: p95 of the last 15 min is 20 %, under 85 %.",
    ),
    Row(says="four fifths of the samples", case=load(samples(count=36))),
    Row(
        says="fewer than four fifths",
        case=load(samples(count=35)),
        kind=HoldKind.WAIT,
        reason="vCenter has 35 of 45 samples of web-01 for the last 15 min, and 80 % are needed to tell.",
        until=ahead(seconds=20),
    ),
    Row(
        says="samples without figures",
        case=load(samples(cpu=None)),
        kind=HoldKind.WAIT,
        reason="vCenter has 0 of 45 samples of web-01 for the last 15 min, and 80 % are needed to tell.",
        until=ahead(minutes=12),
    ),
    Row(
        says="none at all",
        case=load(),
        kind=HoldKind.WAIT,
        reason="vCenter has 0 of 45 samples of web-01 for the last 15 min, and 80 % are needed to tell.",
        until=ahead(minutes=12),
    ),
    Row(
        says="those of an hour ago",
        case=load(samples(end=ago(hours=1))),
        kind=HoldKind.WAIT,
        reason="vCenter has 0 of 45 samples of web-01 for the last 15 min, and 80 % are needed to tell.",
        until=ahead(minutes=12),
    ),
    Row(
        says="those of just fifteen minutes ago",
        case=load(samples(end=ago(minutes=15))),
        kind=HoldKind.WAIT,
        reason="vCenter has 0 of 45 samples of web-01 for the last 15 min, and 80 % are needed to tell.",
        until=ahead(minutes=12),
    ),
    Row(
        says="one of just fifteen minutes ago is too old",
        case=load(samples(count=1, end=ago(minutes=15)), samples(count=35)),
        kind=HoldKind.WAIT,
        reason="vCenter has 35 of 45 samples of web-01 for the last 15 min, and 80 % are needed to tell.",
        until=ahead(seconds=20),
    ),
    Row(says="by a host's clock that is two minutes behind", case=load(samples(end=ago(minutes=2)))),
    Row(
        says="older ones do not fill gaps",
        case=load(samples(count=30, end=ago(minutes=20)), samples(count=30)),
        kind=HoldKind.WAIT,
        reason="vCenter has 30 of 45 samples of web-01 for the last 15 min, and 80 % are needed to tell.",
        until=ahead(minutes=2),
    ),
    Row(
        says="memory looks at memory",
        case=load(samples(cpu=99, memory=70), recommendation=more_memory()),
        kind=HoldKind.WAIT,
        reason="The memory of web-01 is not high for long enough: p95 of the last 15 min is 70 %, under 85 %.",
    ),
    Row(says="memory that is high", case=load(samples(cpu=1, memory=90), recommendation=more_memory())),
    Row(says="a move asks for no load", case=load(recommendation=a_move())),
    Row(says="nothing is asked for", case=load(settings=settings(guards={"sustained_percent": 0.0}))),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_what_is_high_for_a_moment_only_waits(row: Row) -> None:
    assert_answer(Sustained(), row)
