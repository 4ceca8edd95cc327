"""From what a person wrote to the one object that is meant: never a guess, and nothing shown that they may not see."""

from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process, utils

from bot import misses
from bot.answers import Answer, Button
from bot.command import AnsweredError, Call, Context
from bot.permission import ensure_allowed, may_see
from bot.text import repair
from bot.values import MAX_NAME
from operations.errors import UnknownOperationError
from operations.recycling import marks_of
from vsphere.errors import NotFoundError, NotReadyError
from vsphere.gateway import Gateway
from vsphere.inventory import Inventory
from vsphere.model import Ref, Vm

_NEAR = 3
_NEAR_ENOUGH = 65
_TRIED = 12
_A_VM = "VM"
_A_TEMPLATE = "template"
_MAKES = "clonetemplate"
_ASK_FOR_TEMPLATES = "See `/iaas invoke Get-Template`, or ask an administrator which there are."


def one_vm(text: str, call: Call, context: Context) -> Vm:
    """The VM that is meant.

    Raises:
        AnsweredError: there is none, or more than one: the answer offers those that the person may see, the way back
            from the recycle bin, or what can be made from a template of this name.
    """
    found = _find(text, context)
    vms = [vm for vm in found if not vm.is_template]
    if found and not vms and _may_use(found[0], call, context):
        raise AnsweredError(misses.is_template(found[0].name, call.words))
    return _only(text, vms, call, context, what=_A_VM)


def one_seen(text: str, call: Call, context: Context, *, verb: str | None = None) -> Vm:
    """The VM or template that is meant, for a verb that only reads it.

    Raises:
        AnsweredError: there is none, more than one, or the person may not see it.
    """
    vm = _only(text, _find(text, context), call, context, what=_A_VM)
    ensure_allowed(verb or "show", vm, call, context)
    return vm


def one_binned(text: str, call: Call, context: Context) -> Vm:
    """The VM in the recycle bin that is meant: by its name of before or of now, or by the operation that put it there.

    One that has its marks still and lies elsewhere is meant as well: a hand has moved it, or it came half way.

    Raises:
        AnsweredError: there is none, or more than one.
    """
    content = context.operations.bin
    found = content.find(text) or content.find_stray(text) or _by_operation(text, context)
    if not found and not _find(text, context):
        raise AnsweredError(_not_in_bin(text, call, context))
    if not found:
        return one_vm(text, call, context)
    # Anybody may have copied the marks of one to another.
    known = [vm for vm in found if context.operations.proof.nuke(vm) is not None] if len(found) > 1 else found
    return _only(text, known or found, call, context, what="VM in the recycle bin")


def one_on_its_way(text: str, call: Call, context: Context) -> Vm:
    """The VM that is meant, be it that an earlier `nuke` came as far as renaming it.

    Raises:
        AnsweredError: there is none, or more than one.
    """
    half_way = [] if _find(text, context) else context.operations.bin.find_stray(text)
    return _only(text, half_way, call, context, what=_A_VM) if half_way else one_vm(text, call, context)


def one_template(text: str, vcenter: str | None, call: Call, context: Context) -> Vm:
    """The template that is meant, within a vCenter where one is given; a VM is taken as a model as well.

    Raises:
        AnsweredError: there is none, or more than one.
    """
    found = [vm for vm in _find(text, context) if vcenter is None or vm.ref.vcenter == vcenter_named(vcenter, context)]
    templates = [vm for vm in found if vm.is_template]
    return _only(text, templates or found, call, context, what=_A_TEMPLATE)


def one_datastore(text: str, vm: Vm, call: Call, context: Context) -> str:
    """The name of the datastore that is meant, in the VM's own vCenter.

    Raises:
        AnsweredError: there is none of this name.
    """
    names = [datastore.name for datastore in inventory_of(vm.ref, context).datastores()]
    exact = next((name for name in names if name.casefold() == text.casefold()), None)
    if exact is not None:
        return exact
    buttons = [misses.again(call.words, text, name, label=name) for name in nearest_names(text, names)]
    fact = f"no datastore is called {text!r} in {vm.ref.vcenter}"
    raise AnsweredError(misses.missing(fact, buttons, hint=misses.these(sorted(names))))


def visible_vms(call: Call, context: Context, *, verb: str) -> list[Vm]:
    """Every VM that the person may see here, by name.

    Raises:
        NotReadyError: an inventory has not arrived yet.
    """
    ensure_ready(context.sites)
    found = [vm for gateway in context.sites for vm in gateway.inventory.vms() if may_see(vm, call, context, verb=verb)]
    return sorted(found, key=lambda vm: (vm.name.casefold(), vm.ref))


def inventory_of(ref: Ref, context: Context) -> Inventory:
    """The mirror in which an object lives."""
    return context.sites.of(ref).inventory


