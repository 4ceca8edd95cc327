"""Hears the bot say that it is ready, in the words that it says to systemd."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

_LOOK_EVERY_S = 0.2


class NotReadyInTimeError(Exception):
    """The bot did not get ready; the message says what it said last."""


class ReadySocket:
    """A datagram socket at `path` that a child process notifies as it would systemd."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(_LOOK_EVERY_S)

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()
        self.path.unlink(missing_ok=True)

    def wait(self, timeout_s: float, *, is_alive: Callable[[], bool]) -> None:
        """Block until `READY=1` arrives.

        Raises:
            NotReadyInTimeError: it did not, or the process ended; the last message is in the error's text.
        """
        said = "nothing"
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and is_alive():
            try:
                said = self._socket.recv(4096).decode()
            except TimeoutError:
                continue
            if "READY=1" in said.split("\n"):
                return
        what = f"was not ready after {timeout_s:.0f} s" if is_alive() else "ended by itself"
        raise NotReadyInTimeError(f"the bot {what}; it said last: {said}")
