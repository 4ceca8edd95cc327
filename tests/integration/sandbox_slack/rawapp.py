"""An app with no framework: one WebSocket and slack_sdk's WebClient, so that tests decide every acknowledgement."""

import contextlib
import http.client
import json
import logging
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sandbox.slack import Workspace

Json = dict[str, Any]
SECTION: Json = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}


class RawSocket:
    """One open socket of the app."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.hello = self.receive()

    def receive(self, timeout_s: float = 5.0) -> Json:
        """Return the next message."""
        message: Json = json.loads(self.connection.recv(timeout_s))
        return message

    def ack(self, envelope: Json, payload: Json | None = None) -> None:
        """Acknowledge an envelope."""
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        self.connection.send(json.dumps(answer | ({"payload": payload} if payload is not None else {})))

    def is_silent(self, for_s: float = 0.2) -> bool:
        """Return whether nothing arrives for a while."""
        try:
            self.connection.recv(for_s)
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        """Close in good order."""
        self.connection.close()


class RawApp:
    """The app: its tokens, its web client and its sockets."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.web = WebClient(ws.bot_token, base_url=ws.api_url)
        self.app_web = WebClient(ws.app_token, base_url=ws.api_url)
        self.seen: list[Json] = []
        """The envelopes that `answers` has acknowledged."""
        self._sockets: list[RawSocket] = []
        self._threads: list[threading.Thread] = []

    def connect(self, logger: logging.Logger | None = None) -> RawSocket:
        """Open a socket by a fresh ticket."""
        url = str(self.app_web.apps_connections_open(app_token=self.ws.app_token)["url"])
        socket = RawSocket(
            connect(url, ping_interval=None, max_size=None, close_timeout=0.2, legacy=True, logger=logger)
        )
        self._sockets.append(socket)
        return socket

    def answers(self, answer: Callable[[Json], Json | None] = lambda _envelope: None) -> RawSocket:
        """Open a socket on which a thread acknowledges whatever comes, with what `answer` returns."""
        socket = self.connect()
        thread = threading.Thread(target=self._serve, args=(socket, answer), daemon=True)
        self._threads.append(thread)
        thread.start()
        return socket

    def payload(self, number: int = -1) -> Json:
        """Return the payload of an envelope seen so far."""
        payload: Json = self.seen[number]["payload"]
        return payload

    def close(self) -> None:
        """Close every socket and end the threads."""
        for socket in self._sockets:
            socket.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self, socket: RawSocket, answer: Callable[[Json], Json | None]) -> None:
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            while True:
                envelope = socket.receive(60)
                if "envelope_id" in envelope:
                    self.seen.append(envelope)
                    socket.ack(envelope, answer(envelope))


def fetch(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
    """Return status and body of a GET, or of a POST when there is data."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET" if data is None else "POST", path, data, named)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(action_id), **more}


def actions(*elements: Json, block_id: str = "acts") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def text_input(block_id: str = "name", **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": f"{block_id}_text", **more.pop("element", {})}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def modal(*blocks: Json, title: str = "A modal", **more: Any) -> Json:
    shape: Json = {"type": "modal", "title": plain(title), "submit": plain("Go"), "blocks": list(blocks or [SECTION])}
    return shape | more


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks or [SECTION])}
