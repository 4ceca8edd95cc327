"""Points 4 and 7 to 10: one socket per envelope, three seconds, payloads, redelivery, ghosts."""

import pytest
from websockets.exceptions import ConnectionClosed

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.conftest import Later
from tests.integration.sandbox_slack.rawapp import RawApp, RawSocket, actions, button


def codes(ws: Workspace) -> list[str]:
    return [one["code"] for one in ws.violations()]


def test_each_envelope_goes_to_exactly_one_socket(app: RawApp, dana: Person) -> None:
    for _ in range(3):
        app.answers()

    results = [dana.command("/iaas list") for _ in range(30)]

    assert all(result.ok for result in results)
    assert len({one["envelope_id"] for one in app.seen}) == len(app.seen) == 30
    per_socket = {one["socket"] for one in app.ws.entries("envelope")}
    assert per_socket == {1, 2, 3}


def test_choice_of_sockets_repeats_with_the_seed() -> None:
    runs = []
    for _ in range(2):
        with Workspace.start(seed=3) as ws:
            app = RawApp(ws)
            for _ in range(3):
                app.answers()
            for _ in range(10):
                ws.as_user("dana").command("/iaas list")
            runs.append([one["socket"] for one in ws.entries("envelope")])
            app.close()

    assert runs[0] == runs[1]


def test_ghosts_count_in_hello_and_swallow_their_share(ws: Workspace, app: RawApp, dana: Person, later: Later) -> None:
    ws.faults.ghosts(9)

    socket = app.answers()
    waiting = later(dana.command, "/iaas list")
    app_saw = socket.hello["num_connections"]
    ws.wait_for_entry("envelope")
    ws.clock.advance(3.1)
    result = waiting.result(2.5)

    assert app_saw == 10
    assert (result.ok, result.error) == (False, "operation_timeout")
    assert ws.entries("lost")
    assert codes(ws) == []


def test_without_a_socket_the_person_sees_dispatch_failed(ws: Workspace, dana: Person) -> None:
    result = dana.command("/iaas list")

    assert (result.ok, result.error) == (False, "dispatch_failed")
    assert dana.notices() == ['/iaas failed with the error "dispatch_failed"']
    assert ws.as_user("ann").notices() == []


def test_late_answer_is_noted_and_its_payload_ignored(ws: Workspace, app: RawApp, dana: Person, later: Later) -> None:
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")
    envelope = socket.receive()
    ws.clock.advance(3.1)
    result = waiting.result(2.5)

    socket.ack(envelope, {"text": "too late"})
    wait_for(ws, "late_ack")

    assert result.error == "operation_timeout"
    assert dana.messages() == []
    assert codes(ws) == ["no_ack", "late_ack"]


def test_answer_just_in_time_counts(ws: Workspace, app: RawApp, dana: Person, later: Later) -> None:
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")
    envelope = socket.receive()
    ws.clock.advance(2.5)

    socket.ack(envelope, {"text": "just in time"})

    assert waiting.result(2.5).ok
    assert 2.5 <= ws.entries("ack")[0]["delay_s"] < 3
    assert codes(ws) == []


def test_answer_of_20480_bytes_is_dropped(ws: Workspace, app: RawApp, dana: Person, later: Later) -> None:
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")

    socket.ack(socket.receive(), {"text": "x" * 20_480})
    wait_for(ws, "oversized_ack")
    ws.clock.advance(3.1)

    assert waiting.result(2.5).error == "operation_timeout"


def test_answer_just_below_20480_bytes_is_taken(app: RawApp, dana: Person) -> None:
    app.answers(lambda _: {"text": "x" * 20_300})

    assert dana.command("/iaas list").ok


def test_oversized_answer_can_close_the_socket_and_the_command_comes_again(
    ws: Workspace, app: RawApp, dana: Person, later: Later
) -> None:
    ws.faults.oversized_acks("close")
    ws.faults.redeliver_on_reconnect()
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")
    envelope = socket.receive()
    socket.ack(envelope, {"text": "x" * 20_480})

    with pytest.raises(ConnectionClosed) as closed:
        socket.receive()
    ws.clock.advance(3.1)
    waiting.result(2.5)
    again = app.connect().receive()

    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, again["envelope_id"]) == (1009, envelope["envelope_id"])


