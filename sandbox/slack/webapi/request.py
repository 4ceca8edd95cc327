"""From an HTTP request to a method's arguments and token, by Slack's rules for bodies."""

import json
from typing import Any, Final

from aiohttp import web

from sandbox.slack.model import Json
from sandbox.slack.webapi.errors import SlackError

_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"


async def arguments(request: web.Request) -> Json:
    """Return the arguments of a call from its query, form, multipart or JSON body.

    Raises:
        SlackError: invalid_post_type or invalid_form_data.
    """
    args: Json = dict(request.query)
    if request.method == "GET":
        return args
    kind = request.content_type
    if kind == "application/json":
        return args | _json_object(await request.text())
    if kind in {_FORM, _MULTIPART}:
        form = await request.post()
        return args | {name: value for name, value in form.items() if isinstance(value, str)}
    if not request.can_read_body:
        return args
    raise SlackError("invalid_post_type")


def token(request: web.Request, args: Json) -> str:
    """Return the token from the header, or from a form or query; a JSON body cannot carry one.

    Raises:
        SlackError: not_authed when there is none.
    """
    header = request.headers.get("Authorization", "")
    body_token = args.pop("token", None)
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    if isinstance(body_token, str) and body_token and request.content_type != "application/json":
        return body_token
    raise SlackError("not_authed")


def _json_object(text: str) -> Json:
    if not text.strip():
        return {}
    try:
        body: Any = json.loads(text)
    except ValueError:
        raise SlackError("invalid_form_data", "[ERROR] the body is no JSON") from None
    if not isinstance(body, dict):
        raise SlackError("invalid_form_data", "[ERROR] the body is no JSON object")
    return body
