"""A read-only query in PowerCLI's own syntax: parsed, never evaluated."""

from typing import Final

from bot.answers import Answer, File, Reply, Tone
from bot.command import Call, Command, Context, UsageError, Words
from bot.permission import may_see
from bot.powercli import QueryError, Result, run_query, to_csv
from bot.powercli.estate import SitesView

_USAGE: Final = "invoke QUERY"
_MOST_CHARACTERS: Final = 2900
"""A section of a message takes 3,000."""


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
    view = SitesView(context.sites, visible=lambda vm: may_see(vm, call, context, verb="invoke"))
    try:
        result = run_query(query, view, clock=context.clock)
    except QueryError as error:
        return Answer(title=str(error), lines=(error.way_out,), code=_marked(query, error.position), tone=Tone.FAILED)
    return _shown(result)


def _shown(result: Result) -> Answer:
    if not result.rows:
        return Answer(title="Nothing fits the query.")
    count = len(result.rows)
    title = f"{count} result{'s' if count > 1 else ''}"
    if not result.truncated and len(result.text) <= _MOST_CHARACTERS:
        return Answer(title=title, code=result.text)
    file = File(name="query.csv", title=title, content=to_csv(result))
    head = result.text[:_MOST_CHARACTERS].rpartition("\n")[0] or result.text[:_MOST_CHARACTERS]
    return Answer(title=title, code=head, note="This is the beginning; the file has all of it.", file=file)


def _marked(query: str, position: int | None) -> str:
    """The query with a mark under the place that is wrong."""
    line = " ".join(query.split())
    if position is None or line != query or position > len(query):
        return query
    return f"{query}\n{' ' * position}^"


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
