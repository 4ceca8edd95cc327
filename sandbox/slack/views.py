"""Modals and Home tabs as Slack keeps them: ids, hashes, stacks, what is typed into them, and their checks."""

import json
from typing import Any, Final

from sandbox.slack.blockkit import validate_view
from sandbox.slack.core import Sandbox
from sandbox.slack.elements import initial_state
from sandbox.slack.model import Json, View
from sandbox.slack.state import MAX_STACK, new_hash, new_id
from sandbox.slack.webapi.content import name_block, refuse
from sandbox.slack.webapi.errors import SlackError

MAX_VIEW_BYTES: Final = 250_000


def checked(sandbox: Sandbox, payload: Any, *, kind: str, replaces: View | None = None) -> Json:  # noqa: ANN401  unchecked JSON
    """Return the view payload, with every block named, when Slack would take it.

    Args:
        sandbox: where the view is to live.
        payload: what the app sent.
        kind: "modal" or "home".
        replaces: the view it takes the place of, which may keep its external id.

    Raises:
        SlackError: invalid_arguments, view_too_large or duplicate_external_id.
    """
    if not isinstance(payload, dict):
        raise SlackError("invalid_arguments", "[ERROR] must be an object [json-pointer:/view]")
    if len(json.dumps(payload, ensure_ascii=False).encode()) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    if payload.get("type") != kind:
        raise SlackError("invalid_arguments", f"[ERROR] must be the type {kind} [json-pointer:/view/type]")
    refuse(sandbox, "invalid_arguments", validate_view(payload))
    other = sandbox.state.open_view_by_external_id(str(payload.get("external_id") or ""))
    if other is not None and other is not replaces:
        raise SlackError("duplicate_external_id")
    sandbox.journal.scan(json.dumps(payload), "a view")
    return payload | {"blocks": [name_block(block) for block in payload.get("blocks", [])]}


def open_modal(sandbox: Sandbox, user_id: str, payload: Json) -> View:
    """Show a modal to a user; one that was open gives way."""
    sandbox.state.close_views(list(sandbox.state.stacks.get(user_id, [])))
    return _put_on_stack(sandbox, user_id, payload, None)


def push_modal(sandbox: Sandbox, user_id: str, payload: Json) -> View:
    """Lay a modal over the user's open one.

    Raises:
        SlackError: not_found when none is open, push_limit_reached when three are.
    """
    stack = sandbox.state.stack(user_id)
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    return _put_on_stack(sandbox, user_id, payload, stack[-1])


def replace(sandbox: Sandbox, view: View, payload: Json) -> View:
    """Give a view new content under its old id; what was typed stays where block and action are the same."""
    kept = view.state
    view.payload = payload
    view.hash = new_hash(sandbox.clock.now())
    view.errors = {}
    view.state = initial_state(payload.get("blocks", []))
    for block_id, actions in view.state.items():
        actions.update({name: value for name, value in kept.get(block_id, {}).items() if name in actions})
    sandbox.changes.notify([view.user])
    return view


def publish_home(sandbox: Sandbox, user_id: str, payload: Json) -> View:
    """Set what a user sees on the app's Home tab."""
    old = sandbox.state.home(user_id)
    if old is not None:
        return replace(sandbox, old, payload)
    view = _new(sandbox, user_id, payload)
    sandbox.state.homes[user_id] = view.id
    sandbox.changes.notify([user_id])
    return view


def _put_on_stack(sandbox: Sandbox, user_id: str, payload: Json, below: View | None) -> View:
    view = _new(sandbox, user_id, payload)
    if below is not None:
        view.root_id, view.previous_id = below.root_id, below.id
    sandbox.state.stacks.setdefault(user_id, []).append(view.id)
    sandbox.changes.notify([user_id])
    return view


def _new(sandbox: Sandbox, user_id: str, payload: Json) -> View:
    view_id = new_id("V")
    view = View(
        id=view_id,
        user=user_id,
        payload=payload,
        hash=new_hash(sandbox.clock.now()),
        root_id=view_id,
        state=initial_state(payload.get("blocks", [])),
    )
    sandbox.state.views[view_id] = view
    return view
