"""Tells waiting pages and tests that something changed; carries no content, readers fetch it again."""

import asyncio
import contextlib
from collections.abc import Iterable


class Changes:
    """A revision number for the whole workspace and for each person, with a way to wait for the next."""

    def __init__(self) -> None:
        self.revision = 0
        self._for_all = 0
        self._for_user: dict[str, int] = {}
        self._waiters: set[asyncio.Event] = set()

    def notify(self, users: Iterable[str] | None = None) -> None:
        """Note a change that these users can see; None means everybody."""
        self.revision += 1
        if users is None:
            self._for_all = self.revision
        else:
            self._for_user.update(dict.fromkeys(users, self.revision))
        for waiter in tuple(self._waiters):
            waiter.set()

    def seen_by(self, user: str | None) -> int:
        """Return the newest revision this user can see; for None the newest of all."""
        if user is None:
            return self.revision
        return max(self._for_all, self._for_user.get(user, 0))

    async def wait(self, since: int, timeout_s: float, user: str | None = None) -> int:
        """Return the revision as soon as it is above `since`, or whatever it is after the timeout."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self.seen_by(user) <= since:
                    await self._next()
        return self.seen_by(user)

    async def _next(self) -> None:
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            await waiter.wait()
        finally:
            self._waiters.discard(waiter)
