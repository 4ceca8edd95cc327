"""slack_sdk's own four Socket Mode clients against the sandbox: the traffic, and their known ways out of faults.

What each client survives was measured with another fault server (the reference's table of socket faults); the same
strengths and weaknesses show here, which is what makes the fault door believable.
"""

from collections.abc import Callable, Iterator

import pytest

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import RawApp, actions, button, modal, text_input
from tests.integration.sandbox_slack.sdkapps import KINDS, SdkApp, start

# Their threads die noisily in some of these faults; that is the clients' affair.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(params=KINDS)
def sdk(request: pytest.FixtureRequest, ws: Workspace) -> Iterator[SdkApp]:
    app = start(str(request.param), ws)
    yield app
    app.stop()


@pytest.fixture
def on(ws: Workspace) -> Iterator[Callable[[str], SdkApp]]:
    started: list[SdkApp] = []

    def starting(kind: str) -> SdkApp:
        started.append(start(kind, ws))
        return started[-1]

    yield starting
    for app in started:
        app.stop()


def test_commands_clicks_submissions_and_events_pass(ws: Workspace, sdk: SdkApp, dana: Person) -> None:
    web = RawApp(ws).web
    web.chat_postMessage(channel="C0VMREQ", text="card", blocks=[actions(button("ok"))])

    command = dana.command("/iaas list")
    clicked = dana.click(dana.wait_for_card("card"), "ok")
    web.views_open(trigger_id=sdk.seen[0]["trigger_id"], view=modal(text_input()))
    submitted = dana.submit(dana.wait_for_modal(), {"name": "web-01"})
    dana.open_home()
    ws.wait_for_entry("ack", lambda _: len(ws.entries("ack")) == 4)

    assert (command.response, clicked.ok, submitted.ok) == ({"text": "LIST"}, True, True)
    assert [one["type"] for one in sdk.seen[1:]] == ["block_actions", "view_submission", "event_callback"]
    ws.assert_no_violations()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda ws: ws.faults.refresh(warning=False), id="refresh"),
        pytest.param(lambda ws: ws.faults.close(), id="close frame"),
        pytest.param(lambda ws: ws.faults.reset(), id="reset"),
        pytest.param(lambda ws: ws.faults.fin(), id="fin"),
    ],
)
def test_client_is_back_after_its_socket_ended(
    ws: Workspace, sdk: SdkApp, dana: Person, fault: Callable[[Workspace], None]
) -> None:
    first = ws.sockets()[-1]

    fault(ws)
    ws.wait_for_sockets(newer_than=first, timeout_s=40)

    assert dana.command("/iaas list").ok
    assert len(sdk.seen) == 1


# websocket_client has no ping timeout and never notices; the reference measured the same.
@pytest.mark.parametrize("kind", ["builtin", "websockets", "aiohttp"])
def test_client_leaves_a_black_hole(ws: Workspace, on: Callable[[str], SdkApp], dana: Person, kind: str) -> None:
    on(kind)
    first = ws.sockets()[-1]

    ws.faults.black_hole()
    ws.wait_for_sockets(newer_than=first, timeout_s=60)
    ws.faults.fin(socket=first)

    assert dana.command("/iaas list").ok


@pytest.mark.parametrize("kind", ["websocket_client", "websockets", "aiohttp"])
def test_fragmented_message_is_understood(ws: Workspace, on: Callable[[str], SdkApp], dana: Person, kind: str) -> None:
    on(kind)

    ws.faults.fragment_next_message()

    assert dana.command("/iaas list").ok


@pytest.mark.parametrize("kind", ["websocket_client", "aiohttp"])
def test_message_of_1200000_bytes_is_understood(
    ws: Workspace, on: Callable[[str], SdkApp], dana: Person, kind: str
) -> None:
    on(kind)

    ws.faults.big_next_message()

    assert dana.command("/iaas list").ok


def test_builtin_client_drops_a_fragmented_message(ws: Workspace, on: Callable[[str], SdkApp], dana: Person) -> None:
    on("builtin")

    ws.faults.fragment_next_message()

    assert dana.command("/iaas list").error == "operation_timeout"


@pytest.mark.parametrize("kind", ["builtin", "aiohttp"])
def test_client_waits_out_refused_handshakes_and_failing_opens(
    ws: Workspace, on: Callable[[str], SdkApp], dana: Person, kind: str
) -> None:
    on(kind)
    first = ws.sockets()[-1]

    ws.faults.connections_open_fails(status=500, times=1)
    ws.faults.refuse_handshakes(1.5)
    ws.faults.close()
    ws.wait_for_sockets(newer_than=first, timeout_s=40)

    assert dana.command("/iaas list").ok


def test_duplicate_envelope_runs_the_listener_twice(ws: Workspace, on: Callable[[str], SdkApp], dana: Person) -> None:
    app = on("aiohttp")

    ws.faults.duplicate_next()
    dana.command("/iaas list")
    ws.wait_for_entry("ack", lambda _: len(ws.entries("ack")) == 2)

    assert [one["text"] for one in app.seen] == ["list", "list"]
    ws.assert_no_violations()
