"""From what a person wrote to the one object that is meant: never a guess, and nothing shown that they may not see."""

import re
from collections.abc import Iterable, Iterator
from itertools import count

from rapidfuzz import fuzz, process, utils

from bot.answers import Answer, Button, Tone
from bot.command import AnsweredError, Call, Context
from bot.grammar import Words, command_line
from bot.permission import ensure_allowed, may_see
from bot.text import repair
from bot.values import MAX_NAME
from vsphere.errors import AmbiguousNameError, NotFoundError, NotReadyError
from vsphere.gateway import Gateway
from vsphere.inventory import Inventory
from vsphere.model import Ref, Vm

MOST_CHOICES = 20
"""A picker longer than this helps nobody."""
_NEAR = 3
_NEAR_ENOUGH = 65
_TRIED = 12
_TRAILING_NUMBER = re.compile(r"^(.*?)(\d{1,6})$")


def one_vm(text: str, call: Call, context: Context) -> Vm:
    """The VM that is meant.

    Raises:
        AnsweredError: there is none, or more than one: the answer offers those that the person may see.
    """
    return _only(text, [vm for vm in _find(text, context) if not vm.is_template], call, context, what="VM")


def one_seen(text: str, call: Call, context: Context, *, verb: str | None = None) -> Vm:
    """The VM or template that is meant, for a verb that only reads it.

    Raises:
        AnsweredError: there is none, more than one, or the person may not see it.
    """
    vm = _only(text, _find(text, context), call, context, what="VM")
    ensure_allowed(verb or "show", vm, call, context)
    return vm


def one_template(text: str, vcenter: str | None, call: Call, context: Context) -> Vm:
    """The template that is meant, within a vCenter where one is given; a VM is taken as a model as well.

    Raises:
        AnsweredError: there is none, or more than one.
    """
    found = [vm for vm in _find(text, context) if vcenter is None or vm.ref.vcenter == vcenter_named(vcenter, context)]
    templates = [vm for vm in found if vm.is_template]
    return _only(text, templates or found, call, context, what="template")


def one_datastore(text: str, vm: Vm, call: Call, context: Context) -> str:
    """The name of the datastore that is meant, in the VM's own vCenter.

    Raises:
        AnsweredError: there is none of this name.
    """
    names = [datastore.name for datastore in inventory_of(vm.ref, context).datastores()]
    exact = next((name for name in names if name.casefold() == text.casefold()), None)
    if exact is not None:
        return exact
    buttons = [_again(call.words, text, name, label=name) for name in nearest_names(text, names)]
    raise AnsweredError(_missing(f"no datastore is called {text!r} in {vm.ref.vcenter}", buttons))


def visible_vms(call: Call, context: Context, *, verb: str) -> list[Vm]:
    """Every VM that the person may see here, by name.

    Raises:
        NotReadyError: an inventory has not arrived yet.
    """
    _ensure_ready(context.sites)
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


def is_taken(name: str, vcenter: str, context: Context) -> bool:
    """Whether a VM or template of the vCenter has the name, in any folder: two of one name are a trap.

    Raises:
        NotReadyError: the inventory has not arrived yet.
    """
    gateway = context.sites.gateway(vcenter)
    _ensure_ready([gateway])
    return bool(gateway.inventory.find_vms(name))


def taken(name: str, vcenter: str, call: Call, context: Context, *, at: int) -> Answer:
    """The answer to a name that is taken: the same line with a free one, to be had with one click.

    Args:
        name: of the VM to be made.
        vcenter: where it is to be made.
        call: the line.
        context: where to look.
        at: which of the line's words the name is.
    """
    inventory = context.sites.gateway(vcenter).inventory
    free = next(one for one in _successors(name) if not inventory.find_vms(one))
    names = [*call.words.names]
    names[at] = free + names[at][len(name) :]
    command = command_line(call.words.verb, *names, options=call.words.options)
    return Answer(
        title=f"The name {name} is taken in {vcenter}.",
        lines=("Choose another name, or take the free one below.",),
        buttons=(Button(label=f"Call it {free}", command=command),),
        tone=Tone.FAILED,
    )


