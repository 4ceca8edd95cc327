"""`iaas-bot demo`: the whole product on one machine, in the browser or headless."""

import signal
import sys
import threading
from typing import Annotated

import typer

_PEOPLE = ("dana", "ann", "ben", "guy")


def demo(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="No page: run the lines and end.")] = False,
    as_: Annotated[str, typer.Option("--as", help="Who types: dana, ann, ben or guy.")] = "dana",
    run: Annotated[list[str] | None, typer.Option("--run", help='A line such as "spawn web-07"; repeatable.')] = None,
    port: Annotated[int, typer.Option(help="Of the page; 0 takes any free one.", min=0, max=65535)] = 3978,
) -> None:
    """Start a sandbox Slack and vCenter with the bot between them, on this machine alone.

    With --headless each --run line is typed as the person, confirmed where the bot asks, and waited for; one JSON
    object a line is printed, and the exit code is 0 only if every line succeeded.
    """
    if as_ not in _PEOPLE:
        raise typer.BadParameter(f"{as_!r} is not one of {', '.join(_PEOPLE)}", param_hint="--as")
    if headless and not run:
        raise typer.BadParameter('give at least one line, such as --run "spawn web-07"', param_hint="--headless")
    if run and not headless:
        raise typer.BadParameter("lines are run with --headless only", param_hint="--run")
    # The sandbox is loaded only here: a production start must not know it.
    try:
        from bot.cli.demo import headless as typing  # noqa: PLC0415  see above
        from bot.cli.demo.world import World  # noqa: PLC0415  see above
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"the sandbox is not installed here ({error.name}); run it from a clone") from None
    # Without this a SIGTERM would leave the sandbox and the bot behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    typer.echo("Starting the sandbox's vCenter and Slack, and the bot …", err=True)
    with World.start(port=0 if headless else port) as world:
        if headless:
            ok = typing.run_lines(world.workspace.as_user(as_), as_, run or [])
            raise typer.Exit(0 if ok else 1)
        typer.echo(f"Open {world.workspace.url}  (sandbox: stand-ins for Slack and vCenter)", err=True)
        typer.echo('Type "/iaas spawn web-07", or "/iaas help". Ctrl-C ends all.', err=True)
        _wait_for_interrupt()


def _wait_for_interrupt() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo("Ending …", err=True)
