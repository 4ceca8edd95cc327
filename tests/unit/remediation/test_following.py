"""From the end of an operation to the state of its remedy and of the incident."""

from dataclasses import replace
from typing import Any

import pytest

from operations.model import Operation, Request, State
from operations.opening import refused
from operations.policy import Decision
from remediation.acting import ALARM, actor_of
from remediation.following import ended, state_of
from remediation.model import IncidentState, PlaybookName, RemedyState
from tests.unit.remediation.samples import NOW, VM, ago, incident, remedy

STATES = {
    State.PROPOSED: RemedyState.RUNNING,
    State.AWAITING_APPROVAL: RemedyState.ASKED,
    State.QUEUED: RemedyState.RUNNING,
    State.RUNNING: RemedyState.RUNNING,
    State.SUCCEEDED: RemedyState.SUCCEEDED,
    State.FAILED: RemedyState.FAILED,
    State.UNKNOWN: RemedyState.FAILED,
    State.CANCELLED: RemedyState.DROPPED,
    State.REFUSED: RemedyState.DROPPED,
    State.EXPIRED: RemedyState.DROPPED,
}


def operation(**changes: Any) -> Operation:
    """What `add-cpu` has asked for."""
    request = Request(
        verb="transform", actor=actor_of(PlaybookName.ADD_CPU), origin=ALARM, key="k", vm=VM, asked_at=NOW
    )
    no = Decision(allowed=False, rule=None, reason="It was full.", way_out="Make room.")
    made = refused(request, no, vm_name="web-01", now=ago(minutes=1))
    return replace(made, id="R7F3K", **changes)


@pytest.mark.parametrize("state", list(State))
def test_each_state_of_an_operation_is_one_of_its_remedy(state: State) -> None:
    assert state_of(operation(state=state)) is STATES[state]


def test_a_success_leaves_the_decision_and_is_looked_at_at_once() -> None:
    acting = incident(state=IncidentState.ACTING, look_at=None)

    change = ended(acting, remedy(state=RemedyState.SUCCEEDED), operation(state=State.SUCCEEDED, text="Done."), NOW)

    assert change.after == replace(acting, state=IncidentState.OPEN, look_at=NOW, operation_id="R7F3K")
    assert change.remedy is not None
    assert (change.remedy.ended_at, change.reason) == (ago(minutes=1), "Done.")


def test_what_came_to_nothing_says_why() -> None:
    acting = incident(state=IncidentState.ACTING, look_at=None)

    change = ended(acting, remedy(state=RemedyState.DROPPED), operation(state=State.REFUSED), NOW)

    said = change.after.decided
    assert said is not None
    assert (said.reason, said.way_out, said.guard, said.at) == ("It was full.", "Make room.", "operation", NOW)


def test_an_incident_that_is_over_meanwhile_stays_as_it_is() -> None:
    over = incident(state=IncidentState.CLOSED, closed_at=NOW, look_at=None)

    change = ended(over, remedy(state=RemedyState.FAILED), operation(state=State.FAILED), NOW)

    assert change.after == over
