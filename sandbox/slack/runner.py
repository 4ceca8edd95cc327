"""Runs the sandbox's server: in this event loop, or in a thread with a loop of its own."""

import asyncio
import threading
from typing import Final

from aiohttp import web

from sandbox.slack.core import Sandbox
from sandbox.slack.options import Options
from sandbox.slack.server import Server

_START_S: Final = 20.0
_STOP_S: Final = 10.0


class Running:
    """A server that listens on loopback until `stop`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._runner: web.AppRunner | None = None
        self.sandbox: Sandbox | None = None
        self.url = ""

    async def start(self, port: int) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        sandbox = Sandbox(self._options)
        runner = web.AppRunner(Server(sandbox).app(), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        host, bound = runner.addresses[0][:2]
        self.url = sandbox.base_url = f"http://{host}:{bound}"
        self._runner, self.sandbox = runner, sandbox

    async def stop(self) -> None:
        """Cut the sockets and stop listening."""
        if self.sandbox is not None:
            await self.sandbox.stop()
        if self._runner is not None:
            await self._runner.cleanup()


class ServerThread:
    """A running server with its own event loop in a daemon thread."""

    def __init__(self, options: Options, port: int) -> None:
        self._running = Running(options)
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._end: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox-slack", daemon=True)

    def start(self) -> str:
        """Start and return the server's address.

        Raises:
            RuntimeError: it did not come up.
        """
        self._thread.start()
        if not self._ready.wait(_START_S) or self._failure is not None:
            raise RuntimeError("the sandbox Slack did not start") from self._failure
        return self._running.url

    def stop(self) -> None:
        """Stop the server and wait for its thread."""
        if self._loop is not None and self._end is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except OSError as fault:
            self._failure = fault
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        await self._running.start(self._port)
        self._ready.set()
        await self._end.wait()
        await self._running.stop()
