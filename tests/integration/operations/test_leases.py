"""Leases: written on new VMs, told before their end, ended by the bot itself, always as the VM's attribute says."""

import json
from datetime import datetime, timedelta

import pytest

from operations.duties.own import own_duties
from operations.errors import BadRequestError
from operations.model import State
from operations.moments import say_moment, write_moment
from operations.plans import began
from operations.record.told import Told
from operations.sweeps import Sweeps
from operations.terms import LeaseTerms
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import Lab, eventually
from tests.integration.operations.leased import (
    DAY,
    HOUR,
    MINUTE,
    SMALL,
    TERMS,
    Make,
    ended,
    ends,
    kinds,
    mirrored,
    own,
    policy,
    sweep_at,
    told,
    write,
)
from vsphere.model import PowerState
from vsphere.sites import Sites


@pytest.mark.parametrize(
    ("terms", "said", "days"),
    [
        (TERMS, {}, 14),
        (TERMS, {"lease_s": 3 * 86400}, 3),
        (LeaseTerms(longest=30 * DAY), {}, 30),
        (LeaseTerms(default=14 * DAY), {"lease_s": 400 * 86400}, 400),
        (None, {"lease_s": 86400}, 1),
    ],
    ids=["the rule's default", "as said", "the longest where there is no default", "no longest", "no terms at all"],
)
def test_a_new_vm_carries_the_end_of_its_lease(
    make_lab: MakeLab, sqlite_url: str, terms: LeaseTerms | None, said: dict[str, int], days: int
) -> None:
    lab = make_lab(sqlite_url, policy=policy(terms))

    made = lab.do("spawn", name=f"leased-{days}", arguments={**SMALL, **said})

    assert made.result is not None
    assert lab.gateway.read_vm(made.result).attributes["iaas.expires"] == write_moment(began(made) + days * DAY)
    assert made.text.endswith(f" Its lease ends at {say_moment(began(made) + days * DAY)}.")
    lab.do("nuke", made.result)


def test_a_lease_over_the_longest_is_told_with_the_longest(leased: Lab) -> None:
    with pytest.raises(BadRequestError, match="31 days is over the longest that you can have, 30 days") as told_:
        leased.ask("spawn", name="too-long", arguments={**SMALL, "lease_s": 31 * 86400})

    assert told_.value.way_out == "Ask for up to 30 days: `for=30d`."


def test_without_terms_a_vm_has_no_lease(lab: Lab) -> None:
    made = lab.do("spawn", name="for-ever", arguments=SMALL)

    assert made.result is not None
    assert "iaas.expires" not in lab.gateway.read_vm(made.result).attributes


def test_a_clone_gets_a_lease_of_its_own(leased: Lab, make: Make) -> None:
    source = make("source-01", lease_s=2 * 86400)

    made = leased.do("clone", source, name="copy-of-source-01")

    assert made.result is not None
    assert ends(leased, made.result) - began(made) >= 14 * DAY
    leased.estate.delete_vm(made.result.moref)


def test_the_owner_is_told_7_days_1_day_and_1_hour_before_each_once(leased: Lab, make: Make) -> None:
    ref = make("reminded-01")
    end = ends(leased, ref)

    seen = []
    for left in (7 * DAY + MINUTE, 7 * DAY, 6 * DAY, DAY, 2 * HOUR, HOUR, MINUTE):
        sweep_at(leased, end - left)
        leased.operations.sweep()
        seen.append(len(told(leased)))

    assert seen == [0, 1, 1, 2, 2, 3, 3]
    assert {(one.recipient, one.kind, one.data["vm"]) for one in told(leased)} == {("U1", "lease.ends", "reminded-01")}
    assert {one.data["ends_at"] for one in told(leased)} == {end.isoformat()}
    assert leased.writes() == []


