"""The lines that a person decides by: what is left, what it costs, who is asked. Nothing is said that is not known."""

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from operations.changes.stage import Asking
from operations.model import Approval, Change, Plan, Request
from operations.plans import Spec, already_so, make_plan
from operations.policy import Decision
from operations.preflight import Judged, with_notes
from operations.settings import OperationsSettings
from operations.terms import Prices, Window
from tests.unit.operations.samples import HERE, NOW, actor, vm
from tests.unit.vsphere import world
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import PowerState, Ref, Snapshot, Vm
from vsphere.settings import VcenterSettings

LAB = "lab"
SETTINGS = OperationsSettings(
    database_url="sqlite://",
    replica_id="one",
    tonight=Window(start=time(22), end=time(5), zone=ZoneInfo("Europe/Berlin")),
)
PRICES = Prices(currency="EUR", cpu=8, memory_gib=3, disk_gib=0.1)
ALLOWED = Judged(decision=Decision(allowed=True, rule=None, reason=""))
WEB = vm(ref=Ref(LAB, "vm-1"), host=Ref(LAB, "host-1"), datastores=(Ref(LAB, "datastore-1"),))
PLACE = {"place": {"pool": "resgroup-1", "host": "host-2", "datastore": "datastore-1"}}
RESIZE = {"stage": "resize", "cpu_count": 4, "memory_mib": 8192}
CREATE = {"stage": "create", "cpu_count": 2, "memory_mib": 4096, "disk_gib": 40, **PLACE}
ON = {"stage": "power on"}


def plan(verb: str, *stages: Spec) -> Plan:
    return make_plan(verb=verb, vm=WEB.ref, vm_name="web-01", summary="Do it", done="Done.", stages=stages)


def notes(what: Plan, target: Vm | None = WEB, judged: Judged = ALLOWED, *, prices: Prices | None = None) -> list[str]:
    """The notes as `label: before > after`, in an estate of two hosts with 16 cores and 64 GiB, a quarter used."""
    gateway = Gateway(
        VcenterSettings(name=LAB, host="127.0.0.1", username="nobody", read_password=str, insecure=True),
        clock=SystemClock(),
    )
    hosts = [world.host("host-1", name="esx-01.example.com"), world.host("host-2", name="esx-02.example.com")]
    gateway.inventory.begin()
    gateway.inventory.apply(iter([*world.frame(), world.datastore("datastore-1", name="gold-01"), *hosts]))
    gateway.inventory.complete()
    request = Request(verb=what.verb, actor=actor(), origin=HERE, key="k", asked_at=NOW)
    asking = Asking(request=request, gateway=gateway, settings=replace(SETTINGS, prices=prices), vm=target)
    return [_line(one) for one in with_notes(what, asking, judged).notes]


def _line(one: Change) -> str:
    told = f"{one.label}: {one.before} > {one.after}" if one.before else f"{one.label}: {one.after}"
    return told.replace("\N{NO-BREAK SPACE}", " ")


def test_a_hot_resize_says_so_and_what_is_left_on_host_and_cluster() -> None:
    assert notes(plan("transform", RESIZE)) == [
        "How: while it runs: hot-add is on",
        "Host after: esx-01: 78 % CPU, 69 % memory free at full load",
        "Cluster after: prod: 84 % CPU, 72 % memory free at full load",
        "Snapshots: none",
    ]


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"cpu_hot_add": False}, "with a restart: CPU hot-add is off"),
        (
            {"cpu_hot_add": False, "memory_hot_add": False},
            "with a restart: CPU and memory hot-add are off",
        ),
        ({"cpu_count": 8}, "with a restart: a running VM can't shrink"),
        ({"cpu_count": 8, "memory_hot_add": False}, "with a restart: a running VM can't shrink"),
        ({"power": PowerState.OFF}, "at once: it is not running"),
    ],
)
def test_a_restart_is_named_with_its_reason_in_one_line(changes: dict[str, object], how: str) -> None:
    assert notes(plan("transform", RESIZE), replace(WEB, **changes))[0] == f"How: {how}"  # type: ignore[arg-type]  # a table of overrides


def test_a_vm_that_is_off_counts_whole_once_it_is_on() -> None:
    off = replace(WEB, power=PowerState.OFF)

    assert notes(plan("transform", RESIZE), off)[1] == "Host after: esx-01: 65 % CPU, 62 % memory free once it is on"
    assert notes(plan("poweron", ON), off)[0] == "Host after: esx-01: 78 % CPU, 69 % memory free at full load"


def test_a_resize_that_only_shrinks_promises_no_room_that_nobody_measured() -> None:
    small = {"stage": "resize", "cpu_count": 1, "memory_mib": 2048}

    assert [line.partition(":")[0] for line in notes(plan("transform", small))] == ["How", "Snapshots"]


def test_a_new_vm_is_counted_at_its_place_and_on_its_datastore() -> None:
    assert notes(plan("spawn", CREATE, ON), None) == [
        "Host after: esx-02: 78 % CPU, 69 % memory free at full load",
        "Cluster after: prod: 84 % CPU, 72 % memory free at full load",
        "Disk space: 500 GB > 460 GB free on gold-01",
    ]


def test_a_copy_that_stays_off_counts_once_it_is_on_and_not_what_its_source_uses() -> None:
    assert notes(plan("clone", {"stage": "clone", **PLACE}))[0].endswith("free once it is on")


def test_where_drs_chooses_the_host_there_is_no_line_about_one() -> None:
    anywhere = plan("spawn", {**CREATE, "place": {**PLACE["place"], "host": None}}, ON)

    assert [line.partition(":")[0] for line in notes(anywhere, None)] == ["Disk space"]


