"""Every column of the record's tables: an edit by hand is found, but of the few that change without an event."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from operations.approvals import lower, vote
from operations.model import Approval, Change, Effect, Event, Operation, Plan, Request, State
from operations.opening import first_event, planned, refused
from operations.policy import Decision
from operations.record.audit import Audit
from operations.record.chain import FIRST_HASH, hash_of
from operations.record.database import Database
from operations.record.decisions import Decisions
from operations.record.event_rows import event_row
from operations.record.incidents import Incidents
from operations.record.journal import Journal
from operations.record.notices import Notices
from operations.record.seals import FREE, SEALS
from operations.record.store import Store
from operations.record.tables import CHAIN, DECISION, EVENT, INCIDENT, OPERATION, REMEDY, SWITCH
from remediation.intake import closed
from remediation.model import Decided, IncidentState, RemedyState, Switch, VerdictKind
from remediation.record import Change as Turned
from remediation.record import RemediationRecord
from tests.unit.operations.samples import HERE, NOW, VM_REF, actor
from tests.unit.remediation import samples
from vsphere.clock import SystemClock

ALLOWED: Final = Decision(allowed=True, rule="web team", reason="it may")
DENIED: Final = Decision(allowed=False, rule="web team", reason="it may not", way_out="Ask.")
PLAN: Final = Plan(
    verb="transform",
    vm=VM_REF,
    vm_name="web-01",
    summary="Resize web-01",
    effect=Effect.NONE,
    changes=(Change(label="vCPU", before="2", after="4"),),
    hash="f" * 64,
)
CLOCK: Final = SystemClock()


class Told:
    """A record in a file, and the ids of the operations on it by what has become of them."""

    def __init__(self, file: Path) -> None:
        self.database = Database(f"sqlite:///{file}")
        self.database.migrate()
        self.store = Store(self.database, clock=CLOCK, tell=lambda _operation: None)
        notices = Notices(self.database, clock=CLOCK)
        self.decisions = Decisions(self.database, clock=CLOCK, notices=notices, tell=lambda _operation: None)
        self.ids: dict[str, str] = {}

    def ask(self, name: str, *, decision: Decision = ALLOWED, waits: bool = False, undoes: str | None = None) -> str:
        """Put an operation on record."""
        request = Request(
            verb="transform", actor=actor("U1", "S1"), origin=HERE, key=name, vm=VM_REF, undoes=undoes, asked_at=NOW
        )
        approval = Approval(
            rule="big", reason="more than 2 vCPU", votes_needed=2, groups=(), users=("U2", "U3"), channel="C1"
        )
        made: Operation = (
            planned(request, decision, PLAN, now=NOW, approval=approval if waits else None, ttl=timedelta(days=9999))
            if decision.allowed
            else refused(request, decision, vm_name="web-01", now=NOW)
        )
        news = first_event(made, request, decision, subject=name)
        self.store.add(made, request, subject=name, news=news, window_s=0)
        self.ids[name] = made.id
        return made.id

    def run(self, name: str) -> str:
        """One that is in the middle of its work."""
        made = self.ask(name)
        self.store.claim(made, "replica-1")
        self.store.note(made, "stage.sending", {"index": 0}, runner="replica-1", stage="resize", percent=None)
        self.store.note(made, "stage.sent", {"index": 0}, task="prod/task-1", result="prod/vm-99")
        self.store.progress(made, 40)
        return made


def fill(told: Told) -> None:
    """Operations of every kind, changed in every way in which the bot changes them."""
    told.run("running")
    done = told.run("done")
    told.store.move(done, State.SUCCEEDED, text="web-01 has 4 vCPU")
    told.ask("undo", undoes=done)
    told.ask("refused", decision=DENIED)
    told.ask("waiting", waits=True)
    less, now = replace(PLAN, summary="Resize web-01 a little", hash="e" * 64), CLOCK.now()
    lowered = told.ask("lowered", waits=True)
    request = told.store.request(lowered)
    told.decisions.turn(lowered, lower(actor("U2"), seen=PLAN.hash, plan=less, request=request, now=now))
    told.decisions.turn(lowered, vote(actor("U3"), seen=less.hash, now=now))
    told.store.request_cancel(told.ask("cancelled"), "U1")
    told.store.request_cancel(told.run("to be cancelled"), "U1")
    remediate(told.database)


def remediate(database: Database) -> None:
    """An incident that was decided, remedied, changed without a word and closed; and a switch."""
    record = RemediationRecord(Incidents(database, clock=CLOCK), clock=CLOCK, comparisons=2)
    said = Decided(verdict=VerdictKind.WAIT, reason="Not now.", guard="cooldown", at=NOW, way_out="Wait.")
    (incident,) = record.open([samples.incident(id="I1", key="lab/alarm-6/vm-1/t", opened_at=NOW)])
    remedy = replace(
        samples.remedy(NOW, key="lab/alarm-6/vm-1/t/0", incident_id="I1", state=RemedyState.RUNNING),
        operation_id="R7F3K",
    )
    acting = replace(incident, state=IncidentState.ACTING, round=1, decided=said, operation_id="R7F3K")
    (acting,) = record.save([Turned(before=incident, after=acting, remedy=remedy)])
    (stormy,) = record.save([Turned(before=acting, after=replace(acting, storm="S1"))])
    record.save([closed(stormy, "The alarm has cleared.", CLOCK.now())])
    record.switch(Switch(key="pause", value="on", by="U1", at=NOW), key="pause")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The record that nobody has touched."""
    file = tmp_path_factory.mktemp("record") / "record.db"
    made = Told(file)
    fill(made)
    made.database.close()
    with closing(sqlite3.connect(file)) as raw, raw:
        # Nothing in the database may keep a hand from an edit.
        for table in (OPERATION, INCIDENT, REMEDY, SWITCH, DECISION):
            for statement in BARE:
                raw.execute(statement.replace("[t]", table.name))
    return made


