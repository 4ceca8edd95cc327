"""A storage alarm is red on a VM: it leaves its full datastore for the one that is emptiest with it there.

It follows the rules of datastore relief (`remediation.relief`): who may be moved, and what takes it. Where the VM has
files on several datastores, the fullest one is what it leaves; all its files go along.
Numbers: peers' guard-rail table, "Storage trigger / target": at most 75 % after the move, at least 5 points better.
"""

from typing import Final

from remediation.model import Facts, NoRemedy, PlaybookName, Recommendation
from remediation.playbook import Playbook
from remediation.relief.movers import Surroundings, immovable
from remediation.relief.targets import Fit, Lack, fits_and_lacks, used_percent
from remediation.settings import PlaybookSettings, RemediationSettings
from remediation.words import gib, percent, quoted
from vsphere.model import Datastore, Vm

_MIB: Final = 1024**2
_MOST_LACKS: Final = 3


def recommend(facts: Facts, _playbook: PlaybookSettings, settings: RemediationSettings) -> Recommendation | NoRemedy:
    """One move of the VM; its disks must be among the facts."""
    vm = facts.vm
    if vm is None:
        return NoRemedy(reason="The VM that the alarm is on is gone.", better="Nothing needs to be done.")
    source = _fullest(vm, facts)
    if source is None:
        return NoRemedy(reason=f"It is not known on which datastore {vm.name} is.", better="Look at it in vCenter.")
    if used_percent(source) <= settings.relief.target_percent:
        return _not_full(vm, source, settings)
    around = Surroundings(
        source=source,
        hosts={one.ref: one for one in facts.hosts},
        datastores={one.ref.moref: one for one in facts.datastores},
        disks=facts.disks,
        settings=settings.relief,
        protected=facts.protected,
    )
    why = immovable(vm, around)
    if why is not None:
        better = f"Make room on {source.name}: move or delete something else there, or enlarge it."
        return NoRemedy(reason=f"{source.name} is {_used(source)} full, and {vm.name} {why}.", better=better)
    fits, lacks = fits_and_lacks(
        facts.disks[vm.ref],
        source=source,
        host=next((one for one in facts.hosts if one.ref == vm.host), None),
        datastores=facts.datastores,
        settings=settings.relief,
        left=facts.left.get(vm.ref, frozenset()),
        stopped=facts.stopped,
    )
    return _move(vm, source, fits[0]) if fits else _nowhere(vm, source, lacks)


def _fullest(vm: Vm, facts: Facts) -> Datastore | None:
    own = [one for one in facts.datastores if one.ref in vm.datastores]
    return max(own, key=lambda one: (used_percent(one), one.name), default=None)


def _move(vm: Vm, source: Datastore, fit: Fit) -> Recommendation:
    return Recommendation(
        playbook=PlaybookName.MOVE_VM,
        verb="move",
        vm=vm,
        arguments={"datastore": fit.target.name},
        summary=(
            f"Move {vm.name} ({gib(fit.moves_bytes / _MIB)}) from {source.name} ({_used(source)} full)"
            f" to {fit.target.name} ({percent(fit.percent_after)} with it)"
        ),
        command=f"move {quoted(vm.name)} {quoted(fit.target.name)}",
        moves_bytes=fit.moves_bytes,
        target=fit.target,
    )


def _not_full(vm: Vm, source: Datastore, settings: RemediationSettings) -> NoRemedy:
    reason = (
        f"The fullest datastore of {vm.name}, {source.name}, is {_used(source)} full,"
        f" under the target of {percent(settings.relief.target_percent)}."
    )
    return NoRemedy(reason=reason, better="Look at the VM's own disks; a move would not help.")


def _nowhere(vm: Vm, source: Datastore, lacks: list[Lack]) -> NoRemedy:
    told = "; ".join(f"{lack.target.name} {lack.reason}" for lack in lacks[:_MOST_LACKS])
    more = f"; {len(lacks) - _MOST_LACKS} more" if len(lacks) > _MOST_LACKS else ""
    why = f": {told}{more}" if told else "; there is no other"
    return NoRemedy(
        reason=f"{source.name} is {_used(source)} full, and no datastore takes {vm.name}{why}.",
        better=f"Add a datastore or enlarge {source.name}, or delete what is no longer needed there.",
    )


def _used(datastore: Datastore) -> str:
    return percent(used_percent(datastore))


PLAYBOOK: Final = Playbook(name=PlaybookName.MOVE_VM, recommend=recommend)
