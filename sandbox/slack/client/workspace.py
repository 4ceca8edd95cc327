"""A workspace as a test holds it: started here in a thread, or running in another process."""

from collections.abc import Callable, Iterable
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

from sandbox.slack.client.http import Door
from sandbox.slack.client.levers import Levers, VirtualClock
from sandbox.slack.client.person import NeverAppearedError, Person
from sandbox.slack.options import Options
from sandbox.slack.runner import ServerThread

T = TypeVar("T")


class ViolationsError(AssertionError):
    """The app broke rules of Slack."""

    hint = "Each line names a rule; the journal shows what led to it."


class Workspace:
    """One sandbox Slack with its people, levers, clock and journal."""

    def __init__(self, *, url: str, thread: ServerThread | None = None) -> None:
        self._thread = thread
        self._door = Door(url)
        info = self._door.get("info")
        self.url = self._door.url
        self.api_url: str = info["api_url"]
        self.page_url: str = info["page_url"]
        self.bot_token: str = info["bot_token"]
        self.app_token: str = info["app_token"]
        self.faults = Levers(door=self._door)
        self.clock = VirtualClock(levers=self.faults)

    @classmethod
    def start(cls, *, port: int = 0, **options: Any) -> Self:  # noqa: ANN401  the fields of Options
        """Start a workspace in a thread of this process; keywords are those of `Options`."""
        thread = ServerThread(Options(**options), port)
        return cls(url=thread.start(), thread=thread)

    @classmethod
    def connect(cls, url: str) -> Self:
        """Use the workspace of another process."""
        return cls(url=url)

    def stop(self) -> None:
        """Stop the workspace if it was started here."""
        if self._thread is not None:
            self._thread.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def as_user(self, name: str) -> Person:
        """Return a person by name or id: dana, ann, ben, guy, sam."""
        return Person(door=self._door, name=name)

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Everything that happened, oldest first."""
        return self.entries()

    def entries(self, kind: str | None = None, *, since: int = 0) -> list[dict[str, Any]]:
        """Return journal entries of one kind: http, envelope, ack, lost, notice, act, connection, fault, violation…."""
        query: dict[str, str | int] = {"since": since} if kind is None else {"since": since, "kind": kind}
        return list(self._door.get("journal", **query)["entries"])

    def violations(self) -> list[dict[str, Any]]:
        """Return Slack's rules that the app broke."""
        return list(self._door.get("violations")["violations"])

    def assert_no_violations(self, allow: Iterable[str] = ()) -> None:
        """Fail if the app broke a rule that is not allowed here by its code.

        Raises:
            ViolationsError: naming each.
        """
        allowed = set(allow)
        broken = [f"{one['code']}: {one['detail']}" for one in self.violations() if one["code"] not in allowed]
        if broken:
            raise ViolationsError("; ".join(broken))

    def sockets(self) -> list[int]:
        """Return the numbers of the app's open sockets."""
        return list(self._door.get("info")["sockets"])

    def wait_for_sockets(self, count: int = 1, *, newer_than: int = 0, timeout_s: float = 30.0) -> list[int]:
        """Return the open sockets as soon as that many have a number above `newer_than`.

        Raises:
            NeverAppearedError: after the timeout.
        """

        def look() -> tuple[list[int] | None, int]:
            info = self._door.get("info")
            sockets: list[int] = [number for number in info["sockets"] if number > newer_than]
            return (sockets if len(sockets) >= count else None), int(info["revision"])

        return self._wait(look, f"{count} sockets", timeout_s)

    def wait_for_entry(
        self,
        kind: str,
        where: Callable[[dict[str, Any]], bool] = lambda _entry: True,
        *,
        since: int = 0,
        timeout_s: float = 30.0,
    ) -> dict[str, Any]:
        """Return the first journal entry of this kind that fits, as soon as there is one.

        Raises:
            NeverAppearedError: after the timeout.
        """

        def look() -> tuple[dict[str, Any] | None, int]:
            answer = self._door.get("journal", kind=kind, since=since)
            return next((entry for entry in answer["entries"] if where(entry)), None), int(answer["revision"])

        return self._wait(look, f"a journal entry {kind!r}", timeout_s)

    def _wait(self, look: Callable[[], tuple[T | None, int]], what: str, timeout_s: float) -> T:
        deadline = monotonic() + timeout_s
        while True:
            found, revision = look()
            if found is not None:
                return found
            rest = deadline - monotonic()
            if rest <= 0:
                raise NeverAppearedError(f"{what} did not appear within {timeout_s} s")
            self._door.get("wait", since=revision, timeout_s=min(rest, 30.0))

    def set_channel(
        self,
        channel_id: str,
        *,
        name: str = "",
        kind: str = "public",
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        archived: bool = False,
    ) -> None:
        """Make a channel or change its members (user ids) and whether it is archived."""
        self.faults.pull(
            "channel",
            id=channel_id,
            name=name,
            kind=kind,
            add=list(add),
            remove=list(remove),
            archived=archived,
        )

    def set_group(self, group_id: str, users: Iterable[str], *, handle: str | None = None) -> None:
        """Set who is in a user group; a new id makes a new group."""
        named = {} if handle is None else {"handle": handle}
        self.faults.pull("group", id=group_id, users=list(users), **named)

    def set_user(self, user_id: str, name: str, real_name: str, **fields: Any) -> None:  # noqa: ANN401  the fields of User
        """Add or replace a user."""
        self.faults.pull("user", id=user_id, name=name, real_name=real_name, **fields)
