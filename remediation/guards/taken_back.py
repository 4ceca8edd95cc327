"""A person takes back what the bot did to this VM, by undo or in another way: they don't want it again."""

from typing import Final

from remediation.admission import Case
from remediation.lookback import grown, undone_of
from remediation.model import History, Hold, HoldKind, PlaybookName, Remedy
from remediation.words import quoted
from vsphere.model import Vm


class TakenBack:
    """By the operations themselves, so it holds from the moment at which the undo is asked for.

    The switch that a pass sets for it, see `remediation.undone`, comes later; another replica may admit meanwhile.
    Other ways back, a `transform`, a revert or a hand in vCenter, are known by the VM's size.
    """

    name: Final = "undone"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm = case.recommendation.vm
        reason = _undone(case.history, vm) or _small_again(case.history, vm)
        if reason is None:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.RECOMMEND,
            reason=reason,
            way_out=f"Start automatic changes again with `remediation start {quoted(vm.name)}`.",
        )


def _undone(history: History, vm: Vm) -> str | None:
    undone = undone_of(history, vm.ref)
    if not undone:
        return None
    remedy, undoing = undone[-1]
    return f"<@{undoing.by}> has undone a change of {vm.name} by {remedy.playbook.value}."


def _small_again(history: History, vm: Vm) -> str | None:
    shrunk = [one for one in grown(history, vm.ref) if _is_as_before(one, vm)]
    return f"Somebody has taken back from {vm.name} what {shrunk[-1].playbook.value} gave it." if shrunk else None


def _is_as_before(remedy: Remedy, vm: Vm) -> bool:
    """Whether a VM has no more than it had when the remedy was admitted."""
    name, now = (
        ("cpu_count", vm.cpu_count) if remedy.playbook is PlaybookName.ADD_CPU else ("memory_mib", vm.memory_mib)
    )
    had = remedy.before.get(name)
    return isinstance(had, int | float) and now <= had
