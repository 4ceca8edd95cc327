"""The command line: `iaas-bot run | check | setup | policy | replay | simulate | audit | demo`.

A module is loaded when its command runs: the service does not know the sandbox, and neither help nor the demo waits
for the database's libraries.
"""

# ruff: noqa: PLC0415  see above

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="iaas-bot",
    help="A Slack app with which business teams serve themselves from their company's own VMware vCenter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_audit = typer.Typer(help="The record of everything that was asked and done.", no_args_is_help=True)
app.add_typer(_audit, name="audit")
_policy = typer.Typer(help="Who may do what, and why.", no_args_is_help=True)
app.add_typer(_policy, name="policy")
_setup = typer.Typer(help="What is made once in vCenter.", no_args_is_help=True)
app.add_typer(_setup, name="setup")

_Config = Annotated[Path, typer.Option("--config", envvar="IAAS_CONFIG", help="The configuration file.")]
_DEFAULT_CONFIG = Path("/etc/iaas-bot/config.toml")
_DAYS = 30


class Format(Enum):
    """How events are written."""

    JSONL = "jsonl"
    CSV = "csv"


class Table(Enum):
    """How figures are printed."""

    TEXT = "text"
    JSON = "json"


class Somebody(Enum):
    """The people of the sandbox."""

    DANA = "dana"
    ANN = "ann"
    BEN = "ben"
    GUY = "guy"


class Play(Enum):
    """What can go wrong: see `bot.cli.demo.scenarios.play`."""

    CPU_PRESSURE = "cpu-pressure"
    MEMORY_PRESSURE = "memory-pressure"
    DATASTORE_FULL = "datastore-full"
    ALARM_STORM = "alarm-storm"
    NO_HOT_ADD = "no-hot-add"
    CONTENTION = "contention"


@app.command("run")
def _run(config: _Config = _DEFAULT_CONFIG) -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    from bot.cli import run as command

    command.run(config)


@app.command("check")
def _check(config: _Config = _DEFAULT_CONFIG) -> None:
    """Read the configuration, then try the secrets, Slack, the database and every vCenter. Changes nothing."""
    from bot.cli import check as command

    command.check(config)


@_setup.command("alarms")
def _alarms(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Create what is missing without a question.")] = False,
    vcenter: Annotated[str | None, typer.Option("--vcenter", help="Only this one, by its name in the file.")] = None,
    config: _Config = _DEFAULT_CONFIG,
) -> None:
    """Show which alarms remediation answers are in vCenter, and create those that are missing, after a yes.

    Alarms that are there are never changed or removed. Exit code 0: all are there; 1: a vCenter could not be asked,
    an alarm not be created, or a playbook answers nothing; 3: something is missing, and nobody said yes.
    """
    from bot.cli import alarms as command

    command.setup(config, vcenter=vcenter, yes=yes)


@app.command("demo")
def _demo(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="No page: run the lines and end.")] = False,
    as_: Annotated[Somebody | None, typer.Option("--as", help="Who types the --run lines; dana by default.")] = None,
    run: Annotated[list[str] | None, typer.Option("--run", help='A line such as "spawn web-07"; repeatable.')] = None,
    scenario: Annotated[
        Play | None, typer.Option(help="With --headless: what goes wrong in the estate, and what the bot makes of it.")
    ] = None,
    port: Annotated[int, typer.Option(help="Of the page; 0 takes any free one.", min=0, max=65535)] = 3978,
) -> None:
    """Start a sandbox Slack and vCenter with the bot between them, on this machine alone.

    With --headless each --run line is typed as the person, confirmed where the bot asks, and waited for; one JSON
    object a line is printed, and the exit code is 0 only if every line succeeded. With --scenario an alarm is raised
    instead, what happens is printed in the same way, and the exit code is 0 only if the outcome is the right one.
    """
    if headless and not run and scenario is None:
        hint = 'give at least one line, such as --run "spawn web-07", or a --scenario'
        raise typer.BadParameter(hint, param_hint="--headless")
    if run and scenario is not None:
        raise typer.BadParameter("give lines or a scenario, not both", param_hint="--scenario")
    if (run or scenario is not None) and not headless:
        given = "--run" if run else "--scenario"
        raise typer.BadParameter("that is for --headless only", param_hint=given)
    if as_ is not None and not run:
        hint = "it is for --run lines: in a scenario nobody types, and in the page you choose who does"
        raise typer.BadParameter(hint, param_hint="--as")
    from bot.cli.demo import command

    if scenario is not None:
        command.play_scenario(scenario.value)
    elif run:
        command.type_lines((as_ or Somebody.DANA).value, run)
    else:
        command.show_page(port)


