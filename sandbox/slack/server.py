"""The HTTP face of the sandbox: Web API, socket, response urls, files, the people's API and the page."""

import asyncio
import contextlib
import json
import math
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from sandbox.slack import answers, control
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Json, User
from sandbox.slack.people.act import act
from sandbox.slack.visible import state_for
from sandbox.slack.webapi import door, files

PAGE: Final = Path(__file__).parent / "page"
_COALESCE_S: Final = 0.05
_MAX_BODY: Final = 64 * 1024 * 1024
_HEARTBEAT_S: Final = 15.0
_SETTLE_ROUNDS: Final = 20

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Routes of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def app(self) -> web.Application:
        """Return the application with all routes; it answers on loopback names only."""
        app = web.Application(client_max_size=_MAX_BODY, middlewares=[_only_loopback])
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.get("/link/", self._sandbox.sockets.handle),
                web.post("/commands/{team}/{hook}", self._hook),
                web.post("/actions/{team}/{hook}", self._hook),
                web.post("/upload/v1/{file}", self._upload),
                web.get("/files-pri/{file}/{name:.*}", self._private_file),
                web.get("/_sandbox/files/{file}", self._page_file),
                web.get("/_sandbox/state", self._state),
                web.get("/_sandbox/events", self._events),
                web.get("/_sandbox/wait", self._wait),
                web.post("/_sandbox/act", self._act),
                web.post("/_sandbox/lever/{name}", self._lever),
                web.get("/_sandbox/journal", self._journal),
                web.get("/_sandbox/violations", self._violations),
                web.get("/_sandbox/info", self._info),
                web.route("*", "/_sandbox/estate/{path:.*}", self._estate),
                web.get("/", self._index),
                web.get("/archives/{rest:.*}", self._index),
                web.get("/{name}", self._static),
            ]
        )
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        return await door.handle(self._sandbox, request)

    async def _hook(self, request: web.Request) -> web.Response:
        body = await _json_body(request)
        status, text = answers.use_hook(self._sandbox, request.match_info["hook"], body)
        self._sandbox.journal.add("response_url", status=status, answer=text, body=body)
        return web.Response(status=status, text=text)

    async def _upload(self, request: web.Request) -> web.Response:
        return await files.receive(self._sandbox, request)

    async def _private_file(self, request: web.Request) -> web.Response:
        return files.serve_private(self._sandbox, request)

    async def _page_file(self, request: web.Request) -> web.Response:
        return files.serve_to_page(self._sandbox, request)

    async def _state(self, request: web.Request) -> web.Response:
        user = self._user(request)
        if user is None:
            return web.json_response({"ok": False, "error": "no_such_user"}, status=404)
        return web.json_response(state_for(self._sandbox, user))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request)
        if user is None:
            return web.json_response({"ok": False, "error": "no_such_user"}, status=404)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        seen = self._sandbox.changes.seen_by(user.id)
        with contextlib.suppress(ConnectionError):
            await stream.write(b": here\n\n")
            while True:
                now_seen = await self._sandbox.changes.wait(seen, _HEARTBEAT_S, user.id)
                if now_seen > seen:
                    # Several changes in a row become one event.
                    await asyncio.sleep(_COALESCE_S)
                    seen = self._sandbox.changes.seen_by(user.id)
                    await stream.write(f"event: changed\ndata: {seen}\n\n".encode())
                else:
                    await stream.write(b": still here\n\n")
        return stream

    async def _wait(self, request: web.Request) -> web.Response:
        user = self._user(request)
        since, timeout_s = int(_number(request, "since", 0)), _number(request, "timeout_s", 10)
        revision = await self._sandbox.changes.wait(since, timeout_s, None if user is None else user.id)
        return web.json_response({"revision": revision})

    async def _act(self, request: web.Request) -> web.Response:
        return web.json_response(await act(self._sandbox, await _object_body(request)))

    async def _lever(self, request: web.Request) -> web.Response:
        try:
            answer = control.pull(self._sandbox, request.match_info["name"], await _object_body(request))
        except (LookupError, TypeError, ValueError) as fault:
            return web.json_response({"ok": False, "error": "bad_lever", "detail": str(fault)}, status=400)
        # Whatever the lever set off takes its first steps before the one who pulled it goes on.
        for _ in range(_SETTLE_ROUNDS):
            await asyncio.sleep(0)
        return web.json_response(answer)

    async def _journal(self, request: web.Request) -> web.Response:
        since, kind = int(_number(request, "since", 0)), request.query.get("kind")
        entries = self._sandbox.journal.entries(since=since, kind=kind)
        return web.json_response(
            {"entries": [entry.to_json() for entry in entries], "revision": self._sandbox.changes.revision}
        )

    async def _violations(self, _request: web.Request) -> web.Response:
        return web.json_response({"violations": [entry.to_json() for entry in self._sandbox.journal.violations()]})

    async def _info(self, _request: web.Request) -> web.Response:
        options = self._sandbox.options
        return web.json_response(
            {
                "api_url": f"{self._sandbox.base_url}/api/",
                "page_url": f"{self._sandbox.base_url}/",
                "bot_token": options.bot_token,
                "app_token": options.app_token,
                "sockets": [connection.number for connection in self._sandbox.sockets.open],
                "revision": self._sandbox.changes.revision,
                "ghosts": self._sandbox.sockets.ghosts,
                "now": self._sandbox.clock.now(),
            }
        )

    async def _estate(self, request: web.Request) -> web.Response:
        base = self._sandbox.options.estate_url
        if base is None:
            return web.json_response({"ok": False, "error": "no_estate"}, status=404)
        url = f"{base.rstrip('/')}/{request.match_info['path']}"
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(
                    request.method,
                    url,
                    params=request.query,
                    data=await request.read(),
                    headers={"Content-Type": request.content_type},
                ) as answer,
            ):
                body = await answer.read()
                return web.Response(status=answer.status, body=body, content_type=answer.content_type)
        except aiohttp.ClientError as fault:
            return web.json_response({"ok": False, "error": "estate_away", "detail": str(fault)}, status=502)

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return _page_part("index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return _page_part(request.match_info["name"])

    def _user(self, request: web.Request) -> User | None:
        user = self._sandbox.state.user(request.query.get("user", ""))
        return None if user is None or user.is_bot else user


def _page_part(name: str) -> web.StreamResponse:
    path = PAGE / name
    if path.parent != PAGE or not path.is_file():
        return web.Response(status=404, text="not found")
    return web.FileResponse(path, headers={"Cache-Control": "no-store"})


@web.middleware
async def _only_loopback(request: web.Request, handler: Handler) -> web.StreamResponse:
    # A web page elsewhere could reach loopback through a rebound name; the Host header gives it away.
    host = (request.host or "").rsplit(":", 1)[0]
    if host not in {"127.0.0.1", "localhost", "[::1]"}:
        return web.Response(status=421, text="loopback only")
    # A page elsewhere can post to loopback without asking; its browser says where the page is from.
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return web.Response(status=403, text="another page's request")
    return await handler(request)


def _number(request: web.Request, name: str, default: float) -> float:
    """A figure of the query.

    Raises:
        web.HTTPBadRequest: it is no finite number.
    """
    text = request.query.get(name, str(default))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise web.HTTPBadRequest(text=f"{name} is {text[:40]!r}: give a number")
    return value


async def _json_body(request: web.Request) -> Any:  # noqa: ANN401  unchecked JSON
    try:
        return json.loads(await request.text())
    except ValueError:
        return None


async def _object_body(request: web.Request) -> Json:
    body = await _json_body(request)
    return body if isinstance(body, dict) else {}
