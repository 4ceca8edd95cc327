"""The last questions before the first write: who the person is by now, whether it is allowed still, and the same."""

from collections.abc import Callable
from typing import Protocol

from operations.changes.stage import Work
from operations.endings import Ending, cancelled
from operations.model import Actor, Operation, Request, State
from operations.progress import Waiting

_ASK_EVERY_S = 1.0


class Gates(Protocol):
    """What is asked: `operations.door`."""

    def present(self, actor: Actor) -> Actor | None:
        """The actor as of now; None while nobody can say."""

    def admit(self, operation: Operation, work: Work, request: Request, actor: Actor) -> Ending | None:
        """Whether the actor may do that to the target as it is now; None is yes."""


class Admission:
    """Asks, and waits for whoever knows the person: Slack may be away for a moment just when the bot was restarted."""

    def __init__(self, waiting: Waiting, *, gates: Gates, request: Callable[[str], Request]) -> None:
        self._waiting = waiting
        self._gates = gates
        self._request = request

    def ask(self, operation: Operation, look: Callable[[], Work | Ending]) -> Work | Ending:
        """Find out who the person is now, look at the target after that, and judge.

        Returns:
            What `look` saw, or how the operation ends instead.
        """
        actor = self._identify(operation)
        if isinstance(actor, Ending):
            return actor
        seen = look()
        if isinstance(seen, Ending):
            return seen
        return self._gates.admit(operation, seen, self._request(operation.id), actor) or seen

    def _identify(self, operation: Operation) -> Actor | Ending:
        """Whoever asked for it, as they are now; this waiting can be cancelled as any other."""
        waiting = self._waiting
        progress = waiting.progress(operation)
        deadline = waiting.clock.monotonic() + waiting.settings.directory_timeout_s
        while True:
            actor = self._gates.present(operation.actor)
            if actor is not None:
                return actor
            if progress.should_stop():
                waiting.rest(0)
                return cancelled(waiting.operation(operation.id))
            if waiting.clock.monotonic() >= deadline:
                return self._nobody()
            waiting.rest(_ASK_EVERY_S)

    def _nobody(self) -> Ending:
        waited_s = self._waiting.settings.directory_timeout_s
        text = (
            f"Who you are could not be checked again right before it was sent, for {waited_s:g} s, so it was not sent."
        )
        return Ending(state=State.REFUSED, text=text, way_out="Ask again when Slack answers.")
