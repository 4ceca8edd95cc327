"""Runs the sandbox's vCenter as a child process that never outlives its parent."""

from __future__ import annotations

import json
import selectors
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from sandbox.vcenter.build import binary
from sandbox.vcenter.client import Door

START_TIMEOUT_S: Final = 90
"""10,000 VMs load in a few seconds; a loaded machine may take longer."""
STOP_TIMEOUT_S: Final = 10


class StartError(Exception):
    """The sandbox's vCenter did not start."""

    hint = "Run `python -m sandbox.vcenter` to see what it says."


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a running sandbox is and who may log in."""

    host: str
    port: int
    url: str
    """Of the SOAP endpoint, as in https://127.0.0.1:40001/sdk."""
    control: str
    """Of the control door, as in http://127.0.0.1:40002."""
    username: str
    password: str
    thumbprint: str
    """SHA-256 of the certificate in pairs with colons; empty over plain HTTP."""
    ca_file: str
    """PEM of the self-signed certificate; empty over plain HTTP."""
    pid: int
    vms: int
    loaded_ms: int


class Estate(Door):
    """A running vCenter and the levers on it. Use it as a context manager, or call stop()."""

    def __init__(self, *, process: subprocess.Popen[bytes], address: Address) -> None:
        super().__init__(address.control)
        self._process = process
        self.address: Final = address
        self.host: Final = address.host
        self.port: Final = address.port
        self.url: Final = address.url
        self.username: Final = address.username
        self.password: Final = address.password
        self.thumbprint: Final = address.thumbprint
        self.ca_file: Final = Path(address.ca_file)

    @classmethod
    def start(
        cls,
        *,
        estate: str = "demo",
        vms: int | None = None,
        task_seconds: float | None = None,
        live: bool = False,
        tls: bool = True,
        port: int = 0,
        password: str | None = None,
    ) -> Self:
        """Build the program when needed, start it and wait until it answers.

        Args:
            estate: "demo" (about 40 VMs) or "empty" (the same without VMs).
            vms: a big estate with this many VMs instead.
            task_seconds: how long every task takes; nothing by default.
            live: tasks, shutdowns and boots take the time of a small real vCenter, for the demo.
            tls: False speaks plain HTTP.
            port: of the SOAP endpoint; 0 takes any. The control door always takes any.
            password: of the account, instead of the usual one.

        Raises:
            BuildError: it could not be built.
            StartError: it did not come up.
        """
        command = [str(binary()), "-estate", estate, "-port", str(port)]
        if vms is not None:
            command += ["-vms", str(vms)]
        if task_seconds is not None:
            command += ["-task-seconds", str(task_seconds)]
        if live:
            command.append("-live")
        if not tls:
            command.append("-http")
        if password is not None:
            command += ["-password", password]
        process = subprocess.Popen(  # noqa: S603  our own program with our own arguments
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            return cls(process=process, address=_announced(process))
        except BaseException:
            _end(process)
            raise

    def stop(self) -> None:
        """End the process; a second call does nothing."""
        _end(self._process)

    def wait(self) -> int:
        """Wait until the process ends by itself and give its exit code."""
        return self._process.wait()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _announced(process: subprocess.Popen[bytes]) -> Address:
    line = _first_line(process.stdout) if process.stdout else b""
    if not line:
        raise StartError(f"the process said nothing within {START_TIMEOUT_S} s; exit code {process.poll()}")
    try:
        said = json.loads(line)
        if "error" in said:
            raise StartError(said["error"])
        return Address(**said)
    except (ValueError, TypeError) as failure:
        raise StartError(f"the process said {line[:200]!r}, which is no address") from failure


def _first_line(stream: IO[bytes]) -> bytes:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return stream.readline() if selector.select(START_TIMEOUT_S) else b""


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None and not stream.closed:
            stream.close()
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