@app.command("replay")
def _replay(
    *,
    days: Annotated[
        int | None, typer.Option(help="Of vCenter's event history; 30 by default.", min=1, max=3650)
    ] = None,
    vcenter: Annotated[str | None, typer.Option(help="One of the configuration; all by default.")] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="A file of alarm changes instead of the history.", exists=True, dir_okay=False)
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="With --jsonl: ask no vCenter; VMs are assumed.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Keep what was read in this new file, for --jsonl.", dir_okay=False)
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="With --write: also where there is a file.")] = False,
    form: Annotated[Table, typer.Option("--format", help="A table, or one JSON object.")] = Table.TEXT,
    config: _Config = _DEFAULT_CONFIG,
) -> None:
    """Say what remediation would have done about past alarms, in each mode. Changes nothing.

    Exit code 0 done, 1 lines of the file were bad and left out, 2 nothing could be read.
    """
    if jsonl is not None and days is not None:
        raise typer.BadParameter("it is for vCenter's history: all of a file is replayed", param_hint="--days")
    if offline and (jsonl is None or vcenter is not None):
        raise typer.BadParameter("it is for --jsonl without --vcenter", param_hint="--offline")
    if jsonl is not None and write is not None and write.exists() and write.samefile(jsonl):
        raise typer.BadParameter("it is the file that is read", param_hint="--write")
    if overwrite and write is None:
        raise typer.BadParameter("it is for --write", param_hint="--overwrite")
    if write is not None and write.exists() and not overwrite:
        raise typer.BadParameter(
            f"{write} is there already: name another file, or add --overwrite", param_hint="--write"
        )
    from bot.cli import replay as command

    asked = command.Asked(
        days=days or _DAYS,
        vcenter=vcenter,
        jsonl=jsonl,
        offline=offline,
        write=write,
        as_json=form is Table.JSON,
    )
    command.run(config, asked)


@app.command("simulate")
def _simulate(
    *,
    weeks: Annotated[int, typer.Option(help="How long.", min=1, max=52)] = 4,
    vms: Annotated[int, typer.Option(help="How many.", min=1, max=2000)] = 200,
    seed: Annotated[int, typer.Option(help="Another seed is another estate; the same is the same.")] = 7,
    form: Annotated[Table, typer.Option("--format", help="A table, or one JSON object.")] = Table.TEXT,
) -> None:
    """Simulate weeks of an estate: with remediation, with the first version's, and with nobody. Needs nothing else."""
    from bot.cli import simulate as command

    command.run(weeks=weeks, vms=vms, seed=seed, as_json=form is Table.JSON)


@_audit.command("verify")
def _verify(
    since_head: Annotated[
        str | None, typer.Option(help="The last line of an earlier run, kept elsewhere: it must be true still.")
    ] = None,
    config: _Config = _DEFAULT_CONFIG,
) -> None:
    """Find any event or row that was edited, removed or moved: exit code 1. Else print the record's head, last."""
    from bot.cli import audit as command

    command.verify(config, since_head)


@_audit.command("export")
def _export(
    since: Annotated[
        str | None, typer.Option(help="From this time on (UTC), or so long ago: 2026-11-26, 7d, 1h.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="JSON lines or CSV.")] = Format.JSONL,
    config: _Config = _DEFAULT_CONFIG,
) -> None:
    """Write the events to standard output, one a line."""
    from bot.cli import audit as command

    command.export(config, since, form.value)


@_policy.command("explain")
def _explain(  # noqa: PLR0913  one parameter an option
    line: Annotated[str, typer.Argument(help='A line as it is typed in Slack: "nuke web-01".')],
    *,
    as_: Annotated[str, typer.Option("--as", help="Slack user id.")],
    channel: Annotated[str, typer.Option("--channel", help="A channel's id, #name, both as ID=#name, or direct.")],
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither Slack nor vCenter.")] = False,
    groups: Annotated[str, typer.Option("--groups", help="With --offline: user groups, with commas.")] = "",
    folder: Annotated[
        str | None, typer.Option("--folder", help="With --offline: inventory path of the VM's folder, or of new VMs.")
    ] = None,
    attribute: Annotated[
        list[str] | None, typer.Option("--attribute", help="With --offline: NAME=VALUE on the VM; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    config: _Config = _DEFAULT_CONFIG,
) -> None:
    """Say what policy says to a line, rule by rule and gate by gate; exit code 0 allowed, 1 refused, 2 can't tell."""
    pairs = [one.partition("=") for one in attribute or ()]
    if any(not (name and equals) for name, equals, _ in pairs):
        raise typer.BadParameter("write NAME=VALUE", param_hint="--attribute")
    if not offline and (groups or folder or attribute):
        raise typer.BadParameter("they are for --offline: otherwise Slack and vCenter are asked", param_hint="--groups")
    from bot.cli import policy as command

    asked = command.Asked(
        person=as_,
        channel=channel,
        line=line,
        offline=offline,
        groups=[group.strip() for group in groups.split(",") if group.strip()],
        folder=folder,
        attributes={name: value for name, _, value in pairs} if attribute is not None else None,
    )
    command.explain(config, asked, as_json=as_json)


def main() -> None:
    """Entry point of the console script."""
    app()
