"""The life of a VM as people meet it: leases and their end, the recycle bin, undo; by lines, buttons and messages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.demo.world import World
from sandbox.slack import SeenMessage
from tests.acceptance.service.desk import NAME_INPUT, Desk, eventually, operation_of, state_of

UNDO, RESTORE, EXTEND = "iaas.say.undo", "iaas.say.restore", "iaas.say.lease"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A world that looks twice a second for what has become due."""
    with World.start(live=False, environment={"IAAS_SERVICE__SWEEP_EVERY_S": "0.5"}) as world:
        yield world


def made(desk: Desk, name: str, more: str = "") -> None:
    """Spawn a VM, and wait until the bot has it as it is."""
    outcome = desk.run(f"spawn {name} {more}")
    assert outcome.state == "succeeded", outcome
    eventually(lambda: " on " in desk.answer(f"list {name}").all_text or None, "the new VM in the mirror")


def final(desk: Desk, line: str) -> SeenMessage:
    """The card of a line at its end; what it asks is said yes to."""
    return desk.ended(desk.begun(line))


def pressed(desk: Desk, card: SeenMessage, action: str) -> SeenMessage:
    """Press a button, say yes where it asks, and return the card that comes of it at its end."""
    person = desk.person()
    before = {(one.channel, one.ts) for one in person.messages()}
    assert person.click(card, action).ok
    return desk.ended(desk.agreed(person, before))


def names(desk: Desk) -> list[str]:
    """Every VM by its name alone."""
    return [name.rpartition("/")[2] for name in desk.estate.vms()]


def write(desk: Desk, vm: str, name: str, at: datetime | str) -> None:
    """What an administrator writes into a custom attribute in vCenter."""
    text = at if isinstance(at, str) else f"{at:%Y-%m-%dT%H:%MZ}"
    desk.estate.set_vm(vm, custom={name: text})


def in_bin(desk: Desk, name: str) -> str:
    """The name in the bin of a VM."""
    return eventually(
        lambda: next((one for one in names(desk) if one.startswith(f"{name}.binned-")), None), f"{name} in the bin"
    )


def test_nuke_puts_away_and_the_cards_button_brings_back(desk: Desk) -> None:
    made(desk, "put-away-1")
    before = desk.vm("put-away-1")

    modal = desk.question("nuke put-away-1")
    card = desk.confirm(modal, typed="put-away-1")
    gone = names(desk)
    listed = desk.answer("list bin").all_text
    back = pressed(desk, card, RESTORE)

    assert "It can be restored until " in modal.all_text
    assert "put-away-1 is off and in the recycle bin until <!date^" in card.text
    assert {RESTORE, UNDO} <= set(card.action_ids())
    assert "put-away-1" not in gone
    assert "put-away-1" in listed
    assert state_of(back) == "succeeded", back.text
    after = desk.vm("put-away-1")
    assert (after.folder, after.power, after.custom["iaas.owner"]) == (before.folder, "poweredOn", "U0DANA")
    assert not any(name.startswith(("iaas.binned", "iaas.purge")) and text for name, text in after.custom.items())


def test_a_vm_in_the_bin_takes_no_other_order(desk: Desk) -> None:
    made(desk, "asleep-1")
    desk.run("nuke asleep-1")

    refused = desk.run(f"poweron {in_bin(desk, 'asleep-1')}")

    assert refused.state == "refused", refused
    assert "/iaas restore asleep-1" in refused.text


def test_a_name_that_is_taken_meanwhile_leaves_a_way_out(desk: Desk) -> None:
    made(desk, "again-1")
    desk.run("nuke again-1")
    in_bin(desk, "again-1")
    made(desk, "again-1")

    told = desk.answer("restore again-1")
    outcome = desk.run("restore again-1 as=again-1-old")

    assert "restore again-1 as=again-1-old" in told.all_text
    assert outcome.state == "succeeded", outcome
    assert {"again-1", "again-1-old"} <= set(names(desk))


def test_when_its_time_is_over_it_is_deleted_and_nothing_else_in_the_bin_is(desk: Desk) -> None:
    made(desk, "over-1")
    desk.run("nuke over-1")
    binned = in_bin(desk, "over-1")
    marks = {name: text for name, text in desk.vm(binned).custom.items() if name.startswith(("iaas.binned", "iaas.p"))}
    desk.estate.set_vm("web-05", folder="Recycle bin", power="off", custom=marks)

    write(desk, "web-05", "iaas.purge", datetime.now(UTC) - HOUR)  # noqa: TID251  what stands in vCenter
    write(desk, binned, "iaas.purge", datetime.now(UTC) - MINUTE)  # noqa: TID251  what stands in vCenter
    eventually(lambda: binned not in names(desk), "the end of its time", 60)

    assert "web-05" in names(desk)
    assert desk.sent()["Destroy_Task"] == 1


