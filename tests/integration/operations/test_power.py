"""Power, end to end: on, guest shutdown, hard off, reboot, reset."""

from datetime import timedelta

import pytest

from operations.errors import BadRequestError, ConfirmationNeededError, PlanChangedError
from operations.model import Effect, State
from tests.integration.operations.lab import Lab


def test_a_vm_is_turned_on_and_each_step_is_on_record(lab: Lab) -> None:
    lab.prepare("web-01", power="off")

    ended = lab.do("poweron", "web-01")

    assert lab.estate.vm("web-01").power == "poweredOn"
    assert ended.text == "web-01 is on."
    assert lab.writes() == ["PowerOnVM_Task"]
    assert lab.kinds(ended) == [
        "operation.requested",
        "operation.started",
        "stage.sending",
        "stage.sent",
        "stage.done",
        "operation.succeeded",
    ]
    assert lab.operations.audit.verify() == []


def test_a_power_operation_costs_two_calls(lab: Lab) -> None:
    lab.prepare("web-01", power="off")

    lab.do("poweron", "web-01")

    calls = {name: count for name, count in lab.estate.calls().items() if name != "WaitForUpdatesEx"}
    assert calls == {"RetrievePropertiesEx": 1, "PowerOnVM_Task": 1}


def test_what_had_nothing_to_do_stands_in_nobodys_way_once_the_vm_was_changed_by_hand(lab: Lab) -> None:
    lab.prepare("web-01", power="on")
    first = lab.do("poweron", "web-01")
    lab.prepare("web-01", power="off")
    lab.clock.move(timedelta(seconds=6))

    second = lab.do("poweron", "web-01")

    assert (first.text, second.text) == ("web-01 is on already.", "web-01 is on.")
    assert lab.writes() == ["PowerOnVM_Task"]


def test_a_vm_that_is_on_already_is_a_success_with_its_own_words(lab: Lab) -> None:
    lab.prepare("web-01", power="on")

    ended = lab.ask("poweron", "web-01")

    assert (ended.state, ended.text) == (State.SUCCEEDED, "web-01 is on already.")
    assert lab.writes() == []
    assert lab.kinds(ended) == ["operation.already_so"]


def test_poweroff_lets_the_guest_shut_down(lab: Lab) -> None:
    lab.prepare("web-01", power="on", tools_running=True)

    ended = lab.do("poweroff", "web-01")

    assert lab.estate.vm("web-01").power == "poweredOff"
    assert lab.writes() == ["ShutdownGuest"]
    assert ended.text == "web-01 has shut down."


def test_poweroff_without_tools_asks_before_it_cuts_the_power(lab: Lab) -> None:
    lab.prepare("web-01", power="on", tools_running=False)

    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(lab.request("poweroff", "web-01"))

    assert asked.value.plan.effect is Effect.STOP
    assert "VMware Tools do not run" in asked.value.plan.warnings[0]
    assert lab.writes() == []
    lab.do("poweroff", "web-01")
    assert lab.writes() == ["PowerOffVM_Task"]
    lab.prepare("web-01", power="on", tools_running=True)


def test_hard_poweroff_always_asks(lab: Lab) -> None:
    lab.prepare("web-01", power="on", tools_running=True)

    with pytest.raises(ConfirmationNeededError):
        lab.operations.submit(lab.request("poweroff", "web-01", arguments={"hard": True}))


def test_a_yes_to_another_plan_is_no_yes(lab: Lab) -> None:
    lab.prepare("web-01", power="on")

    with pytest.raises(PlanChangedError):
        lab.operations.submit(lab.request("reset", "web-01", confirmed="0" * 64))
    assert lab.writes() == []


def test_reboot_asks_the_guest_and_reset_presses_the_button(lab: Lab) -> None:
    lab.prepare("web-01", power="on", tools_running=True)

    lab.do("reboot", "web-01")
    lab.do("reset", "web-01")

    assert lab.writes() == ["RebootGuest", "ResetVM_Task"]


@pytest.mark.parametrize("verb", ["reboot", "reset"])
def test_a_vm_that_is_off_is_not_restarted(lab: Lab, verb: str) -> None:
    lab.prepare("web-01", power="off")

    with pytest.raises(BadRequestError, match="web-01 is off"):
        lab.ask(verb, "web-01")
