"""The one door: takes requests, keeps them on record, runs them, tells whoever listens. All else stands behind it."""

import os
import secrets
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

import structlog

from operations.accounts import Accounts, Room
from operations.advice import Advice
from operations.attendant import Attendant
from operations.body import Body
from operations.crash import crash_point
from operations.deciding import Deciding
from operations.door import Door
from operations.duties.approvals import ApprovalDuty
from operations.duties.own import own_duties
from operations.engine import Engine, workflow_id
from operations.errors import (
    NotCancellableError,
    RefusedPlanError,
    StaleTransitionError,
)
from operations.glance import noted
from operations.model import Actor, Approval, Change, Event, Operation, Plan, Request, State
from operations.opening import ask_where_it_hurts, first_event, planned, refused
from operations.policy import Decision, Policy
from operations.ports import Directory, Listener
from operations.preflight import Judged
from operations.proving import Proof
from operations.record.audit import Audit
from operations.record.cards import Cards
from operations.record.database import Database
from operations.record.decisions import Decisions
from operations.record.deeds import Deeds
from operations.record.incident_cards import IncidentCards
from operations.record.incidents import Incidents
from operations.record.notices import Notices
from operations.record.refusals import Refusals
from operations.record.replicas import Replicas
from operations.record.store import Store
from operations.record.told import Told
from operations.recycling import RecycleBin
from operations.remedies import Remedies
from operations.reversing import Reversing
from operations.settings import OperationsSettings
from operations.sweeps import DueOperations, Sweeps
from operations.terms import Window
from vsphere.clock import Clock
from vsphere.model import Ref
from vsphere.sites import Sites

log = structlog.get_logger(__name__)


def _exit(reason: str) -> None:
    log.error("operations.fenced", reason=reason)
    os._exit(70)


