"""The one look at vCenter that a plan may cost before anybody has said yes: at the snapshots that the VM has."""

from dataclasses import replace

import structlog

from operations.changes.stage import Asking
from operations.model import ActorKind, Plan
from operations.preflight import WITH_SNAPSHOTS, Judged, with_notes
from operations.seen import bound, is_looked_at
from vsphere.errors import VsphereError
from vsphere.model import Snapshot

log = structlog.get_logger(__name__)


def noted(plan: Plan, asking: Asking, judged: Judged, *, ask: bool = False) -> Plan:
    """See `with_notes`. A plan that somebody looks at before it is done is bound to what they see; see `seen`.

    One that hurts says how old the VM's snapshots are.

    That costs at most one call, and none where the mirror knows of no snapshot. Where vCenter does not answer, the plan
    is made all the same.
    """
    shown = with_notes(plan, asking, replace(judged, snapshots=_snapshots(plan, asking, judged)))
    looked_at = is_looked_at(plan, asking.request, judged.approval, ask=ask)
    return bound(shown, asking.vm) if looked_at else shown


def _snapshots(plan: Plan, asking: Asking, judged: Judged) -> tuple[Snapshot, ...] | None:
    vm = asking.vm
    is_looked_at = plan.needs_confirmation or judged.approval is not None
    if vm is None or not vm.snapshot_count or not is_looked_at or plan.verb not in WITH_SNAPSHOTS:
        return None
    if asking.request.actor.kind is ActorKind.SYSTEM:
        return None
    try:
        return tuple(asking.gateway.snapshots(vm.ref, once=True))
    except VsphereError as error:
        log.info("plan.snapshots.unread", target=str(vm.ref), reason=str(error))
        return None
