"""What approvers can press and say about one operation: the same on cards and in answers. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bot.answers import Button
from bot.facts import length
from bot.grammar import command_line
from operations.approvals import size_of, votes_for, who_decides
from operations.model import Actor, ActorKind, Change, Operation, State

_HASH: Final = 16
"""So many letters of a plan's hash go with a button: the click is for this plan and no other."""


def approver_buttons(operation: Operation) -> Iterator[Button]:
    """Yes, less, no: each says the command that one could type as well."""
    plan = operation.plan
    if plan is None:
        return
    seen = {"plan": plan.hash[:_HASH]}
    yield Button(label="Approve", command=command_line("approve", operation.id, options=seen), style="primary")
    sizes = size_of(plan)
    if sizes:
        cpu, memory = sizes.get("cpu_count"), sizes.get("memory_mib")
        figures = ({"cpu": str(cpu)} if cpu else {}) | ({"memory": f"{memory}m"} if memory else {})
        line = command_line("approve", operation.id, options=figures | seen)
        yield Button(label="Lower…", command=line, opens_form=True)
    yield Button(label="Deny…", command=command_line("deny", operation.id), style="danger", opens_form=True)


def before_after(change: Change) -> str:
    """`2 \u2192 4`, or only the new value where there was none."""
    return f"{change.before} \u2192 {change.after}" if change.before.strip("-\u2013 ") else change.after


def standing(operation: Operation, now: datetime) -> tuple[tuple[str, str], ...]:
    """How it stands with the yes of others, as labels and values; empty for what nobody has to agree to."""
    approval = operation.approval
    if approval is None:
        return ()
    given = len(votes_for(approval, operation.plan))
    waits = operation.state is State.AWAITING_APPROVAL
    by, left = approval.decided_by, operation.expires_at
    return (
        ("Needs a yes from", who_decides(approval)),
        ("Because of", f"{approval.rule}: {approval.reason}"),
        ("Yes so far" if waits else "Yes", f"{given} of {approval.votes_needed}"),
        *((("Time left", length(left - now)),) if waits and left else ()),
        *((("Decided by", mention(by)),) if by else ()),
    )


def mention(actor: Actor) -> str:
    """A person by their token, which an answer to one person shows as a name; anything else by its name."""
    return f"<@{actor.id}>" if actor.kind is ActorKind.PERSON else actor.name
