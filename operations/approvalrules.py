"""Whose yes a plan needs: the approval rules held against what it will do. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from operations import amounts
from operations.footprint import Footprint, monthly_cost
from operations.gates import covers, lies_within
from operations.model import ActorKind, Approval, Plan, Request
from operations.plans import specs_of
from operations.terms import ApprovalRule, Prices

REVERT: Final = "snapshot.revert"
_RESIZE: Final = "transform"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an approval rule is held against."""

    plan: Plan
    request: Request
    path: str
    """Inventory path of the VM, or of the folder for a new one."""
    after: Footprint | None
    """What the VM that results takes up; None where that can't be told."""


def approval_for(rules: Sequence[ApprovalRule], wanted: Wanted, prices: Prices | None) -> Approval | None:
    """Whose yes it needs: by the first rule that agrees; None where nobody has to be asked.

    The system's own duties need nobody's: people have agreed to them when they were configured.
    """
    if wanted.plan.unchanged is not None or wanted.request.actor.kind is ActorKind.SYSTEM:
        return None
    for rule in rules:
        reason = _reason(rule, wanted, prices)
        if reason is not None:
            return Approval(
                rule=rule.name,
                reason=reason,
                votes_needed=rule.votes,
                groups=rule.groups,
                users=rule.users,
                channel=rule.channel,
                why=wanted.request.reason,
            )
    return None


def may_ask(rule: ApprovalRule, verb: str, path: str) -> bool:
    """Whether a rule may ask for somebody's yes to a verb in a folder; its thresholds decide."""
    like_it = (verb, _RESIZE) if verb == REVERT else (verb,)
    return any(covers(rule.verbs, one) for one in like_it) and lies_within(path, rule.folders)


def _verbs_of(plan: Plan) -> tuple[str, ...]:
    """As what a plan is asked about: going back to a snapshot of another size is a resize as well."""
    resizes = plan.verb == REVERT and any("cpu_count" in spec for spec in specs_of(plan))
    return (plan.verb, _RESIZE) if resizes else (plan.verb,)


def _reason(rule: ApprovalRule, wanted: Wanted, prices: Prices | None) -> str | None:
    """Why the rule asks; None where it does not."""
    verb = next((one for one in _verbs_of(wanted.plan) if covers(rule.verbs, one)), None)
    if verb is None or not lies_within(wanted.path, rule.folders):
        return None
    limits = (rule.cpu_over, rule.memory_mib_over, rule.disk_gib_over, rule.cost_over)
    if all(limit is None for limit in limits):
        return f"every {verb.replace('.', ' ')}"
    if wanted.after is None:
        return "its size can't be told"
    return ", ".join(_exceeded(rule, wanted.after, prices)) or None


def _exceeded(rule: ApprovalRule, after: Footprint, prices: Prices | None) -> Iterator[str]:
    if rule.cpu_over is not None and after.cpu_count > rule.cpu_over:
        yield f"more than {rule.cpu_over} vCPU"
    if rule.memory_mib_over is not None and after.memory_mib > rule.memory_mib_over:
        yield f"more than {amounts.memory(rule.memory_mib_over)} memory"
    if rule.disk_gib_over is not None and after.disk_gib > rule.disk_gib_over:
        yield f"more than {rule.disk_gib_over} GB disk"
    if rule.cost_over is not None and prices is not None and monthly_cost(after, prices) > rule.cost_over:
        yield f"more than {prices.currency} {rule.cost_over:g} a month"
