"""Point 26: the fault door, seen by a client that hides nothing; every row of the fault tables."""

import http.client
from time import monotonic
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from sandbox.slack import Person, ViolationsError, Workspace
from tests.integration.sandbox_slack.conftest import Later
from tests.integration.sandbox_slack.rawapp import RawApp


def test_close_frame_comes_out_of_the_blue(ws: Workspace, app: RawApp) -> None:
    socket = app.connect()

    ws.faults.close(code=1001, reason="going away")

    with pytest.raises(ConnectionClosed) as closed:
        socket.receive()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "going away")


def test_fin_and_reset_end_the_socket_without_a_close_frame(ws: Workspace, app: RawApp) -> None:
    finished, torn = app.connect(), app.connect()

    ws.faults.fin(socket=1)
    ws.faults.reset(socket=2)

    causes = []
    for socket in (finished, torn):
        with pytest.raises(ConnectionClosedError) as closed:
            socket.receive()
        assert closed.value.rcvd is None
        causes.append(type(closed.value.__cause__))
    assert causes == [EOFError, ConnectionResetError]
    assert ws.sockets() == []


def test_black_hole_answers_nothing_and_swallows_its_share(
    ws: Workspace, app: RawApp, dana: Person, later: Later
) -> None:
    socket = app.connect()
    ws.faults.black_hole()

    waiting = later(dana.command, "/iaas list")
    silent = socket.is_silent() and not socket.connection.ping().wait(0.2)
    ws.wait_for_entry("envelope")
    ws.clock.advance(3.1)

    assert (silent, waiting.result(2.5).error, len(ws.sockets())) == (True, "operation_timeout", 1)
    ws.assert_no_violations()


def test_handshakes_are_refused_for_a_while(ws: Workspace, app: RawApp) -> None:
    ws.faults.refuse_handshakes(20)

    with pytest.raises(InvalidStatus) as refused:
        app.connect()
    ws.clock.advance(20)

    assert refused.value.response.status_code == 503
    assert app.connect().hello["type"] == "hello"


def test_tickets_can_be_made_worthless(ws: Workspace, app: RawApp) -> None:
    url = str(app.app_web.apps_connections_open(app_token=ws.app_token)["url"])
    ws.faults.expire_tickets()

    connection = http.client.HTTPConnection(ws.url.removeprefix("http://"))
    connection.request("GET", url.removeprefix("ws://").partition("/")[2].join(("/", "")))
    status = connection.getresponse().status
    connection.close()

    assert status == 403


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        pytest.param({"status": 429, "retry_after_s": 7}, (429, "ratelimited", "7"), id="429"),
        pytest.param({"error": "internal_error", "status": 200}, (200, "internal_error", None), id="error in a 200"),
    ],
)
def test_opening_connections_can_fail(
    ws: Workspace, app: RawApp, fault: dict[str, Any], seen: tuple[int, str, str | None]
) -> None:
    ws.faults.connections_open_fails(times=1, **fault)

    with pytest.raises(SlackApiError) as refused:
        app.connect()

    answer = refused.value.response
    assert (answer.status_code, answer["error"], answer.headers.get("Retry-After")) == seen
    assert app.connect().hello["type"] == "hello"


def test_method_fails_for_some_seconds_or_some_times(ws: Workspace, app: RawApp) -> None:
    ws.faults.method_fails("chat.postMessage", error="fatal_error", for_s=10)
    for _ in range(3):
        with pytest.raises(SlackApiError):
            app.web.chat_postMessage(channel="C0VMREQ", text="x")
    ws.clock.advance(10)
    app.web.chat_postMessage(channel="C0VMREQ", text="after ten seconds")

    ws.faults.method_fails("chat.postMessage", status=500)
    with pytest.raises(SlackApiError) as refused:
        app.web.chat_postMessage(channel="C0VMREQ", text="x")
    app.web.chat_postMessage(channel="C0VMREQ", text="after one failure")

    assert refused.value.response.status_code == 500
    assert [one.text for one in ws.as_user("dana").messages()] == ["after ten seconds", "after one failure"]


def test_lost_answer_leaves_its_work_done(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.web.retry_handlers.clear()
    ws.faults.answer_is_lost("chat.postMessage")

    with pytest.raises((http.client.HTTPException, ConnectionError)):
        app.web.chat_postMessage(channel="C0VMREQ", text="did it arrive?")

    assert [one.text for one in dana.messages()] == ["did it arrive?"]


def test_slow_answer_takes_its_time(ws: Workspace, app: RawApp) -> None:
    ws.faults.method_is_slow("auth.test", 0.3)

    started = monotonic()
    app.web.auth_test()

    assert monotonic() - started >= 0.3


def test_split_frame_stalls_and_then_arrives_whole(ws: Workspace, app: RawApp, dana: Person, later: Later) -> None:
    socket = app.connect()
    ws.faults.split_next_frame(stall_s=2.0)
    waiting = later(dana.command, "/iaas list")
    ws.wait_for_entry("fault")

    silent = socket.is_silent(0.2)
    ws.clock.advance(2)
    envelope = socket.receive()
    socket.ack(envelope)

    assert (silent, waiting.result(2.5).ok) == (True, True)


def test_fragmented_and_big_messages_are_proper_messages(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.answers()
    ws.faults.fragment_next_message()
    ws.faults.big_next_message()

    results = [dana.command("/iaas list").ok for _ in range(2)]

    assert results == [True, True]
    assert len(str(app.seen[1])) > 1_200_000


def test_unknown_levers_and_settings_are_refused(ws: Workspace) -> None:
    with pytest.raises(ValueError, match="no lever is called 'unheard_of'"):
        ws.faults.pull("unheard_of")
    with pytest.raises(ValueError, match="unexpected keyword"):
        ws.faults.pull("frame", kind="split", colour="red")


def test_faults_can_be_cleared(ws: Workspace, app: RawApp) -> None:
    ws.faults.method_fails("*", status=500, for_s=1_000)
    ws.faults.refuse_handshakes(1_000)
    ws.faults.ghosts(3)

    ws.faults.clear()

    assert app.connect().hello["num_connections"] == 1


def test_journal_holds_request_envelope_and_answer_with_its_delay(app: RawApp, dana: Person) -> None:
    app.answers()
    dana.command("/iaas list")
    app.web.chat_postMessage(channel="C0VMREQ", text="x")

    kinds = [entry["kind"] for entry in app.ws.journal]
    ack = app.ws.entries("ack")[0]
    request = app.ws.entries("http")[-1]
    assert [kind for kind in kinds if kind in {"act", "envelope", "ack"}] == ["act", "envelope", "ack"]
    assert 0 <= ack["delay_s"] < 3
    assert (request["method"], request["ok"], "token" in request["args"]) == ("chat.postMessage", True, False)


def test_violations_fail_the_test_unless_allowed(ws: Workspace, app: RawApp) -> None:
    ws.assert_no_violations()
    with pytest.raises(SlackApiError):
        app.web.users_lookupByEmail(email="x@example.com")

    with pytest.raises(ViolationsError, match="missing_scope"):
        ws.assert_no_violations()
    ws.assert_no_violations(allow=["missing_scope"])