def test_after_an_absence_only_the_nearest_reminder_is_sent(leased: Lab, make: Make) -> None:
    ref = make("absent-01")

    sweep_at(leased, ends(leased, ref) - timedelta(minutes=30))

    assert [one.key.rpartition("/")[2] for one in told(leased)] == ["3600"]


def test_a_lease_that_is_no_longer_than_a_step_skips_it(leased: Lab, make: Make) -> None:
    ref = make("short-01", lease_s=86400)
    end = ends(leased, ref)

    leased.operations.sweep()
    at_once = len(told(leased))
    sweep_at(leased, end - HOUR)

    assert (at_once, len(told(leased))) == (0, 1)


def test_a_short_lease_is_not_told_while_its_vm_is_still_being_made(leased: Lab) -> None:
    leased.estate.set_task(3.0, "PowerOnVM_Task")
    making = leased.ask("spawn", name="hasty-01", arguments={**SMALL, "lease_s": 86400})
    eventually(lambda: any("iaas.expires" in vm.attributes for vm in leased.gateway.inventory.find_vms("hasty-01")))

    leased.operations.sweep()

    assert (leased.operations.get(making.id).state, told(leased)) == (State.RUNNING, [])
    ref = leased.end(making).result
    assert ref is not None
    leased.estate.set_vm(ref.moref, power="off")
    leased.estate.delete_vm(ref.moref)


def test_a_lease_that_was_written_by_hand_is_told_from_the_next_step_on(leased: Lab, make: Make) -> None:
    ref = make("by-hand-01")
    write(leased, ref, write_moment(leased.clock.now() + 3 * DAY))

    leased.operations.sweep()

    assert [one.key.rpartition("/")[2] for one in told(leased)] == [str(7 * 86400)]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("9999-12-31T23:59:59Z", []),
        ("9999-12-31", []),
        ("0001-01-01T00:00+14:00", ["lease.unreadable"]),
        ("9998-12-31T23:59-12:00", []),
    ],
)
def test_a_time_at_the_end_of_the_calendar_keeps_no_other_lease_from_its_turn(
    leased: Lab, make: Make, text: str, more: list[str]
) -> None:
    odd, plain = make("a-odd-01"), make("b-plain-01")
    write(leased, odd, text)
    write(leased, plain, write_moment(leased.clock.now() + 3 * DAY))

    leased.operations.sweep()

    assert sorted(kinds(leased)) == sorted(["lease.ends", *more])
    assert leased.do("lease.extend", plain).state is State.SUCCEEDED


def another_replica(lab: Lab) -> Sweeps:
    """The same duties with a memory of their own."""
    mine = lab.operations
    duties = own_duties(
        sites=Sites([lab.gateway]),
        settings=lab.settings,
        store=mine._store,
        proof=mine.proof,
        told=Told(mine._database, mine.notices, clock=lab.clock),
        clock=lab.clock,
        judge=mine.judge,
        submit=mine.submit,
    )
    return Sweeps(duties)


def test_two_replicas_tell_and_act_once(leased: Lab, make: Make) -> None:
    end, other = ends(leased, make("twice-told-01")), another_replica(leased)

    for when in (end - HOUR, end):
        sweep_at(leased, when)
        other.run_once()
    off = ended(leased, "poweroff")
    leased.operations.sweep()
    other.run_once()

    assert off.state is State.SUCCEEDED
    assert kinds(leased) == ["lease.ends", "lease.ended"]


def test_at_the_end_the_vm_is_shut_down_and_goes_to_the_bin_at_the_time_that_was_told(leased: Lab, make: Make) -> None:
    ref = make("over-01")
    sweep_at(leased, ends(leased, ref))
    off = ended(leased, "poweroff")
    eventually(lambda: mirrored(leased, ref).power is PowerState.OFF)

    leased.operations.sweep()
    (notice,) = [one for one in told(leased) if one.kind == "lease.ended"]
    bin_at = datetime.fromisoformat(str(notice.data["bin_at"]))
    sweep_at(leased, bin_at - MINUTE)
    early = own(leased, "nuke")
    sweep_at(leased, bin_at)
    nuke = ended(leased, "nuke")

    assert off.finished_at is not None
    assert (bin_at, early) == (off.finished_at + 3 * DAY, [])
    assert nuke.state is State.SUCCEEDED, nuke.text
    eventually(lambda: leased.gateway.inventory.path(ref).startswith("Frankfurt/vm/Lab/Recycle bin/"))
    leased.operations.sweep()
    assert kinds(leased) == ["lease.ended", "bin.put"]


