"""How a plan is put together, hashed, and compared with what the VM is by the time it is sent. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from operations.facts import LEASE_END, differences, facts
from operations.model import Arguments, Change, Effect, Operation, Plan
from operations.moments import say_moment
from operations.record.database import to_json
from operations.record.rows import plan_data
from vsphere.model import Ref, Vm

_NOT_HASHED = frozenset({"hash", "warnings", "notes", "claim"})
PLACE = "place"
"""Of a stage that makes a VM: where, which nobody has agreed to and which may be another place a minute later."""
TRIED_FIRST = "tried first"
"""Of a stage that gives way: whether it can be tried at all depends on the guest, which may listen a moment later."""
Spec = Mapping[str, Any]
"""One stage of a plan, JSON-like: `{"stage": "resize", "cpu_count": 4}`."""


def make_plan(  # noqa: PLR0913  a plan has that many sides, each named by the caller
    *,
    verb: str,
    vm: Ref | None,
    vm_name: str,
    summary: str,
    done: str,
    stages: Sequence[Spec],
    effect: Effect = Effect.NONE,
    changes: tuple[Change, ...] = (),
    warnings: tuple[str, ...] = (),
    needs_confirmation: bool = False,
    type_name_to_confirm: bool = False,
    expects: Mapping[str, object] | None = None,
    lasts: timedelta | None = None,
    before: Mapping[str, object] | None = None,
    undo_within: timedelta | None = None,
) -> Plan:
    """A plan that does something.

    Args:
        verb: see `Plan`, as are those not named here.
        vm: the VM that is changed, or the source of a clone.
        vm_name: what the person calls the VM that results.
        summary: one sentence in the imperative, without a full stop.
        done: the news once all stages have succeeded.
        stages: what is sent, in order.
        effect: on whoever uses the VM.
        changes: lines of before and after.
        warnings: what a person should know and that the hash does not cover.
        needs_confirmation: whether somebody must say yes to this very plan.
        type_name_to_confirm: whether they must type the VM's name for it.
        expects: facts of the VM that must still be so when it is sent.
        lasts: how long what it makes of the VM is to last, from when it begins; `{until}` in `done` names the end.
        before: what it takes to undo it, JSON-like; see `operations.undoing`.
        undo_within: how long after its end it can be undone; None where it can't.
    """
    details: dict[str, object] = {
        "stages": [dict(one) for one in stages],
        "done": done,
        "expects": dict(expects or {}),
        "before": dict(before or {}),
    }
    if lasts is not None:
        details["lasts_s"] = int(lasts.total_seconds())
    if undo_within is not None:
        details["undo_s"] = int(undo_within.total_seconds())
    plan = Plan(
        verb=verb,
        vm=vm,
        vm_name=vm_name,
        summary=summary,
        effect=effect,
        changes=changes,
        warnings=warnings,
        needs_confirmation=needs_confirmation,
        type_name_to_confirm=type_name_to_confirm,
        details=details,
        hash="",
    )
    return hashed(plan)


def already_so(*, verb: str, vm: Ref, vm_name: str, summary: str, words: str) -> Plan:
    """A plan that has nothing to do, and says why."""
    return hashed(
        Plan(verb=verb, vm=vm, vm_name=vm_name, summary=summary, effect=Effect.NONE, unchanged=words, hash="")
    )


def specs_of(plan: Plan) -> list[Spec]:
    """The stages of a plan, in order."""
    found = plan.details.get("stages", [])
    return list(found) if isinstance(found, list) else []


def making(plan: Plan) -> Spec | None:
    """The stage that makes a VM; None for a plan that makes none."""
    return next((spec for spec in specs_of(plan) if PLACE in spec), None)


def done_words(plan: Plan, began: datetime) -> str:
    """The news once it is done."""
    words, end = str(plan.details.get("done", f"{plan.summary}: done.")), end_of(plan, began)
    return words if end is None else words.replace("{until}", say_moment(end))


def began(operation: Operation) -> datetime:
    """When it began; the same however often it is taken up again."""
    return operation.started_at or operation.created_at


def end_of(plan: Plan, began: datetime) -> datetime | None:
    """When what it makes of the VM comes to an end: the lease, the time in the recycle bin; None where it does not."""
    lasts_s = plan.details.get("lasts_s")
    return began + timedelta(seconds=lasts_s) if isinstance(lasts_s, int) else None


def expected(plan: Plan) -> Mapping[str, object]:
    """The facts of the VM that must still be so when the plan is sent."""
    found = plan.details.get("expects")
    return found if isinstance(found, Mapping) else {}


def mismatch(plan: Plan, vm: Vm) -> str | None:
    """What is no longer as the plan was made for, in words; None where nothing that matters differs."""
    wanted = expected(plan)
    told = differences(wanted, facts(vm, *wanted))
    return f"{plan.vm_name} changed after this was planned: {'; '.join(told)}" if told else None


def lease_fact(arguments: Arguments) -> dict[str, object]:
    """What must still be so where something is done because a lease has ended: the end itself."""
    return {LEASE_END: arguments["expires"]} if "expires" in arguments else {}


def hashed(plan: Plan) -> Plan:
    """The same plan with its hash."""
    data = plan_data(plan)
    covered = {name: value for name, value in data.items() if name not in _NOT_HASHED}
    kept = [one for one in specs_of(plan) if TRIED_FIRST not in one]
    stages = [{name: value for name, value in one.items() if name != PLACE} for one in kept]
    covered["details"] = {**covered["details"], "stages": stages}
    return replace(plan, hash=hashlib.sha256(to_json(covered).encode()).hexdigest())
