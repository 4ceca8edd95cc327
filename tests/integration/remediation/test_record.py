"""The record of remediation on either database: nothing twice, no counter overrun, and an audit that holds it."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from operations.record.audit import Audit
from operations.record.database import Database
from operations.record.incidents import Incidents
from remediation.intake import closed
from remediation.model import (
    Decided,
    History,
    Incident,
    IncidentState,
    Outcome,
    RemedyState,
    Switch,
    VerdictKind,
)
from remediation.record import Change, RemediationRecord
from remediation.returning import returned
from tests.integration.operations.lab import MovedClock
from tests.unit.remediation import samples


def an_incident(clock: MovedClock, number: int = 1) -> Incident:
    """Red since now."""
    made = samples.incident(id=f"I{number}", key=f"lab/alarm-6/vm-{number}/t", opened_at=clock.now())
    return replace(made, cluster=samples.CLUSTER, look_at=clock.now(), alarm=replace(made.alarm, key=f"a{number}"))


def decided(clock: MovedClock, reason: str = "Not now.", verdict: VerdictKind = VerdictKind.WAIT) -> Decided:
    return Decided(verdict=verdict, reason=reason, guard="cooldown", at=clock.now(), way_out="Wait.")


def admitted(record: RemediationRecord, clock: MovedClock, incident: Incident, *, most: int = 99) -> bool:
    """Admit a remedy, where fewer than `most` have been admitted so far."""

    def weigh(history: History) -> Change | None:
        if len(history.remedies) >= most:
            return None
        key = f"{incident.key}/{incident.round}"
        remedy = samples.remedy(clock.now(), key=key, incident_id=incident.id, state=RemedyState.RUNNING)
        said = decided(clock, "Add 1 vCPU.", VerdictKind.ACT)
        after = replace(incident, state=IncidentState.ACTING, round=incident.round + 1, decided=said)
        return Change(before=incident, after=after, remedy=replace(remedy, operation_id=None))

    return record.admit(weigh) is not None


def test_an_alarm_is_one_incident_whoever_sees_it_and_however_often(
    record: RemediationRecord, clock: MovedClock
) -> None:
    first, second = an_incident(clock), replace(an_incident(clock), id="I9")

    assert [one.id for one in record.open([first])] == ["I1"]
    assert [one.id for one in record.open([second, an_incident(clock, 2)])] == ["I2"]
    assert [one.id for one in record.opened()] == ["I1", "I2"]
    assert record.opened()[0] == first


def test_what_is_looked_at_by_one_replica_is_left_alone_by_the_other(
    record: RemediationRecord, clock: MovedClock
) -> None:
    record.open([an_incident(clock), an_incident(clock, 2)])
    both = record.opened()

    assert [one.id for one in record.claim(both[:1], "a")] == ["I1"]
    assert [one.id for one in record.claim(both, "b")] == ["I2"]
    assert [one.id for one in record.claim(both, "a")] == ["I1"]
    clock.move(timedelta(seconds=31))
    assert [one.id for one in record.claim(both, "b")] == ["I1", "I2"]


def test_the_second_to_write_about_an_incident_finds_it_changed(record: RemediationRecord, clock: MovedClock) -> None:
    (incident,) = record.open([an_incident(clock)])
    first = Change(before=incident, after=replace(incident, decided=decided(clock)))

    (kept,) = record.save([first])

    assert kept.version == 2
    assert record.save([replace(first, after=replace(incident, state=IncidentState.CLOSED))]) == []
    assert record.opened() == [kept]


def test_a_decision_is_written_again_only_where_more_than_its_figures_differ(
    record: RemediationRecord, clock: MovedClock
) -> None:
    (incident,) = record.open([an_incident(clock)])
    for reason in ("p95 is 61 %.", "p95 is 59.5 %.", "It was changed 3 min ago."):
        (incident,) = record.save([Change(before=incident, after=replace(incident, decided=decided(clock, reason)))])
        clock.move(timedelta(seconds=1))

    told = record.decisions(samples.VM, 5)

    assert [one.reason for one in told] == ["It was changed 3 min ago.", "p95 is 61 %."]
    assert incident.version == 3


def test_no_more_is_admitted_than_there_is_room_for_however_many_ask_at_once(
    record: RemediationRecord, clock: MovedClock
) -> None:
    incidents = record.open([an_incident(clock, number) for number in range(8)])
    barrier = threading.Barrier(len(incidents))

    def ask(incident: Incident) -> None:
        barrier.wait(30)
        admitted(record, clock, incident, most=3)

    threads = [threading.Thread(target=ask, args=(one,)) for one in incidents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(record.unfinished()) == 3
    assert len([one for one in record.opened() if one.state is IncidentState.ACTING]) == 3


def test_one_round_of_an_incident_is_admitted_once(record: RemediationRecord, clock: MovedClock) -> None:
    (incident,) = record.open([an_incident(clock)])

    assert admitted(record, clock, incident)
    assert not admitted(record, clock, incident)
    assert [one.key for one in record.remedies(incident_id="I1")] == [f"{incident.key}/0"]


def test_what_guard_rails_look_back_at_outlives_a_restart(
    record: RemediationRecord, database: Database, clock: MovedClock
) -> None:
    (incident,) = record.open([an_incident(clock)])
    admitted(record, clock, incident)
    record.switch(Switch(key="pause", value="on", by="U1", at=clock.now()), key="pause")

    found = RemediationRecord(Incidents(database, clock=clock), clock=clock, comparisons=2).history(clock.now())

    assert [one.state for one in found.remedies] == [RemedyState.RUNNING]
    assert [(one.at, one.entity, one.cluster) for one in found.reddenings] == [
        (incident.opened_at, samples.VM, samples.CLUSTER)
    ]
    assert found.switches["pause"].by == "U1"
    clock.move(timedelta(days=1, seconds=1))
    assert record.history(clock.now()).reddenings == ()
    (acting,) = record.opened()
    again_at = clock.now()
    record.save([Change(before=acting, after=replace(acting, reddened=(again_at,)))])
    assert [one.at for one in record.history(clock.now()).reddenings] == [again_at]
    record.switch(None, key="pause", by="U2")
    assert record.switches() == {}


def test_a_comparison_is_kept_once_and_told_by_the_incident(record: RemediationRecord, clock: MovedClock) -> None:
    (incident,) = record.open([an_incident(clock)])
    admitted(record, clock, incident)
    (acting,), (remedy,) = record.opened(), record.remedies(incident_id="I1")
    done = replace(remedy, state=RemedyState.SUCCEEDED, ended_at=clock.now())
    record.save([Change(before=acting, after=replace(acting, state=IncidentState.OPEN), remedy=done)])
    (waiting,) = record.remedies(unchecked=True)
    compared = replace(waiting, outcome=Outcome.HELPED, checked=1, after={"reason": "96 % → 61 %: helped"})

    assert record.compared(compared, was=0)
    assert not record.compared(compared, was=0)

    assert record.remedies(incident_id="I1") == [compared]
    assert record.compared(replace(compared, checked=2), was=1)
    assert record.remedies(unchecked=True) == []
    assert record.incident("i1") == replace(acting, state=IncidentState.OPEN, version=5)


def test_what_turns_red_again_goes_on_on_record_and_audit_finds_nothing_wrong(
    record: RemediationRecord, database: Database, clock: MovedClock
) -> None:
    (incident,) = record.open([an_incident(clock)])
    (said,) = record.save([Change(before=incident, after=replace(incident, decided=decided(clock)))])
    (over,) = record.save([closed(said, "The alarm has cleared.", clock.now())])
    clock.move(timedelta(minutes=30))
    again_at = clock.now()
    again = returned(over, replace(incident, entity_name="web-renamed", opened_at=again_at))

    assert record.save([Change(before=over, after=again, reason="Red again.")]) == [replace(again, version=4)]

    assert [(one.id, one.decided, one.entity_name) for one in record.opened()] == [("I1", None, "web-renamed")]
    assert [one.at for one in record.history(clock.now()).reddenings] == [incident.opened_at, again_at]
    assert Audit(database, clock=clock).verify() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            "update remedy set state = 'failed'",
            "remedy lab/alarm-6/vm-1/t/0 was changed after it was written: state",
            id="remedy",
        ),
        pytest.param("delete from remedy", "remedy lab/alarm-6/vm-1/t/0 was removed", id="no remedy"),
        pytest.param(
            "update incident set state = 'closed'",
            "incident I1 was changed after it was written: closed",
            id="incident",
        ),
        pytest.param("update switch set by = 'U9'", "switch pause was changed after it was written: by", id="switch"),
        pytest.param(
            "update switch set key = 'breaker/add-cpu'",
            "switch breaker/add-cpu was never told of: no event speaks of it",
            id="new switch",
        ),
    ],
)
def test_audit_finds_a_row_that_says_something_else_than_its_events(
    record: RemediationRecord, database: Database, clock: MovedClock, change: str, told: str
) -> None:
    (incident,) = record.open([an_incident(clock)])
    admitted(record, clock, incident)
    record.switch(Switch(key="pause", value="on", by="U1", at=clock.now()), key="pause")
    audit = Audit(database, clock=clock)
    whole = audit.verify()

    with database.writing() as connection:
        connection.execute(sa.text(change))

    assert whole == []
    assert told in audit.verify()
