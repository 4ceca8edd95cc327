"""Every row of the socket fault table: how soon commands are acknowledged again, and that none is done twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from sandbox.slack.client.levers import Levers
from tests.integration.slack.conftest import Stage

NETWORK = ("no_ack",)
"""What the sandbox counts where a frame fell into a hole: the bot never saw it."""
PROBE_EVERY_S = 0.2


def _deaf_s(stage: Stage, fault: Callable[[Levers], None], watch_s: float) -> float:
    """Seconds from the fault to the first probe from which on every probe is acknowledged within three seconds."""
    fault(stage.workspace.faults)
    begin = monotonic()
    since = len(stage.workspace.journal)
    while monotonic() - begin < watch_s:
        stage.dana.command("/iaas echo probe", wait=False)
        threading.Event().wait(PROBE_EVERY_S)
    threading.Event().wait(1.0)
    entries = stage.workspace.entries(since=since)
    acked = {one["envelope_id"] for one in entries if one["kind"] == "ack" and one["delay_s"] < 3}
    probes = [one for one in entries if one["kind"] == "envelope"]
    missed = [one["at"] for one in probes if one["envelope_id"] not in acked]
    assert len(probes) > watch_s / PROBE_EVERY_S / 3
    good = [one["at"] for one in probes if not missed or one["at"] > missed[-1]]
    assert good, "commands are not acknowledged any more"
    return float(good[0] - probes[0]["at"]) if missed else 0.0


def _limited_refresh(faults: Levers) -> None:
    faults.connections_open_fails(status=429, retry_after_s=7, times=1)
    faults.refresh(warning=False)


ROWS: dict[str, Callable[[Levers], None]] = {
    "refresh of all sockets": lambda faults: faults.refresh(warning=False),
    "refresh with a warning": lambda faults: faults.refresh(grace_s=1.0),
    "refresh, and the ticket is limited": _limited_refresh,
    "close frame": lambda faults: faults.close(),
    "FIN without close frame": lambda faults: faults.fin(),
    "RST": lambda faults: faults.reset(),
    "black hole": lambda faults: faults.black_hole(),
    "link disabled": lambda faults: faults.link_disabled(),
    "frame split by a stall of 2 s": lambda faults: faults.split_next_frame(stall_s=2.0),
    "fragmented message": lambda faults: faults.fragment_next_message(),
    "message of 1.2 MB": lambda faults: faults.big_next_message(),
}


@pytest.mark.parametrize("row", ROWS)
def test_commands_are_acknowledged_again_within_three_seconds(stage: Stage, row: str) -> None:
    deaf_s = _deaf_s(stage, ROWS[row], 6)

    assert deaf_s <= 3.0
    keys = [one.key for one in stage.dispatcher.said]
    assert len(keys) == len(set(keys))
    stage.workspace.assert_no_violations(allow=NETWORK)


def test_what_is_on_its_way_while_a_socket_is_refreshed_is_answered(stage: Stage) -> None:
    """A warning leaves the socket in the draw, so Slack goes on sending to it until it hears the goodbye."""
    with ThreadPoolExecutor(8) as pool:
        for number in range(10):
            stage.workspace.faults.refresh(grace_s=0.3)
            list(pool.map(lambda n: stage.dana.command(f"/iaas echo {n}"), range(number * 20, number * 20 + 20)))

    answered = [one for one in stage.workspace.entries("ack") if one["delay_s"] < 3]
    assert len(answered) > 100
    stage.workspace.assert_no_violations()


def test_a_frame_that_stalls_is_left_behind_with_its_socket(stage: Stage) -> None:
    # The sandbox goes on drawing the stalled socket until the stall ends, so no client can be sooner.
    assert _deaf_s(stage, lambda faults: faults.split_next_frame(stall_s=4.0), 6) <= 4.5
    stage.workspace.assert_no_violations(allow=NETWORK)


def _away(faults: Levers) -> None:
    faults.connections_open_fails(status=500, for_s=20)
    faults.fin()


def _refused(faults: Levers) -> None:
    faults.refuse_handshakes(20)
    faults.fin()


LONG: dict[str, Callable[[Levers], None]] = {
    "apps.connections.open fails for 20 s": _away,
    "handshakes are refused for 20 s": _refused,
    "handshakes are refused for 20 s and tickets expire after 5": _refused,
}


def test_commands_are_acknowledged_within_25_seconds_of_an_outage_of_20(staged: Callable[..., Stage]) -> None:
    stages = [staged(options={"ticket_lives_s": 5.0 if "expire" in row else 30.0}) for row in LONG]

    with ThreadPoolExecutor(len(LONG)) as pool:
        deaf = list(pool.map(lambda pair: _deaf_s(pair[0], pair[1], 28), zip(stages, LONG.values(), strict=True)))

    assert [(row, seconds) for row, seconds in zip(LONG, deaf, strict=True) if not 15 < seconds <= 25] == []
    for stage in stages:
        stage.workspace.assert_no_violations(allow=NETWORK)


def test_a_ticket_that_expired_is_thrown_away(staged: Callable[..., Stage]) -> None:
    stage = staged()
    before = max(stage.workspace.sockets())
    stage.workspace.faults.refuse_handshakes(3)
    stage.workspace.faults.fin()
    threading.Event().wait(1.5)

    stage.workspace.faults.expire_tickets()

    assert len(stage.workspace.wait_for_sockets(2, newer_than=before, timeout_s=12)) == 2


def test_a_client_that_stays_deaf_is_thrown_away_and_built_anew(staged: Callable[..., Stage]) -> None:
    stage = staged(rebuild_after_s=1.0, forget_ticket_after_s=60.0)
    before = max(stage.workspace.sockets())
    stage.workspace.faults.refuse_handshakes(3)
    stage.workspace.faults.fin()
    threading.Event().wait(1.0)

    stage.workspace.faults.expire_tickets()

    assert len(stage.workspace.wait_for_sockets(2, newer_than=before, timeout_s=12)) == 2


def test_a_refused_app_token_ends_the_process_with_a_reason(staged: Callable[..., Stage]) -> None:
    stage = staged(wait=False, read_app_token=lambda: "xapp-wrong", ping_interval_s=0.2)

    _until(lambda: bool(stage.gave_up), 10)

    assert stage.gave_up[0].startswith("Slack refuses the app token: invalid_auth.")
    assert len(stage.workspace.entries("http")) < 20


def test_a_long_time_without_slack_asks_for_a_restart(staged: Callable[..., Stage]) -> None:
    stage = staged(give_up_after_s=2.0)

    stage.workspace.stop()

    _until(lambda: bool(stage.gave_up), 10)
    assert "no connection to Slack" in stage.gave_up[0]


def test_slack_may_be_away_at_the_start(staged: Callable[..., Stage]) -> None:
    stage = staged(options={}, wait=False)
    stage.workspace.faults.connections_open_fails(status=500, for_s=3)

    stage.workspace.wait_for_sockets(2)

    assert stage.dana.command("/iaas echo hi").ok


def test_dead_sockets_that_slack_still_counts_are_seen(stage: Stage) -> None:
    stage.workspace.faults.ghosts(3)
    before = max(stage.workspace.sockets())

    stage.workspace.faults.refresh(warning=False)
    stage.workspace.wait_for_sockets(2, newer_than=before)

    _until(lambda: stage.front.health().registered == 5, 5)


def test_a_socket_too_many_waits_instead_of_knocking(staged: Callable[..., Stage]) -> None:
    stage = staged(options={"max_connections": 1}, wait=False)
    stage.workspace.wait_for_sockets(1)

    threading.Event().wait(6)

    asked = [one for one in stage.workspace.entries("http") if one["method"] == "apps.connections.open"]
    assert len(asked) <= 3
    assert stage.dana.command("/iaas echo hi").ok


def test_leaving_answers_what_has_arrived(stage: Stage) -> None:
    stage.front.stop_receiving()

    assert not stage.front.is_connected()
    assert stage.dana.command("/iaas echo late").error == "dispatch_failed"
    stage.workspace.assert_no_violations()


def _until(condition: Callable[[], bool], timeout_s: float) -> None:
    deadline = monotonic() + timeout_s
    while not condition():
        assert monotonic() < deadline
        threading.Event().wait(0.05)
