"""What people do in Slack, ack first: read it, decide what to say at once, hand the rest to a job, return.

Nothing here waits for Slack, vCenter or a database, and nothing raises: an exception after an ack would lose it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import structlog

from bot.blocks import limits
from bot.blocks.gate import Surface, rescue
from bot.blocks.text import clip, escape
from bot.grammar import UsageError
from bot.slack.envelope import Envelope, Json
from bot.slack.modals import OpenView
from bot.slack.once import Once
from bot.slack.place import Place, of_action, of_command
from bot.slack.ports import Dispatcher
from bot.slack.work import Work
from bot.views import error, ids
from bot.views.change import read_form
from bot.views.decision import read_decision
from bot.views.ids import Click, Decision, Kind, Pending
from bot.views.message import Message
from bot.views.modals import planning_modal, wrong_name
from operations.model import Origin

log = structlog.get_logger(__name__)

_NOTHING: Final[Json] = {}
_OURS: Final = "iaas."

Enqueue = Callable[[Callable[[], None], Place], None]
NoLongerWanted = Callable[[str, str], Message | None]
"""What to say of a line that an incident has offered and wants no more; None while it does. Reads the record."""


class Listeners:
    """One method a kind of delivery; each returns the ack's payload."""

    def __init__(
        self, *, dispatcher: Dispatcher, work: Work, once: Once, enqueue: Enqueue, no_longer_wanted: NoLongerWanted
    ) -> None:
        self._no_longer_wanted = no_longer_wanted
        self._dispatcher = dispatcher
        self._work = work
        self._once = once
        self._enqueue = enqueue

    def take(self, envelope: Envelope) -> Json:
        """Answer any delivery; a second one of the same thing as the first, without doing it again."""
        try:
            payload = self._once.answer(_keys(envelope), lambda: self._first(envelope))
        except Exception:  # a lost ack shows the person an error for what may yet happen
            log.exception("slack.listener.crashed", envelope_id=envelope.id, kind=envelope.kind)
            return _NOTHING
        return payload

    def _first(self, envelope: Envelope) -> Json:
        body = envelope.body
        if envelope.kind == "slash_commands":
            return self._command(envelope)
        match body.get("type"):
            case "block_actions":
                return self._clicked(envelope)
            case "view_submission":
                return self._submitted(envelope)
            case "event_callback":
                return self._event(envelope)
            case "view_closed":
                log.info("slack.view.closed", actor=body["user"]["id"], callback_id=body["view"].get("callback_id"))
            case other:
                log.warning("slack.delivery.unknown", kind=other)
        return _NOTHING

    def _command(self, envelope: Envelope) -> Json:
        body = envelope.body
        line = str(body.get("text") or "")
        place = Place(
            user=str(body["user_id"]),
            origin=of_command(body),
            trigger=body.get("trigger_id"),
            response_url=body.get("response_url"),
            key=f"slack/{body.get('trigger_id') or envelope.id}",
            received_at=envelope.received_at,
            retry=envelope.retry,
        )
        self._enqueue(lambda: self._work.say(line, place, changes=self._changes(line)), place)
        words = clip(escape(self._dispatcher.acknowledge(line)), limits.TEXT)
        return rescue({"response_type": "ephemeral", "text": words}, Surface.ACK) if words else _NOTHING

    def _clicked(self, envelope: Envelope) -> Json:
        body = envelope.body
        action = body["actions"][0]
        if action.get("action_id") in {ids.TONIGHT, ids.CHANGE}:
            return self._chosen(envelope, str(action["action_id"]))
        place = Place(
            user=str(body["user"]["id"]),
            origin=of_action(body),
            trigger=body.get("trigger_id"),
            response_url=body.get("response_url"),
            key=f"slack/{_click_key(body)}",
            received_at=envelope.received_at,
            retry=envelope.retry,
        )
        click = Click.load(_value(action)) if str(action.get("action_id", "")).startswith(_OURS) else None
        if click is None:
            self._enqueue(lambda: self._work.tell(place, error.outdated()), place)
        elif click.kind is Kind.FORM:
            self._enqueue(lambda: self._work.fill_in(click.line, place), place)
        elif click.kind is Kind.PLAN:
            self._enqueue(
                lambda: self._work.look(click.line, place, outdated=lambda: self._outdated_offer(click)), place
            )
        else:
            self._enqueue(lambda: self._work.say(click.line, place, changes=self._changes(click.line)), place)
        return _NOTHING

    def _outdated_offer(self, click: Click) -> Message | None:
        return self._no_longer_wanted(click.incident, click.line) if click.incident else None

    def _submitted(self, envelope: Envelope) -> Json:
        view = envelope.body["view"]
        if view.get("callback_id") == ids.DECISION_FORM:
            return self._decided(envelope)
        ours = view.get("callback_id") in {ids.CONFIRM, ids.CHANGE_FORM}
        pending = Pending.load(view.get("private_metadata")) if ours else None
        if pending is None:
            return self._outdated(envelope)
        if view["callback_id"] == ids.CHANGE_FORM:
            return self._changed(envelope, pending)
        wrong = _wrong_name(pending, view)
        if wrong:
            return rescue({"response_action": "errors", "errors": wrong}, Surface.ACK)
        place = _of_form(envelope, pending)
        self._enqueue(lambda: self._work.confirm(pending, place), place)
        return _NOTHING

    def _chosen(self, envelope: Envelope, action_id: str) -> Json:
        """A button of the pre-flight card: tonight, or other figures."""
        view = envelope.body.get("view") or {}
        pending = Pending.load(view.get("private_metadata"))
        if pending is None:
            return self._outdated(envelope)
        place, view_id = _of_form(envelope, pending), str(view["id"])
        if action_id == ids.CHANGE:
            self._enqueue(lambda: self._work.offer_change(pending, view_id), place)
            return _NOTHING
        wrong = _wrong_name(pending, view)
        if wrong:
            self._enqueue(lambda: self._work.complain(view, " ".join(wrong.values())), place)
        else:
            self._enqueue(lambda: self._work.tonight(pending, place, view_id), place)
        return _NOTHING

    def _changed(self, envelope: Envelope, pending: Pending) -> Json:
        """The form with other figures: what can't be read is told at its field, the rest is planned anew."""
        view = envelope.body["view"]
        asked, wrong = read_form(pending, _values(view))
        if wrong:
            return rescue({"response_action": "errors", "errors": wrong}, Surface.ACK)
        place, form = _of_form(envelope, asked), OpenView(id=str(view["id"]), hash=str(view.get("hash")))
        self._enqueue(lambda: self._work.replan(asked, place, form), place)
        return rescue({"response_action": "update", "view": planning_modal(asked)}, Surface.ACK)

    def _decided(self, envelope: Envelope) -> Json:
        """An approver's form: what can't be is told at its field, the rest is said as a command."""
        view = envelope.body["view"]
        pending = Decision.load(view.get("private_metadata"))
        if pending is None:
            return self._outdated(envelope)
        line, wrong = read_decision(pending, _values(view))
        if wrong:
            return rescue({"response_action": "errors", "errors": wrong}, Surface.ACK)
        place = Place(
            user=str(envelope.body["user"]["id"]),
            origin=Origin(channel=pending.channel, channel_name=pending.channel_name, is_direct=pending.is_direct),
            trigger=envelope.body.get("trigger_id"),
            response_url=pending.response_url,
            key=f"slack/{view['id']}",
            received_at=envelope.received_at,
            retry=envelope.retry,
        )
        self._enqueue(lambda: self._work.say(line, place, changes=self._changes(line)), place)
        return _NOTHING

    def _outdated(self, envelope: Envelope) -> Json:
        place = _in_private(str(envelope.body["user"]["id"]), envelope)
        self._enqueue(lambda: self._work.tell(place, error.outdated()), place)
        return _NOTHING

    def _event(self, envelope: Envelope) -> Json:
        event = envelope.body.get("event") or {}
        if event.get("type") == "app_home_opened" and event.get("tab", "home") == "home":
            place = _in_private(str(event["user"]), envelope)
            self._enqueue(lambda: self._work.show_home(place.user), place)
        return _NOTHING

    def _changes(self, line: str) -> bool:
        try:
            command, _ = self._dispatcher.understand(line)
        except UsageError:
            return False
        return command.changes


