"""`iaas-bot audit` on the record of a service that has worked: whole, exported, and after somebody edited it."""

import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.common import EXIT_CONFIG
from bot.cli.demo.world import World
from tests.acceptance.service.desk import Desk
from tests.acceptance.service.program import changed, iaas_bot

KEYS = ["seq", "at", "operation_id", "kind", "actor", "data", "previous_hash", "hash"]
DATABASE = "iaas-bot.db"
WHOLE = re.compile(r"The record is whole: [^\n]+\nIts head, [^\n]+\n[0-9]+:[0-9a-f]{64}\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A state folder of a service, and how to ask about it."""

    config: Path
    database: Path
    done: str | None
    """The operation that succeeded."""
    refused: str | None
    """The operation that was refused."""

    def audit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`iaas-bot audit ARGUMENTS` without any secret at hand."""
        return iaas_bot("audit", *arguments, "--config", str(self.config))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The record of a service that did one thing, refused another and has ended."""
    folder = tmp_path_factory.mktemp("audit")
    with World.start(live=False) as world:
        desk = Desk(world=world)
        done, refused = desk.run("spawn recorded-1"), desk.run("nuke fin-app-01")
        alive = iaas_bot("audit", "verify", "--config", str(world.bot.config))
        assert alive.returncode == 0, alive
        assert WHOLE.fullmatch(alive.stdout), alive
        world.bot.stop()
        for file in world.bot.folder.glob(f"{DATABASE}*"):
            shutil.copy(file, folder)
        shutil.copy(world.bot.config, folder)
        config = changed(folder / world.bot.config.name, (str(world.bot.folder), str(folder)))
    return Record(config=config, database=folder / DATABASE, done=done.card, refused=refused.card)


@pytest.fixture
def record(kept: Record, tmp_path: Path) -> Record:
    """A copy of the record that a test may spoil."""
    for file in kept.database.parent.glob(f"{DATABASE}*"):
        shutil.copy(file, tmp_path)
    shutil.copy(kept.config, tmp_path)
    config = changed(tmp_path / kept.config.name, (str(kept.database.parent), str(tmp_path)))
    return Record(config=config, database=tmp_path / DATABASE, done=kept.done, refused=kept.refused)


def test_a_record_that_nobody_touched_is_whole(record: Record) -> None:
    told = record.audit("verify")

    assert (told.returncode, told.stderr) == (0, "")
    assert WHOLE.fullmatch(told.stdout)


def test_a_head_that_was_kept_elsewhere_must_be_in_the_record_still(record: Record) -> None:
    head = record.audit("verify").stdout.splitlines()[-1]
    number, _, known = head.partition(":")

    still = record.audit("verify", "--since-head", head)
    forged = record.audit("verify", "--since-head", f"{number}:{known[::-1]}")
    cut_off = record.audit("verify", "--since-head", f"{int(number) + 1}:{known}")

    assert (still.returncode, forged.returncode, cut_off.returncode) == (0, 1, 1)
    assert forged.stdout.startswith(f"event {number} is not the one that was noted")
    assert cut_off.stdout == f"the record ends with event {number}, event {int(number) + 1} was noted\n"


@pytest.mark.parametrize("head", ["7", "7:abc", "x:" + "0" * 64, "7:" + "0" * 64 + "0"])
def test_a_head_that_is_none_is_told_with_what_to_write(record: Record, head: str) -> None:
    told = record.audit("verify", "--since-head", head)

    assert (told.returncode, told.stdout) == (2, "")
    assert "NUMBER:HASH" in told.stderr


SPOILED = {
    "edited": "UPDATE event SET actor = 'U0EVIL' WHERE seq = 3",
    "its-data-edited": "UPDATE event SET data = replace(data, 'recorded-1', 'x') WHERE data LIKE '%recorded-1%'",
    "removed": "DELETE FROM event WHERE seq = 3",
    "the-last-removed": "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
    "moved": "UPDATE event SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3)",
}


@pytest.mark.parametrize("statement", SPOILED.values(), ids=SPOILED.keys())
def test_an_event_that_was_edited_removed_or_moved_by_hand_is_found(record: Record, statement: str) -> None:
    with sqlite3.connect(record.database) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        touched = database.execute(statement).rowcount
        database.execute("UPDATE event SET seq = -seq WHERE seq < 0")
    database.close()

    told = record.audit("verify")

    assert touched >= 1
    assert told.returncode == 1
    assert told.stdout
    assert "whole" not in told.stdout
    assert "Traceback" not in told.stderr


EDITED = {
    "its-words": ("SET text = 'all is well'", "text"),
    "who-asked": ("SET actor_id = 'U0BEN'", "actor"),
    "who-that-is": ("SET actor = replace(actor, 'U0DANA', 'U0BEN')", "who that is"),
    "how-it-ended": ("SET state = 'failed'", "state"),
    "what-it-was": ("SET verb = 'poweron'", "verb"),
    "what-it-did": ("SET plan = replace(plan, 'recorded-1', 'x')", "plan"),
}


@pytest.mark.parametrize(("change", "what"), EDITED.values(), ids=EDITED.keys())
def test_an_operation_that_was_edited_beside_its_events_is_found(record: Record, change: str, what: str) -> None:
    with sqlite3.connect(record.database) as database:
        database.execute(f"UPDATE operation {change} WHERE id = ?", (record.done,))
    database.close()

    told = record.audit("verify")

    assert (told.returncode, told.stdout) == (
        1,
        f"operation {record.done} was changed after it was written: {what}\n",
    )


def test_an_operation_that_was_removed_or_made_up_is_found(record: Record) -> None:
    with sqlite3.connect(record.database) as database:
        database.execute("UPDATE operation SET id = 'X0000' WHERE id = ?", (record.refused,))
    database.close()

    told = record.audit("verify")

    assert told.stdout.splitlines() == [
        "operation X0000 was never asked for: no event tells of it",
        f"operation {record.refused} was removed",
    ]


REMOVED = {
    "all-of-it": (("DELETE FROM event", "DELETE FROM chain"), "the end of the record was removed"),
    "its-tables": (("DROP TABLE event", "DROP TABLE chain"), "the record is not there"),
}


@pytest.mark.parametrize(("statements", "words"), REMOVED.values(), ids=REMOVED.keys())
def test_a_record_that_was_removed_is_told_as_removed(record: Record, statements: tuple[str, ...], words: str) -> None:
    with sqlite3.connect(record.database) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            database.execute(statement)
    database.close()

    told = record.audit("verify")

    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.startswith(words)


def test_the_export_has_every_event_as_an_object_a_line(record: Record) -> None:
    told = record.audit("export")

    events = [json.loads(line) for line in told.stdout.splitlines()]
    assert (told.returncode, told.stderr) == (0, "")
    assert {frozenset(event) for event in events} == {frozenset(KEYS)}
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {record.done, record.refused} <= {event["operation_id"] for event in events}
    assert {event["actor"] for event in events} >= {"U0DANA"}


def test_the_export_as_a_table_has_the_same_events(record: Record) -> None:
    objects = [json.loads(line) for line in record.audit("export").stdout.splitlines()]

    told = record.audit("export", "--format", "csv")

    header, *rows = csv.reader(io.StringIO(told.stdout))
    assert (told.returncode, header) == (0, KEYS)
    assert [(row[0], row[3], row[7]) for row in rows] == [
        (str(one["seq"]), one["kind"], one["hash"]) for one in objects
    ]


def test_the_export_begins_a_length_of_time_ago(record: Record) -> None:
    whole = record.audit("export").stdout

    told = [record.audit("export", "--since", length) for length in ("1h", "7d", "1d 6h")]

    assert [(one.returncode, one.stdout == whole) for one in told] == [(0, True)] * 3


def test_a_since_that_is_no_time_is_told_with_what_to_write(record: Record) -> None:
    told = record.audit("export", "--since", "soon")

    assert (told.returncode, told.stdout) == (2, "")
    assert "1h, 7d, 2026-11-26 or 2026-11-26T05:12:00" in " ".join(told.stderr.replace("│", " ").split())


BEFORE = {"yesterday": "%Y-%m-%d", "an-hour-ago": "%Y-%m-%dT%H:%M:%S"}


@pytest.mark.parametrize("form", BEFORE.values(), ids=BEFORE.keys())
def test_the_export_begins_at_the_time_that_is_given(record: Record, form: str) -> None:
    written = datetime.fromtimestamp(record.database.stat().st_mtime, UTC)
    apart = timedelta(days=1) if form.endswith("d") else timedelta(hours=1)

    earlier, later = (record.audit("export", "--since", f"{written + by:{form}}") for by in (-apart, apart))

    assert (earlier.returncode, later.returncode) == (0, 0)
    assert len(earlier.stdout.splitlines()) > 2
    assert later.stdout == ""


def test_a_database_that_is_not_there_is_told_and_not_made(record: Record) -> None:
    for file in record.database.parent.glob(f"{DATABASE}*"):
        file.unlink()

    told = record.audit("verify")

    assert (told.returncode, told.stdout) == (EXIT_CONFIG, "")
    assert f"{record.database} does not exist" in told.stderr
    assert not record.database.exists()