def test_a_vm_that_was_turned_on_again_stays_on_until_the_bin(leased: Lab, make: Make) -> None:
    ref = make("again-on-01")
    end = ends(leased, ref)
    sweep_at(leased, end)
    ended(leased, "poweroff")
    eventually(lambda: mirrored(leased, ref).power is PowerState.OFF)
    leased.do("poweron", ref)
    eventually(lambda: mirrored(leased, ref).power is PowerState.ON)

    sweep_at(leased, end + 2 * DAY)

    assert len(own(leased, "poweroff")) == 1
    assert mirrored(leased, ref).power is PowerState.ON
    sweep_at(leased, end + 3 * DAY + HOUR)
    assert ended(leased, "nuke").state is State.SUCCEEDED


def test_a_vm_that_was_off_at_the_end_and_is_turned_on_later_stays_on_too(leased: Lab, make: Make) -> None:
    ref = make("off-01")
    leased.do("poweroff", ref, arguments={"hard": True})
    eventually(lambda: mirrored(leased, ref).power is PowerState.OFF)
    leased.estate.reset_calls()
    sweep_at(leased, ends(leased, ref))
    leased.do("poweron", ref)
    eventually(lambda: mirrored(leased, ref).power is PowerState.ON)

    leased.operations.sweep()

    assert ended(leased, "poweroff").text == "off-01 is off already."
    assert leased.writes() == ["PowerOnVM_Task"]


def test_renewing_after_the_end_clears_the_plan_to_bin(leased: Lab, make: Make) -> None:
    ref = make("renewed-01")
    sweep_at(leased, ends(leased, ref))
    ended(leased, "poweroff")

    renewed = leased.do("lease.extend", ref)
    sweep_at(leased, leased.clock.now() + 4 * DAY)

    assert renewed.text == f"The lease of renewed-01 ends at {say_moment(ends(leased, ref))} now."
    assert own(leased, "nuke") == []


@pytest.mark.parametrize("text", ["", "2099-01-01", "2099-01-01T00:00Z"], ids=["removed", "a date", "a time"])
def test_what_is_written_by_hand_in_vcenter_counts(leased: Lab, make: Make, text: str) -> None:
    ref = make(f"hand-{len(text)}")
    end = ends(leased, ref)
    write(leased, ref, text)

    sweep_at(leased, end + HOUR)

    assert (own(leased, "poweroff"), told(leased), leased.writes("PowerOffVM_Task")) == ([], [], [])


def test_a_date_alone_lasts_until_the_end_of_that_day(leased: Lab, make: Make) -> None:
    ref = make("date-01")
    day = (leased.clock.now() + 2 * DAY).date()
    write(leased, ref, day.isoformat())

    sweep_at(leased, datetime.fromisoformat(f"{day}T23:58+00:00"))
    early = own(leased, "poweroff")
    sweep_at(leased, datetime.fromisoformat(f"{day}T23:59+00:00"))

    assert (early, ended(leased, "poweroff").state) == ([], State.SUCCEEDED)


def test_what_nobody_can_read_is_told_once_and_nothing_is_done(leased: Lab, make: Make) -> None:
    ref = make("unreadable-01")
    write(leased, ref, "next week")

    for days in (0, 100):
        sweep_at(leased, leased.clock.now() + days * DAY)
        leased.operations.sweep()

    assert [(one.kind, one.data["text"]) for one in told(leased)] == [("lease.unreadable", "next week")]
    assert own(leased, "poweroff") == []


