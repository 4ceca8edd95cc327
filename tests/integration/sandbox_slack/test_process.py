"""The sandbox as a process of its own, driven over HTTP; and the doors that the page uses (point 27)."""

import ast
import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import SECTION, RawApp, actions, button, fetch, home

ROOT = Path(__file__).parents[3]


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "sandbox.slack", "--bot-token", "xoxb-given", "--app-token", "xapp-given"]
    started = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield started
    started.kill()
    started.communicate()


def first_line(process: "subprocess.Popen[str]") -> dict[str, object]:
    assert process.stdout is not None
    line: dict[str, object] = json.loads(process.stdout.readline())
    return line


def test_process_says_where_it_is_and_can_be_driven(process: "subprocess.Popen[str]") -> None:
    line = first_line(process)

    ws = Workspace.connect(str(line["url"]))
    app = RawApp(ws)
    app.answers(lambda _: {"text": "done"})
    result = ws.as_user("dana").command("/iaas list")
    app.close()

    assert (line["api_url"], line["bot_token"], line["app_token"]) == (ws.api_url, "xoxb-given", "xapp-given")
    assert (ws.bot_token, result.ok) == ("xoxb-given", True)
    assert ws.as_user("dana").wait_for_message(contains="done").ephemeral


def test_process_ends_on_sigterm(process: "subprocess.Popen[str]") -> None:
    first_line(process)

    process.send_signal(signal.SIGTERM)

    assert process.wait(10) == 0


def test_process_ends_when_its_stdin_closes(process: "subprocess.Popen[str]") -> None:
    first_line(process)
    assert process.stdin is not None

    process.stdin.close()

    assert process.wait(10) == 0
    process.stdin = None


def test_port_that_is_taken_is_said_at_once(ws: Workspace) -> None:
    with pytest.raises(RuntimeError, match="did not start") as failed:
        Workspace.start(port=int(ws.url.rsplit(":", 1)[1]))

    assert isinstance(failed.value.__cause__, OSError)


def test_sandbox_imports_nothing_of_the_bot_and_no_slack_library() -> None:
    imported = {
        name.partition(".")[0]
        for path in (ROOT / "sandbox" / "slack").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imports(node)
    }

    assert "aiohttp" in imported
    assert imported & {"bot", "operations", "vsphere", "slack_bolt", "slack_sdk", "slackblocks"} == set()


def test_page_reads_everything_in_one_go(ws: Workspace, app: RawApp) -> None:
    app.web.chat_postMessage(channel="C0VMREQ", text="card", blocks=[SECTION])
    app.web.views_publish(user_id="U0DANA", view=home())

    status, body = fetch(f"{ws.url}/_sandbox/state?user=U0DANA")

    state = json.loads(body)
    message = state["messages"]["C0VMREQ"][0]
    assert (status, state["me"]["name"], state["connections"]) == (200, "dana", 0)
    assert [(room["name"], room["kind"]) for room in state["channels"]] == [
        ("vm-requests", "public"),
        ("vm-alarms", "public"),
        ("general", "public"),
        ("iaas-bot", "im"),
    ]
    assert (message["text"], message["bot"], message["ephemeral"], message["reply_count"]) == (
        "card",
        "B0BOT",
        False,
        0,
    )
    assert (state["home"]["type"], state["modals"], state["notices"]) == ("home", [], [])
    assert state["commands"][0]["command"] == "/iaas"
    assert fetch(f"{ws.url}/_sandbox/state?user=U0NOBODY")[0] == 404


def test_events_tell_only_those_who_can_see_the_change(ws: Workspace, app: RawApp) -> None:
    streams = {name: _stream(ws, name) for name in ("dana", "ann")}

    app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="for dana")
    app.web.chat_postMessage(channel="C0VMAPP", text="for ann")

    lines = {name: [stream.readline() for _ in range(5)][2:4] for name, (stream, _) in streams.items()}
    for _, connection in streams.values():
        connection.close()
    assert [line[0] for line in lines.values()] == [b"event: changed\n"] * 2
    assert lines["dana"][1] < lines["ann"][1]


def test_waiting_returns_with_the_change_and_not_before(ws: Workspace, dana: Person) -> None:
    seen = dana.state()["revision"]

    status, early = fetch(f"{ws.url}/_sandbox/wait?user=dana&since={seen}&timeout_s=0.2")
    dana.message("hello")
    _, then = fetch(f"{ws.url}/_sandbox/wait?user=dana&since={seen}&timeout_s=5")

    assert (status, json.loads(early)["revision"]) == (200, seen)
    assert json.loads(then)["revision"] > seen


def test_act_answers_ok_or_an_error_with_its_detail(ws: Workspace, app: RawApp) -> None:
    app.web.chat_postMessage(channel="C0VMREQ", text="card", blocks=[actions(button("ok"))])
    asked = {"user": "U0DANA", "kind": "message", "channel": "C0VMREQ", "text": "hello"}

    good = json.loads(fetch(f"{ws.url}/_sandbox/act", json.dumps(asked).encode())[1])
    bad = json.loads(fetch(f"{ws.url}/_sandbox/act", json.dumps(asked | {"kind": "fly"}).encode())[1])

    assert (good["ok"], bad) == (True, {"ok": False, "error": "no_such_deed", "detail": "fly"})


class Estate(BaseHTTPRequestHandler):
    """A control door that says what it was asked."""

    def do_POST(self) -> None:
        """Answer with path and body."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = json.dumps({"path": self.path, "body": body}).encode()
        self.send_response(202)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Say nothing."""


def test_estate_is_reached_through_the_sandbox(ws: Workspace) -> None:
    with HTTPServer(("127.0.0.1", 0), Estate) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with Workspace.start(estate_url=f"http://127.0.0.1:{server.server_port}") as joined:
            status, body = fetch(f"{joined.url}/_sandbox/estate/vms/load?name=web-01", b'{"cpu": 95}')
        server.shutdown()

    assert status == 202
    assert json.loads(body) == {"path": "/vms/load?name=web-01", "body": '{"cpu": 95}'}
    assert fetch(f"{ws.url}/_sandbox/estate/vms")[0] == 404


def test_page_folder_gives_away_nothing_else(ws: Workspace) -> None:
    assert fetch(f"{ws.url}/..%2fserver.py")[0] == 404
    assert fetch(f"{ws.url}/nothing.js")[0] == 404


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def _stream(ws: Workspace, user: str) -> tuple[http.client.HTTPResponse, http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(ws.url.removeprefix("http://"), timeout=10)
    connection.request("GET", f"/_sandbox/events?user={user}")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    return answer, connection
