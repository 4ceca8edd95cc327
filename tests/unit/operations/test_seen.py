"""What a yes is bound to: for every verb what its card shows of the VM, and nothing that changes by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from operations.changes.stage import Asking
from operations.errors import ConfirmationNeededError, PlanChangedError
from operations.glance import noted
from operations.model import Actor, ActorKind, Approval, Change, Effect, Plan, Request
from operations.opening import ask_where_it_hurts
from operations.plans import expected, mismatch
from operations.policy import Decision
from operations.preflight import Judged
from operations.recycling import BINNED, BINNED_FROM, BINNED_NAME, BINNED_POWER, PURGE
from operations.seen import changed_since, is_looked_at, seen_of
from operations.settings import NewVmSettings, OperationsSettings
from operations.terms import Prices
from operations.verbs import VERBS
from tests.unit.operations.samples import HERE, NOW, actor, vm
from tests.unit.vsphere import world
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import PowerState, Ref, Snapshot, Vm
from vsphere.settings import VcenterSettings
from vsphere.soaptree import Moref

LAB: Final = "lab"
EUR: Final = Prices(currency="EUR", cpu=8, memory_gib=3, disk_gib=0.1)
MARKS: Final = {BINNED: "x by U1, operation R7F3K", BINNED_FROM: "DC1/vm", BINNED_NAME: "web-01", BINNED_POWER: "off"}
WEB: Final = vm(
    ref=Ref(LAB, "vm-1"),
    host=Ref(LAB, "host-1"),
    folder=Ref(LAB, "group-v1"),
    datastores=(Ref(LAB, "datastore-1"),),
    cpu_count=4,
    memory_mib=8192,
    cpu_hot_add=False,
    booted_at=NOW - timedelta(days=9),
    attributes={"iaas.owner": "U1", "iaas.expires": "2026-12-24T09:00Z", "team": "payments"},
)
OFF: Final = replace(WEB, power=PowerState.OFF, booted_at=None)
BINNED_VM: Final = replace(
    OFF, name="web-01.binned-x", attributes={**WEB.attributes, **MARKS, PURGE: "2026-12-01T00:00Z"}
)
AGREED: Final = Judged(decision=Decision(allowed=True, rule="own-vms", reason=""))
APPROVAL: Final = Approval(rule="big", reason="every nuke", votes_needed=1, groups=("@ops",), users=(), channel="#vm")
HARD: Final[dict[str, Any]] = {"hard": True}
FEWER: Final[dict[str, Any]] = {"cpu_count": 1}
MORE: Final[dict[str, Any]] = {"memory_mib": 9216}
ELSEWHERE: Final[dict[str, Any]] = {"datastore": "gold-02"}


def _gateway() -> Gateway:
    made = Gateway(
        VcenterSettings(name=LAB, host="127.0.0.1", username="nobody", read_password=str, insecure=True),
        clock=SystemClock(),
    )
    stores = [world.datastore(f"datastore-{at}", name=f"gold-0{at}") for at in (1, 2)]
    seen = {"datastore": [Moref("Datastore", f"datastore-{at}") for at in (1, 2)]}
    made.inventory.begin()
    made.inventory.apply(iter([*world.frame(), *stores, world.host("host-1", **seen)]))
    made.inventory.complete()
    return made


GATEWAY: Final = _gateway()


def look(
    verb: str,
    at: Vm | None = WEB,
    *,
    who: Actor | None = None,
    prices: Prices | None = None,
    judged: Judged = AGREED,
    later: timedelta = timedelta(0),
    ask: bool = True,
    **said: Any,
) -> Plan:
    """The plan as its card shows it."""
    asked_at = NOW + later
    request = Request(
        verb=verb,
        actor=who or actor(),
        origin=HERE,
        key="k",
        vm=at.ref if at else None,
        name="web-07",
        arguments=said,
        asked_at=asked_at,
    )
    settings = OperationsSettings(
        database_url="sqlite://",
        replica_id="one",
        prices=prices,
        new_vms={LAB: NewVmSettings(folder="DC1/vm")},
    )
    asking = Asking(request=request, gateway=GATEWAY, settings=settings, vm=at)
    return noted(VERBS[verb].plan(asking), asking, judged, ask=ask)


def attributes(**changes: str) -> dict[str, str]:
    return {**WEB.attributes, **{f"iaas.{name}": value for name, value in changes.items()}}


SNAPSHOT: Final[dict[str, Any]] = {"snapshot_count": 1}
SNAPSHOTS: Final = "its number of snapshots is 1, it was 0"
CYCLED: Final = {"booted_at": NOW + timedelta(seconds=7)}
STARTED: Final = "it was started at 2026-11-24 08:00:07 UTC"
OWNED: Final = {"attributes": attributes(owner="U7")}
SOMEBODY: Final = "it belongs to somebody else"
LONGER: Final = {"attributes": attributes(expires="2027-01-01T00:00Z")}
LEASE: Final = "its lease end is 2027-01-01T00:00Z, it was 2026-12-24T09:00Z"
LESS: Final = {"cpu_count": 3}
VCPUS: Final = "its number of vCPUs is 3, it was 4"
GROWN: Final = {"memory_mib": 8704}
MEMORY: Final = "its memory is 8.5 GB, it was 8 GB"
DISKS: Final = {"uncommitted_bytes": WEB.uncommitted_bytes + 10 * world.GIB}
SIZE: Final = "its size on disk is 50 GB, it was 40 GB"
MOVED: Final = {"folder": Ref(LAB, "group-h1")}
FOLDER: Final = "it lies in another folder"
RENAMED: Final = {"name": "web-02"}
VOID: Final[list[tuple[str, dict[str, Any], dict[str, Any], str]]] = [
    ("nuke", {}, SNAPSHOT, SNAPSHOTS),
    ("nuke", {}, LESS, VCPUS),
    ("nuke", {}, GROWN, MEMORY),
    ("nuke", {}, DISKS, SIZE),
    ("nuke", {}, CYCLED, STARTED),
    ("nuke", {}, OWNED, SOMEBODY),
    ("nuke", {}, MOVED, FOLDER),
    ("poweroff", HARD, CYCLED, STARTED),
    ("poweroff", HARD, OWNED, SOMEBODY),
    ("poweroff", {}, CYCLED, STARTED),
    ("reset", {}, CYCLED, STARTED),
    ("reboot", {}, CYCLED, STARTED),
    ("transform", FEWER, LESS, VCPUS),
    ("transform", FEWER, {"power": PowerState.OFF, "booted_at": None}, "its power is off, it was on"),
    ("transform", FEWER, {"cpu_hot_add": True}, "its CPU hot-add is on, it was off"),
    ("transform", MORE, GROWN, MEMORY),
    ("transform", MORE, {"memory_hot_add": False}, "its memory hot-add is off, it was on"),
    ("move", ELSEWHERE, {"datastores": (Ref(LAB, "datastore-9"),)}, "its files lie on another datastore"),
    ("lease.extend", {}, LONGER, LEASE),
    ("snapshot.create", {"snapshot": "x"}, OWNED, SOMEBODY),
]


@pytest.mark.parametrize(("verb", "said", "change", "told"), VOID, ids=lambda one: str(one)[:40])
def test_what_the_card_showed_and_is_no_longer_so_voids_the_yes_and_is_told(
    verb: str, said: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    changed = replace(WEB, **change)
    seen, now = look(verb, **said), look(verb, changed, **said)

    assert seen.hash != now.hash
    assert changed_since(seen_of(seen), now) == told
    # Tonight's start compares once more.
    assert mismatch(seen, changed) == f"web-01 changed after this was planned: {told}"


STANDS: Final[list[tuple[str, dict[str, Any], dict[str, Any]]]] = [
    ("nuke", {}, {"cpu_hot_add": True}),
    ("nuke", {}, LONGER),
    ("nuke", {}, {"committed_bytes": WEB.committed_bytes + world.GIB, "uncommitted_bytes": 19 * world.GIB}),
    ("nuke", {}, {"tools_running": False}),
    ("nuke", {}, {"change_version": "another", "ip_address": None, "host": Ref(LAB, "host-2")}),
    ("poweroff", HARD, SNAPSHOT),
    ("poweroff", HARD, LESS),
    ("poweroff", HARD, LONGER),
    ("reset", {}, LONGER),
    ("transform", FEWER, CYCLED),
    ("transform", FEWER, SNAPSHOT),
    ("transform", FEWER, LONGER),
    ("transform", MORE, SNAPSHOT),
    ("move", ELSEWHERE, SNAPSHOT),
    ("reset", {}, DISKS),
    ("reset", {}, {"attributes": {**WEB.attributes, "team": "search"}}),
    ("transform", MORE, CYCLED),
    ("transform", MORE, DISKS),
    ("move", ELSEWHERE, LESS),
]


@pytest.mark.parametrize(("verb", "said", "change"), STANDS, ids=lambda one: str(one)[:40])
def test_what_the_card_did_not_show_leaves_the_yes_as_it_is(
    verb: str, said: dict[str, Any], change: dict[str, Any]
) -> None:
    changed = replace(WEB, **change)
    seen = look(verb, **said)

    assert look(verb, changed, **said).hash == seen.hash
    assert mismatch(seen, changed) is None


def test_another_size_of_the_source_is_told_of_a_copy_without_a_value_before() -> None:
    seen, now = look("clone"), look("clone", replace(WEB, cpu_count=6))

    assert changed_since(seen_of(seen), now).startswith("“vCPU” is 6 now, it was 4")


def test_a_vm_that_is_off_goes_to_the_bin_without_interrupting_anybody_and_not_once_it_is_on() -> None:
    off, on = look("nuke", OFF), look("nuke", WEB)

    assert (off.effect, on.effect) == (Effect.NONE, Effect.STOP)
    assert off.type_name_to_confirm
    assert mismatch(off, WEB) == "web-01 changed after this was planned: its power is on, it was off"


def test_a_yes_stands_while_time_goes_by() -> None:
    for verb, at, said in CARDS:
        assert look(verb, at, later=timedelta(minutes=50), **said).hash == look(verb, at, **said).hash, verb


CARDS: Final[list[tuple[str, Vm | None, dict[str, Any]]]] = [
    ("nuke", WEB, {}),
    ("poweroff", WEB, HARD),
    ("reset", WEB, {}),
    ("transform", WEB, FEWER),
    ("move", WEB, ELSEWHERE),
    ("clone", WEB, {"lease_s": 86400}),
    ("spawn", None, {"cpu_count": 2, "memory_mib": 4096, "disk_gib": 40, "lease_s": 86400}),
    ("restore", BINNED_VM, {}),
]


def test_how_old_the_snapshots_are_by_now_does_not_void_a_yes() -> None:
    old, older = (
        replace(AGREED, snapshots=(_snapshot(days),)) if days else replace(AGREED, snapshots=None) for days in (3, 0)
    )
    busy = replace(WEB, snapshot_count=1)

    assert look("nuke", busy, judged=old).hash == look("nuke", busy, judged=older).hash


def _snapshot(days: int) -> Snapshot:
    taken = NOW - timedelta(days=days)
    return Snapshot(ref=Ref(LAB, "s-1"), name="x", description="", created_at=taken, depth=0, is_current=True)


@pytest.mark.parametrize(
    ("judged", "prices", "told"),
    [
        (AGREED, replace(EUR, cpu=16), "“Cost a month” is EUR 92.00 → nothing once it is deleted for good now"),
        (replace(AGREED, approval=APPROVAL), EUR, "“Needs a yes” is 1 from @ops: every nuke now"),
        (
            Judged(decision=Decision(allowed=True, rule="admins", reason="")),
            EUR,
            "“Rule” is admins now, it was own-vms",
        ),
    ],
    ids=["another price", "somebody else's yes", "another rule"],
)
def test_terms_that_have_become_others_void_the_yes(judged: Judged, prices: Prices, told: str) -> None:
    seen, now = look("nuke", prices=EUR), look("nuke", prices=prices, judged=judged)

    assert seen.hash != now.hash
    assert changed_since(seen_of(seen), now).startswith(told)


def test_what_is_left_of_a_quota_a_minute_later_does_not_void_a_yes() -> None:
    left = [replace(AGREED, quota=(Change(label="Quota", before="", after=told),)) for told in ("4 of 9", "5 of 9")]

    assert look("reset", judged=left[0]).hash == look("reset", judged=left[1]).hash


def test_a_running_vm_whose_start_vcenter_has_forgotten_was_not_restarted() -> None:
    """After a move to another host vCenter may tell no start any more (pyvmomi#359)."""
    assert mismatch(look("reset"), replace(WEB, booted_at=None)) is None


def test_what_nobody_looks_at_is_bound_to_what_its_planner_expects_and_no_more() -> None:
    unasked = look("transform", OFF, ask=False, **MORE)
    system = look("nuke", ask=False, who=Actor(id="lease", name="lease", kind=ActorKind.SYSTEM))

    assert set(expected(unasked)) == {"instance_uuid", "power", "cpu_count", "cores_per_socket", "memory_mib"}
    assert mismatch(system, replace(WEB, **SNAPSHOT)) is None


@pytest.mark.parametrize(
    ("changes", "approval", "looks"),
    [
        ({}, None, False),
        ({"confirmed": "h"}, None, True),
        ({}, APPROVAL, True),
        ({"actor": Actor(id="lease", name="lease", kind=ActorKind.SYSTEM)}, APPROVAL, False),
    ],
    ids=["nobody asked", "a click", "approvers", "a duty of the bot"],
)
def test_whoever_says_yes_has_looked(changes: dict[str, Any], approval: Approval | None, looks: bool) -> None:  # noqa: FBT001  a column of the table above
    request = Request(verb="poweron", actor=actor(), origin=HERE, key="k", vm=OFF.ref, asked_at=NOW)

    assert is_looked_at(look("poweron", OFF), replace(request, **changes), approval, ask=False) is looks


def test_a_yes_counts_for_the_plan_that_was_seen_though_the_one_of_now_would_ask_nobody() -> None:
    request = Request(verb="transform", actor=actor(), origin=HERE, key="k", vm=WEB.ref, asked_at=NOW)
    restart, at_once = look("transform", **FEWER), look("transform", OFF, **FEWER)
    assert (restart.needs_confirmation, at_once.needs_confirmation) == (True, False)

    with pytest.raises(PlanChangedError) as changed:
        ask_where_it_hurts(at_once, replace(request, confirmed=restart.hash), ask=False)
    assert changed.value.plan == at_once
    ask_where_it_hurts(at_once, replace(request, confirmed=at_once.hash), ask=False)
    ask_where_it_hurts(at_once, request, ask=False)
    with pytest.raises(ConfirmationNeededError):
        ask_where_it_hurts(restart, request, ask=False)


def test_what_is_so_already_by_now_asks_nobody_again() -> None:
    request = Request(verb="transform", actor=actor(), origin=HERE, key="k", vm=WEB.ref, asked_at=NOW)
    same = look("transform", cpu_count=4)

    ask_where_it_hurts(same, replace(request, confirmed=look("transform", **FEWER).hash), ask=False)

    assert same.unchanged == "web-01 has 4 vCPU and 8 GB already."


def test_what_a_click_carries_from_an_older_version_still_gets_words() -> None:
    assert changed_since({}, look("reset")) == "what would be done is no longer the same"
    assert changed_since({"does": "Reset web-02"}, look("reset")) == "it would be another thing now: Reset web-01"
