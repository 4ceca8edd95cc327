"""What holds for remediation at the door and before a write: two verbs, no rule, no quota, no restart. Pure.

A remedy passes the same gates as a person's wish, but for those that limit people: the modes and guard rails of
remediation say how far it may go. What is protected, the read-only switch and `[[approval]]` hold for it as well.
"""

from typing import Final, Protocol

from operations.errors import SilentRestartError
from operations.gates import owner_of
from operations.model import Actor, ActorKind, Effect, Operation, Plan, Request, State
from operations.policy import Decision
from vsphere.model import Vm

RULE: Final = "remediation"
"""Instead of a rule's name, in decisions about remedies."""
_EFFECTS: Final = {Effect.RESTART: "restart", Effect.STOP: "go down", Effect.LOSS: "lose data"}


class Remedies(Protocol):
    """What is asked about a request of remediation beside policy; `bot.wiring` passes who answers."""

    def held(self) -> str | None:
        """Why remediation does nothing at all now: its kill switch, a pause; None where nothing holds it."""

    def waits(self, request: Request) -> str | None:
        """Why one that has its yes has to wait for its turn; None where it is its turn, which it has taken then.

        Asked right before it begins, as often as that takes. Several may have got their yes at the same moment, and
        between two of them nobody has counted what runs.
        """

    def overtaken(self, request: Request, vm: Vm | None) -> str | None:
        """Why this one is not to be done any more, asked right before its first write; None where it is.

        All that was asked before it was admitted is asked anew, whoever has said yes to it since: alarm, playbook,
        guard rails, causes, by facts and figures that are read for that.

        Args:
            request: of remediation.
            vm: as it was read a moment ago; None where it is gone.
        """


class NoRemedies:
    """See `Remedies`, where nobody answers for them: then none are let through."""

    def held(self) -> str | None:
        """See `Remedies.held`."""
        return "Remediation is not switched on in this bot."

    def waits(self, request: Request) -> str | None:  # noqa: ARG002  it is held right before its write
        """See `Remedies.waits`."""
        return None

    def overtaken(self, request: Request, vm: Vm | None) -> str | None:  # noqa: ARG002  it does not matter which
        """See `Remedies.overtaken`."""
        return self.held()


def is_remedy(actor: Actor) -> bool:
    """Whether remediation asks."""
    return actor.kind is ActorKind.REMEDIATION


def state_of_overtaken(actor: Actor) -> State:
    """How ends what somebody else's change has made impossible, before anything was sent or changed.

    A person has to know that it has failed; a remedy comes to nothing, and is found anew where it is needed still. Its
    playbook has not failed: nobody could have it work by mending it.
    """
    return State.CANCELLED if is_remedy(actor) else State.FAILED


def held_back(reason: str) -> Decision:
    """The no while remediation is held."""
    way_out = "An administrator lets it go on with `/iaas remediation resume`, or in its configuration."
    return Decision(allowed=False, rule=RULE, reason=reason, way_out=way_out)


def ensure_harmless(plan: Plan, request: Request) -> None:
    """Let remediation do nothing that anybody would have to agree to.

    Raises:
        SilentRestartError: whoever uses the VM would notice.
    """
    if is_remedy(request.actor) and plan.needs_confirmation:
        what = _EFFECTS.get(plan.effect, "be interrupted")
        raise SilentRestartError(f"{plan.vm_name} would {what} for that, which nobody has agreed to.")


def is_own(actor: Actor, operation: Operation, vm: Vm | None) -> bool:
    """Whether it is a remedy of a VM that belongs to this person, who may stop it for that."""
    outsider = actor.is_guest or actor.is_stranger or actor.kind is not ActorKind.PERSON
    return not outsider and is_remedy(operation.actor) and vm is not None and owner_of(vm) == actor.id
