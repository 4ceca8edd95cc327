"""`iaas-bot check`: tries everything that the service needs, changes nothing, and says what to do about each no."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

import typer

from bot import logs
from bot.cli.common import missing_secrets, settings_or_exit
from bot.cli.rules import Known, warnings
from bot.config import Settings
from bot.config.remediation import RemediationTable
from bot.slack.app import slack_directory
from bot.slack.probe import ProbeError, probe_app_token, probe_approvers, probe_bot_token, probe_channel
from bot.slack.settings import SlackSettings
from bot.wiring import build_gateway, build_slack_settings, check_database
from operations.errors import StorageError
from vsphere.clock import SystemClock
from vsphere.errors import CertificateError
from vsphere.gateway import Gateway
from vsphere.model import Health

_READY_TIMEOUT_S = 30.0
_LOOK_EVERY_S = 0.1


class Mark(Enum):
    """What a line begins with."""

    GOOD = "ok  "
    ODD = "warn"
    """It runs, but hardly as it was meant."""
    BAD = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    mark: Mark
    what: str
    detail: str


def check(config: Path) -> None:
    """Print one line a check, and exit with 1 where one failed."""
    settings = settings_or_exit(config)
    logs.set_up(level="error", form="console")
    findings = []
    for finding in _findings(settings):
        findings.append(finding)
        typer.echo(f"{finding.mark.value}  {finding.what}: {finding.detail}")
    bad = sum(finding.mark is Mark.BAD for finding in findings)
    if bad:
        typer.echo(f"{bad} of {len(findings)} checks failed.", err=True)
        raise typer.Exit(1)


def _good(what: str, detail: str) -> Finding:
    return Finding(Mark.GOOD, what, detail)


def _bad(what: str, detail: str) -> Finding:
    return Finding(Mark.BAD, what, detail)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield _good("configuration", f"{len(settings.rule)} rules, {len(settings.size)} sizes")
    missing = missing_secrets(settings)
    yield from (_bad(f"secret {key}", reason) for key, reason in missing.items())
    yield from _slack(settings, missing)
    if "database.password" not in missing:
        yield _tried("database", lambda: check_database(settings))
    yield from _vcenters(settings, missing)


def _slack(settings: Settings, missing: Collection[str]) -> Iterator[Finding]:
    slack = build_slack_settings(settings)
    answers = False
    if "slack.bot_token" not in missing:
        found = _tried("slack bot token", lambda: probe_bot_token(slack))
        answers = found.mark is Mark.GOOD
        yield found
    if "slack.app_token" not in missing:
        yield _tried("slack app token", lambda: probe_app_token(slack))
    # Without a bot token that Slack takes each of these would only say so again.
    for rule in settings.approval if answers else ():
        probe = partial(probe_approvers, slack, groups=rule.groups, users=rule.users, channel=rule.channel)
        yield _tried(f"approval {rule.name}", probe)
    if answers:
        yield from _remediation(slack, settings.remediation)


def _remediation(slack: SlackSettings, table: RemediationTable) -> Iterator[Finding]:
    """Where incidents are shown, and who says yes to what is done about them."""
    approvers = table.approvers
    if approvers.groups or approvers.users:
        probe = partial(probe_approvers, slack, groups=approvers.groups, users=approvers.users, channel=table.channel)
        yield _tried("remediation approvers", probe)
    elif table.channel:
        yield _tried("remediation channel", partial(probe_channel, slack, table.channel))


def _vcenters(settings: Settings, missing: Collection[str]) -> Iterator[Finding]:
    """Each as far as it can be tried, and the rules as far as they can be held against what is there."""
    gateways: list[Gateway] = []
    try:
        for name, table in settings.vcenter.items():
            try:
                gateways.append(build_gateway(name, table, SystemClock()))
            except CertificateError as error:
                yield _bad(f"vcenter {name}", f"{error} {error.way_out}")
        for gateway in gateways:
            if f"vcenter.{gateway.name}.password" not in missing:
                yield from _vcenter(settings, gateway)
        yield from _rules(settings, gateways, missing)
    finally:
        for gateway in gateways:
            gateway.close()


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return _good(what, attempt())
    except (ProbeError, StorageError) as error:
        return _bad(what, f"{error} {error.way_out}")


def _vcenter(settings: Settings, gateway: Gateway) -> Iterator[Finding]:
    what = f"vcenter {gateway.name}"
    gateway.start()
    health = _settled(gateway)
    if not health.connected:
        yield _bad(what, health.detail)
        return
    yield _good(what, f"{health.detail}; {len(gateway.inventory.vms())} VMs and templates")
    if settings.vcenter[gateway.name].insecure:
        yield _bad(f"{what} certificate", "insecure = true: anybody in between can read the password")
    yield _folder(settings, gateway)
    for template in settings.vcenter[gateway.name].customization:
        known = any(vm.name.casefold() == template.casefold() for vm in gateway.inventory.templates())
        if template != "*" and not known:
            yield _bad(f"{what} customization", f"there is no template called {template!r}")


def _rules(settings: Settings, gateways: Sequence[Gateway], missing: Collection[str]) -> Iterator[Finding]:
    """What is odd about the rules, as far as Slack and every vCenter let it be seen."""
    seen = len(gateways) == len(settings.vcenter) and all(gateway.inventory.ready for gateway in gateways)
    mirrors = [gateway.inventory for gateway in gateways]
    known = Known(
        groups=slack_directory(build_slack_settings(settings), SystemClock()).group_sizes()
        if "slack.bot_token" not in missing
        else None,
        folders=frozenset(mirror.path(one.ref).casefold() for mirror in mirrors for one in mirror.folders())
        if seen
        else None,
        attributes=frozenset(name for mirror in mirrors for name in mirror.field_names().values()) if seen else None,
    )
    odd = [Finding(Mark.ODD, "rules", fact) for fact in warnings(settings, known)]
    yield from odd or [_good("rules", "each can agree with somebody")]


def _settled(gateway: Gateway) -> Health:
    """The connection once it is there or an attempt at it has failed."""
    clock = SystemClock()
    deadline = clock.monotonic() + _READY_TIMEOUT_S
    # A password that is refused, say, is not tried again for a minute: waiting on would tell no more.
    while not gateway.wait_ready(_LOOK_EVERY_S) and not gateway.health().failed and clock.monotonic() < deadline:
        pass
    return gateway.health()


def _folder(settings: Settings, gateway: Gateway) -> Finding:
    wanted = settings.vcenter[gateway.name].placement.folder
    what = f"vcenter {gateway.name} folder for new VMs"
    paths = {gateway.inventory.path(folder.ref).casefold() for folder in gateway.inventory.folders()}
    if wanted.strip("/").casefold() in paths:
        return _good(what, wanted)
    return _bad(what, f"{wanted!r} does not exist; set vcenter.{gateway.name}.placement.folder")
