"""What the commands share: the option for the configuration file, and how its mistakes are told."""

from pathlib import Path
from typing import Annotated

import typer

from bot.config import ConfigError, Settings, load

ConfigOption = Annotated[
    Path, typer.Option("--config", envvar="IAAS_CONFIG", help="The configuration file.", show_default=True)
]
DEFAULT_CONFIG = Path("/etc/iaas-bot/config.toml")
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
