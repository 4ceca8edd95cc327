"""The jobs behind the listeners: ask who it is, run the line, show what comes of it. Runs in job threads."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.answers import Answer, Ask, Reply, Started
from bot.blocks.elements import Json
from bot.slack.announcer import Announcer
from bot.slack.modals import Modals, OpenView
from bot.slack.place import Place
from bot.slack.ports import Dispatcher, Operations
from bot.slack.replies import Replies
from bot.views import error, words
from bot.views.answer import again, answer
from bot.views.change import change_modal, sizes_of
from bot.views.decision import decision_form
from bot.views.ids import Decision, Pending
from bot.views.message import Message
from bot.views.modals import complaining, confirm_modal, loading_modal, told_modal
from bot.views.operation import operation_card
from operations.model import Actor, State
from operations.ports import Directory
from operations.seen import changed_since
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

_ON_HOME: Final = 10
_CLOCK_STEP: Final = timedelta(milliseconds=20)
"""The record may keep times less finely than the clock gives them."""
_TRIGGER_LIVES_S: Final = 2.8
"""A trigger opens a modal for three seconds; after so many it is not tried any more."""


class Work:
    """What happens after the ack."""

    def __init__(
        self,
        *,
        dispatcher: Dispatcher,
        operations: Operations,
        directory: Directory,
        replies: Replies,
        announcer: Announcer,
        modals: Modals,
        clock: Clock,
        late_after_s: float,
    ) -> None:
        self._dispatcher = dispatcher
        self._operations = operations
        self._directory = directory
        self._replies = replies
        self._announcer = announcer
        self._modals = modals
        self._clock = clock
        self._late_after_s = late_after_s

    def tell(self, place: Place, message: Message) -> None:
        """Answer in private."""
        self._replies.tell(place, message)

    def say(self, line: str, place: Place, *, changes: bool) -> None:
        """Run a line for the person who typed it, or pressed its button."""
        if changes and self._is_late(place):
            log.warning("slack.command.late", actor=place.user, after_s=self._age_s(place), retry=place.retry)
            self._replies.tell(place, error.late(line))
            return
        asked_at = self._clock.now()
        reply = self._run(line, place, asked_at)
        if reply is not None:
            self._show(reply, line, place, asked_at)

    def look(self, line: str, place: Place, *, outdated: Callable[[], Message | None] = lambda: None) -> None:
        """Run a line that will ask, with a modal that opens before the plan is made.

        Args:
            line: the command line.
            place: where its button was pressed.
            outdated: what is told instead where that button is no longer offered; None where it is.
        """
        instead = outdated()
        if instead is not None:
            log.info("slack.button.outdated", actor=place.user, line=line)
            self._replies.tell(place, instead)
            return
        view_id = self._modals.open(place.trigger, loading_modal(line)) if self._trigger_lives(place) else None
        if view_id is None:
            self._replies.tell(place, error.question_lost(line))
            return
        asked_at = self._clock.now()
        reply = self._run(line, place, asked_at)
        if isinstance(reply, Ask):
            self._modals.update(view_id, self._question(reply, place.response_url, line))
            return
        if reply is None:
            self._modals.update(view_id, told_modal(error.stranger()))
            return
        self._modals.update(view_id, told_modal(self._summary(reply)))
        self._show(reply, line, place, asked_at)

    def fill_in(self, line: str, place: Place) -> None:
        """Open the form that asks for what a command still lacks."""
        pending = Decision(
            line=line,
            channel=place.origin.channel,
            channel_name=place.origin.channel_name,
            is_direct=place.origin.is_direct,
            response_url=place.response_url,
        )
        view = decision_form(pending)
        if view is None:
            self._replies.tell(place, error.outdated())
        elif not self._trigger_lives(place) or self._modals.open(place.trigger, view) is None:
            self._replies.tell(place, error.form_lost(line))

    def confirm(self, pending: Pending, place: Place) -> None:
        """Carry out what was confirmed, unless the plan has changed or the person has seen an error instead."""
        if self._is_late(place):
            self._replies.tell(place, error.late_confirmation())
            return
        actor = self._actor(place, fresh=True)
        if actor is not None:
            asked_at = self._clock.now()
            reply = self._dispatcher.confirm(pending.request(actor, asked_at=asked_at), pending.plan_hash)
            if isinstance(reply, Ask):
                self._ask_anew(reply, pending, place)
            else:
                self._show(reply, pending.verb, place, asked_at)

    def tonight(self, pending: Pending, place: Place, view_id: str) -> None:
        """Carry out tonight what was confirmed by the button for it; the modal tells what came of it, or asks anew."""
        if self._is_late(place):
            self._modals.update(view_id, told_modal(error.late_confirmation()))
            return
        actor = self._actor(place, fresh=True)
        if actor is not None:
            asked_at = self._clock.now()
            request = pending.request(actor, asked_at=asked_at)
            reply = self._dispatcher.confirm(request, pending.plan_hash, tonight=True)
            if isinstance(reply, Ask):
                self._modals.update(view_id, self._question_anew(reply, pending))
                return
            self._modals.update(view_id, told_modal(self._summary(reply)))
            self._show(reply, pending.verb, place, asked_at)

    def complain(self, view: Mapping[str, Any], complaint: str) -> None:
        """Say in an open modal what is wrong with the click."""
        self._modals.update(str(view["id"]), complaining(view, complaint))

    def offer_change(self, pending: Pending, view_id: str) -> None:
        """Put the form for other figures in the place of a question."""
        self._modals.update(view_id, change_modal(pending))

    def replan(self, pending: Pending, place: Place, form: OpenView) -> None:
        """Plan what was asked for with other figures, and ask about that; figures that can't be are asked for again."""
        actor = self._actor(place)
        if actor is None:
            self._modals.update_acked(form, told_modal(error.stranger()))
            return
        asked_at = self._clock.now()
        match reply := self._dispatcher.look(pending.request(actor, asked_at=asked_at)):
            case Ask():
                self._modals.update_acked(form, self._question(reply, pending.response_url))
            case Answer():
                self._modals.update_acked(form, change_modal(pending, " ".join([reply.title, *reply.lines])))
            case Started():
                self._modals.update_acked(form, told_modal(self._summary(reply)))
                self._show(reply, pending.verb, place, asked_at)

    def show_home(self, user: str) -> None:
        """Publish the Home tab with the person's operations."""
        self._modals.publish_home(user, self._operations.recent(_ON_HOME, actor_id=user), self._clock.now())

    def _run(self, line: str, place: Place, asked_at: datetime) -> Reply | None:
        actor = self._actor(place)
        if actor is None:
            return None
        return self._dispatcher.run(line, actor=actor, origin=place.origin, key=place.key, asked_at=asked_at)

    def _actor(self, place: Place, *, fresh: bool = False) -> Actor | None:
        """Who it is; a yes to what can hurt is held against the groups of this very moment."""
        actor = self._directory.look_up(place.user, fresh=fresh)
        if actor is None:
            self._dispatcher.note_unknown(place.user, place.origin)
            self._replies.tell(place, error.stranger())
        return actor

    def _show(self, reply: Reply, line: str, place: Place, asked_at: datetime) -> None:
        match reply:
            case Answer():
                self._replies.tell(place, answer(reply), public=not reply.private)
                if reply.file is not None:
                    self._replies.attach(place, reply.file)
            case Started():
                self._started(reply, place, asked_at)
            case Ask():
                self._ask(reply, line, place)

    def _started(self, reply: Started, place: Place, asked_at: datetime) -> None:
        operation = reply.operation
        if operation.created_at < asked_at - _CLOCK_STEP:
            # The same wish again, or the same delivery after a restart: its card is there, or resync posts it.
            card = operation_card(operation, self._clock.now())
            self._replies.tell(place, again(card, operation) if reply.may_repeat else card)
            return
        if operation.state is State.REFUSED:
            # A refusal embarrasses nobody before others.
            self._replies.tell(place, operation_card(operation, self._clock.now()))
            self._announcer.told_privately(operation)
            return
        self._announcer.adopt(
            operation, elsewhere=lambda: self._replies.tell(place, error.elsewhere(operation.summary))
        )

    def _ask(self, reply: Ask, line: str, place: Place) -> None:
        view = self._question(reply, place.response_url, line)
        if not self._trigger_lives(place) or self._modals.open(place.trigger, view) is None:
            self._replies.tell(place, error.question_lost(line))

    def _ask_anew(self, reply: Ask, old: Pending, place: Place) -> None:
        """The modal is closed by its own yes, so the question about what is so now opens in another."""
        view = self._question_anew(reply, old)
        if not self._trigger_lives(place) or self._modals.open(place.trigger, view) is None:
            changed = changed_since(old.seen, reply.plan)
            self._replies.tell(place, error.changed_meanwhile(words.outdated(reply.plan), changed, old.line))

    def _question_anew(self, ask: Ask, old: Pending) -> Json:
        """The question about the plan as it is now, with what has changed since somebody said yes to the old one."""
        log.info("confirmation.outdated", verb=old.verb, target=old.vm)
        changed = changed_since(old.seen, ask.plan)
        return self._question(ask, old.response_url, old.line, changed=changed)

    def _question(self, ask: Ask, response_url: str | None, line: str | None = None, *, changed: str = "") -> Json:
        pending = Pending.of(ask.request, ask.plan, sizes=sizes_of(ask.plan), response_url=response_url, line=line)
        return confirm_modal(ask.plan, pending, window=ask.tonight, now=self._clock.now(), changed=changed)

    def _summary(self, reply: Reply) -> Message:
        if isinstance(reply, Started):
            return operation_card(reply.operation, self._clock.now())
        return answer(reply) if isinstance(reply, Answer) else error.outdated()

    def _is_late(self, place: Place) -> bool:
        return place.retry > 0 or self._age_s(place) > self._late_after_s

    def _trigger_lives(self, place: Place) -> bool:
        return place.trigger is not None and self._age_s(place) < _TRIGGER_LIVES_S

    def _age_s(self, place: Place) -> float:
        return self._clock.monotonic() - place.received_at
