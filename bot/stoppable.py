"""What automatic changes can be stopped for: one VM or one datastore, by what was written, where policy lets it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.answers import Answer, Button, Tone
from bot.command import AnsweredError, Call, Context
from bot.grammar import command_line
from bot.lookup import ensure_ready, inventory_of, nearest_names, one_vm, reference
from bot.permission import ensure_allowed, refusal
from remediation.switches import datastore_stop_key, stop_key
from vsphere.errors import NotFoundError
from vsphere.model import Datastore, Vm


@dataclass(frozen=True, kw_only=True, slots=True)
class Stoppable:
    """One of them."""

    name: str
    written: str
    """How a command names it so that no other is meant."""
    key: str
    """Of its switch."""
    vm: Vm | None
    """None for a datastore."""


def one_stoppable(text: str, verb: str, call: Call, context: Context) -> Stoppable:
    """The VM or datastore that is meant, once policy has let the person do that to it.

    Args:
        text: a name or inventory path, with `@vcenter` where several have one.
        verb: as policy knows it, `remediation.stop`.
        call: who asks, and where.
        context: what there is.

    Raises:
        AnsweredError: there is none, more than one, or policy says no.
    """
    ensure_ready(context.sites)
    datastores = _datastores(text, context)
    if datastores and _is_vm(text, context):
        raise AnsweredError(_which(text, datastores, call, context))
    if not datastores:
        return _vm(text, verb, call, context)
    if len(datastores) > 1:
        raise AnsweredError(_which(text, datastores, call, context))
    return _datastore(datastores[0], verb, call, context)


def _vm(text: str, verb: str, call: Call, context: Context) -> Stoppable:
    near = nearest_names(text, [one.name for _, one in _all(context)]) if not _is_vm(text, context) else []
    try:
        vm = one_vm(text, call, context)
    except AnsweredError as error:
        raise AnsweredError(_with_datastores(error.answer, text, near, call)) from error
    ensure_allowed(verb, vm, call, context)
    return Stoppable(name=vm.name, written=reference(vm, context), key=stop_key(vm.ref), vm=vm)


def _datastore(datastore: Datastore, verb: str, call: Call, context: Context) -> Stoppable:
    refused = refusal(verb, call.actor, call.origin, context)
    if refused is not None:
        title = f"{datastore.name} is a datastore, which is nobody's own, and no rule gives you {verb} for all."
        raise AnsweredError(replace(refused, title=title, lines=("Ask an administrator to do it.",), note=None))
    written = _written(datastore, context)
    return Stoppable(name=datastore.name, written=written, key=datastore_stop_key(datastore.ref), vm=None)


def _is_vm(text: str, context: Context) -> bool:
    try:
        return any(not vm.is_template for vm in context.sites.find_vms(text))
    except NotFoundError:
        return False


def _all(context: Context) -> Iterator[tuple[str, Datastore]]:
    """Every datastore with its inventory path."""
    for gateway in context.sites:
        for one in gateway.inventory.datastores():
            yield gateway.inventory.path(one.ref), one


def _datastores(text: str, context: Context) -> list[Datastore]:
    """Those of this name or path, case aside."""
    wanted = text.casefold()
    return [
        one
        for path, one in _all(context)
        if wanted in {each.casefold() for name in (one.name, path) for each in (name, f"{name}@{one.ref.vcenter}")}
    ]


def _written(datastore: Datastore, context: Context) -> str:
    """Its name, or its path and vCenter where a VM or another datastore has that name as well."""
    if not _is_vm(datastore.name, context) and len(_datastores(datastore.name, context)) == 1:
        return datastore.name
    return f"{inventory_of(datastore.ref, context).path(datastore.ref)}@{datastore.ref.vcenter}"


def _which(text: str, datastores: list[Datastore], call: Call, context: Context) -> Answer:
    """The choice, which is never made for the person."""
    vms = [vm for vm in context.sites.find_vms(text) if not vm.is_template] if _is_vm(text, context) else []
    choices = [
        *((f"VM {vm.name}", f"{inventory_of(vm.ref, context).path(vm.ref)}@{vm.ref.vcenter}") for vm in vms),
        *((f"Datastore {one.name} ({one.ref.vcenter})", _written(one, context)) for one in datastores),
    ]
    return Answer(
        title=f"{len(choices)} are called {text}. Which one?",
        choices=tuple(_again(call, written, label=label) for label, written in choices),
        tone=Tone.QUESTION,
    )


def _with_datastores(answer: Answer, text: str, near: list[str], call: Call) -> Answer:
    """The answer that there is no such VM, with the datastores that are near."""
    title = answer.title.replace("No VM is called", "No VM and no datastore is called", 1)
    if title == answer.title or not near:
        return replace(answer, title=title)
    buttons = (*answer.buttons, *(_again(call, name, label=name) for name in near if name != text))
    return replace(answer, title=title, lines=("Did you mean one of these? Nothing has been done.",), buttons=buttons)


def _again(call: Call, written: str, *, label: str) -> Button:
    return Button(label=label, command=command_line(call.words.verb, *call.words.names[:-1], written))
