"""Send a text back, with what the bot understood: the quickest way to see that it listens, and as whom it sees you."""

from typing import Final

from bot.answers import Answer, Reply
from bot.command import Call, Command, Context, Words
from bot.facts import place

_USAGE: Final = "echo TEXT"


def parse(words: Words) -> str:
    """The text as it was typed."""
    return words.rest


def acknowledge(_text: str) -> str:
    """See `Command.acknowledge`."""
    return "Listening…"


def run(text: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    return Answer(
        title=text or "(nothing)",
        fields=(
            ("You", f"{call.actor.name} ({call.actor.id})"),
            ("Where", f"{place(call.origin)} ({call.origin.channel})"),
            ("Groups", ", ".join(sorted(call.actor.groups)) or "none"),
            ("vCenter", ", ".join(gateway.name for gateway in context.sites)),
        ),
    )


COMMAND: Final = Command(
    name="echo",
    usage=_USAGE,
    summary="Send the text back, with what the bot understood.",
    details="Example: `echo hello`. Shows who you are to the bot, where, and which vCenters it sees.",
    aliases=("ping", "say"),
    raw=True,
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
