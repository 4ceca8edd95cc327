"""What the time does to requests that wait for approval: asks whom it could not ask yet, reminds once, lets expire."""

import structlog

from operations import approvals
from operations.approvals import Weigh
from operations.deciding import Deciding
from operations.errors import NotDecidableError
from operations.model import Operation, State
from operations.ports import Directory
from operations.record.cards import Cards
from operations.record.decisions import Decisions
from operations.record.store import Store
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_MOST = 500


class ApprovalDuty:
    """See `operations.sweeps.Duty`. In two replicas at once the second finds done what the first has done."""

    name = "approvals"

    def __init__(
        self,
        *,
        store: Store,
        decisions: Decisions,
        deciding: Deciding,
        cards: Cards,
        directory: Directory,
        clock: Clock,
    ) -> None:
        self._store = store
        self._decisions = decisions
        self._deciding = deciding
        self._cards = cards
        self._directory = directory
        self._clock = clock

    def run_once(self) -> None:
        """One pass over all that waits.

        Raises:
            StorageError: the record can't be read or written; the next pass goes on.
        """
        for operation in self._store.recent(_MOST, states={State.AWAITING_APPROVAL}):
            now = self._clock.now()
            if operation.expires_at is not None and now >= operation.expires_at:
                self._turn(operation, approvals.expire(now=now))
            elif operation.approval is not None:
                self._attend(operation)

    def _attend(self, operation: Operation) -> None:
        approval, now = operation.approval, self._clock.now()
        if approval is None:
            return
        where = approvals.places(approval, self._directory.members(approval.groups) or (), operation.actor.id)
        if not set(where) <= set(self._cards.asked(operation.id)):
            self._deciding.ask(operation)
        if not approval.reminded and approvals.is_half_over(operation, now):
            self._turn(operation, approvals.remind(where, now=now))

    def _turn(self, operation: Operation, weigh: Weigh) -> None:
        try:
            turned = self._decisions.turn(operation.id, weigh)
        except NotDecidableError as error:
            log.info("approval.turned.meanwhile", operation_id=operation.id, reason=str(error))
        else:
            log.info("approval.due", operation_id=operation.id, state=turned.state.value)
