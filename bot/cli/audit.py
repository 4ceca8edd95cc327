"""`iaas-bot audit`: the record, for reading: is the chain whole, and the events as JSON lines or CSV."""

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, complaint, settings_or_exit
from bot.config.secret import SecretError
from bot.wiring import build_audit
from operations.errors import StorageError
from operations.record.audit import Audit

app = typer.Typer(help="The record of everything that was asked and done.", no_args_is_help=True)


class Format(Enum):
    """How events are written."""

    JSONL = "jsonl"
    CSV = "csv"


@app.command()
def verify(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Find any event that was edited, removed or moved; exit code 1 if there is one."""
    try:
        problems = _audit(config).verify()
    except StorageError as error:
        raise complaint(f"{error} {error.way_out}") from None
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("The record is whole: every event is as it was written, in its place.")


@app.command()
def export(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="From this time on (UTC).")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="JSON lines or CSV.")] = Format.JSONL,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write the events to standard output, one a line."""
    start = since.replace(tzinfo=UTC) if since else None
    try:
        for line in _audit(config).export(start, form.value):
            typer.echo(line)
    except StorageError as error:
        raise complaint(f"{error} {error.way_out}") from None


def _audit(config: ConfigOption) -> Audit:
    settings = settings_or_exit(config)
    try:
        return build_audit(settings)
    except SecretError as error:
        raise complaint(str(error)) from None