def test_a_renewal_in_vcenter_right_before_the_write_counts(leased: Lab, make: Make) -> None:
    ref = make("race-01")
    leased.estate.set_task(2.0, "ReconfigVM_Task")
    blocker = leased.ask("transform", ref, arguments={"cpu_count": 2})
    leased.news.wait(blocker.id, lambda one: one.task is not None)
    sweep_at(leased, ends(leased, ref))
    leased.gateway.set_attributes(ref, {"iaas.expires": write_moment(leased.clock.now() + 9 * DAY)})

    off = ended(leased, "poweroff")

    assert off.state is State.FAILED
    assert "its lease end is " in off.text
    assert leased.writes("PowerOffVM_Task") == []


def test_without_an_owner_it_is_on_record_and_told_to_nobody(leased: Lab, make: Make) -> None:
    ref = make("nobodys-01")
    leased.gateway.set_attributes(ref, {"iaas.owner": "the web team"})
    eventually(lambda: mirrored(leased, ref).attributes["iaas.owner"] == "the web team")

    sweep_at(leased, ends(leased, ref) - HOUR)

    rows = [json.loads(line) for line in leased.operations.audit.export()]
    events = [one["data"] for one in rows if one["kind"] == "notice.lease.ends"]
    assert told(leased) == []
    assert [(one["vm"], one["recipient"]) for one in events] == [("nobodys-01", None)]


def test_a_protected_vm_is_left_alone_and_its_owner_told_once(leased: Lab, make: Make) -> None:
    ref = make("shielded-01")
    leased.gateway.set_attributes(ref, {"iaas.protected": "true"})
    eventually(lambda: mirrored(leased, ref).attributes.get("iaas.protected") == "true")
    end = ends(leased, ref)

    for left in (DAY, -MINUTE, -9 * DAY):
        sweep_at(leased, end - left)
    leased.gateway.set_attributes(ref, {"iaas.protected": ""})

    assert kinds(leased) == ["lease.kept"]
    assert "protected" in str(told(leased)[0].data["reason"])
    assert leased.operations.recent(5, actor_id="lease") == []


def test_read_only_nothing_happens_until_it_is_lifted(leased: Lab, make: Make) -> None:
    ref = make("switched-01")
    end = ends(leased, ref)
    leased.operations._door._policy = policy(read_only=True)

    sweep_at(leased, end)
    leased.operations.sweep()
    before = leased.operations.recent(5, actor_id="lease")
    leased.operations._door._policy = policy()
    leased.operations.sweep()

    assert (before, kinds(leased)) == ([], ["lease.kept"])
    assert ended(leased, "poweroff").state is State.SUCCEEDED


def test_what_failed_is_tried_again_an_hour_later_and_then_less_often(leased: Lab, make: Make) -> None:
    ref = make("stubborn-01")
    leased.estate.fail_next("PowerOffVM_Task", "NoPermission", privilege="VirtualMachine.Interact.PowerOff")
    sweep_at(leased, ends(leased, ref))
    first = ended(leased, "poweroff")

    leased.operations.sweep()
    soon = len(own(leased, "poweroff"))
    leased.estate.fail_next("PowerOffVM_Task", "NoPermission", privilege="VirtualMachine.Interact.PowerOff")
    sweep_at(leased, leased.clock.now() + HOUR)
    second = leased.end(own(leased, "poweroff")[-1])
    sweep_at(leased, leased.clock.now() + HOUR)
    less_often = len(own(leased, "poweroff"))
    sweep_at(leased, leased.clock.now() + HOUR)

    last = leased.end(own(leased, "poweroff")[-1])
    assert [first.state, second.state, last.state] == [State.FAILED, State.FAILED, State.SUCCEEDED]
    assert (soon, less_often) == (1, 2)
