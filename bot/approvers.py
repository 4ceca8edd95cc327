"""An approval rule in a person's words: who says yes, and from which size on. Pure; rings nobody."""

from bot.grammar import join
from bot.values import gib
from operations.terms import ApprovalRule


def approvers(rule: ApprovalRule) -> str:
    """Whose yes it takes: `@vm-approvers or 2 people named in the rule`."""
    count = len(rule.users)
    people = [f"{count} {'person' if count == 1 else 'people'} named in the rule"] if count else []
    return join([*rule.groups, *people])


def thresholds(rule: ApprovalRule) -> str:
    """From which size on it asks: `more than 4 vCPU or 16 GB memory`; empty where it always does."""
    given = [
        f"{rule.cpu_over} vCPU" if rule.cpu_over is not None else "",
        f"{gib(rule.memory_mib_over)} memory" if rule.memory_mib_over is not None else "",
        f"{rule.disk_gib_over} GB disk" if rule.disk_gib_over is not None else "",
        f"{rule.cost_over:g} a month" if rule.cost_over is not None else "",
    ]
    over = [one for one in given if one]
    return f"more than {join(over)}" if over else ""


def needs_yes(rule: ApprovalRule) -> str:
    """All of it in one sentence, with the name of the rule."""
    votes = "a yes" if rule.votes == 1 else f"{rule.votes} yeses"
    size = thresholds(rule)
    return f"Needs {votes} from {approvers(rule)}{f' for {size}' if size else ''} ({rule.name})."
