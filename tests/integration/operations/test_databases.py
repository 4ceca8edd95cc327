"""The same road on SQLite and on PostgreSQL, by URL alone; and what the record does on each."""

from datetime import timedelta

import sqlalchemy as sa

from operations.model import State
from operations.record.database import Database
from operations.record.replicas import Replicas
from operations.record.tables import METADATA
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA
from vsphere.clock import SystemClock

SMALL = {"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}


def test_the_whole_road_is_the_same_on_either_database(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    kind = database_url.partition(":")[0].partition("+")[0]

    made = lab.do("spawn", name=f"road-{kind}", arguments=SMALL)
    taken = lab.do("snapshot.create", made.result, arguments={"snapshot": "x"})
    lab.do("nuke", made.result)

    assert lab.writes("CreateVM_Task") == ["CreateVM_Task"]
    assert lab.writes("MoveIntoFolder_Task") == ["MoveIntoFolder_Task"]
    assert lab.operations.audit.verify() == []
    ops = lab.operations.recent(10, vm=made.result)
    assert [one.verb for one in ops] == ["nuke", "snapshot.create", "spawn"]
    assert lab.operations.recent(10, actor_id=DANA.id, states=[State.SUCCEEDED])[0].verb == "nuke"
    assert lab.operations.recent(10, since=taken.created_at)[-1].id == taken.id


def test_cards_catch_up_with_what_was_not_shown(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    lab.prepare("web-01", power="off")
    ended = lab.do("poweron", "web-01")
    cards = lab.operations.cards

    assert [(one.operation.id, one.place, one.address, one.version) for one in cards.stale()] == [
        (ended.id, "", None, 0)
    ]
    cards.remember(ended.id, {"channel": "C1", "ts": "1.2"})
    cards.shown(ended.id, 1)
    assert [(one.address, one.version) for one in cards.stale()] == [({"channel": "C1", "ts": "1.2"}, 1)]
    cards.shown(ended.id, ended.version)
    cards.shown(ended.id, 1)
    assert cards.stale() == []


def test_a_row_that_was_tampered_with_is_found(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    lab.prepare("web-01", power="off")
    lab.do("poweron", "web-01")
    engine = sa.create_engine(database_url)

    with engine.begin() as connection:
        connection.execute(sa.text("update event set actor = 'U666' where seq = 1"))

    assert lab.operations.audit.verify() == ["event 1 was changed after it was written"]
    with engine.begin() as connection:
        connection.execute(sa.text("delete from event where seq = (select max(seq) from event)"))
    engine.dispose()
    assert any("the record ends" in one for one in lab.operations.audit.verify())


def test_an_edit_that_leaves_the_meaning_as_it_was_is_found(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    lab.prepare("web-01", power="off")
    done = lab.do("poweron", "web-01")
    engine = sa.create_engine(database_url)
    edits = {
        "update event set data = replace(data, ':', ': ') where seq = 1": "event 1 was",
        "update event set data = replace(data, 'poweron', 'power\\u006fn') where seq = 1": "event 1 was",
        'update event set data = replace(data, \'"verb"\', \'"verb"\\:1,"verb"\') where seq = 1': "event 1 was",
        "update event set at = replace(at, '+00:00', 'Z') where seq = 1": "event 1 was",
        "update operation set plan = replace(plan, ':', ': ')": f"operation {done.id} was",
        "update chain set hash = upper(hash)": "event ",
    }
    found = {}

    for edit in edits:
        with engine.connect() as connection:
            before = connection.execute(sa.text("select data, at from event where seq = 1")).one()
            plan = connection.execute(sa.text("select plan from operation")).scalar_one()
            end = connection.execute(sa.text("select hash from chain")).scalar_one()
        with engine.begin() as connection:
            connection.execute(sa.text(edit))
        found[edit] = lab.operations.audit.verify()
        with engine.begin() as connection:
            back = {"data": before.data, "at": before.at, "plan": plan, "hash": end}
            connection.execute(sa.text("update event set data = :data, at = :at where seq = 1"), back)
            connection.execute(sa.text("update operation set plan = :plan"), back)
            connection.execute(sa.text("update chain set hash = :hash"), back)
    engine.dispose()

    assert {edit: [one[: len(edits[edit])] for one in told] for edit, told in found.items()} == {
        edit: [words] for edit, words in edits.items()
    }
    assert lab.operations.audit.verify() == []


def test_an_operation_that_says_something_else_than_its_events_is_found(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    lab.prepare("web-01", power="off")
    done, cancelled = (
        lab.do("poweron", "web-01"),
        lab.ask("poweroff", "web-01", not_before=lab.clock.now() + timedelta(days=1)),
    )
    lab.operations.cancel(cancelled.id, DANA)
    whole = lab.operations.audit.verify()
    engine = sa.create_engine(database_url)

    with engine.begin() as connection:
        change = sa.text("update operation set text = 'x', actor_id = 'U0BEN' where id = :id")
        connection.execute(change, {"id": done.id})
        connection.execute(sa.text("update operation set text = 'y' where id = :id"), {"id": cancelled.id})
    engine.dispose()

    assert whole == []
    assert sorted(lab.operations.audit.verify()) == sorted(
        [
            f"operation {done.id} was changed after it was written: actor, text",
            f"operation {cancelled.id} was changed after it was written: text",
        ]
    )


def test_the_record_is_exported_as_json_lines_and_csv(make_lab: MakeLab, database_url: str) -> None:
    lab = make_lab(database_url)
    lab.ask("poweron", "web-01", actor=DANA)

    lines = list(lab.operations.audit.export())
    table = list(lab.operations.audit.export(format="csv"))

    assert lines[0].startswith('{"actor":"U1"')
    assert table[0] == "seq,at,operation_id,kind,actor,data,previous_hash,hash"
    assert len(table) == len(lines) + 1


def test_migrations_make_the_tables_that_the_code_expects(database_url: str) -> None:
    database = Database(database_url)
    database.migrate()
    database.migrate()

    engine = sa.create_engine(database_url)
    found = sa.inspect(engine)
    for table in METADATA.sorted_tables:
        columns = {one["name"]: one["nullable"] for one in found.get_columns(table.name)}
        assert columns == {one.name: one.nullable for one in table.columns}, table.name
        assert {one["name"] for one in found.get_indexes(table.name)} >= {str(one.name) for one in table.indexes}
    engine.dispose()
    database.close()


def test_only_one_replica_takes_over_from_a_dead_one(database_url: str) -> None:
    database = Database(database_url)
    database.migrate()
    alive, other = (Replicas(database, clock=SystemClock()) for _ in range(2))
    alive.beat("dead")
    alive.beat("alive")
    alive.beat("other")
    taken: list[str] = []

    assert alive.silent(me="alive", ttl_s=30) == []
    assert alive.silent(me="alive", ttl_s=0) == ["dead", "other"]
    assert other.silent(me="other", ttl_s=0) == ["alive", "dead"]
    assert alive.bury("dead", take_over=lambda: taken.append("alive"))
    assert not other.bury("dead", take_over=lambda: taken.append("other"))

    assert taken == ["alive"]
    database.close()
