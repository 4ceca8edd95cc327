"""The three words that systemd wants to hear (`sd_notify(3)`); silent where no systemd listens."""

import os
import socket

import structlog

log = structlog.get_logger(__name__)


def notify(state: str) -> None:
    """Send `state` (`READY=1`, `WATCHDOG=1`, `STOPPING=1`) to the socket that systemd named, if it named one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    path = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(state.encode(), path)
    except OSError as error:
        # Whoever supervises may be gone; that is no reason to stop serving people.
        log.debug("systemd.notify.failed", reason=str(error))


def watchdog_interval_s() -> float | None:
    """Half of the interval that systemd expects a sign of life in, or None where it expects none."""
    microseconds = os.environ.get("WATCHDOG_USEC")
    return int(microseconds) / 2_000_000 if microseconds else None
