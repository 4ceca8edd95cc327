"""A datastore is too full: the first move of the plan that brings it under its target with the fewest bytes moved.

After the move the plan is made anew from what there is then, so nothing of it has to be remembered. VMs that a guard
rail holds (`Facts.resting`) are passed over for the next best, and none goes back to where it came from (`Facts.left`).
Numbers: peers' guard-rail table, "Storage trigger / target": at most 75 % after the move, at least 5 points better.
"""

from typing import Final

from remediation.model import Facts, NoRemedy, PlaybookName, Recommendation
from remediation.playbook import Playbook
from remediation.relief.plan import Estate, Plan, make_plan
from remediation.relief.reasons import better, blocked
from remediation.relief.targets import MIB, used_percent
from remediation.settings import PlaybookSettings, RemediationSettings
from remediation.words import gib, percent, quoted
from vsphere.model import Datastore


def recommend(facts: Facts, _playbook: PlaybookSettings, settings: RemediationSettings) -> Recommendation | NoRemedy:
    """The first move of the plan; the disks of all VMs on the datastore must be among the facts."""
    source, target_percent = facts.datastore, settings.relief.target_percent
    if source is None:
        return NoRemedy(reason="The datastore that the alarm is on is gone.", better="Nothing needs to be done.")
    plan = make_plan(_estate(source, facts), settings.relief)
    if not plan.need_bytes:
        used = percent(used_percent(source), beside=target_percent)
        return NoRemedy(
            reason=f"{source.name} is {used} full, and the target is {percent(target_percent)}.",
            better="Look at the threshold of the alarm: it is lower than the target.",
        )
    if not plan.moves:
        return NoRemedy(reason=blocked(plan, target_percent=target_percent), better=better(plan))
    return _first_move(plan, target_percent)


def _estate(source: Datastore, facts: Facts) -> Estate:
    return Estate(
        source=source,
        vms=facts.vms,
        hosts=facts.hosts,
        datastores=facts.datastores,
        disks=facts.disks,
        protected=facts.protected,
        resting=facts.resting,
        left=facts.left,
        stopped=facts.stopped,
    )


def _first_move(plan: Plan, target_percent: float) -> Recommendation:
    move, source = plan.moves[0], plan.source
    what = f"{move.vm.name} ({gib(move.moves_bytes / MIB)})"
    where = f"from {source.name} ({_used(source)} full) to {move.target.name}"
    return Recommendation(
        playbook=PlaybookName.RELIEVE_DATASTORE,
        verb="move",
        vm=move.vm,
        arguments={"datastore": move.target.name},
        summary=(
            f"Move {what} {where} ({_used(move.target, move.moves_bytes)} with it), {_standing(plan, target_percent)}"
        ),
        command=f"move {quoted(move.vm.name)} {quoted(move.target.name)}",
        moves_bytes=move.moves_bytes,
        target=move.target,
    )


def _standing(plan: Plan, target_percent: float) -> str:
    """What the move is of the whole."""
    count = len(plan.moves)
    part = "the only move" if count == 1 else f"the first of {count} moves"
    after = percent(used_percent(plan.source, more_bytes=-plan.frees_bytes))
    goal = percent(target_percent)
    return f"{part} that bring{'s' if count == 1 else ''} it to {after}" + ("" if plan.clears else f", not yet {goal}")


def _used(datastore: Datastore, more_bytes: int = 0) -> str:
    return percent(used_percent(datastore, more_bytes=more_bytes))


PLAYBOOK: Final = Playbook(name=PlaybookName.RELIEVE_DATASTORE, recommend=recommend)
