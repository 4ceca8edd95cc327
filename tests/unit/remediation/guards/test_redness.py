"""The alarm as it is now."""

import pytest

from remediation.admission import Case
from remediation.guards.redness import StillRed
from remediation.model import HoldKind, PlaybookName, RemedyState
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import a_move, ago, alarm, case, facts, history, incident, remedy
from vsphere.model import AlarmStatus

CLEARED = "The alarm Virtual machine CPU usage on web-01 has cleared by itself."
YELLOW = "The alarm Virtual machine CPU usage on web-01 is yellow, and only red ones are acted upon."


def begun(status: AlarmStatus, **changes: object) -> Case:
    """A relief of which one move has been made."""
    relief = PlaybookName.RELIEVE_DATASTORE
    found = facts(alarm=alarm(status=status), incident=incident(playbook=relief, round=1, opened_at=ago(minutes=30)))
    done = remedy(ago(minutes=9), **({"playbook": relief, "incident_id": "I7F3K"} | changes))
    return case(facts=found, history=history(done), recommendation=a_move())


CASES = (
    Row(says="yellow, of a relief that has begun", case=begun(AlarmStatus.YELLOW)),
    Row(says="green, of a relief that has begun", case=begun(AlarmStatus.GREEN)),
    Row(
        says="yellow, where the first move has failed",
        case=begun(AlarmStatus.YELLOW, state=RemedyState.FAILED),
        kind=HoldKind.NOTHING,
        reason=YELLOW,
    ),
    Row(
        says="yellow, where the move was another incident's",
        case=begun(AlarmStatus.YELLOW, incident_id="I9"),
        kind=HoldKind.NOTHING,
        reason=YELLOW,
    ),
    Row(says="red", case=case()),
    Row(says="no longer triggered", case=case(facts=facts(alarm=None)), kind=HoldKind.NOTHING, reason=CLEARED),
    Row(
        says="green",
        case=case(facts=facts(alarm=alarm(status=AlarmStatus.GREEN))),
        kind=HoldKind.NOTHING,
        reason=CLEARED,
    ),
    Row(
        says="yellow",
        case=case(facts=facts(alarm=alarm(status=AlarmStatus.YELLOW))),
        kind=HoldKind.NOTHING,
        reason=YELLOW,
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_only_what_is_still_red_is_acted_upon(row: Row) -> None:
    assert_answer(StillRed(), row)
