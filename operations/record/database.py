"""One engine for SQLite and PostgreSQL, its transactions, and the migrations at start. Knows no table."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from operations.errors import StorageError
from operations.record.turns import Turns

log = structlog.get_logger(__name__)

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_BUSY_TIMEOUT_S = 30
_LENIENT = partial(str, encoding="utf-8", errors="surrogateescape")
_QUEUE_POOL = 8
_MIGRATION_LOCK = 0x1AA5_0001
TAKEOVER_LOCK = 0x1AA5_0002


class Database:
    """Reads and writes in transactions; a write holds SQLite's one lock from its start, so it can't fail half-way."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
        self._turns = Turns()
        self._engine = _sqlite(url, self._turns) if self.is_sqlite else _postgres(url)
        self.queue_engine = _sqlite_for_queue(url, self._turns) if self.is_sqlite else None
        """How DBOS writes to the same SQLite file; None where it shall do so in its own way."""
        self._writer = self._engine.execution_options(iaas_write=True)

    def migrate(self) -> None:
        """Bring the tables to this version's form; replicas that start together take turns.

        Raises:
            StorageError: the database can't be reached or written, or is of a newer version than this program.
        """
        # A third of a second to load, for which whoever only reads the record need not wait.
        from alembic import command  # noqa: PLC0415  see above
        from alembic.config import Config  # noqa: PLC0415  see above

        with self.writing() as connection:
            self.lock(connection, _MIGRATION_LOCK)
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads.

        Raises:
            StorageError: the database can't be read.
        """
        with _told("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def as_stored(self) -> Iterator[sa.Connection]:
        """A transaction that reads all as of one moment, and any text, be it of bytes that are none.

        Raises:
            StorageError: the database can't be read.
        """
        with self.reading() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
                yield connection
                return
            driver: Any = connection.connection.driver_connection
            driver.text_factory = _LENIENT
            try:
                yield connection
            finally:
                driver.text_factory = str

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes all or nothing.

        Raises:
            StorageError: the database can't be written.
        """
        with _told("written"), self._writer.begin() as connection:
            yield connection

    def lock(self, connection: sa.Connection, number: int) -> None:
        """Wait for a lock that ends with the transaction; SQLite's writers hold the only one there is already."""
        if not self.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def try_lock(self, connection: sa.Connection, number: int) -> bool:
        """Take such a lock if it is free."""
        if self.is_sqlite:
            return True
        return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(number))).scalar_one())

    def seconds(self, connection: sa.Connection) -> float:
        """The database's own clock, the one that all replicas share."""
        if self.is_sqlite:
            days = connection.execute(sa.select(sa.func.julianday("now"))).scalar_one()
            return float(days) * 86400
        return float(connection.execute(sa.text("select extract(epoch from clock_timestamp())")).scalar_one())

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        if self.queue_engine is not None:
            self.queue_engine.dispose()


def to_json(value: object) -> str:
    """JSON in the one form that a hash can be taken of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Any:  # noqa: ANN401  JSON may be anything
    """What `to_json` wrote."""
    return json.loads(text)


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        # The traceback would tell nothing that the cause does not, once a second while the database is away.
        log.error("storage.failed", reason=cause)  # noqa: TRY400  see above
        hint = f"Nothing was changed. Tell an administrator: the bot's database can't be {what}."
        raise StorageError(f"the bot's database can't be {what}: {cause}", hint=hint) from error


def _sqlite(url: str, turns: Turns) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_S})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's driver would begin transactions by itself, late and without the write lock.
        connection.isolation_level = None
        # DBOS opens the same file later and keeps the mode that it finds.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_S * 1000}")
        # An intent that a power cut may take back would be sent twice.
        connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("iaas_write", False)
        if writes:
            turns.take(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    turns.attach(engine)
    return engine


def _sqlite_for_queue(url: str, turns: Turns) -> sa.Engine:
    """An engine as DBOS makes its own for SQLite, but for whose turn it is and what a commit waits for."""
    engine = sa.create_engine(url, pool_size=_QUEUE_POOL)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_S * 1000}")
        connection.execute("PRAGMA foreign_keys=ON")
        # The queue's notes need not outlive a power cut by themselves. They are in the same log as our record, in
        # order: whatever our record holds after the cut, the notes from before it are there too.
        connection.execute("PRAGMA synchronous=NORMAL")

    turns.attach_to_writes(engine)
    return engine


def _postgres(url: str) -> sa.Engine:
    return sa.create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=24, pool_timeout=_BUSY_TIMEOUT_S)
