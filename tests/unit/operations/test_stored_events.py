"""The record as it is stored: whatever is done by hand to a byte of an event, `audit verify` finds it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.record.audit import Audit
from operations.record.chain import Head
from operations.record.database import Database
from operations.record.journal import Journal, News
from vsphere.clock import SystemClock

COLUMNS = ("seq", "at", "operation_id", "kind", "actor", "data", "previous_hash", "hash")
EVENTS = (
    News(kind="request.refused", actor="U1", data={"verb": "nuke", "subject": "web-01"}),
    News(kind="request.refused", actor="U2", data={"percent": 1, "share": 1.5, "on": True, "none": None}),
    News(kind="note", actor="Zoë \N{WHITE SMILING FACE}", data={"who": "Zoë", "list": [1, {"a": "b c"}], "empty": {}}),
    News(kind="note", actor="bot", data={}, operation_id=None),
    News(kind="note", actor="", data={"text": 'a "quoted" \\ and\nbroken line'}),
)
BLANKS_AND_MORE = [b" ", b"\n", b"\t", b"0", b".0", b"\\u0020", b'"a":1,', b"\x00", b"\xff"]
Change = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with some events, whose table has lost every rule that might keep a hand from it."""
    file = tmp_path_factory.mktemp("record") / "record.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    with database.writing() as connection:
        Journal(SystemClock()).append(connection, *EVENTS)
    database.close()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("CREATE TABLE bare AS SELECT * FROM event")
        raw.execute("DROP TABLE event")
        raw.execute("ALTER TABLE bare RENAME TO event")
    return file


def problems_after(written: Path, change: Change, noted: Head | None = None) -> list[str]:
    """What `audit verify` says about a copy on which a hand has worked, to whoever has kept a head or none."""
    copy = written.with_name("copy.db")
    for leftover in written.parent.glob("copy.db*"):
        leftover.unlink()
    shutil.copy(written, copy)
    with closing(sqlite3.connect(copy)) as raw, raw:
        change(raw)
    database = Database(f"sqlite:///{copy}")
    try:
        return Audit(database, clock=SystemClock()).verify(noted)
    finally:
        database.close()


def test_what_nobody_touched_is_whole(written: Path) -> None:
    assert problems_after(written, lambda _: None) == []


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, int, Callable[[bytes], bytes], str]:
    """A column, a row, what becomes of its bytes, and as what they are put back."""
    at, cut = draw(st.integers(0, 200)), draw(st.integers(0, 3))
    put = draw(st.binary(max_size=3) | st.sampled_from(BLANKS_AND_MORE))

    def edited(old: bytes) -> bytes:
        place = min(at, len(old))
        return old[:place] + put + old[place + cut :]

    return (
        draw(st.sampled_from(COLUMNS)),
        draw(st.integers(1, len(EVENTS))),
        edited,
        draw(st.sampled_from(["TEXT", "BLOB"])),
    )


@given(edits())
@settings(max_examples=100, deadline=None)
def test_any_change_of_what_is_stored_is_found_and_nothing_else(
    written: Path, edit: tuple[str, int, Callable[[bytes], bytes], str]
) -> None:
    column, row, edited, kind = edit
    look = "SELECT CAST(? AS BLOB), typeof(?) FROM event WHERE rowid = ?".replace("?", column, 2)
    write = "UPDATE event SET [column] = CAST(? AS [kind]) WHERE rowid = ?".replace("[column]", column)
    seen: list[object] = []

    def change(raw: sqlite3.Connection) -> None:
        before = raw.execute(look, (row,)).fetchone()
        raw.execute(write.replace("[kind]", kind), (edited(before[0] or b""), row))
        seen.extend([before, raw.execute(look, (row,)).fetchone()])

    found = problems_after(written, change)

    before, after = seen
    assert bool(found) is (before != after)


