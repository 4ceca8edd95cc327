"""The way into the Web API: faults, body, token, limits, scope, required arguments, then the method itself."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from sandbox.slack.core import Sandbox
from sandbox.slack.faults import MethodFault
from sandbox.slack.model import Json
from sandbox.slack.webapi import chat, directory, files, viewmethods
from sandbox.slack.webapi.call import Call
from sandbox.slack.webapi.errors import SlackError, missing
from sandbox.slack.webapi.methods import JSON_ARGUMENTS, METHODS, Method
from sandbox.slack.webapi.request import arguments, token

_SERVER_ERROR: Final = 500

HANDLERS: Final[dict[str, Callable[[Call], Json]]] = {
    "auth.test": directory.auth_test,
    "apps.connections.open": directory.open_connection,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
    "views.open": viewmethods.open_view,
    "views.push": viewmethods.push_view,
    "views.update": viewmethods.update_view,
    "views.publish": viewmethods.publish_view,
    "users.info": directory.users_info,
    "users.list": directory.users_list,
    "users.lookupByEmail": directory.users_by_email,
    "usergroups.list": directory.usergroups_list,
    "usergroups.users.list": directory.usergroup_members,
    "conversations.open": directory.conversations_open,
    "conversations.info": directory.conversations_info,
    "conversations.list": directory.conversations_list,
    "conversations.members": directory.conversations_members,
    "conversations.history": directory.conversations_history,
    "files.getUploadURLExternal": files.upload_url,
    "files.completeUploadExternal": files.complete_upload,
    "reactions.add": directory.reactions_add,
    "team.info": directory.team_info,
    "bots.info": directory.bots_info,
    "blocks.validate": viewmethods.validate,
}


class RateLimitedError(Exception):
    """The app called too often."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"wait {retry_after_s} s")
        self.retry_after_s = retry_after_s


async def handle(sandbox: Sandbox, request: web.Request) -> web.StreamResponse:
    """Answer one request to /api/METHOD and write it into the journal."""
    name = request.match_info["method"]
    fault = sandbox.faults.next_for(name)
    if fault is not None:
        await sandbox.clock.sleep(fault.delay_s)
        if not fault.lose_answer and (answer := _fault_answer(fault)) is not None:
            sandbox.journal.add("http", method=name, args={}, status=answer.status, injected=True)
            return answer
    args: Json = {}
    try:
        args = await arguments(request)
        body: Json = {"ok": True, **_run(sandbox, request, name, args)}
    except RateLimitedError as limit:
        sandbox.journal.violation("rate_limited", f"{name} was called too often")
        sandbox.journal.add("http", method=name, args=args, status=429)
        return _limited(limit.retry_after_s)
    except SlackError as refusal:
        body = {"ok": False, "error": refusal.code, **refusal.extra}
    sandbox.journal.add("http", method=name, args=args, status=200, ok=body["ok"], error=body.get("error"))
    if fault is not None and fault.lose_answer and request.transport is not None:
        request.transport.abort()
    return web.json_response(body, headers=_headers(sandbox, name))


def _run(sandbox: Sandbox, request: web.Request, name: str, args: Json) -> Json:
    method = METHODS.get(name)
    if method is None:
        sandbox.journal.violation("unknown_method", f"{name} is not served here")
        raise SlackError("unknown_method")
    given = token(request, args)
    scopes = _authorise(sandbox, method, given)
    if request.method == "GET" and not method.reads:
        sandbox.journal.violation("get_on_write", f"{name} was called with GET")
    if request.content_type != "application/json":
        _refuse_stray_json(sandbox, name, args)
    _check_rate(sandbox, name, method, args)
    absent = next((argument for argument in method.required if not _filled(args, argument)), None)
    if absent is not None:
        raise missing(absent)
    return HANDLERS[name](Call(sandbox=sandbox, method=name, args=args, scopes=scopes))


def _filled(args: Json, argument: str) -> bool:
    return args.get(argument) not in (None, "")


def _authorise(sandbox: Sandbox, method: Method, given: str) -> tuple[str, ...]:
    options = sandbox.options
    tokens = {options.bot_token: ("bot", options.bot_scopes), options.app_token: ("app", options.app_scopes)}
    if given not in tokens:
        raise SlackError("invalid_auth")
    kind, scopes = tokens[given]
    if kind != method.opened_by:
        sandbox.journal.violation("wrong_token", f"a {kind} token was used where a {method.opened_by} token is due")
        raise SlackError("not_allowed_token_type")
    needed = ("connections:write",) if method.opened_by == "app" else method.scopes
    if needed and not set(needed) & set(scopes):
        sandbox.journal.violation("missing_scope", f"the token lacks {' or '.join(needed)}")
        raise SlackError("missing_scope", needed=",".join(needed), provided=",".join(scopes))
    return scopes


def _refuse_stray_json(sandbox: Sandbox, name: str, args: Json) -> None:
    # In a form only some fields are read as JSON; elsewhere it arrives as the text that it is.
    for argument, value in args.items():
        if argument not in JSON_ARGUMENTS and isinstance(value, str) and value.startswith(('{"', '[{"')):
            sandbox.journal.violation("json_in_form", f"{name}: Slack reads {argument} as text, not as JSON")


def _check_rate(sandbox: Sandbox, name: str, method: Method, args: Json) -> None:
    if not sandbox.options.rate_limits:
        return
    channel = str(args.get("channel")) if name == "chat.postMessage" else None
    retry_after_s = sandbox.limiter.retry_after_s(name, method.tier, channel)
    if retry_after_s is not None:
        raise RateLimitedError(retry_after_s)


def _fault_answer(fault: MethodFault) -> web.Response | None:
    if fault.error is not None:
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status)
    if fault.retry_after_s is not None:
        return _limited(fault.retry_after_s)
    if fault.status >= _SERVER_ERROR:
        return web.Response(status=fault.status, text="Internal Server Error")
    return None


def _limited(retry_after_s: int) -> web.Response:
    headers = {"Retry-After": str(retry_after_s)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def _headers(sandbox: Sandbox, name: str) -> dict[str, str]:
    method = METHODS.get(name)
    accepted = ",".join(method.scopes) if method is not None else ""
    return {"x-oauth-scopes": ",".join(sandbox.options.bot_scopes), "x-accepted-oauth-scopes": accepted}
