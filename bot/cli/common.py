"""What the commands share: the configuration, or its mistakes told on the terminal."""

from pathlib import Path

import typer

from bot.config import ConfigError, Settings, load
from bot.config.secret import Secret, SecretError
from vsphere.errors import ConnectionLostError

_AGAIN = "Give the command again once vCenter answers; it looks anew at what is there."
EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h: starting again will not help until the file is mended."""


def settings_or_exit(path: Path) -> Settings:
    """The configuration, or its mistakes on standard error and exit code 78."""
    try:
        return load(path)
    except ConfigError as error:
        raise complaint(str(error)) from None


class NoSuchVcenterError(Exception):
    """The configuration has no vCenter of that name."""


def vcenters_named(settings: Settings, name: str | None) -> tuple[str, ...]:
    """The vCenters that are meant: all where none is named, or the one of that name, in whatever case.

    Raises:
        NoSuchVcenterError: the configuration has none of that name.
    """
    found = tuple(one for one in settings.vcenter if name is None or one.casefold() == name.casefold())
    if name is not None and not found:
        raise NoSuchVcenterError(f"no vCenter is called {name!r}; there are {', '.join(settings.vcenter)}")
    return found


def with_way_out(error: Exception) -> str:
    """The fact, and what to do where the error knows; a command that has ended does not connect again by itself."""
    is_lost = isinstance(error, ConnectionLostError)
    way_out = _AGAIN if is_lost else getattr(error, "way_out", "")
    return f"{str(error).rstrip('.')}. {way_out}".strip()


def missing_secrets(settings: Settings) -> dict[str, str]:
    """By key, why a secret can't be read from where the configuration says; empty where all can."""
    secrets: dict[str, Secret | None] = {
        "slack.bot_token": settings.slack.bot_token,
        "slack.app_token": settings.slack.app_token,
        "database.password": settings.database.password,
    }
    secrets |= {f"vcenter.{name}.password": table.password for name, table in settings.vcenter.items()}
    missing = {}
    for key, secret in secrets.items():
        try:
            if secret is not None:
                secret.read()
        except SecretError as error:
            missing[key] = str(error)
    return missing


def complaint(text: str) -> typer.Exit:
    """Say what is wrong on standard error; the caller raises what comes back."""
    typer.echo(f"iaas-bot: {text}", err=True)
    return typer.Exit(EXIT_CONFIG)
