"""What is asked of a request before it becomes an operation, and again before its first write: allowed, the same?"""

from collections.abc import Callable
from dataclasses import replace

from operations.approvals import drift, drifted, who_decides
from operations.changes.making import new_vm_settings
from operations.changes.stage import Asking, Work
from operations.endings import Ending
from operations.errors import BadRequestError
from operations.model import Actor, ActorKind, Approval, Operation, Request, State
from operations.plans import mismatch
from operations.policy import Decision, Explanation, Policy, Question
from operations.ports import Directory
from operations.recycling import home_path, is_in_bin, marks_of
from operations.remedies import NoRemedies, Remedies, held_back, is_own, is_remedy, state_of_overtaken
from operations.settings import OperationsSettings
from operations.verbs import VERBS, Verb
from vsphere.errors import NotFoundError, NotReadyError
from vsphere.gateway import Gateway
from vsphere.model import Vm
from vsphere.sites import Sites


class Door:
    """The gates."""

    def __init__(self, *, settings: OperationsSettings, sites: Sites, policy: Policy, directory: Directory) -> None:
        self.remedies: Remedies = NoRemedies()
        self.lacking: Callable[[Verb, Asking, Operation], Approval | None] = _nobody
        self._settings = settings
        self._sites = sites
        self._policy = policy
        self._directory = directory

    def look_up(self, request: Request) -> tuple[Verb, Asking]:
        """The verb's row, and what its planner is given; from the mirror alone.

        Raises:
            BadRequestError: there is no such verb, or it names no VM and needs one.
            NotReadyError: the mirror has not arrived yet.
            NotFoundError: the VM is not there.
        """
        verb = VERBS.get(request.verb)
        if verb is None:
            raise BadRequestError(f"{request.verb!r} is no verb that changes anything")
        gateway = self._gateway(request)
        if not gateway.inventory.ready:
            raise NotReadyError(
                f"the inventory of {gateway.name} has not arrived yet. {gateway.health().detail}".strip()
            )
        asking = Asking(request=request, gateway=gateway, settings=self._settings, vm=_vm(verb, request, gateway))
        return verb, asking

    def subject(self, verb: Verb, asking: Asking) -> str:
        """What the operation works on: one at a time of these, in every replica."""
        if verb.makes:
            folder = new_vm_settings(asking).folder
            return f"{asking.gateway.name}/{folder.strip('/')}/{asking.request.name}".casefold()
        return str(asking.target.ref)

    def judge(self, verb: Verb, asking: Asking, actor: Actor) -> Decision:
        """Whether policy allows it: for the VM that is changed or copied, and for the place of a new one."""
        decisions = [self._policy.judge(question) for question in self._questions(verb, asking, actor)]
        refusal = next((one for one in decisions if not one.allowed), None)
        return (
            refusal
            or self._refuse_name(asking.request)
            or self._refuse_remedy(actor)
            or self._refuse_source(verb, asking)
            or self._refuse_binned(verb, asking)
            or decisions[-1]
        )

    def explain(self, verb: Verb, asking: Asking, actor: Actor) -> Explanation:
        """What `judge` says, and how it came about."""
        questions = self._questions(verb, asking, actor)
        decisive = next((one for one in questions if not self._policy.judge(one).allowed), questions[-1])
        return Explanation(
            question=decisive, decision=self.judge(verb, asking, actor), rules=self._policy.explain(decisive)
        )

    def present(self, actor: Actor) -> Actor | None:
        """See `operations.admission.Gates`. Remediation and the system itself are in no directory."""
        return self._directory.look_up(actor.id) if actor.kind is ActorKind.PERSON else actor

    def admit(self, operation: Operation, work: Work, request: Request, actor: Actor) -> Ending | None:
        """Right before the first write: judge again, as the person and the VM are now, and compare with the plan.

        Returns:
            How the operation ends instead; None to go on.
        """
        verb = VERBS[operation.verb]
        vm = work.vm
        if vm is None and verb.has_source:
            # That it is gone is said by whoever was about to change it.
            return None
        asking = Asking(request=request, gateway=work.gateway, settings=self._settings, vm=vm)
        decision = self.judge(verb, asking, actor)
        if not decision.allowed:
            text = f"{decision.reason} Nothing was sent." if is_remedy(actor) else decision.reason
            return Ending(state=State.REFUSED, text=text, way_out=decision.way_out)
        return (
            (_changed(operation, vm, actor) if vm else None)
            or self._overtaken(request, vm, actor)
            or self._refuse_unagreed(verb, asking, operation, actor)
        )

    def _overtaken(self, request: Request, vm: Vm | None, actor: Actor) -> Ending | None:
        """All that remediation asks before it acts, once more; a person has decided for themselves."""
        why = self.remedies.overtaken(request, vm) if is_remedy(actor) else None
        return None if why is None else Ending(state=State.CANCELLED, text=f"{why} Nothing was sent.")

    def _refuse_unagreed(self, verb: Verb, asking: Asking, operation: Operation, actor: Actor) -> Ending | None:
        """What nobody had to agree to when it was asked for may lie, by now, where somebody has to."""
        lacking = self.lacking(verb, asking, operation) if actor.kind is ActorKind.PERSON else None
        if lacking is None:
            return None
        text = f"By now it needs a yes of {who_decides(lacking)}: {lacking.reason}. Nothing was changed."
        return Ending(state=State.REFUSED, text=text, way_out="Ask for it again: then they are asked as well.")

    def waits(self, operation: Operation, request: Request) -> str | None:
        """Why an operation that is queued does not begin yet; None where it does. Only remedies wait for a turn."""
        return self.remedies.waits(request) if is_remedy(operation.actor) and operation.approval is not None else None

    def may_cancel(self, actor: Actor, operation: Operation) -> bool:
        """Whether a person may cancel an operation: one's own, a remedy of one's own VM, or any by a rule for that."""
        return self._policy.may_cancel(actor, operation.actor.id) or is_own(actor, operation, self._vm_of(operation))

    def _gateway(self, request: Request) -> Gateway:
        if request.vm is not None:
            return self._sites.of(request.vm)
        return self._sites.gateway(request.vcenter) if request.vcenter else self._sites.default

    def _vm_of(self, operation: Operation) -> Vm | None:
        return self._sites.of(operation.vm).inventory.vm(operation.vm) if operation.vm else None

    def _refuse_name(self, request: Request) -> Decision | None:
        """A new VM, or a restored one, gets no name that would put it out of everybody's reach."""
        name = request.name or request.arguments.get("as")
        return self._policy.reserved(str(name)) if name else None

    def _refuse_remedy(self, actor: Actor) -> Decision | None:
        """Remediation can be held as a whole, also between the door and the write."""
        held = self.remedies.held() if is_remedy(actor) else None
        return None if held is None else held_back(held)

    def _refuse_source(self, verb: Verb, asking: Asking) -> Decision | None:
        """What is there for everybody is a template that nobody protects; a VM is copied by who may `clone` it."""
        vm = asking.vm
        if vm is None or verb.judges_source:
            return None
        if vm.is_template:
            return self._policy.shield(vm)
        return Decision(
            allowed=False,
            rule="template",
            reason=f"{vm.name} is no template.",
            way_out=f"`/iaas clone {vm.name} NAME` copies a VM, for whoever may clone it.",
        )

    def _refuse_binned(self, verb: Verb, asking: Asking) -> Decision | None:
        """What lies in the recycle bin can be restored, and nothing else."""
        vm = asking.vm
        if vm is None or verb.works_in_bin or not is_in_bin(vm, asking.gateway.inventory, self._settings):
            return None
        marks = marks_of(vm)
        return Decision(
            allowed=False,
            rule="bin",
            reason=f"{marks.name if marks else vm.name} is in the recycle bin.",
            way_out=f"Bring it back first: `/iaas restore {marks.name}`."
            if marks
            else "Ask an administrator to move it out in vCenter.",
        )

    def _questions(self, verb: Verb, asking: Asking, actor: Actor) -> list[Question]:
        asked = Question(actor=actor, origin=asking.request.origin, verb=verb.name)
        questions = []
        if asking.vm is not None and verb.judges_source:
            questions.append(
                replace(asked, vm=asking.vm, path=home_path(asking.vm, asking.gateway.inventory, self._settings))
            )
        if verb.makes:
            questions.append(replace(asked, path=new_vm_settings(asking).folder, owner=actor.id))
        return questions


def _nobody(_verb: Verb, _asking: Asking, _operation: Operation) -> None:
    return None


def _changed(operation: Operation, vm: Vm, actor: Actor) -> Ending | None:
    """Whether it is another VM by now than what was asked about, or planned for."""
    voided = drift(operation, vm)
    if voided is not None:
        # Whoever said yes to it said so to another VM.
        return Ending(state=State.EXPIRED, text=drifted(voided), way_out="Ask again, if it is still wanted.")
    changed = mismatch(operation.plan, vm) if operation.plan else None
    if changed is None:
        return None
    text = f"{changed}. Nothing was changed."
    return Ending(state=state_of_overtaken(actor), text=text, way_out="Look at it again and repeat the command.")


def _vm(verb: Verb, request: Request, gateway: Gateway) -> Vm | None:
    if not verb.has_source:
        return None
    if request.vm is None:
        raise BadRequestError(f"{request.verb} needs a VM")
    vm = gateway.inventory.vm(request.vm)
    if vm is None:
        raise NotFoundError(f"{request.vm} is not in vCenter {gateway.name}")
    return vm
