"""views.open, push, update and publish, and blocks.validate."""

from typing import Any, Final

from sandbox.slack import views
from sandbox.slack.blockkit import validate_blocks, validate_view
from sandbox.slack.model import Json, Trigger, View
from sandbox.slack.shapes import view_json
from sandbox.slack.webapi.call import Call
from sandbox.slack.webapi.errors import SlackError, missing

TRIGGER_LIVES_S: Final = 3.0


def open_view(call: Call) -> Json:
    """Open a modal for the user who gave the trigger."""
    trigger = _trigger(call)
    payload = views.checked(call.sandbox, _view(call), kind="modal")
    return {"view": view_json(call.sandbox, views.open_modal(call.sandbox, trigger.user, payload))}


def push_view(call: Call) -> Json:
    """Lay a modal over the one in which the trigger was given."""
    trigger = _trigger(call)
    payload = views.checked(call.sandbox, _view(call), kind="modal")
    return {"view": view_json(call.sandbox, views.push_modal(call.sandbox, trigger.user, payload))}


def update_view(call: Call) -> Json:
    """Give an open view new content."""
    view = _named_view(call)
    payload = views.checked(call.sandbox, _view(call), kind=str(view.payload["type"]), replaces=view)
    _check_hash(call, view)
    return {"view": view_json(call.sandbox, views.replace(call.sandbox, view, payload))}


def publish_view(call: Call) -> Json:
    """Set a user's Home tab."""
    user = call.sandbox.state.users.get(call.text("user_id"))
    if user is None or user.is_bot or user.deleted:
        raise SlackError("invalid_arguments", "[ERROR] user not found [json-pointer:/user_id]")
    old = call.sandbox.state.home(user.id)
    payload = views.checked(call.sandbox, _view(call), kind="home", replaces=old)
    if old is not None:
        _check_hash(call, old)
    return {"view": view_json(call.sandbox, views.publish_home(call.sandbox, user.id, payload))}


def validate(call: Call) -> Json:
    """Say what Slack would find wrong with blocks, a message or a view, in the shape of its own method."""
    given = [name for name in ("blocks", "message", "view") if call.text(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments", "[ERROR] provide exactly one of blocks, view, or message")
    name = given[0]
    value = call.structure(name, "invalid_arguments")
    problems = _problems(name, value)
    if problems:
        raise SlackError(f"invalid_{name}", errors=[_error(problem) for problem in problems])
    return {}


def _problems(name: str, value: Any) -> list[str]:  # noqa: ANN401  unchecked JSON
    if name == "view" and isinstance(value, dict):
        return list(validate_view(value))
    blocks = value.get("blocks", []) if name == "message" and isinstance(value, dict) else value
    if not isinstance(blocks, list):
        raise SlackError("invalid_arguments", f"[ERROR] {name} has the wrong type")
    return list(validate_blocks(blocks, "message"))


def _error(problem: str) -> Json:
    """Turn "[ERROR] text [json-pointer:/x]" into the object of blocks.validate."""
    text, _, pointer = problem.removeprefix("[ERROR] ").partition(" [json-pointer:")
    return {"code": "failed_constraint", "message": text, "pointer": pointer.removesuffix("]")}


def _view(call: Call) -> Any:  # noqa: ANN401  unchecked JSON
    return call.structure("view", "invalid_arguments")


def _trigger(call: Call) -> Trigger:
    trigger_id = call.text("trigger_id") or call.text("interactivity_pointer")
    if not trigger_id:
        raise missing("trigger_id")
    trigger = call.sandbox.state.triggers.get(trigger_id)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if call.sandbox.clock.now() - trigger.created > TRIGGER_LIVES_S:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger


def _named_view(call: Call) -> View:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if bool(view_id) == bool(external_id):
        raise SlackError("invalid_arguments", "[ERROR] provide exactly one of view_id or external_id")
    state = call.sandbox.state
    view = state.views.get(view_id) if view_id else state.open_view_by_external_id(external_id)
    if view is None:
        raise SlackError("not_found")
    return view


def _check_hash(call: Call, view: View) -> None:
    if call.text("hash") and call.text("hash") != view.hash:
        raise SlackError("hash_conflict")
