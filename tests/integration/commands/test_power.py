"""`poweron`, `poweroff`, `reboot` and `reset` as people type them, over the wire."""

from operations.model import Effect, State
from tests.integration.commands.conftest import DANA, Floor


def test_poweron_switches_a_vm_on(floor: Floor) -> None:
    operation = floor.done("poweron web-06", DANA)

    assert operation.state is State.SUCCEEDED, operation
    assert floor.estate.vm("web-06").power == "poweredOn"


def test_poweron_of_a_running_vm_is_a_success_that_sends_nothing(floor: Floor) -> None:
    floor.estate.reset_calls()

    operation = floor.done("start web-01", DANA)

    assert operation.state is State.SUCCEEDED
    assert floor.estate.writes() == []


def test_poweroff_shuts_the_guest_down(floor: Floor) -> None:
    operation = floor.done("poweroff web-02", DANA)

    assert operation.state is State.SUCCEEDED, operation
    assert floor.estate.vm("web-02").power == "poweredOff"
    assert [write.method for write in floor.estate.writes()][-1] == "ShutdownGuest"


def test_poweroff_hard_asks_before_it_cuts_the_power(floor: Floor) -> None:
    ask = floor.asked("poweroff web-03 --hard", DANA)
    assert floor.estate.vm("web-03").power == "poweredOn"

    operation = floor.confirm(ask)

    assert operation.state is State.SUCCEEDED, operation
    assert floor.estate.vm("web-03").power == "poweredOff"


def test_reboot_restarts_the_guest(floor: Floor) -> None:
    operation = floor.done("reboot web-05", DANA)

    assert operation.state is State.SUCCEEDED, operation
    assert "RebootGuest" in {write.method for write in floor.estate.writes()}


def test_reset_asks_and_is_not_a_reboot(floor: Floor) -> None:
    ask = floor.asked("reset web-04", DANA)
    assert ask.plan.effect in {Effect.RESTART, Effect.STOP, Effect.LOSS}

    operation = floor.confirm(ask)

    assert operation.state is State.SUCCEEDED, operation
    assert "ResetVM_Task" in {write.method for write in floor.estate.writes()}


def test_a_protected_vm_is_refused_and_the_refusal_is_on_record(floor: Floor) -> None:
    operation = floor.done("poweroff web-lb-01")

    assert (operation.state, operation.rule) == (State.REFUSED, "protected")
    assert "REFUSED" not in operation.text
    assert floor.operations.get(operation.id).way_out


def test_somebody_elses_vm_is_refused(floor: Floor) -> None:
    operation = floor.done("poweroff shop-01@lab", DANA)
    refused = floor.done("poweroff fin-app-01", DANA)

    assert (operation.state, refused.state) == (State.SUCCEEDED, State.REFUSED)
    assert floor.estate.vm("fin-app-01").power == "poweredOn"


def test_poweroff_of_a_guest_without_tools_asks_before_it_cuts_the_power(floor: Floor) -> None:
    ask = floor.asked("poweroff lab-scratch-01")

    operation = floor.confirm(ask)

    assert operation.state is State.SUCCEEDED, operation
    assert floor.estate.vm("lab-scratch-01").power == "poweredOff"