def problems_after(told: Told, statement: str, *values: object) -> tuple[int, list[str]]:
    """How many rows an edit of a copy has touched, and what `audit verify` says then."""
    file = Path(told.database.url.removeprefix("sqlite:///"))
    copy = file.with_name("copy.db")
    shutil.copy(file, copy)
    with closing(sqlite3.connect(copy)) as raw, raw:
        touched = raw.execute(statement, values).rowcount if statement else 0
    database = Database(f"sqlite:///{copy}")
    try:
        return touched, Audit(database, clock=CLOCK).verify()
    finally:
        database.close()
        for leftover in file.parent.glob("copy.db*"):
            leftover.unlink()


def test_each_column_that_changes_without_an_event_says_why() -> None:
    assert {table: set(free) for table, free in FREE.items()} | {"decision": {"id"}} == LEFT
    assert all(why for free in FREE.values() for why in free.values())


def test_what_nobody_touched_is_whole(told: Told) -> None:
    assert problems_after(told, "") == (0, [])


BARE: Final = ("CREATE TABLE bare AS SELECT * FROM [t]", "DROP TABLE [t]", "ALTER TABLE bare RENAME TO [t]")
FORMS: Final = {
    "another": "CASE typeof([c]) WHEN 'integer' THEN [c] + 1 WHEN 'text' THEN [c] || 'x' ELSE '2026-11-26' END",
    "nothing": "CASE WHEN [c] IS NULL THEN '' ELSE NULL END",
    "bytes": "CAST(coalesce([c], '') AS BLOB)",
}


def columns_of(table: sa.Table) -> list[str]:
    """Their names."""
    return [one.name for one in table.columns]


BESIDE: Final = [
    *((INCIDENT, name, "incident I1 ") for name in columns_of(INCIDENT)),
    *((REMEDY, name, "remedy lab/alarm-6/vm-1/t/0 ") for name in columns_of(REMEDY)),
    *((SWITCH, name, "switch pause ") for name in columns_of(SWITCH)),
    *((DECISION, name, "a decision about incident I1 ") for name in columns_of(DECISION)),
]
LEFT: Final = {
    "operation": {"version", "percent"},
    "incident": {"version", "look_at", "claimed_by", "claimed_at"},
    "remedy": set[str](),
    "switch": set[str](),
    # A number that tells the order of what was decided at one moment, and nothing else.
    "decision": {"id"},
}
"""What no event speaks of; `FREE` says why."""


