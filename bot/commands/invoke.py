"""A read-only query in PowerCLI's own syntax: parsed, never evaluated."""

from typing import Final

from bot.answers import Reply
from bot.command import Call, Command, Context, UsageError, Words
from bot.powercli import run_query

_USAGE: Final = "invoke QUERY"


def parse(words: Words) -> str:
    """The query as it was typed."""
    if not words.rest:
        raise UsageError("the query is missing", usage=_USAGE)
    return words.rest


def acknowledge(_query: str) -> str:
    """See `Command.acknowledge`."""
    return "Running the query…"


def run(query: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return run_query(query, call, context)


COMMAND: Final = Command(
    name="invoke",
    usage=_USAGE,
    summary="Run a read-only query in PowerCLI's own syntax.",
    details="Examples: `invoke get-vm -Name web* | fl Name, PowerState, NumCpu, MemoryMB` · "
    "`invoke get-vm | where NumCpu -gt 4 | sort MemoryGB`. Nothing can be changed with it.",
    aliases=("query", "powercli"),
    raw=True,
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
