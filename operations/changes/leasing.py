"""The end of a VM's lease, moved to a later day; it is written on the VM itself."""

from datetime import datetime, timedelta

from operations.changes.power import vm_of
from operations.changes.stage import Asking, Stage, Work
from operations.errors import BadRequestError
from operations.facts import facts
from operations.leases import EXPIRES, end_of_lease, extended, say_length, usual_extension
from operations.model import Change, Plan
from operations.moments import read_moment, say_moment, write_moment
from operations.plans import already_so, make_plan
from vsphere.model import Vm

SET_EXPIRES = "set the end of the lease"


def plan_extend(asking: Asking) -> Plan:
    """Extend a lease by what was said, or by the rule's default; never over the rule's longest, from today on.

    Raises:
        BadRequestError: the VM has no lease.
    """
    vm, arguments, now = vm_of(asking), asking.request.arguments, asking.request.asked_at
    ends = _ends(vm, asking)
    by, exact = arguments.get("extend_s"), arguments.get("expires")
    if isinstance(exact, str):
        wanted = read_moment(exact, asking.settings.tonight.zone)
    else:
        span = timedelta(seconds=by) if isinstance(by, int) else usual_extension(asking.lease)
        wanted = extended(ends, span, now=now, terms=asking.lease)
    before, after = write_moment(ends), write_moment(wanted)
    most = asking.lease.longest if asking.lease else None
    limit = f" Your rule gives {say_length(most)} from today at most." if most and wanted >= now + most else ""
    if not isinstance(exact, str) and wanted <= ends:
        words = f"The lease of {vm.name} ends at {say_moment(ends)} already.{limit}"
        return already_so(verb="lease.extend", vm=vm.ref, vm_name=vm.name, summary=f"Extend {vm.name}", words=words)
    return make_plan(
        verb="lease.extend",
        vm=vm.ref,
        vm_name=vm.name,
        summary=f"{'Extend' if wanted > ends else 'Shorten'} the lease of {vm.name}",
        done=f"The lease of {vm.name} ends at {say_moment(wanted)} now.{limit}",
        stages=[{"stage": SET_EXPIRES, "expires": after}],
        changes=(Change(label="Lease ends", before=_said(before), after=_said(after)),),
        expects=facts(vm, "instance_uuid", f"attribute:{EXPIRES}"),
        before={"expires": before},
        undo_within=asking.settings.undo_within,
    )


def _ends(vm: Vm, asking: Asking) -> datetime:
    """When the lease ends by now; what nobody can read counts as ending now, so that it can be set right."""
    try:
        ends = end_of_lease(vm, asking.settings.tonight.zone)
    except ValueError:
        return asking.request.asked_at
    if ends is None:
        raise BadRequestError(
            f"{vm.name} has no lease, so there is nothing to extend", hint="It stays until somebody puts it away."
        )
    return ends


def _said(moment: str) -> str:
    return moment.replace("T", " ").replace("Z", " UTC")


def _set_expires(work: Work) -> None:
    work.gateway.set_attributes(work.target, {EXPIRES: work.spec["expires"]})


def _has_expires(work: Work) -> bool:
    return work.vm is not None and work.vm.attributes.get(EXPIRES) == work.spec["expires"]


STAGES = (Stage(title=SET_EXPIRES, send=_set_expires, reached=_has_expires, repeatable=True),)
