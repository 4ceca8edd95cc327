"""Say no to what somebody asked for, and why."""

from dataclasses import dataclass
from typing import Final

from bot.about import about
from bot.answers import Answer, Button, Reply, Tone
from bot.command import Call, Command, Context, UsageError, Words
from bot.deciding import mention
from operations.approvals import says_nothing

_USAGE: Final = "deny OP REASON"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deny:
    """Which operation, and why not."""

    operation_id: str
    reason: str


def parse(words: Words) -> Deny:
    """The operation's id and everything after it."""
    operation_id, _, reason = words.rest.partition(" ")
    reason = reason.removeprefix("reason=").strip().strip("\"'").strip()
    if not operation_id:
        raise UsageError("it is not said which operation", usage=_USAGE)
    if says_nothing(reason):
        raise UsageError("a no needs a reason", usage=_USAGE)
    return Deny(operation_id=operation_id.strip("`").upper(), reason=reason)


def acknowledge(wanted: Deny) -> str:
    """See `Command.acknowledge`."""
    return f"Denying {wanted.operation_id}…"


def run(wanted: Deny, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    with about(wanted.operation_id, call, context):
        operation = context.operations.approvals.deny(
            wanted.operation_id, call.actor, call.origin, reason=wanted.reason
        )
    return Answer(
        title=f"You denied: {operation.summary}",
        lines=(f"{mention(operation.actor)} is told why.",),
        buttons=(Button(label="Details", command=f"pending {operation.id}"),),
        tone=Tone.DONE,
    )


COMMAND: Final = Command(
    name="deny",
    usage=_USAGE,
    summary="Say no to a request that waits for you, and why.",
    details="Example: `deny R7F3K 4 vCPU are enough for a test`.",
    raw=True,
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
