"""To the recycle bin and back: power off, mark, rename, move; and the same the other way round.

The marks are written before the VM moves and cleared after it is back, so that whatever ends half way can be told and
brought to its end by `nuke` or `restore` once more.
"""

from datetime import datetime, timedelta

from operations.changes.leasing import SET_EXPIRES
from operations.changes.power import POWER_ON, off_at_last, vm_of
from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.facts import facts
from operations.leases import end_of_lease
from operations.model import Change, Effect, Plan
from operations.moments import say_moment, write_moment
from operations.plans import already_so, began, end_of, lease_fact, make_plan
from operations.recycling import (
    BINNED,
    BINNED_FROM,
    BINNED_NAME,
    BINNED_POWER,
    MARKS,
    OFF,
    ON,
    PURGE,
    Marks,
    bin_path,
    folder_at,
    is_in_bin,
    marks_of,
)
from vsphere.errors import NameTakenError, NotFoundError
from vsphere.model import PowerState, Ref, Vm

MAKE_BIN = "make the bin"
MARK = "mark for the bin"
RENAME_FOR_BIN = "rename for the bin"
MOVE_TO_BIN = "move to the bin"
MOVE_BACK = "move back"
RENAME_BACK = "rename back"
UNMARK = "clear the marks"
_MAX_NAME = 80
_BINNED = ".binned-"


def plan_nuke(asking: Asking) -> Plan:
    """Shut down, mark, rename and move to the bin's folder; the name must be typed.

    A guest that runs VMware Tools is asked to shut down first, since its data shall survive a restore; where it has
    not within the usual limit, or can't be asked, its power is cut.

    Raises:
        BadRequestError: it lies in no folder, so it can't be moved to another.
    """
    vm, inventory = vm_of(asking), asking.gateway.inventory
    bin_at = bin_path(vm, inventory, asking.settings)
    if vm.folder is None or bin_at is None:
        raise BadRequestError(
            f"{vm.name} lies in no folder, so it can't be moved to the recycle bin",
            hint="Ask an administrator to take it out of its vApp in vCenter.",
        )
    name, home, keep = _own_name(vm), inventory.path(vm.folder), asking.settings.bin_keep
    mark = {"stage": MARK, "from": home, "name": name, "power": ON if vm.power is PowerState.ON else OFF}
    return make_plan(
        verb="nuke",
        vm=vm.ref,
        vm_name=name,
        summary=f"Put {name} into the recycle bin",
        done=f"{name} is off and in the recycle bin until {{until}}; then it is deleted with its disks.",
        stages=[
            *off_at_last(vm),
            {"stage": MAKE_BIN, "path": bin_at},
            mark,
            {"stage": RENAME_FOR_BIN, "name": name},
            {"stage": MOVE_TO_BIN, "path": bin_at},
        ],
        effect=Effect.NONE if vm.power is PowerState.OFF else Effect.STOP,
        changes=(Change(label="Folder", before=home, after=bin_at),),
        warnings=_warnings(vm, asking.request.asked_at + keep, keep),
        needs_confirmation=True,
        type_name_to_confirm=True,
        expects=facts(vm, "instance_uuid", "name", "power", "folder") | lease_fact(asking.request.arguments),
        lasts=keep,
        undo_within=asking.settings.undo_within,
    )