def edit(table: str, column: str, form: str) -> str:
    """A statement that edits a column in every row."""
    return "UPDATE [t] SET [c] = [form]".replace("[form]", FORMS[form]).replace("[t]", table).replace("[c]", column)


@pytest.mark.parametrize("column", columns_of(OPERATION))
def test_an_edit_of_any_column_of_an_operation_is_found_but_of_its_progress_while_it_runs(
    told: Told, column: str
) -> None:
    left = {"running", "to be cancelled"} if column in LEFT["operation"] else set()

    for form in FORMS:
        touched, problems = problems_after(told, edit("operation", column, form))

        missed = {name for name, made in told.ids.items() if not any(made in one for one in problems)}
        assert (form, touched, missed) == (form, len(told.ids), left)


@pytest.mark.parametrize(
    ("table", "column", "words"), BESIDE, ids=[f"{table.name}-{column}" for table, column, _ in BESIDE]
)
def test_an_edit_of_any_column_of_what_remediation_keeps_is_found_but_of_those_that_change_at_each_look(
    told: Told, table: sa.Table, column: str, words: str
) -> None:
    is_free = column in LEFT[table.name]

    for form in FORMS:
        touched, problems = problems_after(told, edit(table.name, column, form))

        assert touched == 1
        assert any(one.startswith(words) for one in problems) is not is_free, (form, problems)


MOMENTS: Final = ("soon", "", "2026-11-26", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 5, None, b"\xff")
TIMES: Final = {
    "incident": ("opened_at", "closed_at", "look_at"),
    "remedy": ("at", "ended_at"),
    "switch": ("at",),
    "decision": ("at",),
}


@pytest.mark.parametrize(("table", "column"), [(table, one) for table, times in TIMES.items() for one in times])
def test_what_is_no_time_is_a_finding_and_no_crash(told: Told, table: str, column: str) -> None:
    free = column in LEFT[table]
    statement = f"UPDATE {table} SET {column} = ?"  # noqa: S608  names of our own tables

    found = {
        moment: problems_after(told, statement, moment)[1]
        for moment in MOMENTS
        if moment is not None or column != "ended_at"
    }

    assert {moment: bool(problems) for moment, problems in found.items()} == dict.fromkeys(found, not free)


def test_a_change_that_has_no_words_of_its_own_is_on_record(told: Told) -> None:
    database = Database(told.database.url)
    kinds = [one.kind for one in events(database)]
    database.close()

    assert kinds.count("incident.changed") == 1


def test_where_a_version_that_knew_no_seals_has_written_last_its_events_alone_are_held_against_the_row(
    tmp_path: Path,
) -> None:
    old = Told(tmp_path / "record.db")
    made = old.run("old")
    without_seals(old.database)
    with old.database.writing() as connection:
        connection.execute(sa.text("UPDATE operation SET summary = 'Delete web-01'"))

    assert Audit(old.database, clock=CLOCK).verify() == []

    old.store.move(made, State.SUCCEEDED, text="done")
    with old.database.writing() as connection:
        connection.execute(sa.text("UPDATE operation SET summary = 'Resize web-01'"))

    assert Audit(old.database, clock=CLOCK).verify() == [
        f"operation {made} was changed after it was written: something that no event tells in words"
    ]
    old.database.close()


def events(database: Database) -> list[Event]:
    """All of them."""
    with database.reading() as connection:
        return list(Journal(CLOCK).all(connection))


def without_seals(database: Database) -> None:
    """Write the whole chain as an earlier version has written it."""
    written = events(database)
    with database.writing() as connection:
        names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in names:
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(sa.delete(EVENT))
        previous = FIRST_HASH
        for one in written:
            data = {name: value for name, value in one.data.items() if name != SEALS}
            event = replace(one, data=data, previous_hash=previous)
            previous = hash_of(event)
            connection.execute(sa.insert(EVENT), [event_row(replace(event, hash=previous))])
        connection.execute(sa.update(CHAIN).values(hash=previous))