def test_command_on_a_dead_socket_comes_again_over_the_next_one_when_its_time_is_over(
    ws: Workspace, app: RawApp, dana: Person, later: Later
) -> None:
    ws.faults.redeliver_on_reconnect()
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")
    lost = socket.receive()
    ws.faults.fin()

    again = app.connect()
    early = not again.is_silent()
    ws.clock.advance(3.1)
    envelope = again.receive()

    assert (early, waiting.result(2.5).error) == (False, "operation_timeout")
    assert (envelope["envelope_id"], envelope["retry_attempt"]) == (lost["envelope_id"], 1)


def test_command_in_a_black_hole_comes_again_even_when_the_app_was_back_before_its_time_ran_out(
    ws: Workspace, app: RawApp, dana: Person, later: Later
) -> None:
    ws.faults.redeliver_on_reconnect()
    app.connect()
    ws.faults.black_hole()
    waiting = later(dana.command, "/iaas list")
    sent = ws.wait_for_entry("envelope")
    back = app.connect()

    ws.clock.advance(3.1)

    assert waiting.result(2.5).error == "operation_timeout"
    assert back.receive()["envelope_id"] == sent["envelope_id"]
    assert back.is_silent()


def test_interactive_payloads_are_not_redelivered_by_default(
    ws: Workspace, app: RawApp, dana: Person, later: Later
) -> None:
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")
    socket.receive()
    ws.clock.advance(3.1)
    waiting.result(2.5)

    assert app.connect().is_silent()


def test_events_come_again_at_once_after_one_and_after_five_minutes(ws: Workspace, app: RawApp, dana: Person) -> None:
    socket = app.connect()
    dana.open_home()

    tries = [socket.receive()]
    for wait_s in (0.0, 60.1, 300.1):
        ws.clock.advance(3.1)
        ws.clock.advance(wait_s)
        tries.append(socket.receive())
    ws.clock.advance(700)

    assert {one["envelope_id"] for one in tries} == {tries[0]["envelope_id"]}
    assert [one["retry_attempt"] for one in tries] == [0, 1, 2, 3]
    assert [one["retry_reason"] for one in tries] == ["", "timeout", "timeout", "timeout"]
    assert socket.is_silent()


def test_acknowledged_event_does_not_come_again(ws: Workspace, app: RawApp, dana: Person) -> None:
    socket = app.connect()
    dana.open_home()

    socket.ack(socket.receive())
    ws.clock.advance(400)

    assert socket.is_silent()


def test_event_sent_while_no_socket_was_open_arrives_after_the_reconnect(
    ws: Workspace, app: RawApp, dana: Person
) -> None:
    dana.open_home()
    ws.clock.advance(1)

    socket = app.connect()
    ws.clock.advance(61)

    assert socket.receive()["payload"]["event"]["type"] == "app_home_opened"


def test_payload_where_none_is_accepted_is_ignored_and_flagged(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.answers(lambda _: {"text": "surprise"})
    app.web.chat_postMessage(channel="C0VMREQ", text="card", blocks=[actions(button("ok"))])

    result = dana.click(dana.wait_for_card("card"), "ok")

    assert (result.ok, len(dana.messages())) == (True, 1)
    assert codes(ws) == ["unwanted_payload"]


def test_second_answer_is_ignored_and_flagged(ws: Workspace, app: RawApp, dana: Person, later: Later) -> None:
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")
    envelope = socket.receive()

    socket.ack(envelope, {"text": "first"})
    socket.ack(envelope, {"text": "second"})
    wait_for(ws, "second_ack")

    assert waiting.result(2.5).ok
    assert [one.text for one in dana.messages()] == ["first"]


def test_envelope_delivered_twice_may_be_answered_twice(ws: Workspace, app: RawApp, dana: Person, later: Later) -> None:
    ws.faults.duplicate_next()
    socket = app.connect()
    waiting = later(dana.command, "/iaas list")

    first, second = socket.receive(), socket.receive()
    socket.ack(first)
    socket.ack(second)

    assert waiting.result(2.5).ok
    assert first == second
    assert codes(ws) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("nonsense", "bad_ack", id="no json"),
        pytest.param('{"payload": {}}', "bad_ack", id="no envelope id"),
        pytest.param('{"envelope_id": "unknown"}', "unknown_envelope", id="unknown envelope"),
    ],
)
def test_messages_that_answer_nothing_are_flagged(ws: Workspace, app: RawApp, text: str, code: str) -> None:
    socket: RawSocket = app.connect()

    socket.connection.send(text)
    wait_for(ws, code)

    assert codes(ws) == [code]


def wait_for(ws: Workspace, code: str) -> None:
    """Return once the journal has this violation."""
    ws.wait_for_entry("violation", lambda entry: bool(entry["code"] == code))