def plan_restore(asking: Asking) -> Plan:
    """Bring a VM back from the bin: folder, name and power as they were.

    Raises:
        BadRequestError: it was not the bot that put it there, or the folder that it came from is gone.
        NameTakenError: that folder holds another VM of the name.
    """
    vm, inventory = vm_of(asking), asking.gateway.inventory
    marks = marks_of(vm)
    if marks is None:
        if is_in_bin(vm, inventory, asking.settings):
            raise BadRequestError(
                f"{vm.name} was not put into the recycle bin by the bot, so where it belongs is not known",
                hint="Ask an administrator to move it in vCenter.",
            )
        words = f"{vm.name} is not in the recycle bin."
        return already_so(verb="restore", vm=vm.ref, vm_name=vm.name, summary=f"Restore {vm.name}", words=words)
    name = str(asking.request.arguments.get("as") or marks.name)
    folder = _home(asking, vm, marks, name)
    on = [{"stage": POWER_ON}] if marks.was_on else []
    expires = _lease_again(vm, asking)
    lease = [{"stage": SET_EXPIRES, "expires": write_moment(expires)}] if expires else []
    ends = f" Its lease had ended; it ends at {say_moment(expires)} now, and can be extended." if expires else ""
    return make_plan(
        verb="restore",
        vm=vm.ref,
        vm_name=name,
        summary=f"Restore {name} from the recycle bin",
        done=f"{name} is back in {marks.folder}, and {'on' if marks.was_on else 'off, as it was'}.{ends}",
        stages=[
            {"stage": MOVE_BACK, "folder": folder.moref},
            {"stage": RENAME_BACK, "name": name},
            {"stage": UNMARK},
            *lease,
            *on,
        ],
        changes=(
            Change(label="Name", before=vm.name, after=name),
            Change(label="Folder", before=inventory.path(vm.folder) if vm.folder else "-", after=marks.folder),
        ),
        expects=facts(vm, "instance_uuid"),
        undo_within=asking.settings.undo_within,
    )


def _lease_again(vm: Vm, asking: Asking) -> datetime | None:
    """When the lease of a restored VM is to end that had ended before; None where it has time left, or has no lease.

    Without it nobody would ever put the VM away: what is done at the end of a lease is done once.
    """
    try:
        ends = end_of_lease(vm, asking.settings.tonight.zone)
    except ValueError:
        return None
    earliest = asking.request.asked_at + asking.settings.lease_bin_after
    return earliest if ends is not None and ends <= asking.request.asked_at else None


def binned_name(name: str, since: datetime, operation_id: str = "") -> str:
    """`web-01.binned-20261126-0512`, with the operation where that is not unique; cut to what vSphere takes."""
    ending = f"{_BINNED}{since:%Y%m%d-%H%M}" + (f"-{operation_id}" if operation_id else "")
    return name[: _MAX_NAME - len(ending)] + ending


def _own_name(vm: Vm) -> str:
    """The VM's name; that of before where an earlier `nuke` came as far as renaming it."""
    marks = marks_of(vm)
    return marks.name if marks and _BINNED in vm.name else vm.name


def _warnings(vm: Vm, purge_at: datetime, keep: timedelta) -> tuple[str, ...]:
    running = () if vm.power is PowerState.OFF else (f"{vm.name} is running now.",)
    snapshots = ("Its snapshots go with it.",) if vm.snapshot_count else ()
    restore = f"It can be restored until {say_moment(purge_at)} ({_days(keep)} from now); then it is deleted for good."
    return (*running, *snapshots, restore)


def _days(span: timedelta) -> str:
    return f"{span.days} days" if span.days > 1 else f"{span.total_seconds() / 3600:g} hours"


def _home(asking: Asking, vm: Vm, marks: Marks, name: str) -> Ref:
    """The folder that the VM came from, with room for the name.

    Raises:
        BadRequestError: it is gone.
        NameTakenError: it holds another VM of the name.
    """
    inventory = asking.gateway.inventory
    folder = folder_at(marks.folder, inventory)
    if folder is None:
        raise BadRequestError(
            f"the folder {marks.folder} that {marks.name} came from is no longer in vCenter",
            hint="Ask an administrator to make the folder again, or to move the VM in vCenter.",
        )
    if any(one.folder == folder and one.ref != vm.ref for one in inventory.find_vms(name)):
        raise NameTakenError(
            f"{marks.folder} holds another VM called {name} by now",
            hint=f"Give it another name: `/iaas restore {marks.name} as={marks.name}-old`.",
        )
    return folder


def _marks(work: Work) -> dict[str, str]:
    operation, spec = work.operation, work.spec
    purge_at = end_of(operation.plan, began(work.operation)) if operation.plan else None
    if purge_at is None:
        raise ValueError(f"{operation.id} does not say how long it stays in the bin")
    return {
        BINNED: f"{write_moment(began(work.operation))} by {operation.actor.id}, operation {operation.id}",
        BINNED_FROM: spec["from"],
        BINNED_NAME: spec["name"],
        BINNED_POWER: spec["power"],
        PURGE: write_moment(purge_at),
    }


