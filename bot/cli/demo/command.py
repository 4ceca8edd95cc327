"""`iaas-bot demo`: the whole product on one machine, in the browser or headless."""

import errno
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer

from bot.cli.demo.headless import run_lines
from bot.cli.demo.scenarios.play import play
from bot.cli.demo.scenarios.stage import Stage, hours_from_now
from bot.cli.demo.world import Bot, BotDiedError, World


def type_lines(person: str, lines: Sequence[str]) -> None:
    """Type every line as the person, print what came of it, and exit with 0 only if all succeeded."""
    with _world(port=0, wait=True) as world:
        ok = run_lines(world.workspace.as_user(person), person, lines)
    raise typer.Exit(0 if ok else 1)


def play_scenario(name: str) -> None:
    """Play a scenario, print what happens, and exit with 0 only if the outcome is the right one."""
    with _world(port=0, wait=True, environment=hours_from_now()) as world:
        ok = play(Stage(world=world, scenario=name))
    raise typer.Exit(0 if ok else 1)


def show_page(port: int) -> None:
    """Serve the sandbox's page until Ctrl-C."""
    with _world(port=port, wait=False) as world:
        typer.echo(f"Open {world.workspace.url}  (sandbox: stand-ins for Slack and vCenter)", err=True)
        try:
            world.bot.wait_ready()
            typer.echo('The bot is connected: type "/iaas spawn web-07", or "/iaas help". Ctrl-C ends all.', err=True)
            _attend(world.bot)
        except KeyboardInterrupt:
            typer.echo("Ending …", err=True)


def _attend(bot: Bot) -> None:
    """Start the bot again whenever it ends, as systemd would, until Ctrl-C.

    Raises:
        BotDiedError: it did not get ready again.
    """
    while True:
        exit_code = bot.wait()
        how = f"was killed ({signal.Signals(-exit_code).name})" if exit_code < 0 else f"ended with {exit_code}"
        typer.echo(f"The bot {how}. It is started again, as systemd would …", err=True)
        bot.start()
        typer.echo("The bot is connected again; what was under way goes on.", err=True)


@contextmanager
def _world(*, port: int, wait: bool, environment: Mapping[str, str] | None = None) -> Iterator[World]:
    # Without this a SIGTERM would leave the sandbox and the bot behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    typer.echo("Starting the sandbox's vCenter and Slack, and the bot …", err=True)
    try:
        with World.start(port=port, wait=wait, environment=environment) as world:
            yield world
    except BotDiedError as error:
        typer.echo(f"iaas-bot: {error}", err=True)
        raise typer.Exit(1) from None
    except (OSError, RuntimeError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(cause, OSError) or cause.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        typer.echo(f"iaas-bot: the page can't have port {port} ({cause.strerror}); try --port 0", err=True)
        raise typer.Exit(1) from None
