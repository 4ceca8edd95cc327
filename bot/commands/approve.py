"""Say yes to what somebody asked for, or to less of it."""

from dataclasses import dataclass
from typing import Final

from bot import values
from bot.about import about
from bot.answers import Answer, Button, Reply, Tone
from bot.command import Call, Command, Context, Words
from bot.deciding import before_after, mention
from operations.approvals import votes_for
from operations.model import Operation, State

_USAGE: Final = "approve OP [cpu=2] [memory=4]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Approve:
    """Which operation, and how much of it."""

    operation_id: str
    cpu_count: int | None
    memory_mib: int | None
    plan_hash: str | None
    """Of the plan on the card whose button was pressed."""


def parse(words: Words) -> Approve:
    """The operation's id, and lower figures."""
    (operation_id,) = values.take_names(words, _USAGE, least=1, most=1)
    options = words.options
    return Approve(
        operation_id=operation_id.strip("`").upper(),
        cpu_count=values.cpu_count(options["cpu"], _USAGE) if "cpu" in options else None,
        memory_mib=values.memory_mib(options["memory"], _USAGE) if "memory" in options else None,
        plan_hash=options.get("plan"),
    )


def acknowledge(wanted: Approve) -> str:
    """See `Command.acknowledge`."""
    return f"Approving {wanted.operation_id}…"


def run(wanted: Approve, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    with about(wanted.operation_id, call, context):
        operation = context.operations.approvals.approve(
            wanted.operation_id,
            call.actor,
            call.origin,
            plan_hash=wanted.plan_hash,
            cpu_count=wanted.cpu_count,
            memory_mib=wanted.memory_mib,
        )
    return _told(operation)


def _told(operation: Operation) -> Answer:
    lowered = operation.approval is not None and operation.approval.lowered_by is not None
    changes = [f"{one.label}: {before_after(one)}" for one in operation.plan.changes] if operation.plan else []
    return Answer(
        title=f"You approved: {operation.summary}",
        lines=(*(changes if lowered else ()), _next(operation)),
        buttons=(Button(label="Details", command=f"pending {operation.id}"),),
        tone=Tone.DONE,
    )


def _next(operation: Operation) -> str:
    approval = operation.approval
    if operation.state is State.AWAITING_APPROVAL and approval is not None:
        given = len(votes_for(approval, operation.plan))
        return f"{given} of {approval.votes_needed} have said yes; it waits for somebody else too."
    return f"It goes on now; {mention(operation.actor)} is told."


COMMAND: Final = Command(
    name="approve",
    usage=_USAGE,
    summary="Say yes to a request that waits for you, or to less of it.",
    details="Examples: `approve R7F3K` · `approve R7F3K cpu=2 memory=4` gives less than was asked for, never more. "
    "`pending` shows what waits for you.",
    options=("cpu", "memory", "plan"),
    changes=True,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
