"""What the commands share: the configuration, or its mistakes told on the terminal."""

from pathlib import Path

import typer

from bot.config import ConfigError, Settings, load

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h: starting again will not help until the file is mended."""


def settings_or_exit(path: Path) -> Settings:
    """The configuration, or its mistakes on standard error and exit code 78."""
    try:
        return load(path)
    except ConfigError as error:
        raise complaint(str(error)) from None


def complaint(text: str) -> typer.Exit:
    """Say what is wrong on standard error; the caller raises what comes back."""
    typer.echo(f"iaas-bot: {text}", err=True)
    return typer.Exit(EXIT_CONFIG)