def _mark(work: Work) -> None:
    work.gateway.set_attributes(work.target, _marks(work))


def _is_marked(work: Work) -> bool:
    return work.vm is not None and _marks(work).items() <= work.vm.attributes.items()


def _unmark(work: Work) -> None:
    work.gateway.set_attributes(work.target, dict.fromkeys(MARKS, ""))


def _is_unmarked(work: Work) -> bool:
    return work.vm is not None and not any(work.vm.attributes.get(name) for name in MARKS)


def _binned_names(work: Work) -> tuple[str, str]:
    since, name = began(work.operation), str(work.spec["name"])
    return binned_name(name, since), binned_name(name, since, work.operation.id)


def _rename_for_bin(work: Work) -> Ref | None:
    plain, unique = _binned_names(work)
    inventory = work.gateway.inventory
    # A namesake may be on its way to the bin within the same minute.
    others = [one for name in (plain, work.spec["name"]) for one in inventory.find_vms(name) if one.ref != work.target]
    return work.gateway.rename(work.target, unique if others else plain)


def _is_renamed_for_bin(work: Work) -> bool:
    return work.vm is not None and work.vm.name in _binned_names(work)


def _is_renamed_back(work: Work) -> bool:
    return work.vm is not None and work.vm.name == work.spec["name"]


def _make_bin(work: Work) -> None:
    """Make what is missing of the path, level by level; somebody else may be making it too."""
    inventory, names = work.gateway.inventory, work.spec["path"].split("/")
    heads = ((at, folder_at("/".join(names[:at]), inventory)) for at in range(len(names), 0, -1))
    at, parent = next((at, found) for at, found in heads if found is not None)
    for name in names[at:]:
        try:
            parent = work.gateway.create_folder(parent, name)
        except NameTakenError:
            # The mirror has not heard of it yet; the wait after this write goes on until it has.
            return


def _bin(work: Work) -> Ref:
    found = folder_at(work.spec["path"], work.gateway.inventory)
    if found is None:
        raise NotFoundError(f"the folder {work.spec['path']} is not in vCenter", hint="Run the command again.")
    return found


def _crowd(work: Work) -> Ref:
    """What the task of a move works on: the folder, never the VM."""
    return folder_at(work.spec["path"], work.gateway.inventory) or work.target


def _has_bin(work: Work) -> bool:
    return folder_at(work.spec["path"], work.gateway.inventory) is not None


def _is_in_bin(work: Work) -> bool:
    return work.vm is not None and work.vm.folder == folder_at(work.spec["path"], work.gateway.inventory)


def _folder(work: Work) -> Ref:
    return Ref(work.gateway.name, work.spec["folder"])


def _is_back(work: Work) -> bool:
    return work.vm is not None and work.vm.folder == _folder(work)


STAGES = (
    Stage(title=MAKE_BIN, send=_make_bin, reached=_has_bin, waits=True),
    Stage(title=MARK, send=_mark, reached=_is_marked, repeatable=True),
    Stage(title=RENAME_FOR_BIN, send=_rename_for_bin, reached=_is_renamed_for_bin, task="VirtualMachine.rename"),
    Stage(
        title=MOVE_TO_BIN,
        send=lambda work: work.gateway.move_to_folder(work.target, _bin(work)),
        reached=_is_in_bin,
        task="Folder.moveInto",
        entity=_crowd,
        is_crowded=True,
    ),
    Stage(
        title=MOVE_BACK,
        send=lambda work: work.gateway.move_to_folder(work.target, _folder(work)),
        reached=_is_back,
        task="Folder.moveInto",
        entity=_folder,
        is_crowded=True,
    ),
    Stage(
        title=RENAME_BACK,
        send=lambda work: work.gateway.rename(work.target, work.spec["name"]),
        reached=_is_renamed_back,
        task="VirtualMachine.rename",
    ),
    Stage(title=UNMARK, send=_unmark, reached=_is_unmarked, repeatable=True),
)
