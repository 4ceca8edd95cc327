"""Resize a VM: hot where hot-add is on and it grows, otherwise with a restart that somebody must agree to.

VSphere itself lets memory be hot-added up to 16 times what the VM booted with, or to 3 GB where it is a Linux that
booted with less; it tells the limit of a running VM. Nothing here ever restarts a VM without a yes.
"""

from dataclasses import dataclass

from operations.amounts import memory
from operations.changes.power import POWER_ON, SHUT_DOWN, off_stage, vm_of
from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.facts import facts
from operations.model import Change, Effect, Plan
from operations.plans import Spec, already_so, make_plan
from operations.settings import Caps
from vsphere.model import PowerState, Ref, Vm

RESIZE = "resize"
_MEMORY_STEP_MIB = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """What a VM shall have."""

    cpu_count: int
    memory_mib: int


def plan_transform(asking: Asking) -> Plan:
    """Give a VM other figures.

    Raises:
        BadRequestError: over the caps, not whole sockets, no multiple of 4 MiB, or the VM is suspended.
    """
    vm = vm_of(asking)
    size = wanted_size(vm, asking.request.arguments.get("cpu_count"), asking.request.arguments.get("memory_mib"))
    check_size(vm, size, asking.settings.caps)
    summary = f"Resize {vm.name}"
    if size == size_of(vm):
        words = f"{vm.name} has {vm.cpu_count} vCPU and {memory(vm.memory_mib)} already."
        return already_so(verb="transform", vm=vm.ref, vm_name=vm.name, summary=summary, words=words)
    cold = reasons_to_restart(vm, size)
    resize = {"stage": RESIZE, "cpu_count": size.cpu_count, "memory_mib": size.memory_mib}
    return make_plan(
        verb="transform",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"{summary} with a restart" if cold else summary,
        done=f"{vm.name} has {size.cpu_count} vCPU and {memory(size.memory_mib)} now.",
        stages=_around_restart(vm, resize) if cold else [resize],
        effect=Effect.RESTART if cold else Effect.NONE,
        changes=size_lines(vm, size),
        warnings=_hard_warning(vm) if cold else (),
        needs_confirmation=bool(cold),
        expects=facts(vm, "instance_uuid", "power", "cpu_count", "cores_per_socket", "memory_mib"),
        before=facts(vm, "cpu_count", "memory_mib"),
        undo_within=asking.settings.undo_within,
    )


def size_of(vm: Vm) -> Size:
    """What it has."""
    return Size(cpu_count=vm.cpu_count, memory_mib=vm.memory_mib)


def wanted_size(vm: Vm, cpu_count: object, memory_mib: object) -> Size:
    """What was said, completed with what the VM has.

    Raises:
        BadRequestError: nothing was said, or it is no number.
    """
    said = [one for one in (cpu_count, memory_mib) if one is not None]
    if not said or any(not isinstance(one, int) or isinstance(one, bool) or one < 1 for one in said):
        raise BadRequestError(f"it is not said what {vm.name} shall have", hint="Name vCPUs, memory or a size.")
    return Size(
        cpu_count=cpu_count if isinstance(cpu_count, int) else vm.cpu_count,
        memory_mib=memory_mib if isinstance(memory_mib, int) else vm.memory_mib,
    )


def check_size(vm: Vm, size: Size, caps: Caps) -> None:
    """Refuse what can't be.

    Raises:
        BadRequestError: see `plan_transform`. What the VM has already is never over a cap.
    """
    if vm.power is PowerState.SUSPENDED:
        raise BadRequestError(f"{vm.name} is suspended", hint=f"`/iaas poweron {vm.name}` first.")
    if size.cpu_count > max(caps.cpu_count, vm.cpu_count):
        raise BadRequestError(f"{size.cpu_count} vCPU are over the limit of {caps.cpu_count}", hint="Ask for less.")
    if size.memory_mib > max(caps.memory_mib, vm.memory_mib):
        raise BadRequestError(
            f"{memory(size.memory_mib)} of memory are over the limit of {memory(caps.memory_mib)}", hint="Ask for less."
        )
    if size.cpu_count != vm.cpu_count and size.cpu_count % vm.cores_per_socket:
        raise BadRequestError(
            f"{vm.name} has {vm.cores_per_socket} cores in a socket, so {size.cpu_count} vCPU are no whole sockets",
            hint=f"Ask for a multiple of {vm.cores_per_socket}.",
        )
    if size.memory_mib % _MEMORY_STEP_MIB:
        raise BadRequestError(
            f"{size.memory_mib} MiB are no multiple of {_MEMORY_STEP_MIB}",
            hint="vSphere takes memory in steps of 4 MiB.",
        )


def reasons_to_restart(vm: Vm, size: Size) -> tuple[str, ...]:
    """Why the VM has to be off for this, in words that follow "with a restart"; empty where it does not."""
    if vm.power is PowerState.OFF:
        return ()
    reasons = []
    if size.cpu_count < vm.cpu_count or size.memory_mib < vm.memory_mib:
        reasons.append("a running VM can't shrink")
    if size.cpu_count > vm.cpu_count and not vm.cpu_hot_add:
        reasons.append("CPU hot-add is off")
    if size.memory_mib > vm.memory_mib:
        reasons.extend(_no_hot_memory(vm, size.memory_mib))
    return tuple(reasons)


def _no_hot_memory(vm: Vm, memory_mib: int) -> tuple[str, ...]:
    limit_mib = vm.hot_memory_limit_mib
    if not vm.memory_hot_add:
        return ("memory hot-add is off",)
    if limit_mib is not None and memory_mib > limit_mib:
        return (f"its memory can grow to {memory(limit_mib)} while it runs, by what it booted with",)
    return ()


def _around_restart(vm: Vm, resize: Spec) -> list[Spec]:
    return [{"stage": off_stage(vm)}, resize, {"stage": POWER_ON}]


def _hard_warning(vm: Vm) -> tuple[str, ...]:
    if off_stage(vm) == SHUT_DOWN:
        return ()
    return ("VMware Tools do not run in it, so its power is cut; what the guest has not written to disk is lost.",)


def size_lines(vm: Vm, size: Size) -> tuple[Change, ...]:
    """What of the size differs, before and after; empty where nothing does."""
    lines = []
    if size.cpu_count != vm.cpu_count:
        lines.append(Change(label="vCPU", before=str(vm.cpu_count), after=str(size.cpu_count)))
    if size.memory_mib != vm.memory_mib:
        lines.append(Change(label="Memory", before=memory(vm.memory_mib), after=memory(size.memory_mib)))
    return tuple(lines)


def _reconfigure(work: Work) -> Ref | None:
    """Only what differs is sent, and only for the VM as it was read a moment ago."""
    if work.vm is None:
        raise ValueError(f"{work.operation.id} resizes a VM that was not read")
    cpu_count, memory_mib = work.spec["cpu_count"], work.spec["memory_mib"]
    return work.gateway.reconfigure(
        work.target,
        cpu_count=cpu_count if cpu_count != work.vm.cpu_count else None,
        memory_mib=memory_mib if memory_mib != work.vm.memory_mib else None,
        change_version=work.vm.change_version,
    )


def _has_size(work: Work) -> bool:
    wanted = (work.spec["cpu_count"], work.spec["memory_mib"])
    return work.vm is not None and (work.vm.cpu_count, work.vm.memory_mib) == wanted


STAGES = (Stage(title=RESIZE, send=_reconfigure, reached=_has_size, task="VirtualMachine.reconfigure"),)
