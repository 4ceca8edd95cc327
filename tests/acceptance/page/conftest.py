"""A workspace, an app that answers in it, and Chromium in front of its page."""

import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from sandbox.slack import Workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOM = "C0VMREQ"


class App:
    """A small Slack app over the wire: it opens a view on a command, and keeps and answers what people do."""

    def __init__(self, workspace: Workspace) -> None:
        self.web = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
        self.heard: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self.view: dict[str, Any] | None = None
        """Opened at the next command."""
        self.options: list[dict[str, Any]] = []
        """Answered to an external select."""
        self.answer: dict[str, Any] | None = None
        """Answered to a submission."""
        self._socket = SocketModeClient(app_token=workspace.app_token, web_client=self.web)
        self._socket.socket_mode_request_listeners.append(self._hear)
        self._socket.connect()
        workspace.wait_for_sockets()

    def post(self, *blocks: dict[str, Any], text: str = "A card", **more: Any) -> str:
        """Post blocks into the room; returns the message's ts."""
        return str(self.web.chat_postMessage(channel=ROOM, text=text, blocks=list(blocks), **more)["ts"])

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """What people did, of one payload type."""
        return [payload for payload in self.heard if payload.get("type") == kind]

    def wait(self, kind: str, *, within_s: float = 8.0) -> dict[str, Any]:
        """The first payload of a type ("command" for a slash command), as soon as it has come."""
        with self._news:
            assert self._news.wait_for(lambda: self._first(kind), within_s), f"no {kind} came"
            return self._first(kind) or {}

    def _first(self, kind: str) -> dict[str, Any] | None:
        return next((one for one in self.heard if one.get("type") == kind or kind in one), None)

    def close(self) -> None:
        """Leave the workspace."""
        self._socket.close()

    def _hear(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = request.payload
        answer = {"block_suggestion": {"options": self.options}, "view_submission": self.answer}.get(
            payload.get("type", "")
        )
        with self._news:
            self.heard.append(payload)
            self._news.notify_all()
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=answer))
        if self.view is not None and "command" in payload:
            self.web.views_open(trigger_id=payload["trigger_id"], view=self.view)


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.start() as running:
        yield running


@pytest.fixture(scope="session")
def farewells() -> Iterator[list[threading.Thread]]:
    """Apps on their way out: the built-in socket client needs a second, which the next test need not wait for."""
    leaving: list[threading.Thread] = []
    yield leaving
    for thread in leaving:
        thread.join()


@pytest.fixture
def app(workspace: Workspace, farewells: list[threading.Thread]) -> Iterator[App]:
    running = App(workspace)
    yield running
    farewells.append(threading.Thread(target=running.close))
    farewells[-1].start()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one module; for longer, playwright's event loop would be in the way of other tests' own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, workspace: Workspace) -> Iterator[Page]:
    """The page at a desk's width; a script error or a call to another host fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    shown = context.new_page()
    shown.set_default_timeout(8_000)
    wrong: list[str] = []
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.on("request", lambda request: wrong.append(request.url) if _elsewhere(request.url, workspace.url) else None)
    shown.goto(workspace.page_url)
    shown.get_by_test_id("composer").wait_for()
    yield shown
    context.close()
    assert wrong == []


def _elsewhere(address: str, home: str) -> bool:
    return not address.startswith((home, "data:", "blob:"))
