"""A yes is to what its card showed: what somebody changes by hand between the look and the click voids it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from operations.errors import ConfirmationNeededError, PlanChangedError
from operations.model import Plan, Request, State
from operations.seen import changed_since, seen_of
from tests.integration.operations.lab import DANA, ERIK, Lab, eventually

VM: Final = "web-cms-01"
BEFORE: Final[dict[str, Any]] = {"power": "on", "cpus": 4, "memory_mib": 8192, "cpu_hot_add": False}


def look(lab: Lab, verb: str, **arguments: Any) -> tuple[Request, Plan]:
    """Have it planned and shown, as with `--ask`."""
    request = lab.request(verb, VM, arguments=arguments)
    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(request, ask=True)
    return request, asked.value.plan


def power_cycle(lab: Lab) -> None:
    booted = lab.vm(VM).booted_at
    # VCenter tells the start to the second.
    eventually(lambda: booted is not None and lab.clock.now() > booted + timedelta(seconds=2))
    lab.estate.set_vm(VM, power="off")
    lab.estate.set_vm(VM, power="on")
    eventually(lambda: lab.vm(VM).booted_at not in {booted, None})


def take_snapshot(lab: Lab) -> None:
    count = lab.vm(VM).snapshot_count
    lab.estate.take_snapshot(VM, "by hand")
    eventually(lambda: lab.vm(VM).snapshot_count == count + 1)


CASES: Final = {
    "a bin, a snapshot more": ("nuke", {}, take_snapshot, "its number of snapshots is "),
    "power cut, a power cycle": ("poweroff", {"hard": True}, power_cycle, "it was started at "),
    "a resize with a restart, another size": (
        "transform",
        {"cpu_count": 1},
        lambda lab: lab.prepare(VM, cpus=3),
        "its number of vCPUs is 3, it was 4",
    ),
    "a resize with a restart, none needed by now": (
        "transform",
        {"cpu_count": 1},
        lambda lab: lab.prepare(VM, power="off"),
        "its power is off, it was on",
    ),
}


@pytest.mark.parametrize(("verb", "said", "meanwhile", "told"), CASES.values(), ids=CASES.keys())
def test_a_yes_to_what_is_no_longer_so_does_nothing_and_is_told_what_changed(
    lab: Lab, verb: str, said: dict[str, Any], meanwhile: Callable[[Lab], None], told: str
) -> None:
    lab.prepare(VM, **BEFORE)
    request, plan = look(lab, verb, **said)
    meanwhile(lab)
    lab.estate.reset_calls()

    with pytest.raises(PlanChangedError) as changed:
        lab.operations.submit(replace(request, confirmed=plan.hash))

    assert changed_since(seen_of(plan), changed.value.plan).startswith(told)
    assert lab.writes() == []
    assert lab.operations.find(request.key) is None


def test_the_plan_of_now_can_be_said_yes_to_after_a_yes_that_was_void(lab: Lab) -> None:
    lab.prepare(VM, **BEFORE)
    request, plan = look(lab, "poweroff", hard=True)
    power_cycle(lab)

    with pytest.raises(PlanChangedError) as changed:
        lab.operations.submit(replace(request, confirmed=plan.hash))
    ended = lab.end(lab.operations.submit(replace(request, confirmed=changed.value.plan.hash)))

    assert ended.state is State.SUCCEEDED


def test_what_was_agreed_for_tonight_is_held_against_the_vm_once_more_when_it_begins(lab: Lab) -> None:
    lab.prepare(VM, **BEFORE)
    request, plan = look(lab, "reset")
    later = lab.clock.now() + timedelta(hours=3)
    waiting = lab.operations.submit(replace(request, confirmed=plan.hash, not_before=later))
    power_cycle(lab)
    lab.estate.reset_calls()

    lab.clock.move(timedelta(hours=4))
    lab.operations.sweep()
    ended = lab.end(waiting)

    assert ended.state is State.FAILED
    assert ended.text.startswith(f"{VM} changed after this was planned: it was started at ")
    assert ended.text.endswith(". Nothing was changed.")
    assert lab.writes() == []


def test_the_second_of_two_who_reset_a_vm_hears_that_it_has_been_started_anew(lab: Lab) -> None:
    lab.prepare(VM, **BEFORE)
    booted = lab.vm(VM).booted_at
    eventually(lambda: booted is not None and lab.clock.now() > booted + timedelta(seconds=2))
    lab.estate.set_task(1.0, "ResetVM_Task")
    first, second = lab.ask("reset", VM, actor=DANA), lab.ask("reset", VM, actor=ERIK)

    ends = [lab.end(first), lab.end(second)]

    assert [one.state for one in ends] == [State.SUCCEEDED, State.FAILED]
    assert "it was started at " in ends[1].text
    assert lab.writes() == ["ResetVM_Task"]
