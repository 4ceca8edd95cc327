"""What a line would come to, without doing it: the verbs run up to the door, and there the request is caught."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.answers import Answer
from bot.command import AnsweredError, Call, Command, Context, Words
from bot.dispatch import Understood
from bot.grammar import UsageError
from bot.lookup import one_vm
from bot.permission import explain
from operations.advice import Foresight
from operations.model import Actor, Operation, Origin, Request
from operations.policy import Explanation, Policy, Question
from operations.service import Operations
from operations.verbnames import OF_ONE_VM, OPEN, READING, SWITCHING
from operations.verbs import VERBS
from vsphere.model import PowerState, Ref, Vm

_KEY: Final = "rehearsal"


class CaughtError(Exception):
    """A request that has come to the door; it is no mistake."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.verb)
        self.request = request


class Rehearsal(Operations):
    """Operations that take nothing on; never started."""

    def submit(self, request: Request, *, ask: bool = False) -> Operation:  # noqa: ARG002  nothing is asked
        """Catch the request.

        Raises:
            CaughtError: always.
        """
        raise CaughtError(replace(request, confirmed=None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """What is told of the VM, or of the folder for a new one, where no vCenter is asked."""

    folder: str | None
    attributes: Mapping[str, str]


def rehearse(line: Understood, actor: Actor, origin: Origin, context: Context) -> Foresight:
    """What would come of a line as things are.

    Raises:
        AnsweredError: the VM is not there, there are several, or the name is taken.
        UsageError: the words make no sense, or the verb is about an operation.
        OperationsError: the request makes none.
        VsphereError: vCenter can't be asked.
    """
    verb = policy_verb(line)
    call = Call(words=line.words, actor=actor, origin=origin, key=_KEY, asked_at=context.clock.now())
    if verb not in VERBS:
        return Foresight(explanation=_reading(verb, call, context, line.command))
    try:
        reply = line.command.run(line.arguments, call, context)
    except CaughtError as caught:
        return context.operations.advice.foresee(caught.request)
    if isinstance(reply, Answer):
        raise AnsweredError(reply)
    raise UsageError(f"{line.command.name} was asked for a moment ago already", usage=line.command.usage)


def describe(line: Understood, actor: Actor, origin: Origin, policy: Policy, told: Described) -> Foresight:
    """What policy says to a line about a VM of which only that is known which is told."""
    verb = policy_verb(line)
    asked = Question(actor=actor, origin=origin, verb=verb)
    if verb in VERBS and VERBS[verb].makes:
        asked = replace(asked, path=told.folder, owner=actor.id)
    elif names := _named(verb, line.words):
        name = names[0]
        path = None if told.folder is None else f"{told.folder.rstrip('/')}/{name}"
        asked = replace(asked, vm=_vm(name, told.attributes), path=path)
    return Foresight(explanation=_judged(policy, asked))


def policy_verb(line: Understood) -> str:
    """The verb that policy knows: `snapshot.create` for `snapshot web-01 create`.

    Raises:
        UsageError: it is a family and which one is not said, or it is about an operation and not about a VM.
    """
    command = line.command
    said = [verb for verb in command.verbs if len(command.verbs) == 1 or _member(verb) in line.words.names]
    if not said:
        raise UsageError(f"{command.name} is several verbs: {', '.join(command.verbs)}", usage=command.usage)
    if said[0] not in {*VERBS, *READING, *SWITCHING, *OPEN}:
        raise UsageError(f"{command.name} is about an operation: who asked for it decides", usage=command.usage)
    return said[0]


def _named(verb: str, words: Words) -> tuple[str, ...]:
    """The names in a line, without the word that chooses the verb of a family: first those of VMs."""
    if verb in SWITCHING - OF_ONE_VM:
        return ()
    return tuple(name for name in words.names if name != _member(verb)) or words.names


def _member(verb: str) -> str:
    return verb.rpartition(".")[2]


def _reading(verb: str, call: Call, context: Context, command: Command) -> Explanation:
    names = _named(verb, call.words)
    if names and " VM" in command.usage:
        return explain(verb, one_vm(names[0], call, context), call, context)
    return _judged(context.policy, Question(actor=call.actor, origin=call.origin, verb=verb))


def _judged(policy: Policy, asked: Question) -> Explanation:
    return Explanation(question=asked, decision=policy.judge(asked), rules=policy.explain(asked))


def _vm(name: str, attributes: Mapping[str, str]) -> Vm:
    """A VM of which nothing is known but its name and custom attributes."""
    nothing = datetime.min.replace(tzinfo=UTC)
    return Vm(
        ref=Ref("described", "vm"),
        instance_uuid="",
        bios_uuid="",
        name=name,
        is_template=False,
        power=PowerState.OFF,
        cpu_count=0,
        cores_per_socket=1,
        memory_mib=0,
        cpu_hot_add=False,
        memory_hot_add=False,
        guest_id="",
        guest_name="",
        tools_running=False,
        ip_address=None,
        host_name=None,
        host=None,
        folder=None,
        pool=None,
        datastores=(),
        networks=(),
        committed_bytes=0,
        uncommitted_bytes=0,
        snapshot_count=0,
        change_version="",
        booted_at=None,
        attributes=attributes,
        read_at=nothing,
    )
