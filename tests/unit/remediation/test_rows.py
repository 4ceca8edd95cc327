"""What is read of a row is what was written, through JSON; and which decisions are news."""

from dataclasses import replace
from typing import Any

import pytest

from operations.record.database import from_json, to_json
from remediation.model import Decided, IncidentState, Mode, Outcome, RemedyState, VerdictKind
from remediation.record import differs
from remediation.rows import (
    decision_row,
    incident_row,
    read_decided,
    read_incident,
    read_remedy,
    read_switch,
    remedy_row,
    switch_row,
)
from tests.unit.remediation.samples import CLUSTER, GOLD, NOW, ago, alarm, incident, remedy, switch

DECIDED = Decided(
    verdict=VerdictKind.WAIT,
    reason="web-01 was changed 3 min ago and rests for 30 min.",
    guard="cooldown",
    at=NOW,
    summary="Add 1 vCPU to web-01 (2 → 3)",
    command="transform web-01 cpu=3",
    way_out="Wait.",
)


def test_an_incident_comes_back_whole() -> None:
    whole = incident(
        state=IncidentState.ACTING,
        alarm=alarm(acknowledged=True, acknowledged_by="ann"),
        cluster=CLUSTER,
        round=3,
        look_at=None,
        operation_id="R7F3K",
        decided=DECIDED,
        closed_at=NOW,
        storm="S7F3K",
        reddened=(ago(minutes=3), ago(minutes=1)),
    )

    row = incident_row(whole)

    assert read_incident(replace(row, data=from_json(to_json(dict(row.data))))) == whole
    assert read_incident(incident_row(incident(playbook=None))) == incident(playbook=None)


def test_a_remedy_comes_back_whole() -> None:
    whole = remedy(
        state=RemedyState.SUCCEEDED,
        mode=Mode.APPROVE,
        datastore=GOLD,
        target=GOLD,
        began_at=ago(minutes=2),
        approved_by=("U1", "U2"),
        before={"cpu_p95": 96.0},
        after={"reason": "helped", "points": [[0, 1.5]]},
        outcome=Outcome.NO_EFFECT,
        checked=1,
    )

    row = remedy_row(whole)

    assert read_remedy(replace(row, data=from_json(to_json(dict(row.data))))) == whole
    assert read_remedy(remedy_row(remedy())) == remedy()


def test_a_decision_and_a_switch_come_back_whole() -> None:
    row = decision_row(incident(), DECIDED)

    assert read_decided(from_json(to_json(dict(row.data)))) == DECIDED
    assert (row.incident_id, row.entity) == ("I7F3K", "lab/vm-1")
    assert read_switch(switch_row(switch("pause"))) == switch("pause")


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        pytest.param({}, False, id="the same"),
        pytest.param({"at": ago(minutes=-1), "way_out": "Wait more."}, False, id="time and way out"),
        pytest.param({"reason": "web-01 was changed 4 min ago and rests for 30 min."}, False, id="figures"),
        pytest.param({"reason": "web-02 was left alone."}, True, id="reason"),
        pytest.param({"guard": "storm"}, True, id="guard rail"),
        pytest.param({"verdict": VerdictKind.REFUSE}, True, id="verdict"),
        pytest.param({"summary": "Add 1 vCPU to web-01 (3 → 4)"}, True, id="what is recommended"),
        pytest.param({"command": "transform web-01 cpu=4"}, True, id="command"),
    ],
)
def test_figures_that_move_with_each_look_make_no_other_decision(changes: dict[str, Any], news: bool) -> None:  # noqa: FBT001  a column of the table
    assert differs(DECIDED, replace(DECIDED, **changes)) is news


def test_the_first_decision_is_news() -> None:
    assert differs(None, DECIDED)
    assert not differs(None, None)