def vcenter_named(name: str | None, context: Context) -> str:
    """The configured name of the vCenter; the default's where none is given.

    Raises:
        NotFoundError: there is none of this name.
    """
    return context.sites.gateway(name).name if name else context.sites.default.name


def nearest_names(text: str, names: list[str], limit: int = _NEAR) -> list[str]:
    """The names most like the text, best first; empty where none is near."""
    found = process.extract(
        text, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=_NEAR_ENOUGH
    )
    return [name for name, _, _ in found]


def reference(vm: Vm, context: Context) -> str:
    """How to write this VM so that no other is meant: its name, or path and vCenter where the name is not enough."""
    several = len(list(context.sites)) > 1
    if len(context.sites.find_vms(vm.name)) == 1:
        return vm.name
    path = inventory_of(vm.ref, context).path(vm.ref)
    return f"{path}@{vm.ref.vcenter}" if several else path


def _find(text: str, context: Context) -> list[Vm]:
    found = context.sites.find_vms(text)
    if found:
        return found
    ensure_ready(context.sites)
    # A name with a dash or space that Slack's repair has replaced is found by its repaired form.
    wanted = text.casefold()
    return [vm for vm in _everything(context) if not vm.name.isascii() and repair(vm.name).casefold() == wanted]


def _by_operation(text: str, context: Context) -> list[Vm]:
    try:
        operation = context.operations.get(text)
    except UnknownOperationError:
        return []
    vm = inventory_of(operation.vm, context).vm(operation.vm) if operation.vm else None
    return [] if vm is None else [vm]


def _everything(context: Context) -> Iterator[Vm]:
    for gateway in context.sites:
        yield from gateway.inventory.vms()
        yield from gateway.inventory.templates()


def ensure_ready(gateways: Iterable[Gateway]) -> None:
    """Hold off while an inventory is missing: what it holds can't be denied.

    Raises:
        NotReadyError: an inventory has not arrived yet.
    """
    missing = [gateway for gateway in gateways if not gateway.inventory.ready]
    if missing:
        facts = [
            f"the inventory of {gateway.name} has not arrived yet. {gateway.health().detail}" for gateway in missing
        ]
        raise NotReadyError(" ".join(facts).strip())


def _only(text: str, found: list[Vm], call: Call, context: Context, *, what: str) -> Vm:
    if len(found) == 1:
        return found[0]
    if found:
        raise AnsweredError(_picker(text, found, call, context))
    binned = [vm for vm in context.operations.bin.find(text) if may_see(vm, call, context)]
    if binned and what == _A_VM:
        marks = marks_of(binned[0])
        name = marks.name if marks else binned[0].name
        raise AnsweredError(misses.in_bin(name, [reference(vm, context) for vm in binned]))
    fact = f"no {what} is called {text[:MAX_NAME]!r}"
    hint = _ASK_FOR_TEMPLATES if what == _A_TEMPLATE else NotFoundError.hint
    raise AnsweredError(misses.missing(fact, _near(text, call, context, what=what), hint=hint))


def _not_in_bin(text: str, call: Call, context: Context) -> Answer:
    binned = [vm for vm in context.operations.bin.content() if may_see(vm, call, context)]
    former = {marks.name: vm for vm in binned if (marks := marks_of(vm))}
    near = [
        misses.again(call.words, text, reference(former[name], context), label=name)
        for name in nearest_names(text, list(former))
    ]
    fact = f"nothing in the recycle bin is or was called {text[:MAX_NAME]!r}"
    return misses.missing(fact, near, hint="See `/iaas list bin`.")


def _picker(text: str, found: list[Vm], call: Call, context: Context) -> Answer:
    visible = [vm for vm in found if may_see(vm, call, context)]
    choices = [misses.again(call.words, text, reference(vm, context), label=_where(vm, context)) for vm in visible]
    return misses.picker(text, choices, hidden=len(found) - len(visible))


def _where(vm: Vm, context: Context) -> str:
    path = inventory_of(vm.ref, context).path(vm.ref)
    return f"{path} ({vm.power.name.lower()}, {vm.ref.vcenter})"


def _near(text: str, call: Call, context: Context, *, what: str) -> list[Button]:
    wanted = [vm for vm in _everything(context) if vm.is_template is (what == _A_TEMPLATE)]
    by_name = {vm.name: vm for vm in wanted}
    names = nearest_names(text.rpartition("/")[2], list(by_name), limit=_TRIED)
    visible = [by_name[name] for name in names if may_see(by_name[name], call, context)][:_NEAR]
    return [misses.again(call.words, text, reference(vm, context), label=vm.name) for vm in visible]


def _may_use(template: Vm, call: Call, context: Context) -> bool:
    """Whether somebody may know of a template: it is there for all who may make VMs from templates."""
    makes = _MAKES in context.policy.verbs_for(call.actor, call.origin)
    return makes or may_see(template, call, context)
