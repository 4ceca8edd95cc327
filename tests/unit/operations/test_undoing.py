"""Which operations can be undone, until when, by what; and what is said of those that can't. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from operations.errors import NotUndoableError
from operations.model import Operation, State
from operations.plans import make_plan
from operations.undoable import NEVER, Standing, standing
from operations.undoing import _ROWS, Inverse, Now, inverse
from operations.verbs import VERBS
from tests.unit.operations.samples import VM_REF, vm
from tests.unit.views.samples import OPERATION
from vsphere.model import PowerState, Ref, Snapshot

END = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def done(
    verb: str,
    *stages: Mapping[str, object],
    before: Mapping[str, object] | None = None,
    undo_within: timedelta | None = HOUR,
) -> Operation:
    """An operation that has ended well, and can be undone for an hour."""
    plan = make_plan(
        verb=verb,
        vm=VM_REF,
        vm_name="web-01",
        summary=verb,
        done="Done.",
        stages=stages,
        before=before,
        undo_within=undo_within,
    )
    return replace(
        OPERATION, id="R7F3K", verb=verb, state=State.SUCCEEDED, plan=plan, vm_name="web-01", finished_at=END
    )


def snapshot(operation_id: str) -> Snapshot:
    return Snapshot(
        ref=Ref("prod", "snapshot-1"),
        name="before",
        description=f"Taken by Dana with iaas-bot, operation {operation_id}",
        created_at=END,
        depth=0,
        is_current=True,
    )


BINNED = {"iaas.binned": "x by U1, operation R7F3K", "iaas.binned.from": "DC/vm/Web", "iaas.binned.name": "web-01"}
RESIZE = {"stage": "resize", "cpu_count": 4, "memory_mib": 8192}
SIZE = {"cpu_count": 2, "memory_mib": 4096}
EXPIRES = {"stage": "set the end of the lease", "expires": "2026-12-20T09:00Z"}


def test_every_verb_has_a_way_back_or_says_why_not() -> None:
    assert set(_ROWS) | set(NEVER) == set(VERBS)
    assert set(_ROWS) & set(NEVER) == set()
    assert {row.verb for row in _ROWS.values()} <= set(VERBS)


@pytest.mark.parametrize(
    ("operation", "now", "back"),
    [
        (done("poweron"), Now(vm=vm()), Inverse(verb="poweroff")),
        (done("poweroff"), Now(vm=vm(power=PowerState.OFF)), Inverse(verb="poweron")),
        (
            done("transform", RESIZE, before=SIZE),
            Now(vm=vm(cpu_count=4, memory_mib=8192)),
            Inverse(verb="transform", arguments={"cpu_count": 2, "memory_mib": 4096}),
        ),
        (done("nuke"), Now(vm=vm(attributes=BINNED), in_bin=True), Inverse(verb="restore")),
        (done("restore"), Now(vm=vm()), Inverse(verb="nuke")),
        (
            done("snapshot.create", {"stage": "take snapshot", "name": "before"}),
            Now(vm=vm(), snapshots=(snapshot("ZZZZZ"), snapshot("R7F3K"))),
            Inverse(verb="snapshot.remove", arguments={"snapshot": "before", "taken_by": "R7F3K"}),
        ),
        (
            done("move", {"stage": "move", "datastore": "datastore-1"}, before={"datastore": "gold-02"}),
            Now(vm=vm()),
            Inverse(verb="move", arguments={"datastore": "gold-02"}),
        ),
        (
            done("lease.extend", EXPIRES, before={"expires": "2026-12-10T09:00Z"}),
            Now(vm=vm(attributes={"iaas.expires": "2026-12-20T09:00Z"})),
            Inverse(verb="lease.extend", arguments={"expires": "2026-12-10T09:00Z"}),
        ),
        (done("spawn"), Now(vm=vm(attributes={"iaas.operation": "R7F3K"})), Inverse(verb="nuke")),
    ],
    ids=lambda value: value.verb if isinstance(value, Operation) else "",
)
def test_the_way_back(operation: Operation, now: Now, back: Inverse) -> None:
    assert inverse(operation, now, END + HOUR) == back


@pytest.mark.parametrize(
    ("operation", "now", "differs"),
    [
        (done("poweron"), Now(vm=vm(power=PowerState.SUSPENDED)), "it is suspended"),
        (done("poweroff"), Now(vm=vm()), "it is on"),
        (done("transform", RESIZE, before=SIZE), Now(vm=vm(cpu_count=4, memory_mib=6144)), "it has 4 vCPU and 6 GB"),
        (done("nuke"), Now(vm=vm(attributes=BINNED)), "it is not in the recycle bin"),
        (
            done("nuke"),
            Now(vm=vm(attributes={**BINNED, "iaas.binned": "x by U1, operation LATER"}), in_bin=True),
            "LATER put it into the recycle bin since",
        ),
        (done("restore"), Now(vm=vm(name="web-02")), "it is called web-02"),
        (done("restore"), Now(vm=vm(), in_bin=True), "it is in the recycle bin again"),
        (done("snapshot.create"), Now(vm=vm(), snapshots=(snapshot("ZZZZZ"),)), "its snapshot is gone"),
        (done("move", {"stage": "move", "datastore": "datastore-9"}), Now(vm=vm()), "its disks were moved"),
        (
            done("lease.extend", EXPIRES, before={"expires": "2026-12-10T09:00Z"}),
            Now(vm=vm()),
            "the end of its lease was changed",
        ),
        (
            done("lease.extend", EXPIRES, before={"expires": "2026-11-26T09:59Z"}),
            Now(vm=vm(attributes={"iaas.expires": "2026-12-20T09:00Z"})),
            "the former end of its lease is over by now",
        ),
        (done("clone"), Now(vm=vm()), "it no longer says that this operation made it"),
        (
            done("spawn"),
            Now(vm=vm(attributes={"iaas.operation": "R7F3K"}), in_bin=True),
            "it is in the recycle bin",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_longer_as_it_was_left_is_told(operation: Operation, now: Now, differs: str) -> None:
    with pytest.raises(NotUndoableError, match=f"as R7F3K left it: {differs}$"):
        inverse(operation, now, END + HOUR)


@pytest.mark.parametrize("verb", sorted(NEVER))
def test_what_nothing_takes_back_says_so(verb: str) -> None:
    assert standing(done(verb), END) == Standing(reason=NEVER[verb])
    with pytest.raises(NotUndoableError, match=f"R7F3K can't be undone: {NEVER[verb]}"):
        inverse(done(verb), Now(vm=vm()), END)


def test_there_is_a_last_moment() -> None:
    operation = done("poweron")

    assert standing(operation, END + HOUR) == Standing(until=END + HOUR)
    assert standing(operation, END + HOUR + timedelta(seconds=1)) == Standing(reason="its time for that is over")


def test_a_move_from_several_datastores_can_not_be_undone() -> None:
    assert standing(done("move", undo_within=None), END) == Standing(
        reason="what it was like before can't be had again"
    )


@pytest.mark.parametrize("state", [state for state in State if state is not State.SUCCEEDED])
def test_of_what_did_not_succeed_nothing_is_said(state: State) -> None:
    assert standing(replace(done("poweron"), state=state), END) is None


def test_of_what_was_so_already_nothing_is_said() -> None:
    operation = done("poweron")
    assert operation.plan is not None
    already = replace(operation.plan, unchanged="web-01 is on already.", details=MappingProxyType({}))

    assert standing(replace(operation, plan=already), END) is None
