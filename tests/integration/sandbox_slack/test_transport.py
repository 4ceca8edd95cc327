"""Points 1 to 3, 5 and 6: HTTP bodies, tickets, hello, pings and refreshes."""

import json
import logging
import urllib.parse
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sandbox.slack import Workspace
from tests.integration.sandbox_slack.rawapp import SECTION, RawApp, fetch


def call(ws: Workspace, method: str, body: bytes, content_type: str, *, token: str | None = None) -> dict[str, Any]:
    headers = {"Content_Type": content_type} | ({"Authorization": f"Bearer {token}"} if token else {})
    result: dict[str, Any] = json.loads(fetch(ws.api_url + method, body, **headers)[1])
    return result


def test_form_json_and_multipart_bodies_say_the_same(ws: Workspace) -> None:
    form = urllib.parse.urlencode({"channel": "C0VMREQ", "text": "x", "blocks": json.dumps([SECTION])}).encode()
    as_json = json.dumps({"channel": "C0VMREQ", "text": "x", "blocks": [SECTION]}).encode()
    parts = "".join(
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("channel", "C0VMREQ"), ("text", "x"), ("blocks", json.dumps([SECTION])))
    )

    answers = [
        call(ws, "chat.postMessage", form, "application/x-www-form-urlencoded", token=ws.bot_token),
        call(ws, "chat.postMessage", as_json, "application/json; charset=utf-8", token=ws.bot_token),
        call(
            ws, "chat.postMessage", f"{parts}--B--\r\n".encode(), "multipart/form-data; boundary=B", token=ws.bot_token
        ),
    ]

    assert [answer["message"]["blocks"][0]["text"]["text"] for answer in answers] == ["Hello"] * 3


def test_token_may_stand_in_a_form_but_not_in_a_json_body(ws: Workspace) -> None:
    in_form = call(ws, "auth.test", f"token={ws.bot_token}".encode(), "application/x-www-form-urlencoded")
    in_json = call(ws, "auth.test", json.dumps({"token": ws.bot_token}).encode(), "application/json")

    assert (in_form["ok"], in_json["error"]) == (True, "not_authed")


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        pytest.param(b"{", "application/json", "invalid_form_data", id="broken json"),
        pytest.param(b"[]", "application/json", "invalid_form_data", id="no object"),
        pytest.param(b"<a/>", "application/xml", "invalid_post_type", id="xml"),
    ],
)
def test_bodies_slack_cannot_read_are_refused(ws: Workspace, body: bytes, content_type: str, error: str) -> None:
    assert call(ws, "auth.test", body, content_type, token=ws.bot_token)["error"] == error


def test_json_in_a_form_field_that_slack_reads_as_text_is_flagged(ws: Workspace, app: RawApp) -> None:
    app.web.api_call("chat.postMessage", data={"channel": "C0VMREQ", "text": '{"a": 1}'})

    assert [one["code"] for one in ws.violations()] == ["json_in_form"]


def test_writing_with_get_is_flagged(ws: Workspace) -> None:
    fetch(f"{ws.api_url}chat.postMessage?channel=C0VMREQ&text=x&token={ws.bot_token}")

    assert [one["code"] for one in ws.violations()] == ["get_on_write"]


def test_server_listens_on_loopback_and_refuses_foreign_host_names(ws: Workspace) -> None:
    status, _ = fetch(ws.url + "/_sandbox/info", Host="evil.example.com")

    assert (ws.url.startswith("http://127.0.0.1:"), status) == (True, 421)


def test_requests_of_other_pages_are_refused(ws: Workspace) -> None:
    act = b'{"user": "dana", "kind": "message", "channel": "C0VMREQ", "text": "x"}'

    foreign = fetch(ws.url + "/_sandbox/act", act, Origin="http://evil.example.com")
    own = fetch(ws.url + "/_sandbox/act", act, Origin=ws.url)

    assert (foreign[0], own[0], len(ws.as_user("dana").messages())) == (403, 200, 1)


