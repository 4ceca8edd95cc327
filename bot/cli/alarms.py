"""`iaas-bot setup alarms`: which alarms remediation can answer are in vCenter, and makes those that are missing.

It never changes or removes one that is there, and makes none without a yes.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from bot import logs
from bot.cli.common import NoSuchVcenterError, settings_or_exit, vcenters_named, with_way_out
from bot.config import Settings
from bot.config.secret import SecretError
from bot.wiring import build_gateway, build_remediation_settings
from remediation.alarms import WATCHED, Review, review, thresholds
from vsphere.clock import SystemClock
from vsphere.errors import VsphereError
from vsphere.gateway import Gateway
from vsphere.model import AlarmDefinition

FAILED: Final = 1
NOT_WANTED: Final = 3
"""Something is missing, and nobody has said yes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One vCenter as far as it could be looked at."""

    name: str
    reviews: tuple[Review, ...] = ()
    failure: str | None = None

    @property
    def missing(self) -> tuple[AlarmDefinition, ...]:
        """What would be made there."""
        return tuple(one.wanted for one in self.reviews if one.is_missing)

    @property
    def has_failed(self) -> bool:
        """Whether it could not be looked at, or a playbook answers nothing there and no new alarm would help."""
        return self.failure is not None or any(one.problem for one in self.reviews)


def setup(config: Path, *, vcenter: str | None, yes: bool) -> None:
    """Show, ask and make.

    Exit codes: 0 all are there, 1 something failed or a playbook answers nothing, 3 missing and not wanted.
    """
    settings = settings_or_exit(config)
    logs.set_up(level="error", form="console")
    sites = [look(settings, name) for name in chosen(settings, vcenter)]
    for site in sites:
        typer.echo("\n".join(lines(site)))
    failed = any(site.has_failed for site in sites)
    wanted = [site for site in sites if site.missing]
    if wanted:
        count = sum(len(site.missing) for site in wanted)
        if not (yes or _agreed(f"Create {count} alarm{'s' if count > 1 else ''} in vCenter?")):
            typer.echo("Nothing was created.")
            raise typer.Exit(FAILED if failed else NOT_WANTED)
        made = [make(settings, site, say=typer.echo) for site in wanted]
        failed = failed or not all(made)
    elif not failed:
        typer.echo("Nothing is missing.")
    if failed:
        raise typer.Exit(FAILED)


def chosen(settings: Settings, vcenter: str | None) -> Sequence[str]:
    """The vCenters that are meant: all, or the one of that name, in whatever case.

    Raises:
        typer.BadParameter: the file has none of that name.
    """
    try:
        return vcenters_named(settings, vcenter)
    except NoSuchVcenterError as error:
        raise typer.BadParameter(str(error), param_hint="--vcenter") from None


def look(settings: Settings, name: str) -> Site:
    """What a vCenter has, or why that can't be told."""
    known = build_remediation_settings(settings)
    try:
        with closing(_gateway(settings, name)) as gateway:
            return Site(name=name, reviews=review(gateway.alarm_definitions(), known))
    except (VsphereError, SecretError) as error:
        return Site(name=name, failure=with_way_out(error))


def make(settings: Settings, site: Site, *, say: Callable[[str], None]) -> bool:
    """Create what is missing, one after the other; False where one could not be made."""
    failures = 0
    try:
        with closing(_gateway(settings, site.name)) as gateway:
            for definition in site.missing:
                failures += not _made(gateway, definition, say)
    except (VsphereError, SecretError) as error:
        say(f"FAIL  {site.name}: {with_way_out(error)}")
        return False
    return not failures


def lines(site: Site) -> Iterator[str]:
    """What is there and what is missing, for a terminal."""
    yield f"vCenter {site.name}"
    if site.failure:
        yield f"FAIL  {site.failure}"
    for one in site.reviews:
        yield from _lines(one)


def _lines(one: Review) -> Iterator[str]:
    what = WATCHED[one.playbook]
    if one.is_missing:
        yield f'make  {what}: "{one.wanted.name}", {thresholds(one.wanted)}'
    if one.problem:
        yield f"FAIL  {what}: {one.problem}"
    for found in one.answered:
        yield f'ok    {what}: "{found.name}", {thresholds(found)}'
    for note in one.notes:
        yield f"note  {what}: {note} It is left as it is."


def _made(gateway: Gateway, definition: AlarmDefinition, say: Callable[[str], None]) -> bool:
    try:
        gateway.create_alarm(definition)
    except VsphereError as error:
        say(f'FAIL  {gateway.name}: "{definition.name}": {with_way_out(error)}')
        return False
    say(f'made  {gateway.name}: "{definition.name}"')
    return True


def _gateway(settings: Settings, name: str) -> Gateway:
    """Not started: a few calls need neither mirror nor long polls."""
    return build_gateway(name, settings.vcenter[name], SystemClock())


def _agreed(question: str) -> bool:
    """Ask whoever sits there; where nobody does, `--yes` is the way to say so."""
    if not sys.stdin.isatty():
        typer.echo(f"{question} Say so with --yes.")
        return False
    return typer.confirm(question)