def test_the_undo_button_takes_back_once_and_the_card_says_so(desk: Desk) -> None:
    card = final(desk, "poweron web-06")

    back = pressed(desk, card, UNDO)
    changed = desk.person().wait_for_message(
        lambda one: operation_of(one) == operation_of(card) and UNDO not in one.action_ids(), timeout_s=60
    )
    again = desk.answer(f"undo {operation_of(card)}")

    assert state_of(back) == "succeeded", back.text
    assert desk.vm("web-06").power == "poweredOff"
    assert str(operation_of(back)) in again.all_text
    assert f"undone by {operation_of(back)}" in changed.all_text
    assert f"undoes {operation_of(card)}" in back.all_text
    assert desk.sent("web-06")["PowerOnVM_Task"] == 1


def test_undo_of_a_size_asks_before_it_restarts(desk: Desk) -> None:
    card = final(desk, "transform lab-k8s-01 memory=12")
    assert "undo until" in card.all_text

    back = pressed(desk, card, UNDO)

    assert (state_of(back), desk.vm("lab-k8s-01").memory_mib) == ("succeeded", 8192), back.text
    assert desk.sent("lab-k8s-01") == {
        "ReconfigVM_Task": 2,
        "ShutdownGuest": 1,
        "PowerOnVM_Task": 1,
    }


def test_undo_of_a_new_vm_wants_its_name_typed_and_puts_it_into_the_bin(desk: Desk) -> None:
    card = final(desk, "spawn unwanted-1")
    assert desk.person().click(card, UNDO).ok
    modal = desk.asked()

    end = desk.confirm(modal, typed="unwanted-1")

    assert NAME_INPUT in str(modal.raw)
    assert state_of(end) == "succeeded", end.text
    assert "unwanted-1" not in names(desk)


def test_what_can_not_be_undone_says_why_and_has_no_button(desk: Desk) -> None:
    card = final(desk, "reboot web-03")

    told = desk.answer(f"undo {operation_of(card)}")

    assert UNDO not in card.action_ids()
    assert "can't be undone: a restart has happened" in card.all_text
    assert "can't be undone: a restart has happened" in told.all_text


def test_undo_of_what_changed_since_says_what_differs(desk: Desk) -> None:
    card = final(desk, "poweroff web-02 --hard")
    assert desk.run("poweron web-02").state == "succeeded"

    told = desk.answer(f"undo {operation_of(card)}")

    assert f"web-02 is no longer as {operation_of(card)} left it: it is on" in told.all_text


def test_a_new_vm_has_the_lease_that_was_asked_for_and_it_can_be_extended(desk: Desk) -> None:
    made(desk, "leased-1", "for=3d")
    before = desk.vm("leased-1").custom["iaas.expires"]

    shown = desk.answer("lease leased-1")
    extended = desk.run("lease leased-1 extend 2d")
    too_long = desk.answer("spawn leased-2 for=91d")

    assert before.replace("T", " ").replace("Z", " UTC") in shown.all_text
    assert extended.state == "succeeded", extended
    assert _time(desk, "leased-1") - datetime.fromisoformat(before) == 2 * DAY
    assert "91 days is over the longest that you can have, 90 days" in too_long.all_text
    assert "for=90d" in too_long.all_text


def test_the_owner_is_told_before_the_end_and_extends_with_one_tap(desk: Desk) -> None:
    made(desk, "near-1")
    write(desk, "near-1", "iaas.expires", datetime.now(UTC) + HOUR / 2)  # noqa: TID251  what stands in vCenter

    notice = desk.person().wait_for_message(contains="The lease of near-1 ends <!date^", timeout_s=60)
    card = pressed(desk, notice, EXTEND)

    assert notice.channel.startswith("D")
    assert state_of(card) == "succeeded", card.text
    assert _time(desk, "near-1") > datetime.now(UTC) + 29 * DAY  # noqa: TID251  what stands in vCenter
    assert len([one for one in desk.person().messages() if EXTEND in one.action_ids() and "near-1" in one.text]) == 1


def test_at_the_end_it_is_shut_down_and_its_owner_told_when_it_goes_to_the_bin(desk: Desk) -> None:
    made(desk, "late-1")
    write(desk, "late-1", "iaas.expires", datetime.now(UTC) - MINUTE)  # noqa: TID251  what stands in vCenter

    notice = desk.person().wait_for_message(contains="The lease of late-1 ended <!date^", timeout_s=60)
    off = desk.vm("late-1").power
    on_again = desk.run("poweron late-1")
    # The bot has looked at it some times by then.
    desk.run("echo a moment later")

    assert (off, on_again.state, desk.vm("late-1").power) == ("poweredOff", "succeeded", "poweredOn")
    assert "It goes to the recycle bin <!date^" in notice.all_text
    assert EXTEND in notice.action_ids()


def test_nobody_is_told_of_a_lease_that_somebody_took_away_in_vcenter(desk: Desk) -> None:
    made(desk, "freed-1")
    write(desk, "freed-1", "iaas.expires", "")

    shown = eventually(
        lambda: one if "has no lease" in (one := desk.answer("lease freed-1")).all_text else None, "no lease"
    )

    assert shown
    assert not [one for one in desk.person().messages() if "lease of freed-1" in one.text and one.channel[0] == "D"]


def _time(desk: Desk, vm: str) -> datetime:
    return datetime.fromisoformat(desk.vm(vm).custom["iaas.expires"])
