"""One case for each way in which a verb writes: what is asked, what must reach vCenter, and where it is killed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.vcenter.client import VmChanges

SUBMIT = ("submit.recorded", "submit.queued")
STAGE = ("looked", "intended", "sent", "noted", "ended", "done")
AROUND_THE_WRITE = ("intended", "sent")
NEW = "(new)"
"""Stands for a name, another one for each kill."""
SMALL = {"cpu_count": 1, "memory_mib": 1024, "disk_gib": 5}
SNAPSHOT = {"snapshot": "before"}


@dataclass(frozen=True, kw_only=True)
class Kill:
    """Where it is killed, and what that must lead to."""

    point: str
    writes: Mapping[str, int]
    state: str = "succeeded"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One plan of one verb."""

    id: str
    verb: str
    writes: Mapping[str, int]
    """The calls that must reach vCenter, whenever it is killed."""
    stages: int = 1
    vm: str | None = None
    """The VM that is named in the request; `NEW` for one that `before` makes."""
    name: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    estate: VmChanges = field(default_factory=VmChanges)
    """How the VM must be at the start."""
    first: tuple[Mapping[str, Any], ...] = ()
    """What is done once, without a kill."""
    before: tuple[Mapping[str, Any], ...] = ()
    """What is done before each kill."""
    silent: frozenset[int] = frozenset()
    """Stages that find done what they are for, so that they write nothing."""
    thorough: bool = False
    """Killed at every named point, not only around each write."""
    otherwise: Mapping[str, Kill] = field(default_factory=dict)
    """Points that lead elsewhere."""

    def kills(self) -> Iterator[Kill]:
        """Every kill, in the order of the points."""
        points = SUBMIT if self.thorough else ()
        for point in (*points, *self._points()):
            yield self.otherwise.get(point, Kill(point=point, writes=self.writes))

    def _points(self) -> list[str]:
        names = STAGE if self.thorough else AROUND_THE_WRITE
        return [f"stage.{stage}.{name}" for stage in self._writing() for name in names]

    def _writing(self) -> list[int]:
        return [stage for stage in range(self.stages) if stage not in self.silent]


_MAKE = {"verb": "spawn", "name": NEW, "arguments": SMALL}
_BIN = {"verb": "nuke", "vm": NEW}
_SNAP = {"verb": "snapshot.create", "vm": NEW, "arguments": SNAPSHOT}
CASES = (
    Case(
        id="poweron",
        verb="poweron",
        vm="web-06",
        estate={"power": "off"},
        writes={"PowerOnVM_Task": 1},
        thorough=True,
    ),
    Case(
        id="poweroff, by the guest",
        verb="poweroff",
        vm="web-05",
        estate={"power": "on", "tools_running": True},
        writes={"ShutdownGuest": 1},
    ),
    Case(
        id="poweroff, hard",
        verb="poweroff",
        vm="web-05",
        arguments={"hard": True},
        estate={"power": "on", "tools_running": True},
        writes={"PowerOffVM_Task": 1},
    ),
    Case(
        id="reboot",
        verb="reboot",
        vm="web-02",
        estate={"power": "on", "tools_running": True},
        writes={"RebootGuest": 1},
        otherwise={
            # It leaves no task and no state, so nothing proves that it was not sent; then it is not sent again.
            "stage.0.intended": Kill(point="stage.0.intended", writes={}, state="unknown"),
        },
    ),
    Case(id="reset", verb="reset", vm="web-02", estate={"power": "on"}, writes={"ResetVM_Task": 1}),
    Case(
        id="spawn",
        verb="spawn",
        name=NEW,
        arguments=SMALL,
        stages=3,
        writes={"CreateVM_Task": 1, "PowerOnVM_Task": 1},
        thorough=True,
    ),
    Case(id="clone", verb="clone", vm="web-02", name=NEW, stages=2, writes={"CloneVM_Task": 1}),
    Case(
        id="clonetemplate",
        verb="clonetemplate",
        vm="debian-12",
        name=NEW,
        arguments={"cpu_count": 1, "memory_mib": 1024},
        stages=3,
        writes={"CloneVM_Task": 1, "PowerOnVM_Task": 1},
    ),
    Case(
        id="nuke",
        verb="nuke",
        vm=NEW,
        # From then on there is a folder for the bin.
        first=({**_MAKE, "name": f"{NEW}-first"}, {**_BIN, "vm": f"{NEW}-first"}),
        before=(_MAKE,),
        stages=5,
        silent=frozenset({1}),
        writes={"PowerOffVM_Task": 1, "Rename_Task": 1, "MoveIntoFolder_Task": 1},
    ),
    Case(
        id="restore",
        verb="restore",
        vm=NEW,
        before=(_MAKE, _BIN),
        stages=4,
        writes={"MoveIntoFolder_Task": 1, "Rename_Task": 1, "PowerOnVM_Task": 1},
    ),
    Case(id="purge", verb="purge", vm=NEW, before=(_MAKE, _BIN), writes={"Destroy_Task": 1}),
    Case(
        id="transform, hot",
        verb="transform",
        vm="web-04",
        arguments={"cpu_count": 4},
        estate={"power": "on", "cpu_hot_add": True, "cpus": 2},
        writes={"ReconfigVM_Task": 1},
    ),
    Case(
        id="transform, with a restart",
        verb="transform",
        vm="web-03",
        arguments={"cpu_count": 1, "memory_mib": 2048},
        estate={"power": "on", "tools_running": True, "cpus": 2, "memory_mib": 4096},
        stages=3,
        writes={"ShutdownGuest": 1, "ReconfigVM_Task": 1, "PowerOnVM_Task": 1},
    ),
    Case(
        id="lease.extend",
        verb="lease.extend",
        vm="lab-k8s-01",
        arguments={"extend_s": 86400},
        writes={"SetField": 1},
    ),
    Case(id="move", verb="move", vm="web-cache-01", writes={"RelocateVM_Task": 1}),
    Case(
        id="snapshot.create",
        verb="snapshot.create",
        vm=NEW,
        arguments=SNAPSHOT,
        before=(_MAKE,),
        writes={"CreateSnapshot_Task": 1},
    ),
    Case(
        id="snapshot.revert",
        verb="snapshot.revert",
        vm=NEW,
        arguments=SNAPSHOT,
        before=(_MAKE, _SNAP),
        writes={"RevertToSnapshot_Task": 1},
    ),
    Case(
        id="snapshot.remove",
        verb="snapshot.remove",
        vm=NEW,
        arguments=SNAPSHOT,
        before=(_MAKE, _SNAP),
        writes={"RemoveSnapshot_Task": 1},
    ),
)