BY_HAND = {
    "a-blank-after-a-colon": "UPDATE event SET data = replace(data, ':', ': ') WHERE seq = 1",
    "a-blank-at-the-end": "UPDATE event SET data = data || ' ' WHERE seq = 1",
    "a-key-twice-and-the-last-wins": "UPDATE event SET data = replace(data, '{', '{\"verb\":\"show\",') WHERE seq = 1",
    "an-escape-for-a-letter": "UPDATE event SET data = replace(data, 'nuke', 'n\\u0075ke') WHERE seq = 1",
    "an-escape-for-a-slash": "UPDATE event SET data = replace(data, 'b c', 'b\\u0020c') WHERE seq = 3",
    "keys-in-another-order": 'UPDATE event SET data = \'{"verb":"nuke","subject":"web-01"}\' WHERE seq = 1',
    "a-number-in-another-form": "UPDATE event SET data = replace(data, '1.5', '1.50') WHERE seq = 2",
    "no-number": "UPDATE event SET data = replace(data, '1.5', 'NaN') WHERE seq = 2",
    "no-json": "UPDATE event SET data = '{' WHERE seq = 2",
    "too-deep": "UPDATE event SET data = replace(hex(zeroblob(50000)), '0', '[') WHERE seq = 2",
    "too-long-a-number": "UPDATE event SET data = replace(hex(zeroblob(2500)), '0', '9') WHERE seq = 2",
    "a-list": "UPDATE event SET data = '[]' WHERE seq = 4",
    "the-mark-of-what-is-unreadable": 'UPDATE event SET data = \'{"unreadable":""}\' WHERE seq = 4',
    "bytes-for-text": "UPDATE event SET actor = CAST(actor AS BLOB) WHERE seq = 1",
    "text-that-is-none": "UPDATE event SET actor = CAST(x'ff' AS TEXT) WHERE seq = 1",
    "text-that-is-none-in-its-data": "UPDATE event SET data = CAST(x'7b2261223a22ff227d' AS TEXT) WHERE seq = 4",
    "nothing-for-text": "UPDATE event SET actor = NULL WHERE seq = 5",
    "nothing-for-data": "UPDATE event SET data = NULL WHERE seq = 4",
    "text-for-nothing": "UPDATE event SET operation_id = '' WHERE seq = 4",
    "an-operation-for-nothing": "UPDATE event SET operation_id = 'R7F3K' WHERE seq = 4",
    "a-time-without-its-t": "UPDATE event SET at = replace(at, 'T', ' ') WHERE seq = 2",
    "a-time-in-another-form": "UPDATE event SET at = replace(at, '+00:00', 'Z') WHERE seq = 2",
    "the-same-time-elsewhere": "UPDATE event SET at = replace(at, '+00:00', '-00:00') WHERE seq = 2",
    "a-hash-in-capitals": "UPDATE event SET hash = upper(hash) WHERE seq = 2",
    "the-hash-before-in-capitals": "UPDATE event SET previous_hash = upper(previous_hash) WHERE seq = 3",
    "no-number-for-its-place": "UPDATE event SET seq = 'two' WHERE seq = 2",
    "nothing-for-its-place": "UPDATE event SET seq = NULL WHERE seq = 2",
    "removed": "DELETE FROM event WHERE seq = 2",
    "the-last-cut-off": "DELETE FROM event WHERE seq >= 4",
    "the-first-cut-off": "DELETE FROM event WHERE seq = 1",
    "all-cut-off": "DELETE FROM event",
    "two-in-each-others-place": "UPDATE event SET seq = 5 - seq WHERE seq IN (2, 3)",
    "one-twice-in-its-place": "INSERT INTO event SELECT * FROM event WHERE seq = 2",
    "the-last-twice-in-its-place": "INSERT INTO event SELECT * FROM event WHERE seq = 5",
    "one-more-at-the-end": (
        "INSERT INTO event SELECT 6, at, operation_id, kind, actor, data, previous_hash, hash FROM event WHERE seq = 5"
    ),
    "one-more-before-the-first": (
        "INSERT INTO event SELECT 0, at, operation_id, kind, actor, data, previous_hash, hash FROM event WHERE seq = 1"
    ),
    "one-more-far-before-the-first": (
        "INSERT INTO event SELECT -7, at, operation_id, kind, actor, data, previous_hash, hash FROM event WHERE seq = 1"
    ),
    "a-time-before-the-first": "UPDATE event SET at = '0001-01-01T00:00:00.000000+14:00' WHERE seq = 2",
    "a-time-after-the-last": "UPDATE event SET at = '9999-12-31T23:59:59.999999-14:00' WHERE seq = 2",
    "an-end-that-is-none": "UPDATE chain SET seq = 4",
    "an-end-with-another-hash": "UPDATE chain SET hash = upper(hash)",
    "an-end-that-is-no-number": "UPDATE chain SET seq = 'x'",
    "a-second-end": "INSERT INTO chain VALUES (2, 5, 'x')",
}


@pytest.mark.parametrize("statement", BY_HAND.values(), ids=BY_HAND.keys())
def test_what_a_hand_may_do_to_the_record_is_told(written: Path, statement: str) -> None:
    touched: list[int] = []

    found = problems_after(written, lambda raw: touched.append(raw.execute(statement).rowcount))

    assert touched[0] >= 1
    assert found


def forge(raw: sqlite3.Connection) -> None:
    """Write the last event anew and make its hash fit, as anybody may who can write to the database."""
    database, last = raw.execute("PRAGMA database_list").fetchone()[2], len(EVENTS)
    before = raw.execute("SELECT hash FROM event WHERE seq = ?", (last - 1,)).fetchone()
    raw.execute("DELETE FROM event WHERE seq = ?", (last,))
    raw.execute("UPDATE chain SET seq = ?, hash = ?", (last - 1, *before))
    raw.commit()
    forged = Database(f"sqlite:///{database}")
    with forged.writing() as connection:
        Journal(SystemClock()).append(connection, News(kind="note", actor="U0EVIL", data={}))
    forged.close()


def test_a_record_that_was_forged_with_its_end_is_found_by_a_head_that_was_kept_elsewhere(written: Path) -> None:
    kept = head_of(written)

    assert problems_after(written, forge) == [], "by itself the database can't tell"
    assert problems_after(written, forge, kept) == [
        f"event {len(EVENTS)} is not the one that was noted: it, or one before it, was written anew"
    ]
    assert problems_after(written, lambda _: None, kept) == []


def test_a_head_vouches_for_nothing_that_came_after_it_and_for_all_that_came_before(written: Path) -> None:
    def cut_off(raw: sqlite3.Connection) -> None:
        raw.execute("DELETE FROM event WHERE seq > 3")
        raw.execute("UPDATE chain SET seq = 3, hash = (SELECT hash FROM event WHERE seq = 3)")

    earlier = head_of(written, 3)

    assert problems_after(written, cut_off, earlier) == []
    assert problems_after(written, forge, earlier) == []
    assert problems_after(written, cut_off, head_of(written)) == [
        f"the record ends with event 3, event {len(EVENTS)} was noted"
    ]


def head_of(written: Path, seq: int = len(EVENTS)) -> Head:
    """What an administrator has noted after so many events."""
    with closing(sqlite3.connect(written)) as raw:
        return Head(seq=seq, hash=raw.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()[0])
