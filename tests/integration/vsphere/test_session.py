"""Trust, login, expiry, and the number of calls."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from sandbox.vcenter import Estate
from tests.integration.vsphere.lab import Connect, Eventually, Lab
from vsphere.clock import SystemClock
from vsphere.errors import CertificateError, LoginError
from vsphere.session import Session
from vsphere.settings import VcenterSettings

SessionWith = Callable[..., Session]

WRONG_THUMBPRINT = ":".join(["AB"] * 32)


@pytest.fixture
def session_with(estate: Estate) -> Iterator[SessionWith]:
    """Makes sessions with settings of one's own and closes them."""
    opened: list[Session] = []

    def make(**changes: Any) -> Session:
        values: dict[str, Any] = {
            "name": "lab",
            "host": estate.host,
            "port": estate.port,
            "username": estate.username,
            "read_password": lambda: estate.password,
        }
        session = Session(VcenterSettings(**{**values, **changes}), clock=SystemClock())
        opened.append(session)
        return session

    yield make
    for session in opened:
        session.close()


def test_the_right_ca_is_trusted(session_with: SessionWith, estate: Estate) -> None:
    session = session_with(ca_file=estate.ca_file)

    session.ensure()

    assert (session.product or "").startswith("VMware vCenter Server")


def test_the_right_thumbprint_is_trusted(session_with: SessionWith, estate: Estate) -> None:
    session = session_with(thumbprint=estate.thumbprint.lower())

    session.ensure()

    assert session.generation == 1


def test_a_wrong_thumbprint_is_refused_with_both_prints(session_with: SessionWith, estate: Estate) -> None:
    session = session_with(thumbprint=WRONG_THUMBPRINT)

    with pytest.raises(CertificateError) as raised:
        session.ensure()

    assert estate.thumbprint in str(raised.value)
    assert WRONG_THUMBPRINT in str(raised.value)
    assert estate.calls() == {}


def test_a_certificate_of_an_unknown_ca_is_refused_and_shown(session_with: SessionWith, estate: Estate) -> None:
    session = session_with()

    with pytest.raises(CertificateError, match=estate.thumbprint):
        session.ensure()

    assert estate.calls() == {}


def test_a_ca_file_that_is_missing_is_named(session_with: SessionWith, tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"nowhere\.pem"):
        session_with(ca_file=tmp_path / "nowhere.pem")


def test_insecure_connects_and_is_shouted_in_the_log(session_with: SessionWith) -> None:
    with structlog.testing.capture_logs() as logs:
        session_with(insecure=True).ensure()

    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["vcenter.tls.unverified"]


def test_a_wrong_password_is_refused_and_not_tried_again_at_once(session_with: SessionWith, estate: Estate) -> None:
    session = session_with(ca_file=estate.ca_file, read_password=lambda: "wrong")

    for _ in range(5):
        with pytest.raises(LoginError, match="user name or the password"):
            session.ensure()

    assert estate.calls()["Login"] == 1


def test_the_password_is_in_no_log_and_no_repr(session_with: SessionWith, estate: Estate) -> None:
    session = session_with(ca_file=estate.ca_file, read_password=lambda: "correct-horse")

    with structlog.testing.capture_logs() as logs, pytest.raises(LoginError) as raised:
        session.ensure()

    assert logs
    assert "correct-horse" not in repr(logs) + repr(raised.value) + repr(vars(session))


def test_an_expired_session_is_renewed_once_for_many_threads(session_with: SessionWith, estate: Estate) -> None:
    session = session_with(ca_file=estate.ca_file)
    session.ensure()
    estate.expire_sessions()
    estate.reset_calls()
    # All eight are under way before the first learns that the session is over.
    estate.set_latency(0.3)
    threads = [threading.Thread(target=session.keep_alive) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert estate.calls()["Login"] == 1
    assert session.generation == 2


def test_a_write_on_an_expired_session_is_applied_once(lab: Lab) -> None:
    vm = lab.create("expired-01")
    lab.estate.expire_sessions()
    lab.estate.reset_calls()

    ended = lab.end(lab.gateway.power_on(vm.ref))

    assert ended.error is None
    accepted = [one for one in lab.estate.writes() if one.outcome == "accepted"]
    assert [one.method for one in accepted] == ["PowerOnVM_Task"]


def test_a_power_operation_costs_two_calls_beside_the_long_polls(lab: Lab) -> None:
    vm = lab.create("cheap-01")
    lab.estate.reset_calls()

    lab.gateway.read_vm(vm.ref)
    ended = lab.end(lab.gateway.power_on(vm.ref))

    calls = {method: count for method, count in lab.estate.calls().items() if method != "WaitForUpdatesEx"}
    assert ended.error is None
    assert calls == {"RetrievePropertiesEx": 1, "PowerOnVM_Task": 1}


def test_the_session_is_touched_before_it_can_end(estate: Estate, connect: Connect, eventually: Eventually) -> None:
    gateway = connect(estate, keepalive_s=0.1)
    assert gateway.wait_ready(20)
    estate.reset_calls()

    eventually(lambda: estate.calls().get("CurrentTime", 0) >= 2)