def free_clone_name(source: Vm, context: Context) -> str:
    """`web-01-clone-1`, or the first number that is free."""
    inventory = inventory_of(source.ref, context)
    names = (_clone_name(source, number) for number in count(1))
    return next(name for name in names if not inventory.find_vms(name))


def is_clone_name(name: str, source: Vm) -> bool:
    """Whether `free_clone_name` may have made the name for this source."""
    number = name.rpartition("-")[2]
    return number.isdecimal() and name == _clone_name(source, int(number))


def _clone_name(source: Vm, number: int) -> str:
    ending = f"-clone-{number}"
    return source.name[: MAX_NAME - len(ending)] + ending


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
    _ensure_ready(context.sites)
    # A name with a dash or space that Slack's repair has replaced is found by its repaired form.
    wanted = text.casefold()
    return [vm for vm in _everything(context) if not vm.name.isascii() and repair(vm.name).casefold() == wanted]


def _everything(context: Context) -> Iterator[Vm]:
    for gateway in context.sites:
        yield from gateway.inventory.vms()
        yield from gateway.inventory.templates()


def _ensure_ready(gateways: Iterable[Gateway]) -> None:
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
    fact = f"no {what} is called {text[:MAX_NAME]!r}"
    raise AnsweredError(_missing(fact, _near(text, call, context, what=what)))


def _picker(text: str, found: list[Vm], call: Call, context: Context) -> Answer:
    """The choice among those that the person may see: even a single one is not chosen for them."""
    visible = [vm for vm in found if may_see(vm, call, context)]
    choices = [
        _again(call.words, text, reference(vm, context), label=_where(vm, context)) for vm in visible[:MOST_CHOICES]
    ]
    hidden = len(found) - len(visible)
    unseen = (f"You may not see {hidden} of them here.",) if hidden else ()
    return Answer(
        title=f"{len(found)} VMs are called {text}. Which one?",
        lines=(*unseen, AmbiguousNameError.hint),
        choices=tuple(choices),
        tone=Tone.QUESTION,
    )


def _where(vm: Vm, context: Context) -> str:
    path = inventory_of(vm.ref, context).path(vm.ref)
    return f"{path} ({vm.power.name.lower()}, {vm.ref.vcenter})"


def _near(text: str, call: Call, context: Context, *, what: str) -> list[Button]:
    wanted = [vm for vm in _everything(context) if vm.is_template is (what == "template")]
    by_name = {vm.name: vm for vm in wanted}
    names = nearest_names(text.rpartition("/")[2], list(by_name), limit=_TRIED)
    visible = [by_name[name] for name in names if may_see(by_name[name], call, context)][:_NEAR]
    return [_again(call.words, text, reference(vm, context), label=vm.name) for vm in visible]


def _missing(fact: str, buttons: list[Button]) -> Answer:
    way_out = "Did you mean one of these? Nothing has been done." if buttons else NotFoundError.hint
    return Answer(title=f"{fact[0].upper()}{fact[1:]}.", lines=(way_out,), buttons=tuple(buttons), tone=Tone.FAILED)


def _again(words: Words, old: str, new: str, *, label: str) -> Button:
    """The same command with one name replaced: where it stands first, be it as a word or as an option's value."""
    names, options = [*words.names], dict(words.options)
    if old in names:
        names[names.index(old)] = new
    else:
        options = {key: new if value == old else value for key, value in options.items()}
    return Button(label=label, command=command_line(words.verb, *names, options=options))


def _successors(name: str) -> Iterator[str]:
    """`web-07` → `web-08`, `web-09`…; `web` → `web-2`, `web-3`…; within vSphere's limit."""
    found = _TRAILING_NUMBER.match(name)
    stem, digits = (found[1], found[2]) if found else (f"{name}-", "1")
    for number in count(int(digits) + 1):
        ending = str(number).zfill(len(digits))
        yield stem[: MAX_NAME - len(ending)] + ending
