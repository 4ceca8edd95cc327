"""Hears the bot say that it is ready, in the words that it says to systemd."""

import socket
from pathlib import Path
from types import TracebackType


class NotReadyInTimeError(Exception):
    """The bot did not get ready; the message says what it said last."""


class ReadySocket:
    """A datagram socket in `folder` that a child process notifies as it would systemd."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))

    def __enter__(self) -> "ReadySocket":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self.path.unlink(missing_ok=True)

    def wait(self, timeout_s: float) -> None:
        """Block until `READY=1` arrives.

        Raises:
            NotReadyInTimeError: it did not, and every message that came is in the error's text.
        """
        self._socket.settimeout(timeout_s)
        said = "nothing"
        while True:
            try:
                said = self._socket.recv(4096).decode()
            except TimeoutError:
                raise NotReadyInTimeError(
                    f"the bot was not ready after {timeout_s:.0f} s; it said last: {said}"
                ) from None
            if "READY=1" in said.split("\n"):
                return
