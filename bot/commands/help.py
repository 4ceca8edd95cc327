"""What this person may do here, with examples; or everything about one verb."""

from typing import Final

from bot import values
from bot.answers import Answer, Button, Reply
from bot.command import Call, Command, Context, UsageError, Words
from bot.extras import ASK, AT, REASON, flags_of, options_of
from bot.permission import allowed_commands

_USAGE: Final = "help [VERB]"


def parse(words: Words) -> str | None:
    """The verb to explain; None for an overview."""
    given = values.take_names(words, _USAGE, least=0, most=1)
    return given[0].casefold() if given else None


def acknowledge(verb: str | None) -> str:
    """See `Command.acknowledge`."""
    return f"Looking up {verb}…" if verb else "Looking up what you may do here…"


def run(verb: str | None, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    allowed = allowed_commands(call, context)
    if verb is None:
        return _overview(allowed)
    command = next((one for one in context.commands.values() if verb in {one.name, *one.aliases}), None)
    if command is None:
        raise UsageError(f"there is no verb {verb!r}", usage=_USAGE)
    return _explain(command, allowed=command in allowed)


def _overview(allowed: list[Command]) -> Answer:
    changing = [_line(command) for command in allowed if command.changes]
    reading = [_line(command) for command in allowed if not command.changes]
    return Answer(
        title="What you may do here",
        lines=tuple(changing + reading),
        note="Names: web-01, web-01@vcenter or Datacenter/vm/Folder/web-01; with spaces, in quotes. More: help VERB.",
        buttons=(Button(label="My VMs", command="list mine"), Button(label="What runs", command="status")),
    )


def _line(command: Command) -> str:
    return f"`{command.usage}`: {command.summary}"


def _explain(command: Command, *, allowed: bool) -> Answer:
    aliases = f"Other words for it: {', '.join(command.aliases)}" if command.aliases else ""
    extras = _extras(command)
    refused = "" if allowed else "You may not use it here; `whoami` shows the rules that match you."
    return Answer(
        title=command.name,
        lines=tuple(line for line in (command.summary, command.details, extras, aliases, refused) if line),
        code=f"/iaas {command.usage}",
    )


def _extras(command: Command) -> str:
    """What may be said with it that is not its own."""
    told = {
        REASON: '`reason="…"` for whoever is asked for a yes',
        AT: "`at=tonight` or `at=22:30` to have it begin later",
        ASK: "`--ask` to see the plan first",
    }
    own = {*options_of(command.verbs), *flags_of(command.verbs)}
    parts = [words for name, words in told.items() if name in own]
    return f"Also: {', '.join(parts)}." if parts else ""


COMMAND: Final = Command(
    name="help",
    usage=_USAGE,
    summary="Show what you may do here, or explain a verb.",
    details="Examples: `help` · `help transform`.",
    aliases=("?", "commands"),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
