"""One entrance for all that people do, as the page and the test client ask for it."""

from collections.abc import Awaitable, Callable
from typing import Final

from sandbox.slack import events
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Json, User
from sandbox.slack.people import modals, pressing, speaking
from sandbox.slack.people.errors import NotPossibleError

Deed = Callable[[Sandbox, User, Json], Awaitable[Json]]


async def act(sandbox: Sandbox, asked: Json) -> Json:
    """Do what a person asks for; return ok with the result, or not ok with error and detail."""
    user = sandbox.state.user(str(asked.get("user", "")))
    deed = _DEEDS.get(str(asked.get("kind", "")))
    if user is None or user.is_bot or user.deleted:
        return {"ok": False, "error": "no_such_user", "detail": asked.get("user")}
    if deed is None:
        return {"ok": False, "error": "no_such_deed", "detail": asked.get("kind")}
    sandbox.journal.add("act", user=user.id, deed=asked["kind"], asked=asked)
    if asked.get("wait", True) is False:
        sandbox.spawn(_guarded(sandbox, user, deed, asked))
        return {"ok": True, "waited": False}
    return await _guarded(sandbox, user, deed, asked)


async def _guarded(sandbox: Sandbox, user: User, deed: Deed, asked: Json) -> Json:
    try:
        return {"ok": True, **await deed(sandbox, user, asked)}
    except NotPossibleError as refusal:
        return {"ok": False, "error": refusal.code, "detail": refusal.detail}


async def _message(sandbox: Sandbox, user: User, asked: Json) -> Json:
    return speaking.message(sandbox, user, asked)


async def _open_home(sandbox: Sandbox, user: User, asked: Json) -> Json:
    events.home_opened(sandbox, user.id, str(asked.get("tab") or "home"))
    return {}


_DEEDS: Final[dict[str, Deed]] = {
    "command": speaking.command,
    "message": _message,
    "click": pressing.click,
    "input": pressing.enter,
    "suggest": pressing.suggest,
    "submit": modals.submit,
    "close": modals.close,
    "open_home": _open_home,
}
