"""The table of operations against its events: an edit of what the events tell is found, be it of a blank."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from operations.model import Change, Effect, Event, Plan, Request
from operations.opening import first_event, planned, refused
from operations.policy import Decision
from operations.record.agreement import Agreement
from operations.record.rows import operation_row, plan_data
from operations.record.seals import Seals
from tests.unit.operations.samples import HERE, NOW, VM_REF, actor

ALLOWED = Decision(allowed=True, rule="web team", reason="it may")
DENIED = Decision(allowed=False, rule="web team", reason="it may not", way_out="Ask.")
REQUEST = Request(verb="transform", actor=actor("U1", "S1"), origin=HERE, key="t1", vm=VM_REF, asked_at=NOW)
PLAN = Plan(
    verb="transform",
    vm=VM_REF,
    vm_name="web-01",
    summary="Resize web-01",
    effect=Effect.NONE,
    changes=(Change(label="vCPU", before="2", after="4"),),
    hash="f" * 64,
)
DONE = planned(REQUEST, ALLOWED, PLAN, now=NOW)
REFUSED = refused(REQUEST, DENIED, vm_name="web-01", now=NOW)
Row = dict[str, Any]


def problems_after(edit: Callable[[Row], object], *, allowed: bool = True) -> list[str]:
    """What is told of the row of an operation on which a hand has worked."""
    operation, decision = (DONE, ALLOWED) if allowed else (REFUSED, DENIED)
    news = first_event(operation, REQUEST, decision, subject=str(VM_REF))
    event = Event(
        seq=1,
        at=NOW,
        operation_id=operation.id,
        kind=news.kind,
        actor=news.actor,
        data=news.data,
        previous_hash="",
        hash="",
    )
    row = operation_row(operation, REQUEST, subject=str(VM_REF))
    edit(row)
    agreement = Agreement(Seals())
    list(agreement.reading([event]))
    return agreement.breaks([row])


def test_a_row_that_nobody_touched_agrees() -> None:
    assert problems_after(lambda _: None) == []
    assert problems_after(lambda _: None, allowed=False) == []


EDITS: dict[str, tuple[Callable[[Row], object], str]] = {
    "a-blank-in-its-plan": (lambda row: row.update(plan=row["plan"].replace(":", ": ", 1)), "plan's hash, plan"),
    "an-escape-in-its-plan": (
        lambda row: row.update(plan=row["plan"].replace("Res", "R\\u0065s")),
        "plan's hash, plan",
    ),
    "a-key-twice-in-its-plan": (
        lambda row: row.update(plan=row["plan"].replace("{", '{"summary":"Look at web-01",', 1)),
        "plan's hash, plan",
    ),
    "bytes-for-its-plan": (lambda row: row.update(plan=row["plan"].encode()), "plan's hash, plan"),
    "no-text-in-its-plan": (lambda row: row.update(plan="\udcff"), "plan's hash, plan"),
    "a-number-that-is-none-in-its-plan": (lambda row: row.update(plan='{"hash":NaN}'), "plan's hash, plan"),
    "too-deep-a-plan": (lambda row: row.update(plan="[" * 100_000), "plan's hash, plan"),
    "its-plan-gone": (lambda row: row.update(plan=None), "plan's hash, plan"),
    "a-blank-in-who-asked": (lambda row: row.update(actor=row["actor"] + " "), "who that is"),
    "a-key-twice-in-who-asked": (
        lambda row: row.update(actor=row["actor"].replace("{", '{"id":"U0BEN",', 1)),
        "who that is",
    ),
    "bytes-for-its-state": (lambda row: row.update(state=row["state"].encode()), "state"),
    "a-blank-after-its-verb": (lambda row: row.update(verb=row["verb"] + " "), "verb"),
    "nothing-for-its-rule": (lambda row: row.update(rule=None), "rule"),
}


@pytest.mark.parametrize(("edit", "what"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_of_what_is_stored_is_told(edit: Callable[[Row], object], what: str) -> None:
    assert problems_after(edit) == [f"operation {DONE.id} was changed after it was written: {what}"]


def lowered(**data: object) -> list[str]:
    """What is told of a plan that was lowered, and edited afterwards in what its hash does not cover."""
    less = replace(PLAN, summary="Resize web-01 a little", hash="e" * 64)
    first = first_event(DONE, REQUEST, ALLOWED, subject=str(VM_REF))
    events = [
        Event(seq=at, at=NOW, operation_id=DONE.id, kind=kind, actor="U1", data=told, previous_hash="", hash="")
        for at, (kind, told) in enumerate(((first.kind, first.data), ("approval.lowered", data)), start=1)
    ]
    agreement = Agreement(Seals())
    list(agreement.reading(events))
    row = operation_row(replace(DONE, plan=less), REQUEST, subject=str(VM_REF))
    row["plan"] = row["plan"].replace("a little", "a lot")
    return agreement.breaks([row])


def test_an_edit_of_a_plan_that_an_approver_has_lowered_is_told() -> None:
    less = replace(PLAN, summary="Resize web-01 a little", hash="e" * 64)

    assert lowered(plan=less.hash, whole_plan=plan_data(less)) == [
        f"operation {DONE.id} was changed after it was written: plan"
    ]
    assert lowered(plan=less.hash) == [], "an event of an earlier version tells the hash alone"


def test_an_empty_plan_is_not_the_same_as_none() -> None:
    told = problems_after(lambda row: row.update(plan="{}"), allowed=False)

    assert told == [f"operation {REFUSED.id} was changed after it was written: plan"]