@pytest.mark.parametrize("path", ["journal?since=abc", "wait?since=x", "wait?timeout_s=inf", "journal?since=nan"])
def test_a_figure_that_is_none_is_refused_in_words(ws: Workspace, path: str) -> None:
    status, told = fetch(f"{ws.url}/_sandbox/{path}")

    assert status == 400
    assert "give a number" in told


@pytest.mark.parametrize("seconds", [b"1e400", b"-1", b"NaN", b'"soon"'])
def test_time_can_not_be_moved_to_where_there_is_none(ws: Workspace, seconds: bytes) -> None:
    before = json.loads(fetch(f"{ws.url}/_sandbox/info")[1])["now"]

    status, _ = fetch(f"{ws.url}/_sandbox/lever/advance", b'{"seconds": ' + seconds + b"}")

    after = json.loads(fetch(f"{ws.url}/_sandbox/info")[1])["now"]
    assert status == 400
    assert 0 <= after - before < 60


def test_ticket_opens_one_socket_only(app: RawApp) -> None:
    url = str(app.app_web.apps_connections_open(app_token=app.ws.app_token)["url"])

    with connect(url) as first:
        assert json.loads(first.recv(5))["type"] == "hello"
        with pytest.raises(InvalidStatus) as refused:
            connect(url, legacy=True)

    assert refused.value.response.status_code == 403


def test_ticket_expires(ws: Workspace, app: RawApp) -> None:
    url = str(app.app_web.apps_connections_open(app_token=ws.app_token)["url"])
    ws.clock.advance(31)

    with pytest.raises(InvalidStatus):
        connect(url, legacy=True)


def test_hello_counts_sockets_and_names_the_app(app: RawApp) -> None:
    first, second = app.connect(), app.connect()

    assert [one.hello["num_connections"] for one in (first, second)] == [1, 2]
    assert first.hello["connection_info"] == {"app_id": "A0IAAS"}
    assert first.hello["debug_info"]["approximate_connection_time"] == 18060


def test_eleventh_socket_is_turned_away(ws: Workspace, app: RawApp) -> None:
    for _ in range(10):
        app.connect()

    eleventh = app.connect()

    assert (eleventh.hello["type"], eleventh.hello["reason"]) == ("disconnect", "too_many_websockets")
    with pytest.raises(ConnectionClosed):
        eleventh.receive()
    assert len(ws.sockets()) == 10


def test_client_pings_are_answered_unless_switched_off(ws: Workspace, app: RawApp) -> None:
    socket = app.connect()

    answered = socket.connection.ping().wait(2)
    ws.faults.pings(answer=False)
    unanswered = socket.connection.ping().wait(0.3)

    assert (answered, unanswered) == (True, False)


def test_server_sends_pings_of_its_own() -> None:
    with Workspace.start(ping_every_s=0.05) as ws:
        app, frames = RawApp(ws), Recorder()
        logger = logging.Logger("frames", logging.DEBUG)  # noqa: LOG001  a private one, for websockets' frame log
        logger.addHandler(frames)
        app.connect(logger).is_silent(0.4)
        app.close()

    assert any("PING" in line and "Ping from" in line for line in frames.lines)


class Recorder(logging.Handler):
    """Keeps what websockets logs of its frames."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def test_refresh_warns_then_asks_to_reconnect_then_closes(ws: Workspace, app: RawApp) -> None:
    socket = app.connect()

    ws.faults.refresh()
    warning = socket.receive()
    ws.clock.advance(10)
    request = socket.receive()
    ws.clock.advance(2)

    assert (warning["reason"], request["reason"]) == ("warning", "refresh_requested")
    with pytest.raises(ConnectionClosed) as closed:
        socket.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


def test_sockets_are_refreshed_on_schedule(ws: Workspace, app: RawApp) -> None:
    socket = app.connect()

    ws.clock.advance(18_061)

    assert socket.receive()["reason"] == "warning"


def test_link_disabled_comes_without_a_warning(ws: Workspace, app: RawApp) -> None:
    socket = app.connect()

    ws.faults.link_disabled()

    assert socket.receive()["reason"] == "link_disabled"
