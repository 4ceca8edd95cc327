"""`iaas-bot audit`: the record, for reading: is the chain whole, and the events as JSON lines or CSV."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import typer

from bot.cli.common import complaint, settings_or_exit
from bot.config.secret import SecretError
from bot.wiring import build_audit, database_url
from operations.errors import StorageError
from operations.record.audit import Audit

_SQLITE = "sqlite:///"


def verify(config: Path) -> None:
    """Print what is wrong with the chain, and exit with 1 where something is."""
    try:
        problems = _audit(config).verify()
    except StorageError as error:
        raise complaint(f"{error} {error.way_out}") from None
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("The record is whole: every event is as it was written, in its place.")


def export(config: Path, since: datetime | None, form: Literal["jsonl", "csv"]) -> None:
    """Print the events, one a line.

    Args:
        config: the configuration file.
        since: from this time on, read as UTC; None for all.
        form: JSON lines, or CSV with a header line.
    """
    start = since.replace(tzinfo=UTC) if since else None
    try:
        for line in _audit(config).export(start, form):
            typer.echo(line)
    except StorageError as error:
        raise complaint(f"{error} {error.way_out}") from None


def _audit(config: Path) -> Audit:
    settings = settings_or_exit(config)
    try:
        url = database_url(settings)
        # SQLite would make an empty file, which then belongs to whoever looked and not to the service.
        if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
            file = url.removeprefix(_SQLITE)
            raise complaint(f"there is no record: {file} does not exist; see service.state_dir and database.url")
        return build_audit(settings)
    except SecretError as error:
        raise complaint(str(error)) from None
