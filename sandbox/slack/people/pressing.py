"""A person uses an element of a message, modal or Home tab: buttons, selects, pickers, menus, inputs."""

from collections.abc import Iterator
from typing import Any, Final

from sandbox.slack.blockkit import validate_blocks
from sandbox.slack.core import Sandbox
from sandbox.slack.elements import VALUE_KEY, Found, find, initial_state
from sandbox.slack.model import Json, Message, User, View
from sandbox.slack.people import payloads
from sandbox.slack.people.errors import NotPossibleError
from sandbox.slack.people.inputs import action_value, entry

TROUBLE: Final = "We had some trouble connecting. Try again?"
_MAX_OPTIONS: Final = 100
_MIN_QUERY: Final = 3
_DELIVERED_AS_TYPED: Final = frozenset({"button", "overflow"})


async def click(sandbox: Sandbox, user: User, asked: Json) -> Json:
    """Use an element and wait for the app's acknowledgement.

    Raises:
        NotPossibleError: no such element, or a confirmation is due first.
    """
    place, found = _target(sandbox, user, asked)
    confirm = found.element.get("confirm")
    if confirm and not asked.get("confirmed"):
        raise NotPossibleError("confirm_required", confirm)
    suggested = sandbox.state.suggested.get((user.id, found.action_id), [])
    chosen = action_value(found, asked, suggested)
    _remember(sandbox, user, place, found, chosen)
    if isinstance(place, View):
        payload = payloads.action_in_view(sandbox, user, place, found, chosen)
    else:
        state = message_values(sandbox, user.id, place)
        payload = payloads.action_in_message(sandbox, user, place, found, chosen, state=state)
    outcome = await sandbox.deliveries.ask("interactive", payload, accepts_response=False)
    if not outcome.ok:
        sandbox.notice(user.id, TROUBLE)
    return {
        "ok": outcome.ok,
        "error": outcome.error,
        "took_s": outcome.took_s,
        "envelope_id": outcome.envelope_id,
    }


async def enter(sandbox: Sandbox, user: User, asked: Json) -> Json:
    """Fill one input; the app hears of it only when its block has dispatch_action."""
    place, found = _target(sandbox, user, asked)
    if found.is_input and not found.block.get("dispatch_action"):
        _remember(sandbox, user, place, found, _choice(sandbox, user, found, asked))
        return {"ok": True, "sent": False}
    return await click(sandbox, user, asked) | {"sent": True}


async def suggest(sandbox: Sandbox, user: User, asked: Json) -> Json:
    """Ask the app for the options of an external select; too late, too many or invalid is an empty list."""
    place, found = _target(sandbox, user, asked)
    if not str(found.element["type"]).endswith("external_select"):
        raise NotPossibleError("no_such_element", f"{found.action_id} asks for no options")
    typed = str(asked.get("value") or "")
    if len(typed) < int(found.element.get("min_query_length", _MIN_QUERY)):
        return {"ok": True, "options": [], "sent": False}
    payload = payloads.suggestion(sandbox, user, found, typed, place)
    outcome = await sandbox.deliveries.ask("interactive", payload, accepts_response=True)
    options = _valid_options(sandbox, outcome.payload or {}) if outcome.ok else []
    if not options:
        sandbox.notice(user.id, f"No results for “{typed}”", kind="info")
    sandbox.state.suggested[(user.id, found.action_id)] = options
    groups = (outcome.payload or {}).get("option_groups", [])
    return {"ok": True, "options": options, "option_groups": groups if options else [], "sent": True}


def message_values(sandbox: Sandbox, user_id: str, message: Message) -> dict[str, dict[str, Json]]:
    """Return what a user has chosen in a message so far; initial values elsewhere."""
    untouched = _untouched(sandbox, message)
    if not untouched:
        return {}
    fresh = {block_id: dict(actions) for block_id, actions in untouched.items()}
    kept = sandbox.state.message_state.get((user_id, message.ts), {})
    for block_id, actions in fresh.items():
        actions.update({name: value for name, value in kept.get(block_id, {}).items() if name in actions})
    sandbox.state.message_state[(user_id, message.ts)] = fresh
    return fresh


def _untouched(sandbox: Sandbox, message: Message) -> dict[str, dict[str, Json]]:
    # Walking a thousand cards at every look of a page would hold up acknowledgements; a card changes with its edit.
    key = (message.ts, message.edited_ts)
    if key not in sandbox.state.untouched:
        sandbox.state.untouched[key] = initial_state(_blocks(message))
    return sandbox.state.untouched[key]


def _target(sandbox: Sandbox, user: User, asked: Json) -> tuple[View | Message, Found]:
    place = _place(sandbox, user, asked)
    blocks = place.payload.get("blocks", []) if isinstance(place, View) else _blocks(place)
    found = find(blocks, str(asked.get("action_id", "")), asked.get("block_id"))
    if found is None:
        raise NotPossibleError("no_such_element", f"nothing here has the action_id {asked.get('action_id')!r}")
    return place, found


def _place(sandbox: Sandbox, user: User, asked: Json) -> View | Message:
    if asked.get("view_id"):
        view = sandbox.state.views.get(str(asked["view_id"]))
        stack = sandbox.state.stacks.get(user.id, [])
        if view is None or view.user != user.id or (view.id in stack and view.id != stack[-1]):
            raise NotPossibleError("no_such_view", f"{user.name} does not see {asked['view_id']}")
        return view
    wanted = str(asked.get("ts", ""))
    for channel in sandbox.state.channels.values():
        message = sandbox.state.message(channel.id, wanted)
        if message is not None and user.id in sandbox.state.readers(message):
            return message
    raise NotPossibleError("no_such_message", f"{user.name} sees no message {wanted!r}")


def _blocks(message: Message) -> list[Json]:
    return [*message.blocks, *(block for attachment in message.attachments for block in attachment.get("blocks", []))]


def _choice(sandbox: Sandbox, user: User, found: Found, asked: Json) -> Json:
    key = VALUE_KEY[str(found.element["type"])]
    given = asked.get(key, asked.get("value"))
    return entry(found, given, sandbox.state.suggested.get((user.id, found.action_id), []))


def _remember(sandbox: Sandbox, user: User, place: View | Message, found: Found, chosen: Json) -> None:
    values = place.state if isinstance(place, View) else message_values(sandbox, user.id, place)
    kind = str(found.element["type"])
    if kind in VALUE_KEY and kind not in _DELIVERED_AS_TYPED:
        values.setdefault(found.block_id, {})[found.action_id] = {"type": kind, **chosen}
        sandbox.changes.notify([user.id])


def _valid_options(sandbox: Sandbox, answer: Json) -> list[Json]:
    options = list(_options(answer))
    if len(options) > _MAX_OPTIONS:
        sandbox.journal.violation("too_many_options", f"{len(options)} options; Slack shows none above 100")
        return []
    if not options:
        return []
    select = {"type": "static_select", "action_id": "probe", "options": options}
    problems = validate_blocks([{"type": "actions", "elements": [select]}], "modal")
    if problems:
        sandbox.journal.violation("invalid_options", "; ".join(problems[:5]))
    return [] if problems and sandbox.options.strict else options


def _options(answer: Json) -> Iterator[Any]:
    yield from answer.get("options") or []
    for group in answer.get("option_groups") or []:
        yield from group.get("options") or []