def _keys(envelope: Envelope) -> Sequence[str]:
    body = envelope.body
    keys = [f"envelope {envelope.id}"]
    match body.get("type"):
        case "block_actions":
            keys.append(f"click {_click_key(body)}")
        case "view_submission":
            # What was typed belongs to the key: after a refusal the same view is sent again, corrected.
            view = body["view"]
            state = json.dumps(view.get("state"), sort_keys=True).encode()
            keys.append(f"form {view['id']} {view.get('hash')} {hashlib.sha256(state).hexdigest()}")
        case "event_callback":
            keys.append(f"event {body.get('event_id')}")
        case _ if "trigger_id" in body:
            keys.append(f"trigger {body['trigger_id']}")
    return keys


def _click_key(body: Json) -> str:
    action, container = body["actions"][0], body.get("container") or {}
    where = container.get("message_ts") or container.get("view_id") or ""
    return f"{where}/{action.get('action_ts')}/{body['user']['id']}"


def _value(action: Mapping[str, Any]) -> object:
    chosen = action.get("selected_option")
    return chosen.get("value") if isinstance(chosen, Mapping) else action.get("value")


def _values(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was typed and chosen in a modal, by block and action."""
    return (view.get("state") or {}).get("values") or {}


def _wrong_name(pending: Pending, view: Mapping[str, Any]) -> dict[str, str]:
    """The complaint about the name that had to be typed, by block; empty where it is right or none is asked for."""
    typed = str(((_values(view).get(ids.NAME_BLOCK) or {}).get(ids.NAME_ACTION) or {}).get("value") or "")
    if pending.type_name is None or typed.strip() == pending.type_name.strip():
        return {}
    return wrong_name(pending.type_name, typed)


def _of_form(envelope: Envelope, pending: Pending) -> Place:
    """The place where what a modal asks about was said."""
    body = envelope.body
    return Place(
        user=str(body["user"]["id"]),
        origin=Origin(channel=pending.channel, channel_name=pending.channel_name, is_direct=pending.is_direct),
        trigger=body.get("trigger_id"),
        response_url=pending.response_url,
        key=pending.key,
        received_at=envelope.received_at,
        retry=envelope.retry,
    )


def _in_private(user: str, envelope: Envelope) -> Place:
    """A place without channel: what was done in a modal or on Home."""
    return Place(
        user=user,
        origin=Origin(channel=user, channel_name="home", is_direct=True),
        trigger=None,
        response_url=None,
        key=f"slack/{envelope.id}",
        received_at=envelope.received_at,
        retry=envelope.retry,
    )
