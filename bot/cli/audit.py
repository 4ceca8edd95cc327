"""`iaas-bot audit`: the record, for reading: is the chain whole, and the events as JSON lines or CSV."""

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
from vsphere.clock import SystemClock

_ANY = timedelta(days=365_000)
"""Longer ago than anything was, and still a date."""


def verify(config: Path) -> None:
    """Print what is wrong with the chain, and exit with 1 where something is."""
    try:
        problems = _audit(config).verify()
    except StorageError as error:
        raise complaint(f"{error} {error.way_out}") from None
    for problem in problems:
        # What a hand has put there may be no text at all.
        typer.echo(problem.encode(errors="backslashreplace").decode())
    if problems:
        raise typer.Exit(1)
    typer.echo(
        "The record is whole: every event is as it was written, in its place, and every operation as its events tell."
    )


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
