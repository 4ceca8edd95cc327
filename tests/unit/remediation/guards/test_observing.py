"""The first minutes after a start."""

import pytest

from remediation.guards.observing import ObserveFirst
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import NOW, ago, ahead, case, facts, settings

CASES = (
    Row(says="started yesterday", case=case()),
    Row(
        says="started three minutes ago",
        case=case(facts=facts(started_at=ago(minutes=3))),
        kind=HoldKind.WAIT,
        reason="The bot has watched for 3 min and only looks on for the first 10 min.",
        until=ahead(minutes=7),
    ),
    Row(says="started ten minutes ago", case=case(facts=facts(started_at=ago(minutes=10)))),
    Row(
        says="without that time",
        case=case(facts=facts(started_at=NOW), settings=settings(guards={"observe_for": ago() - NOW})),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_at_first_it_only_looks_on(row: Row) -> None:
    assert_answer(ObserveFirst(), row)
