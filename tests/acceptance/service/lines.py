"""A line for every verb that changes the estate, as dana types it about a VM of hers, and the writes that it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from bot.registry import COMMANDS
from operations.verbnames import SWITCHING
from tests.acceptance.service.desk import Desk, eventually
from vsphere.clock import SystemClock

NOT_THE_ESTATE: Final = frozenset({"cancel", "approve", "deny", "undo", *SWITCHING})
"""They name an operation and no VM, and what they start or stop is judged by its own verb; or they set a switch."""
READING: Final = frozenset({"snapshot.list", "lease.show", "remediation.status"})
CHANGING: Final = sorted(
    verb for command in COMMANDS if command.changes for verb in command.verbs if verb not in READING | NOT_THE_ESTATE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What is typed, and what vCenter must be sent for it beside custom attributes: no less and no more."""

    pattern: str
    """With `{vm}` where the VM stands."""
    writes: Mapping[str, int]
    vm: str | None = None
    """One of dana's once all is `set_out`, no two lines the same; None for what names none."""

    @property
    def text(self) -> str:
        """The line about its own VM."""
        return self.about(self.vm)

    @property
    def names(self) -> tuple[str, ...]:
        """What its writes are known by: the words after the verb, among them each VM that it names."""
        return tuple(self.text.split()[1:])

    def about(self, vm: str | None) -> str:
        """The line about another VM."""
        return self.pattern.format(vm=vm)


LINES: Final = MappingProxyType(
    {
        "spawn": Line(pattern="spawn new-1", writes={"CreateVM_Task": 1, "PowerOnVM_Task": 1}),
        "clone": Line(pattern="clone {vm} new-2", vm="web-01", writes={"CloneVM_Task": 1}),
        "clonetemplate": Line(pattern="clonetemplate new-3 debian-12", writes={"CloneVM_Task": 1, "PowerOnVM_Task": 1}),
        "poweron": Line(pattern="poweron {vm}", vm="web-06", writes={"PowerOnVM_Task": 1}),
        "poweroff": Line(pattern="poweroff {vm} --hard", vm="web-02", writes={"PowerOffVM_Task": 1}),
        "reboot": Line(pattern="reboot {vm}", vm="web-03", writes={"RebootGuest": 1}),
        "reset": Line(pattern="reset {vm}", vm="web-04", writes={"ResetVM_Task": 1}),
        "transform": Line(pattern="transform {vm} memory=12", vm="lab-k8s-01", writes={"ReconfigVM_Task": 1}),
        "move": Line(pattern="move {vm} silver-02", vm="shop-01", writes={"RelocateVM_Task": 1}),
        "nuke": Line(pattern="nuke {vm}", vm="lab-k8s-03", writes={"ShutdownGuest": 1, "Rename_Task": 1}),
        "restore": Line(pattern="restore {vm}", vm="web-cache-01", writes={"Rename_Task": 1, "PowerOnVM_Task": 1}),
        "lease.extend": Line(pattern="lease {vm} extend 14d", vm="web-cache-02", writes={}),
        "snapshot.create": Line(pattern="snapshot {vm} create now", vm="lab-k8s-02", writes={"CreateSnapshot_Task": 1}),
        "snapshot.revert": Line(
            pattern="snapshot {vm} revert before-patch", vm="web-cms-01", writes={"RevertToSnapshot_Task": 1}
        ),
        "snapshot.remove": Line(
            pattern="snapshot {vm} remove before-patch", vm="pay-test-01", writes={"RemoveSnapshot_Task": 1}
        ),
    }
)


ABOUT_A_VM: Final = tuple(verb for verb, line in LINES.items() if line.vm and verb not in {"clone", "restore"})
"""The verbs that change the VM that they name, as it stands in its folder."""


def set_out(desk: Desk) -> None:
    """Bring the demo's estate into the state that the lines start from: the VMs are dana's, and one is in the bin."""
    binned = desk.run(f"nuke {LINES['restore'].vm}")
    assert binned.state == "succeeded", binned
    # The only other VM with snapshots is ben's, and no VM of the estate has a lease.
    desk.estate.set_vm("pay-test-01", custom={"iaas.owner": "U0DANA"})
    end = SystemClock().now() + timedelta(days=10)
    desk.estate.set_vm("web-cache-02", custom={"iaas.owner": "U0DANA", "iaas.expires": f"{end:%Y-%m-%d}"})
    eventually(lambda: "web-cache-02" in desk.answer("list mine").all_text, "the new owner")
    desk.estate.reset_calls()
