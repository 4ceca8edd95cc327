"""`iaas-bot replay`: what remediation would have done about past alarms, in each mode. Reads only; keeps nothing."""

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import Final, TextIO

import typer

from bot import logs
from bot.cli.common import NoSuchVcenterError, settings_or_exit, vcenters_named, with_way_out
from bot.cli.picture import take_picture
from bot.config import Settings
from bot.config.secret import SecretError
from bot.wiring import build_gateway, build_policy, build_remediation_settings
from remediation.replay.assumed import Known, assumed
from remediation.replay.changes import BadLine, read_file, to_line
from remediation.replay.estate import Picture
from remediation.replay.report import data, text
from remediation.replay.run import Report, replay
from remediation.words import counted
from vsphere.clock import SystemClock
from vsphere.errors import VsphereError
from vsphere.gateway import Gateway
from vsphere.model import AlarmChange

DONE: Final = 0
LINES_WERE_BAD: Final = 1
CAN_NOT: Final = 2
_READY_TIMEOUT_S: Final = 30.0

Read = AlarmChange | BadLine


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the options say."""

    days: int
    """Of vCenter's event history."""
    vcenter: str | None = None
    """None is all of the configuration."""
    jsonl: Path | None = None
    """Instead of the event history."""
    offline: bool = False
    """Ask no vCenter what there is: VMs are assumed."""
    write: Path | None = None
    """Where what was read is kept."""
    as_json: bool = False


class CanNotError(Exception):
    """There is nothing that could be replayed."""


def run(config: Path, asked: Asked) -> None:
    """Print what each mode would have done, and exit: 0 done, 1 lines were bad, 2 nothing could be read."""
    settings = settings_or_exit(config)
    logs.set_up(level="error", form="console")
    try:
        report = replayed(settings, asked)
    except CanNotError as error:
        typer.echo(f"iaas-bot: {error}", err=True)
        raise typer.Exit(CAN_NOT) from None
    for bad in report.bad_lines:
        typer.echo(f"{asked.jsonl}:{bad.number}: {bad.reason}", err=True)
    if report.bad and not report.changes:
        typer.echo("iaas-bot: No line of the file could be read, so nothing was replayed.", err=True)
        raise typer.Exit(CAN_NOT)
    if report.bad:
        left = "was" if report.bad == 1 else "were"
        typer.echo(f"iaas-bot: {counted(report.bad, 'line')} could not be read and {left} left out.", err=True)
    typer.echo(_table(report, settings, asked))
    raise typer.Exit(LINES_WERE_BAD if report.bad else DONE)


def replayed(settings: Settings, asked: Asked) -> Report:
    """Read, and let it pass.

    Raises:
        CanNotError: vCenter can't be asked, or a file can't be read or written; the message says what to do.
    """
    chosen = build_remediation_settings(settings)
    try:
        with ExitStack() as parts:
            gateways = () if asked.offline else _connected(settings, asked, parts)
            known, changes = _in_file(asked.jsonl) if asked.jsonl else _in_history(gateways, asked.days)
            picture = _picture(settings, asked, gateways, known)
            kept = (
                changes
                if asked.write is None
                else _kept(changes, parts.enter_context(asked.write.open("w", encoding="utf-8")))
            )
            return replay(kept, picture, chosen)
    except (VsphereError, SecretError) as error:
        raise CanNotError(with_way_out(error)) from None
    except OSError as error:
        raise CanNotError(str(error)) from None


def _table(report: Report, settings: Settings, asked: Asked) -> str:
    if asked.as_json:
        return json.dumps(data(report), ensure_ascii=False)
    return text(report, build_remediation_settings(settings), assumed=asked.offline)


def _connected(settings: Settings, asked: Asked, parts: ExitStack) -> tuple[Gateway, ...]:
    """The vCenters, each with its inventory.

    Raises:
        CanNotError: one of them does not answer, or there is none of that name.
    """
    try:
        names = vcenters_named(settings, asked.vcenter)
    except NoSuchVcenterError as error:
        raise CanNotError(str(error)) from None
    clock = SystemClock()
    gateways = tuple(build_gateway(name, settings.vcenter[name], clock) for name in names)
    for gateway in gateways:
        parts.callback(gateway.close)
        gateway.start()
    missing = [one for one in gateways if not one.wait_ready(_READY_TIMEOUT_S)]
    if missing:
        raise CanNotError(f"{missing[0].name}: {missing[0].health().detail}")
    return gateways


def _in_history(gateways: Sequence[Gateway], days: int) -> tuple[Known, Iterable[Read]]:
    now = SystemClock().now()
    read = [gateway.alarm_changes(now - timedelta(days=days), now) for gateway in gateways]
    known = {one.entity: (one.entity_kind, one.entity_name) for changes in read for one in changes}
    return known, heapq.merge(*read, key=attrgetter("at"))


def _in_file(file: Path) -> tuple[Known, Iterable[Read]]:
    """The file is read twice, so that it need not fit into memory."""
    known = {one.entity: (one.entity_kind, one.entity_name) for one in read_file(file) if isinstance(one, AlarmChange)}
    return known, read_file(file)


def _picture(settings: Settings, asked: Asked, gateways: Sequence[Gateway], known: Known) -> Picture:
    if asked.offline:
        return assumed(known, SystemClock())
    return take_picture(gateways, known.keys(), build_policy(settings).shield)


def _kept(changes: Iterable[Read], file: TextIO) -> Iterator[Read]:
    for change in changes:
        if isinstance(change, AlarmChange):
            file.write(f"{to_line(change)}\n")
        yield change
