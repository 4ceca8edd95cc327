"""The table of verbs that change something, and the table of stages. A new change is one row here and a planner."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from operations.changes import binning, deleting, leasing, making, moving, power, resizing, snapshots
from operations.changes.stage import Asking
from operations.model import Plan

Planner = Callable[[Asking], Plan]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """One row."""

    name: str
    plan: Planner
    makes: bool = False
    """Whether it makes a VM, so that its subject is a name and not a VM."""
    has_source: bool = True
    """Whether the request must name a VM: the one to change, or the one to copy."""
    judges_source: bool = True
    """Whether the VM that is named must be within the person's reach. A template is there for everybody."""
    works_in_bin: bool = False
    """Whether it is for VMs in the recycle bin, which refuse everything else."""


_ROWS = (
    Verb(name="spawn", plan=making.plan_spawn, makes=True, has_source=False),
    Verb(name="clone", plan=making.plan_clone, makes=True),
    Verb(name="clonetemplate", plan=making.plan_clone_template, makes=True, judges_source=False),
    Verb(name="poweron", plan=power.plan_power_on),
    Verb(name="poweroff", plan=power.plan_power_off),
    Verb(name="reboot", plan=power.plan_reboot),
    Verb(name="reset", plan=power.plan_reset),
    Verb(name="nuke", plan=binning.plan_nuke),
    Verb(name="restore", plan=binning.plan_restore, works_in_bin=True),
    Verb(name="purge", plan=deleting.plan_purge, works_in_bin=True),
    Verb(name="lease.extend", plan=leasing.plan_extend),
    Verb(name="transform", plan=resizing.plan_transform),
    Verb(name="move", plan=moving.plan_move),
    Verb(name="snapshot.create", plan=snapshots.plan_create),
    Verb(name="snapshot.revert", plan=snapshots.plan_revert),
    Verb(name="snapshot.remove", plan=snapshots.plan_remove),
)
VERBS: Final = MappingProxyType({verb.name: verb for verb in _ROWS})
_FAMILIES = (power, making, binning, deleting, leasing, resizing, moving, snapshots)
STAGES: Final = MappingProxyType({stage.title: stage for family in _FAMILIES for stage in family.STAGES})
"""By title, as a plan on record names them: a title that was released stays."""
