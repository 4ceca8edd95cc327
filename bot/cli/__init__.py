"""The command line: `iaas-bot run | check | audit | demo`. Each command is one module; `main` joins them."""

import typer

from bot.cli import audit, check, run
from bot.cli.demo import command as demo_command

app = typer.Typer(
    name="iaas-bot",
    help="A Slack app with which business teams serve themselves from their company's own VMware vCenter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("demo")(demo_command.demo)
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Entry point of the console script."""
    app()
