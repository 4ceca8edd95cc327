"""Who the bot thinks somebody is, which rules match, and what they may do here."""

from collections.abc import Iterator
from typing import Final

from bot import values
from bot.answers import Answer, Button, Reply
from bot.command import Call, Command, Context, Words
from bot.facts import place
from bot.permission import allowed_commands, matching_rules
from operations.model import Actor
from operations.quota import statement
from operations.terms import Quota
from vsphere.errors import NotReadyError

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
            ("Groups", ", ".join(_handles(actor)) or "none"),
            ("Here", place(origin)),
            ("Rules that match", ", ".join(matching_rules(call, context)) or "none"),
            ("What you may do here", ", ".join(verbs) or "nothing"),
            *_quotas(call, context),
        ),
        buttons=(Button(label="Help", command="help"), Button(label="My VMs", command="list mine")),
    )


def _handles(actor: Actor) -> list[str]:
    """Each user group once: by its handle, where Slack tells it, and not by its id as well."""
    return sorted(group for group in actor.groups if group.startswith("@")) or sorted(actor.groups)


def _quotas(call: Call, context: Context) -> Iterator[tuple[str, str]]:
    """How the person stands under each rule that limits them here."""
    for rule in context.policy.rules_for(call.actor, call.origin):
        if rule.quota is not None:
            yield f"Quota ({rule.name})", _standing(rule.quota, call, context)


def _standing(quota: Quota, call: Call, context: Context) -> str:
    try:
        return statement(context.operations.advice.balance(call.actor.id, quota))
    except NotReadyError as error:
        return f"not known: {error}"


COMMAND: Final = Command(
    name="whoami",
    usage=_USAGE,
    summary="Show who you are to the bot, which rules match you here, and what is left of your quota.",
    details="Example: `whoami`.",
    aliases=("who", "me"),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