def test_a_move_takes_what_the_vm_has_on_disk_now() -> None:
    assert notes(plan("move", {"stage": "move", "datastore": "datastore-1"})) == [
        "Size: 20.0 GB",
        "Disk space: 500 GB > 480 GB free on gold-01",
        "Snapshots: none",
    ]


def test_snapshots_are_named_before_what_they_get_in_the_way_of() -> None:
    assert "Snapshots: it has some" in notes(plan("nuke", {"stage": "delete"}), replace(WEB, snapshot_count=1))
    assert notes(plan("reset", {"stage": "reset"}), replace(WEB, snapshot_count=1)) == []


def snapshot(age: timedelta) -> Snapshot:
    return Snapshot(
        ref=Ref(LAB, "snapshot-1"), name="x", description="", created_at=NOW - age, depth=0, is_current=False
    )


@pytest.mark.parametrize(
    ("ages", "told"),
    [
        ([timedelta(days=12), timedelta(days=40), timedelta(hours=1)], "3, the oldest 40 days old"),
        ([timedelta(days=2)], "1, 2 days old"),
        ([timedelta(hours=47, minutes=59)], "1, 47 hours old"),
        ([timedelta(minutes=61)], "1, 1 hour old"),
        ([timedelta(minutes=59)], "1, less than an hour old"),
        ([timedelta(minutes=-1)], "1, less than an hour old"),
        ([], "none"),
    ],
    ids=["several", "one", "hours", "one hour", "minutes", "vCenter's clock is ahead", "gone since"],
)
def test_snapshots_that_were_read_are_counted_and_the_oldest_is_told(ages: list[timedelta], told: str) -> None:
    judged = replace(ALLOWED, snapshots=tuple(map(snapshot, ages)))

    assert notes(plan("nuke", {"stage": "delete"}), replace(WEB, snapshot_count=1), judged) == [
        "What goes: 2 vCPU, 4 GB memory, 40 GB of disks",
        f"Snapshots: {told}",
    ]


@pytest.mark.parametrize(
    ("what", "target", "line"),
    [
        (plan("transform", RESIZE), WEB, "Cost a month: EUR 32.00 > EUR 60.00"),
        (plan("spawn", CREATE, ON), None, "Cost a month: EUR 32.00"),
        (plan("clone", {"stage": "clone", **PLACE}), WEB, "Cost a month: EUR 32.00"),
        (plan("nuke", {"stage": "delete"}), WEB, "Cost a month: EUR 32.00 > nothing once it is deleted for good"),
    ],
    ids=["a resize", "a new VM", "a copy", "a deletion"],
)
def test_what_changes_the_cost_says_from_what_to_what(what: Plan, target: Vm | None, line: str) -> None:
    assert notes(what, target, prices=PRICES)[-1] == line


def test_what_does_not_change_the_cost_says_nothing_of_it() -> None:
    assert notes(plan("reset", {"stage": "reset"}), prices=PRICES) == []


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("2026-12-10T09:00Z", ["Lease ends: 2026-12-10 09:00 UTC"]),
        ("2026-07-10T09:00Z", ["Lease ends: 2026-07-10 09:00 UTC"]),
        ("2026-12-10", ["Lease ends: 2026-12-10 22:59 UTC"]),
        ("whenever", []),
        ("", []),
    ],
)
def test_the_end_of_the_lease_is_told_in_utc_and_read_in_the_windows_zone_where_it_names_none(
    written: str, line: list[str]
) -> None:
    leased = replace(WEB, attributes={"iaas.expires": written})

    assert notes(plan("reset", {"stage": "reset"}), leased) == line


def test_the_lease_of_the_source_is_not_that_of_its_copy() -> None:
    leased = replace(WEB, attributes={"iaas.expires": "2026-12-10T09:00Z"})

    assert not any("Lease" in line for line in notes(plan("clone", {"stage": "clone", **PLACE}), leased))


def test_who_must_say_yes_and_the_rule_come_last_and_quota_lines_as_they_were_counted() -> None:
    approval = Approval(
        rule="big", reason="more than 4 vCPU", votes_needed=1, groups=("@vm-approvers",), users=("U9",), channel=""
    )
    judged = Judged(
        decision=Decision(allowed=True, rule="own-vms", reason=""),
        approval=approval,
        quota=(Change(label="Quota left", before="", after="3 VMs, 20 vCPU"),),
    )

    assert notes(plan("reset", {"stage": "reset"}), judged=judged) == [
        "Quota left: 3 VMs, 20 vCPU",
        "Needs a yes: 1 from @vm-approvers or 1 more: more than 4 vCPU",
        "Rule: own-vms",
    ]


def test_no_line_is_longer_than_a_phone_shows() -> None:
    judged = replace(ALLOWED, decision=Decision(allowed=True, rule="r" * 200, reason=""))

    assert max(len(line.partition(": ")[2]) for line in notes(plan("spawn", CREATE, ON), None, judged)) == 60


def test_what_is_so_already_has_no_notes() -> None:
    same = already_so(verb="poweron", vm=WEB.ref, vm_name="web-01", summary="Power on", words="It is on already.")

    assert notes(same, judged=replace(ALLOWED, decision=Decision(allowed=True, rule="own-vms", reason=""))) == []


def test_notes_do_not_make_it_another_plan() -> None:
    what = plan("transform", RESIZE)

    assert what.hash == replace(what, notes=(Change(label="x", before="", after="y"),)).hash
