"""The process: starts the parts, tells systemd how it is, waits for the signal to end, drains. The one endless loop."""

import os
import signal
import threading
from collections.abc import Sequence
from typing import Protocol

import structlog

from bot import systemd
from bot.schedule import Schedule
from operations.errors import StorageError
from operations.service import Operations
from remediation.engine import Remediation
from vsphere.gateway import Gateway

log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 0.25
_DRAIN_TIMEOUT_S = 20
_AFTER_FAILURE_S = 5.0
_READY_AT_THE_LATEST_S = 15


class Front(Protocol):
    """Where people talk to the bot."""

    def start(self) -> None:
        """Connect in the background and take commands."""

    def stop_receiving(self) -> None:
        """Take no more commands; what was taken is finished."""

    def close(self) -> None:
        """Deliver what can be delivered within moments, and end."""

    def is_connected(self) -> bool:
        """Whether commands arrive."""


class Ending:
    """Whether the process is to end, and with which exit code."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.exit_code = 0

    def stop(self) -> None:
        """End with exit code 0."""
        self.asked.set()

    def give_up(self, reason: str) -> None:
        """End with exit code 1, so that systemd starts the process anew."""
        log.error("service.gave.up", reason=reason)
        self.exit_code = 1
        self.asked.set()


class Service:
    """All parts of one replica."""

    def __init__(
        self,
        *,
        operations: Operations,
        remediation: Remediation,
        schedule: Schedule,
        gateways: Sequence[Gateway],
        front: Front,
        ending: Ending,
    ) -> None:
        self._operations = operations
        self._remediation = remediation
        self._schedule = schedule
        self._gateways = gateways
        self._front = front
        self._ending = ending
        self._status = ""
        self._stopping = threading.Event()
        self._remediating = threading.Thread(target=self._remediate, name="remediation", daemon=True)

    def run(self) -> int:
        """Run until SIGTERM, SIGINT or a part gives up, and return the exit code.

        Raises:
            StorageError: the database can't be used.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ending.stop())
        for gateway in self._gateways:
            gateway.start()
        self._operations.start()
        self._front.start()
        self._schedule.start()
        self._remediating.start()
        self._attend()
        self._stop()
        return self._ending.exit_code

    def _attend(self) -> None:
        """Tell systemd about every change of state, and that the process lives."""
        ready = False
        rounds = 0
        watchdog_s = systemd.watchdog_interval_s()
        while not self._ending.asked.wait(_LOOK_EVERY_S):
            rounds += 1
            all_connected = self._tell_status()
            self._schedule.attend()
            if not ready and (all_connected or rounds * _LOOK_EVERY_S >= _READY_AT_THE_LATEST_S):
                ready = True
                systemd.notify("READY=1")
                log.info("service.started", status=self._status)
            if watchdog_s and rounds % max(1, int(watchdog_s / _LOOK_EVERY_S)) == 0:
                systemd.notify("WATCHDOG=1")

    def _remediate(self) -> None:
        """One pass after the other, each as soon as something is due or has changed."""
        while not self._stopping.is_set():
            rest_s = _AFTER_FAILURE_S
            try:
                rest_s = self._remediation.run_once()
            except StorageError as error:
                log.warning("remediation.pass.delayed", reason=str(error))
            except Exception:
                # Whatever it is, VMs that turn red later must not be left alone for it.
                log.exception("remediation.pass.failed")
            if not self._stopping.is_set():
                self._remediation.wait(rest_s)

    def _tell_status(self) -> bool:
        parts = {"slack": self._front.is_connected()}
        parts |= {f"vcenter {gateway.name}": gateway.health().connected for gateway in self._gateways}
        status = ", ".join(f"{name} {'connected' if up else 'not connected'}" for name, up in parts.items())
        if status != self._status:
            self._status = status
            systemd.notify(f"STATUS={status}")
        return all(parts.values()) and all(gateway.inventory.ready for gateway in self._gateways)

    def _stop(self) -> None:
        systemd.notify("STOPPING=1")
        log.info("service.stopping", exit_code=self._ending.exit_code)
        self._schedule.stop()
        self._end_remediation()
        self._front.stop_receiving()
        self._operations.drain(_DRAIN_TIMEOUT_S)
        self._front.close()
        for gateway in self._gateways:
            gateway.close()
        self._operations.close()

    def _end_remediation(self) -> None:
        """Let the pass that runs come to its end, so that what it has admitted is asked for."""
        self._stopping.set()
        self._remediation.wake()
        self._remediating.join(_DRAIN_TIMEOUT_S)
        self._remediation.close()


def leave(exit_code: int) -> None:
    """End the process at once: DBOS's threads are not daemons and may wait for hours (engine.md, edge 13)."""
    os._exit(exit_code)