class Operations:
    """One replica. `start` before anything else; `drain` and `close` at the end."""

    def __init__(
        self,
        *,
        settings: OperationsSettings,
        sites: Sites,
        policy: Policy,
        directory: Directory,
        clock: Clock,
        on_fenced: Callable[[str], None] = _exit,
    ) -> None:
        """Take what it needs; nothing is opened yet.

        Args:
            settings: limits, database, replica.
            sites: the vCenters.
            policy: who may do what.
            directory: who somebody is at the moment of the write.
            clock: time.
            on_fenced: called when this replica can't give a sign of life any more and so must end.
        """
        self._settings = settings
        self._clock = clock
        self._door = Door(settings=settings, sites=sites, policy=policy, directory=directory)
        self._database = Database(settings.database_url)
        self._listeners: list[Listener] = []
        self._store = Store(self._database, clock=clock, tell=self._tell)
        self.cards = Cards(self._database, clock=clock)
        self.incident_cards = IncidentCards(self._database, clock=clock)
        self.notices = Notices(self._database, clock=clock)
        self.audit = Audit(self._database, clock=clock)
        self.refusals = Refusals(self._database, clock=clock)
        self.incidents = Incidents(self._database, clock=clock)
        self.bin = RecycleBin(sites=sites, settings=settings)
        self.proof = Proof(store=self._store, deeds=Deeds(self._database))
        self.reversing = Reversing(store=self._store, sites=sites, content=self.bin, clock=clock)
        self._accounts = Accounts(sites=sites, content=self.bin, clock=clock)
        self._body = Body(
            store=self._store,
            sites=sites,
            settings=settings,
            clock=clock,
            gates=self._door,
            runner_id=f"{settings.replica_id}:{secrets.token_hex(4)}",
        )
        self._engine = Engine(
            database_url=settings.database_url,
            replica_id=settings.replica_id,
            concurrency=settings.concurrency,
            queue_poll_s=settings.queue_poll_s,
            database=self._database.queue_engine,
        )
        self._attendant = Attendant(
            settings=settings,
            clock=clock,
            engine=self._engine,
            store=self._store,
            replicas=Replicas(self._database, clock=clock),
            enqueue=self._enqueue,
            waits=self._waits,
            on_fenced=on_fenced,
        )
        decisions = Decisions(self._database, clock=clock, notices=self.notices, tell=self._tell)
        self.approvals = Deciding(
            settings=settings,
            store=self._store,
            decisions=decisions,
            cards=self.cards,
            refusals=self.refusals,
            sites=sites,
            directory=directory,
            clock=clock,
            replan=self._replan,
            enqueue=self._attendant.enqueue_due,
            locked=policy.locked,
        )
        self._door.lacking = self.approvals.lacking
        self.advice = Advice(
            door=self._door,
            accounts=self._accounts,
            store=self._store,
            approvals=settings.approvals,
            needed=self.approvals.needed,
        )
        overdue = ApprovalDuty(
            store=self._store,
            decisions=decisions,
            deciding=self.approvals,
            cards=self.cards,
            directory=directory,
            clock=clock,
        )
        own = own_duties(
            sites=sites,
            settings=settings,
            store=self._store,
            proof=self.proof,
            told=Told(self._database, self.notices, clock=clock),
            clock=clock,
            judge=self.judge,
            submit=self.submit,
        )
        self._sweeps = Sweeps([DueOperations(due=self._store.due, enqueue=self._attendant.enqueue), overdue, *own])

    def start(self) -> None:
        """Bring the tables up to date, recover what was left behind, and begin to run.

        Raises:
            StorageError: the database can't be reached.
        """
        self._database.migrate()
        self._engine.launch(self._body)
        self._attendant.start()
        log.info("operations.started", replica=self._settings.replica_id)

    def drain(self, timeout_s: float) -> None:
        """Run nothing further and let writes in flight get on record; what is followed goes on after a restart."""
        self._body.stop()
        self._attendant.stop()
        if not self._body.wait_idle(timeout_s):
            log.warning("operations.drain.incomplete", timeout_s=timeout_s)

    def close(self) -> None:
        """End the engine and close the database."""
        self._body.stop()
        self._attendant.stop()
        self._engine.destroy()
        self._database.close()

    def submit(self, request: Request, *, ask: bool = False) -> Operation:
        """Take a request on.

        Args:
            request: what somebody wants.
            ask: whether a yes is asked for even where the plan does not hurt.

        Returns:
            The new operation, or the one that answers the request already; in state REFUSED where policy says no.

        Raises:
            ConfirmationNeededError: somebody must say yes to the plan first.
            PlanChangedError: what they said yes to is not what would happen now.
            BadRequestError: it makes no sense for this VM.
            VsphereError: the VM is not there, the name is taken, nothing can take it…
            StorageError: it can't be put on record, so it will not be done.
        """
        known = self._store.by_key(request.key)
        if known is not None:
            return known
        verb, asking = self._door.look_up(request)
        subject = self._door.subject(verb, asking)
        decision = self._door.judge(verb, asking, request.actor)
        if not decision.allowed:
            # A copy is refused for the VM that it would be of, not for the name that it would have.
            name = asking.target.name if asking.vm is not None and verb.judges_source else request.name
            operation = refused(request, decision, vm_name=name or "", now=self._clock.now())
            return self._open(operation, request, decision, subject=subject)
        known = self._store.same(request, subject=subject, window_s=self._settings.duplicate_window_s)
        if known is not None:
            return known
        asking = replace(asking, lease=decision.grant.lease if decision.grant else None)
        plan = self._accounts.with_claim(verb.plan(asking), verb, asking)
        room = self._accounts.room(plan, decision, asking)
        try:
            approval = self.approvals.needed(verb, asking, plan)
            judged = Judged(decision=decision, approval=approval, quota=self._quota(room))
            plan = noted(plan, asking, judged, ask=ask)
            ask_where_it_hurts(plan, request, ask=ask)
            ttl = self.approvals.ttl(request)
            operation = planned(request, decision, plan, now=self._clock.now(), approval=approval, ttl=ttl)
            kept = self._open(operation, request, decision, subject=subject, room=room)
        except RefusedPlanError as error:
            over = replace(decision, allowed=False, reason=str(error), way_out=error.way_out)
            operation = refused(request, over, vm_name=plan.vm_name, now=self._clock.now())
            return self._open(operation, request, over, subject=subject)
        if kept.id == operation.id:
            self._set_going(kept)
        return kept

    def judge(self, request: Request) -> Decision:
        """Whether policy would allow it now; nothing is written.

        Raises:
            OperationsError: it makes no sense.
            VsphereError: the VM is not there, or the inventory has not arrived yet.
        """
        verb, asking = self._door.look_up(request)
        return self._door.judge(verb, asking, request.actor)

    def cancel(self, operation_id: str, actor: Actor) -> Operation:
        """Ask for an operation to be stopped: at once where it waits, else as soon as vCenter lets go.

        Raises:
            UnknownOperationError: there is none of this id.
            NotCancellableError: it has ended, or this person may not.
            StorageError: the wish can't be written.
        """
        operation = self._store.get(operation_id)
        if not self._door.may_cancel(actor, operation):
            raise NotCancellableError(
                f"{operation.id} was asked for by <@{operation.actor.id}>", hint="Ask them, or an administrator."
            )
        try:
            return self._store.request_cancel(operation.id, actor.id)
        except StaleTransitionError as error:
            raise NotCancellableError(str(error)) from error

    def withdraw(self, operation_id: str, reason: str) -> None:
        """End what remediation has asked for and what has not begun; what has begun, or ended, is left as it is.

        Raises:
            StorageError: it can't be written.
        """
        try:
            self._store.move(operation_id, State.CANCELLED, text=f"{reason} Nothing was sent.", has_begun=False)
        except StaleTransitionError as error:
            log.info("operation.withdrawn.late", operation_id=operation_id, reason=str(error))

    def may_cancel(self, actor: Actor, operation: Operation) -> bool:
        """See `Door.may_cancel`."""
        return self._door.may_cancel(actor, operation)

    def heed(self, remedies: Remedies) -> None:
        """Ask these about every request of remediation from now on; before that none is let through."""
        self._door.remedies = remedies

    def find(self, key: str) -> Operation | None:
        """See `Store.by_key`."""
        return self._store.by_key(key)

    def get(self, operation_id: str) -> Operation:
        """See `Store.get`."""
        return self._store.get(operation_id)

    def recent(
        self,
        limit: int,
        *,
        vm: Ref | None = None,
        vm_name: str | None = None,
        actor_id: str | None = None,
        states: Collection[State] | None = None,
        since: datetime | None = None,
    ) -> list[Operation]:
        """See `Store.recent`."""
        return self._store.recent(limit, vm=vm, vm_name=vm_name, actor_id=actor_id, states=states, since=since)

    def events(self, operation_id: str) -> list[Event]:
        """See `Store.events`."""
        return self._store.events(self._store.get(operation_id).id)

    def sweep(self) -> None:
        """One pass over everything that may have become due; see `operations.sweeps`. It never raises."""
        self._sweeps.run_once()

    @property
    def tonight(self) -> Window:
        """The hours for what interrupts somebody."""
        return self._settings.tonight

    def subscribe(self, listener: Listener) -> None:
        """Be told of every new version of every operation that this replica runs or takes."""
        self._listeners.append(listener)

    def _quota(self, room: Room | None, *, without: str | None = None) -> tuple[Change, ...]:
        """What a plan's notes say of the quota; nobody is asked about what does not fit anyway.

        Raises:
            QuotaExceededError: it does not fit.
        """
        if room is None:
            return ()
        held = [one for one in self._store.holding(room.since()) if one.id != without]
        room.check(held)
        return room.notes(held)

    def _open(
        self, operation: Operation, request: Request, decision: Decision, *, subject: str, room: Room | None = None
    ) -> Operation:
        """Put a new operation on record; or find the one that another thread or replica has just put there."""
        news = first_event(operation, request, decision, subject=subject)
        window_s = self._settings.duplicate_window_s if decision.allowed else 0
        kept = self._store.add(operation, request, subject=subject, news=news, window_s=window_s, room=room)
        log.info(
            "operation.opened",
            operation_id=kept.id,
            verb=kept.verb,
            target=subject,
            actor=request.actor.id,
            state=kept.state.value,
            reason=kept.text,
        )
        return kept

    def _set_going(self, operation: Operation) -> None:
        """Queue what is new on record, or have somebody asked; where that fails, a later pass does it."""
        if operation.state is State.QUEUED:
            crash_point("submit.recorded")
            self._attendant.enqueue_due(operation)
            crash_point("submit.queued")
        elif operation.state is State.AWAITING_APPROVAL:
            crash_point("approval.recorded")
            self.approvals.ask(operation)
            crash_point("approval.asked")

    def _replan(self, request: Request, approval: Approval) -> Plan:
        """What a request would do that an approver has changed; its quota is reserved already, for more than this."""
        verb, asking = self._door.look_up(request)
        decision = self._door.judge(verb, asking, request.actor)
        asking = replace(asking, lease=decision.grant.lease if decision.grant else None)
        plan = self._accounts.with_claim(verb.plan(asking), verb, asking)
        room, known = self._accounts.room(plan, decision, asking), self._store.by_key(request.key)
        quota = self._quota(room, without=known.id if known else None)
        return noted(plan, asking, Judged(decision=decision, approval=approval, quota=quota))

    def _enqueue(self, operation: Operation) -> None:
        request, subject = self._store.request(operation.id), self._store.subject(operation.id)
        self._engine.enqueue(workflow_id(request.key), operation.id, partition=subject)

    def _waits(self, operation: Operation) -> str | None:
        return self._door.waits(operation, self._store.request(operation.id))

    def _tell(self, operation: Operation) -> None:
        for listener in self._listeners:
            listener(operation)
