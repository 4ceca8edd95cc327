"""Power and guest operations answer as a vCenter's do."""

from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import Estate

_namespaces: Any = pyVmomi
vim = _namespaces.vim
vmodl = _namespaces.vmodl


def test_power_on_starts_vm_and_its_tools(client: Any, off_vm: Any) -> None:
    client.done(off_vm.PowerOnVM_Task())

    truth = client.estate.vm(off_vm._moId)
    assert (truth.power, truth.tools_running, bool(truth.ip)) == ("poweredOn", True, True)
    assert off_vm.runtime.bootTime is not None


def test_power_on_of_running_vm_is_an_invalid_power_state(client: Any, vm: Any) -> None:
    with pytest.raises(vim.fault.InvalidPowerState) as caught:
        client.done(vm.PowerOnVM_Task())

    assert caught.value.existingState == "poweredOn"
    assert "Powered on" in caught.value.msg


def test_power_off_stops_vm_and_takes_its_address(client: Any, vm: Any) -> None:
    client.done(vm.PowerOffVM_Task())

    assert (vm.runtime.powerState, vm.guest.ipAddress, vm.runtime.bootTime) == ("poweredOff", None, None)


def test_power_on_fails_on_host_in_maintenance(client: Any, off_vm: Any) -> None:
    host = client.estate.vm(off_vm._moId).host
    client.estate.set_host(host, maintenance=True)
    try:
        with pytest.raises(vim.fault.InvalidState):
            client.done(off_vm.PowerOnVM_Task())
    finally:
        client.estate.set_host(host, maintenance=False)

    assert off_vm.runtime.powerState == "poweredOff"


def test_template_is_not_powered_on(client: Any) -> None:
    with pytest.raises(vmodl.fault.NotSupported):
        client.done(client.vm("debian-12").PowerOnVM_Task())


def test_shutdown_guest_turns_vm_off_a_moment_later(client: Any, vm: Any) -> None:
    watch = client.watch(vm, "runtime.powerState")

    vm.ShutdownGuest()

    assert watch.changes() == {"runtime.powerState": "poweredOff"}


@pytest.mark.parametrize("ask", ["ShutdownGuest", "RebootGuest"])
def test_guest_without_running_tools_cannot_be_asked(estate: Estate, vm: Any, ask: str) -> None:
    estate.set_vm(vm._moId, tools_running=False)

    with pytest.raises(vim.fault.ToolsUnavailable):
        getattr(vm, ask)()

    assert estate.vm(vm._moId).power == "poweredOn"


@pytest.mark.parametrize("ask", ["ShutdownGuest", "RebootGuest"])
def test_guest_of_vm_that_is_off_cannot_be_asked(off_vm: Any, ask: str) -> None:
    with pytest.raises(vim.fault.InvalidPowerState):
        getattr(off_vm, ask)()


@pytest.mark.parametrize("restart", ["RebootGuest", "ResetVM_Task"])
def test_restart_gives_a_new_boot_time_and_stays_on(client: Any, vm: Any, restart: str) -> None:
    before = vm.runtime.bootTime
    watch = client.watch(vm, "runtime.bootTime")

    getattr(vm, restart)()

    assert watch.changes()["runtime.bootTime"] > before
    assert vm.runtime.powerState == "poweredOn"


def test_tools_come_up_after_the_boot_time_that_was_set(client: Any, off_vm: Any) -> None:
    client.estate.set_boot(0.3)
    watch = client.watch(off_vm, "guest.toolsRunningStatus")

    client.done(off_vm.PowerOnVM_Task())

    assert off_vm.guest.toolsRunningStatus == "guestToolsNotRunning"
    watch.until(lambda seen: seen.get("guest.toolsRunningStatus") == "guestToolsRunning")
