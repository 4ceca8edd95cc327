"""Holds what was asked for against what a playbook would do by now: the same, less, or another thing. Pure.

A size that an approver has lowered is still what was asked for; a cap that was lowered meanwhile is not kept by it. Of
several moves that would help another may be the best by now; the one that was asked for has to be one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from operations.model import Request
from remediation.model import Facts, NoRemedy, Recommendation
from remediation.places import leaves
from remediation.sizes import grown
from vsphere.model import Ref


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One change that was asked for."""

    vm: Ref | None
    verb: str
    arguments: Mapping[str, int | str]


def as_asked(request: Request) -> Asked:
    """What a request of remediation asks for."""
    known = {name: value for name, value in request.arguments.items() if isinstance(value, int | str)}
    return Asked(vm=request.vm, verb=request.verb, arguments=known)


def narrowed(facts: Facts, asked: Asked) -> Facts:
    """The facts as if nothing but what was asked for could be done: of a move this VM alone, to this target alone."""
    if asked.verb != "move":
        return facts
    vms = tuple(one for one in facts.vms if one.ref == asked.vm)
    vm = facts.vm or next(iter(vms), None)
    if vm is None:
        return replace(facts, vms=vms)
    source = leaves(facts, vm)
    own = {*vm.datastores, *((source.ref,) if source else ())}
    near = tuple(one for one in facts.datastores if one.ref in own or one.name == asked.arguments.get("datastore"))
    elsewhere = frozenset(one.ref for one in near if one.name != asked.arguments.get("datastore"))
    return replace(facts, vms=vms, datastores=near, stopped=facts.stopped | elsewhere)


def still(found: Recommendation, asked: Asked) -> Recommendation | NoRemedy:
    """What was asked for as a recommendation of now, or why it is none any more."""
    if found.vm.ref != asked.vm or found.verb != asked.verb:
        return NoRemedy(reason=f"What would help by now is another change: {found.summary}.")
    wanted = replace(found, arguments=asked.arguments)
    most, size = grown(found), grown(wanted)
    if most is None or size is None:
        same = found.arguments == asked.arguments
        return found if same else NoRemedy(reason=f"What would help by now is another change: {found.summary}.")
    if size.cpu_count > most.cpu_count or size.memory_mib > most.memory_mib:
        return NoRemedy(reason=f"By now no more than this may be done: {found.summary}.")
    return wanted
