"""Who the bot thinks somebody is, which rules match, and what they may do here."""

from typing import Final

from bot import values
from bot.answers import Answer, Button, Reply
from bot.command import Call, Command, Context, Words
from bot.facts import place
from bot.permission import allowed_commands, matching_rules

_USAGE: Final = "whoami"


def parse(words: Words) -> None:
    """Takes nothing."""
    values.take_names(words, _USAGE, least=0, most=0)


def acknowledge(_arguments: None) -> str:
    """See `Command.acknowledge`."""
    return "Looking up who you are to me…"


def run(_arguments: None, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    actor, origin = call.actor, call.origin
    verbs = [command.name for command in allowed_commands(call, context)]
    standing = "guest" if actor.is_guest else "from another organisation" if actor.is_stranger else "member"
    return Answer(
        title=f"You are {actor.name}",
        fields=(
            ("Id", actor.id),
            ("Standing", standing),
            ("Groups", ", ".join(sorted(actor.groups)) or "none"),
            ("Here", place(origin)),
            ("Rules that match", ", ".join(matching_rules(call, context)) or "none"),
            ("What you may do here", ", ".join(verbs) or "nothing"),
        ),
        buttons=(Button(label="Help", command="help"), Button(label="My VMs", command="list mine")),
    )


COMMAND: Final = Command(
    name="whoami",
    usage=_USAGE,
    summary="Show who you are to the bot, and which rules match you here.",
    details="Example: `whoami`.",
    aliases=("who", "me"),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
