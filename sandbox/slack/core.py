"""The parts of one running sandbox, handed to everything that needs more than one of them."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sandbox.slack.changes import Changes
from sandbox.slack.clock import Clock
from sandbox.slack.delivery import Deliveries
from sandbox.slack.faults import Faults
from sandbox.slack.journal import Journal
from sandbox.slack.limits import RateLimiter
from sandbox.slack.model import Json, Message
from sandbox.slack.options import Options
from sandbox.slack.socketmode import Sockets
from sandbox.slack.state import State


class Sandbox:
    """One workspace with one app; lives in one event loop, so nothing here is locked."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = Clock()
        self.changes = Changes()
        self.state = State()
        self.journal = Journal(now=self.clock.now, on_add=self._journal_grew, secrets=options.secrets)
        self.faults = Faults(clock=self.clock, journal=self.journal)
        self.limiter = RateLimiter(now=self.clock.now)
        self.sockets = Sockets(
            options=options, clock=self.clock, journal=self.journal, faults=self.faults, changes=self.changes
        )
        self.deliveries = Deliveries(
            options=options, clock=self.clock, journal=self.journal, faults=self.faults, sockets=self.sockets
        )
        self.sockets.on_text = self.deliveries.received
        self.sockets.on_hello = self.deliveries.reconnected
        self.base_url = ""
        """http://127.0.0.1:PORT, known once the server listens."""
        self._tasks: set[asyncio.Task[Any]] = set()
        for leniency in options.leniencies():
            self.journal.add("leniency", name=leniency)

    def _journal_grew(self) -> None:
        # Nobody sees the journal, so only those who wait for anything at all are woken.
        self.changes.notify([])

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something beside the request that asked for it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """End the background work and cut all sockets."""
        self.sockets.cut_all()
        self.deliveries.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def notice(self, user_id: str, text: str, kind: str = "error") -> None:
        """Show a person one of Slack's own lines."""
        line: Json = {"ts": self.clock.ts(), "kind": kind, "text": text}
        self.state.notices.setdefault(user_id, []).append(line)
        self.journal.add("notice", user=user_id, text=text)
        self.changes.notify([user_id])

    def post(self, message: Message) -> Message:
        """Put a message into its channel, look for secrets in it and tell those who can see it."""
        self.state.messages[message.channel].append(message)
        self.journal.scan(f"{message.text} {message.blocks} {message.attachments}", f"message {message.ts}")
        self.changes.notify(self.state.readers(message))
        return message
