"""`iaas-bot audit`: the record, for reading: is the chain whole, and the events as JSON lines or CSV."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import typer

from bot.auditing import SQLITE, build_audit, database_url
from bot.cli.common import complaint, settings_or_exit
from bot.config.secret import SecretError
from bot.grammar import UsageError
from bot.values import duration
from operations.errors import StorageError
from operations.record.audit import Audit
from operations.record.chain import Head
from vsphere.clock import SystemClock

_ANY = timedelta(days=365_000)
"""Longer ago than anything was, and still a date."""
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def verify(config: Path, since_head: str | None) -> None:
    """Print what is wrong with the record, and exit with 1 where something is; else its head, on a line of its own.

    Args:
        config: the configuration file.
        since_head: a head that an earlier run has printed, `NUMBER:HASH`; None where none was kept.
    """
    noted = None if since_head is None else _head(since_head)
    try:
        found = _audit(config).look(noted)
    except StorageError as error:
        raise complaint(f"{error} {error.way_out}") from None
    for problem in found.problems:
        # What a hand has put there may be no text at all.
        typer.echo(problem.encode(errors="backslashreplace").decode())
    if found.problems:
        raise typer.Exit(1)
    typer.echo("The record is whole: every event is as it was written, in its place, and every row as its events tell.")
    typer.echo("Its head, to be kept elsewhere and given to a later run as --since-head:")
    typer.echo(found.head)


def export(config: Path, since: str | None, form: Literal["jsonl", "csv"]) -> None:
    """Print the events, one a line.

    Args:
        config: the configuration file.
        since: from this time on, UTC unless it names a zone, or so long ago, such as `7d`; None for all.
        form: JSON lines, or CSV with a header line.
    """
    start = None if since is None else _since(since, SystemClock().now())
    try:
        for line in _audit(config).export(start, form):
            typer.echo(line)
    except StorageError as error:
        raise complaint(f"{error} {error.way_out}") from None


def _head(text: str) -> Head:
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        fact = f"{text!r} is no head: write NUMBER:HASH, as an earlier `audit verify` has printed it"
        raise typer.BadParameter(fact, param_hint="--since-head")
    return Head(seq=int(found[1]), hash=found[2])


def _since(text: str, now: datetime) -> datetime:
    try:
        return now - duration(text, "", most=_ANY)
    except UsageError:
        pass
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        fact = f"{text!r} is no time: write 1h, 7d, 2026-11-26 or 2026-11-26T05:12:00"
        raise typer.BadParameter(fact, param_hint="--since") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _audit(config: Path) -> Audit:
    settings = settings_or_exit(config)
    try:
        url = database_url(settings)
        # SQLite would make an empty file, which then belongs to whoever looked and not to the service.
        if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists():
            file = url.removeprefix(SQLITE)
            raise complaint(f"there is no record: {file} does not exist; see service.state_dir and database.url")
        return build_audit(settings)
    except SecretError as error:
        raise complaint(str(error)) from None
