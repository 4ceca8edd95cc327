"""A person submits or closes a modal; what the app's answer to a submission does."""

from typing import Any

from sandbox.slack import views
from sandbox.slack.core import Sandbox
from sandbox.slack.elements import VALUE_KEY, Found, all_elements, find
from sandbox.slack.model import Json, User, View
from sandbox.slack.people import payloads
from sandbox.slack.people.errors import NotPossibleError
from sandbox.slack.people.inputs import entry, missing_input
from sandbox.slack.people.pressing import TROUBLE
from sandbox.slack.webapi.errors import SlackError


async def submit(sandbox: Sandbox, user: User, asked: Json) -> Json:
    """Press a modal's submit button.

    Raises:
        NotPossibleError: required fields are empty or a value is not acceptable; nothing is sent then.
    """
    view = _top(sandbox, user, str(asked.get("view_id", "")))
    if not view.payload.get("submit"):
        raise NotPossibleError("no_submit", "this modal has no submit button")
    _fill(sandbox, user, view, asked.get("values") or {})
    inputs = [found for found in all_elements(view.payload["blocks"]) if found.is_input]
    lacking = {found.block_id: why for found in inputs if (why := missing_input(found, _current(view, found)))}
    if lacking:
        view.errors = lacking
        sandbox.changes.notify([user.id])
        raise NotPossibleError("required", lacking)
    state: dict[str, dict[str, Json]] = {}
    for found in inputs:
        state.setdefault(found.block_id, {})[found.action_id] = _current(view, found)
    payload = payloads.submission(sandbox, user, view, state)
    outcome = await sandbox.deliveries.ask("interactive", payload, accepts_response=True)
    answer: Json = {"took_s": outcome.took_s, "envelope_id": outcome.envelope_id, "response": outcome.payload}
    if not outcome.ok:
        sandbox.notice(user.id, TROUBLE)
        return answer | {"ok": False, "error": outcome.error}
    return answer | _respond(sandbox, user, view, outcome.payload or {})


async def close(sandbox: Sandbox, user: User, asked: Json) -> Json:
    """Close the visible modal, or with `cleared` the whole stack."""
    view = _top(sandbox, user, str(asked.get("view_id", "")))
    cleared = bool(asked.get("cleared") or view.payload.get("clear_on_close"))
    gone = list(reversed(sandbox.state.stack(user.id))) if cleared else [view]
    told = [
        payloads.closing(sandbox, user, closed, cleared=cleared)
        for closed in gone
        if closed.payload.get("notify_on_close")
    ]
    sandbox.state.close_views([closed.id for closed in gone])
    sandbox.changes.notify([user.id])
    for payload in told:
        await sandbox.deliveries.ask("interactive", payload, accepts_response=False)
    return {"ok": True, "told": len(told)}


def _top(sandbox: Sandbox, user: User, view_id: str) -> View:
    stack = sandbox.state.stack(user.id)
    if not stack or stack[-1].id != view_id:
        raise NotPossibleError("no_such_view", f"{user.name} does not see the modal {view_id!r}")
    return stack[-1]


def _fill(sandbox: Sandbox, user: User, view: View, values: Json) -> None:
    for block_id, given in values.items():
        for found, value in _targets(view, str(block_id), given):
            suggested = sandbox.state.suggested.get((user.id, found.action_id), [])
            view.state.setdefault(found.block_id, {})[found.action_id] = entry(found, value, suggested)


def _targets(view: View, key: str, given: Any) -> list[tuple[Found, Any]]:  # noqa: ANN401  Slack's shape or a plain value
    """Return elements with their values, for {block: {action: entry}}, {block: value} or {action: value}."""
    elements = [found for found in all_elements(view.payload["blocks"]) if found.element["type"] in VALUE_KEY]
    in_block = [found for found in elements if found.block_id == key]
    if in_block and isinstance(given, dict) and set(given) <= {found.action_id for found in in_block}:
        return [(found, given[found.action_id]) for found in in_block if found.action_id in given]
    chosen = in_block[0] if in_block else find(view.payload["blocks"], key)
    if chosen is None:
        raise NotPossibleError("no_such_element", f"the modal has no block or element called {key!r}")
    return [(chosen, given)]


def _current(view: View, found: Found) -> Json:
    return view.state[found.block_id][found.action_id]


def _respond(sandbox: Sandbox, user: User, view: View, answer: Json) -> Json:
    """Do what the app answered to a submission; a wrong answer shows only the person that something failed."""
    if sandbox.state.views.get(view.id) is not view:
        # The app closed or replaced it while it was answering.
        return {"ok": True}
    try:
        return _obey(sandbox, user, view, answer)
    except SlackError as refusal:
        detail = refusal.extra.get("response_metadata", {}).get("messages", [])
        sandbox.journal.violation("bad_ack_payload", f"the answer was refused: {refusal.code} {detail}")
        sandbox.notice(user.id, TROUBLE)
        return {"ok": False, "error": "trouble", "detail": TROUBLE}


def _obey(sandbox: Sandbox, user: User, view: View, answer: Json) -> Json:
    match answer.get("response_action"):
        case None:
            sandbox.state.close_views([view.id])
        case "clear":
            sandbox.state.close_views(list(sandbox.state.stacks.get(user.id, [])))
        case "update":
            payload = views.checked(sandbox, answer.get("view"), kind="modal", replaces=view)
            views.replace(sandbox, view, payload)
        case "push":
            views.push_modal(sandbox, user.id, views.checked(sandbox, answer.get("view"), kind="modal"))
        case "errors":
            view.errors = _errors(view, answer.get("errors"))
            sandbox.changes.notify([user.id])
            return {"ok": False, "error": "errors", "detail": view.errors}
        case other:
            raise SlackError("invalid_arguments", f"[ERROR] unknown response_action {other!r}")
    sandbox.changes.notify([user.id])
    return {"ok": True}


def _errors(view: View, errors: Any) -> dict[str, str]:  # noqa: ANN401  unchecked JSON
    inputs = {block.get("block_id") for block in view.payload["blocks"] if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_arguments", "[ERROR] errors must name existing input blocks")
    return {str(block_id): str(text) for block_id, text in errors.items()}
