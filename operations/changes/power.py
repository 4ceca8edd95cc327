"""Power: on, guest shutdown, hard off, guest reboot, hard reset."""

from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.facts import facts
from operations.model import Effect, Plan
from operations.plans import TRIED_FIRST, Spec, already_so, lease_fact, make_plan
from vsphere.model import PowerState, Vm

POWER_ON = "power on"
SHUT_DOWN = "shut down"
ASK_TO_SHUT_DOWN = "ask to shut down"
POWER_OFF = "power off"
REBOOT = "reboot"
RESET = "reset"


def plan_power_on(asking: Asking) -> Plan:
    """Turn a VM on; a suspended one goes on where it was."""
    vm = vm_of(asking)
    if vm.power is PowerState.ON:
        return already_so(
            verb="poweron", vm=vm.ref, vm_name=vm.name, summary=f"Power on {vm.name}", words=f"{vm.name} is on already."
        )
    return make_plan(
        verb="poweron",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Power on {vm.name}",
        done=f"{vm.name} is on.",
        stages=[{"stage": POWER_ON}],
        expects=facts(vm, "instance_uuid"),
        undo_within=asking.settings.undo_within,
    )


def plan_power_off(asking: Asking) -> Plan:
    """Shut the guest down, or cut the power where that was said or where no tools run; cutting always asks."""
    vm = vm_of(asking)
    if vm.power is PowerState.OFF:
        return already_so(
            verb="poweroff",
            vm=vm.ref,
            vm_name=vm.name,
            summary=f"Power off {vm.name}",
            words=f"{vm.name} is off already.",
        )
    arguments = asking.request.arguments
    if arguments.get("insist") is True:
        return make_plan(
            verb="poweroff",
            vm=vm.ref,
            vm_name=vm.name,
            summary=f"Shut down {vm.name}",
            done=f"{vm.name} is off.",
            stages=off_at_last(vm),
            effect=Effect.STOP,
            needs_confirmation=True,
            expects=facts(vm, "instance_uuid") | lease_fact(arguments),
            undo_within=asking.settings.undo_within,
        )
    hard = arguments.get("hard") is True
    if vm.power is PowerState.ON and vm.tools_running and not hard:
        return make_plan(
            verb="poweroff",
            vm=vm.ref,
            vm_name=vm.name,
            summary=f"Shut down {vm.name}",
            done=f"{vm.name} has shut down.",
            stages=[{"stage": SHUT_DOWN}],
            effect=Effect.STOP,
            expects=facts(vm, "instance_uuid"),
            undo_within=asking.settings.undo_within,
        )
    why = () if hard else (_no_tools(vm),)
    return make_plan(
        verb="poweroff",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Cut the power of {vm.name}",
        done=f"{vm.name} is off.",
        stages=[{"stage": POWER_OFF}],
        effect=Effect.STOP,
        warnings=(*why, "What the guest has not written to disk is lost."),
        needs_confirmation=True,
        expects=facts(vm, "instance_uuid", "name", "power"),
        undo_within=asking.settings.undo_within,
    )


def plan_reboot(asking: Asking) -> Plan:
    """Ask the guest to restart.

    Raises:
        BadRequestError: nobody in the guest listens, or there is no running guest.
    """
    vm = _running(asking)
    if not vm.tools_running:
        raise BadRequestError(
            f"{vm.name} can't be asked to reboot: VMware Tools do not run in it",
            hint=f"`/iaas reset {vm.name}` resets it hard, after asking.",
        )
    return make_plan(
        verb="reboot",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Reboot {vm.name}",
        done=f"{vm.name} is rebooting: its guest has taken the order.",
        stages=[{"stage": REBOOT}],
        effect=Effect.RESTART,
        expects=facts(vm, "instance_uuid"),
    )


def plan_reset(asking: Asking) -> Plan:
    """Press the reset button; it always asks.

    Raises:
        BadRequestError: the VM is not on.
    """
    vm = _running(asking)
    return make_plan(
        verb="reset",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"Reset {vm.name}",
        done=f"{vm.name} was reset and starts anew.",
        stages=[{"stage": RESET}],
        effect=Effect.RESTART,
        warnings=("What the guest has not written to disk is lost.",),
        needs_confirmation=True,
        expects=facts(vm, "instance_uuid", "name", "power"),
    )


def vm_of(asking: Asking) -> Vm:
    """The VM to be changed.

    Raises:
        BadRequestError: it is a template.
    """
    vm = asking.target
    if vm.is_template:
        raise BadRequestError(
            f"{vm.name} is a template", hint=f"`/iaas clonetemplate NEWNAME {vm.name}` makes a VM of it."
        )
    return vm


def off_stage(vm: Vm) -> str:
    """The gentlest way to have this VM off."""
    return SHUT_DOWN if vm.tools_running and vm.power is PowerState.ON else POWER_OFF


def off_at_last(vm: Vm) -> list[Spec]:
    """The stages that have this VM off whatever its guest does: asked first where it listens, then cut."""
    if vm.power is PowerState.OFF:
        return []
    asked: list[Spec] = [{"stage": ASK_TO_SHUT_DOWN, TRIED_FIRST: True}] if off_stage(vm) == SHUT_DOWN else []
    return [*asked, {"stage": POWER_OFF}]


def _no_tools(vm: Vm) -> str:
    if vm.power is PowerState.SUSPENDED:
        return f"{vm.name} is suspended, so its guest can't shut down."
    return f"VMware Tools do not run in {vm.name}, so its guest can't be asked to shut down."


def _running(asking: Asking) -> Vm:
    vm = vm_of(asking)
    if vm.power is not PowerState.ON:
        state = "off" if vm.power is PowerState.OFF else "suspended"
        raise BadRequestError(f"{vm.name} is {state}", hint=f"`/iaas poweron {vm.name}` turns it on.")
    return vm


def _is_on(work: Work) -> bool:
    return work.vm is not None and work.vm.power is PowerState.ON


def _is_off(work: Work) -> bool:
    return work.vm is not None and work.vm.power is PowerState.OFF


STAGES = (
    Stage(
        title=POWER_ON,
        switches=True,
        send=lambda work: work.gateway.power_on(work.target),
        reached=_is_on,
        task="VirtualMachine.powerOn",
    ),
    Stage(
        title=SHUT_DOWN,
        switches=True,
        send=lambda work: work.gateway.shutdown_guest(work.target),
        reached=_is_off,
        events=frozenset({"VmGuestShutdownEvent"}),
        waits=True,
    ),
    Stage(
        title=ASK_TO_SHUT_DOWN,
        switches=True,
        send=lambda work: work.gateway.shutdown_guest(work.target),
        reached=_is_off,
        events=frozenset({"VmGuestShutdownEvent"}),
        waits=True,
        gives_way=True,
    ),
    Stage(
        title=POWER_OFF,
        switches=True,
        send=lambda work: work.gateway.power_off(work.target),
        reached=_is_off,
        task="VirtualMachine.powerOff",
    ),
    Stage(
        title=REBOOT,
        send=lambda work: work.gateway.reboot_guest(work.target),
        events=frozenset({"VmGuestRebootEvent"}),
        boots=True,
    ),
    Stage(
        title=RESET,
        send=lambda work: work.gateway.reset(work.target),
        task="VirtualMachine.reset",
        events=frozenset({"VmResettingEvent"}),
        boots=True,
    ),
)
