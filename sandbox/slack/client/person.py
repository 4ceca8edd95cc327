"""One person at the sandbox's Slack client: does things, sees things, waits for things to appear."""

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from sandbox.slack.client import seen
from sandbox.slack.client.http import Door
from sandbox.slack.client.seen import Result, SeenMessage, SeenView

T = TypeVar("T")


class NeverAppearedError(AssertionError):
    """What was waited for did not come; the message shows what was there instead."""

    hint = "Look at Workspace.journal for what the app was sent and what it answered."


class Person:
    """Acts and looks as one user; ephemeral messages of others are invisible here too."""

    def __init__(self, *, door: Door, name: str) -> None:
        self._door = door
        self.name = name

    def command(self, text: str, channel: str = "#vm-requests", *, wait: bool = True, **extra: Any) -> Result:  # noqa: ANN401  further JSON fields
        """Type a slash command; "im" as channel is the direct messages with the bot."""
        return self._act("command", text=text, channel=channel, wait=wait, **extra)

    def message(self, text: str, channel: str = "#vm-requests", *, thread_ts: str | None = None) -> Result:
        """Post a message."""
        return self._act("message", text=text, channel=channel, thread_ts=thread_ts)

    def click(
        self,
        place: SeenMessage | SeenView,
        action_id: str,
        *,
        block_id: str | None = None,
        confirmed: bool = True,
        wait: bool = True,
        **choice: Any,  # noqa: ANN401  JSON of any shape
    ) -> Result:
        """Use a button, select, picker, menu or box.

        Args:
            place: the message or view it stands in.
            action_id: which element.
            block_id: where, if the action_id stands in several blocks.
            confirmed: whether the person says yes if the element asks for confirmation.
            wait: whether to wait for the app's acknowledgement.
            choice: value=…, selected_option=… (its value or label), selected_options=…, selected_user=…,
                selected_date=… and so on.
        """
        return self._act(
            "click",
            **_at(place),
            action_id=action_id,
            block_id=block_id,
            confirmed=confirmed,
            wait=wait,
            **choice,
        )

    def enter(self, place: SeenMessage | SeenView, action_id: str, value: Any) -> Result:  # noqa: ANN401  as in `click`
        """Fill one input; the app hears of it only when the block dispatches."""
        return self._act("input", **_at(place), action_id=action_id, value=value, confirmed=True)

    def suggest(self, place: SeenMessage | SeenView, action_id: str, typed: str) -> list[dict[str, Any]]:
        """Type into an external select and return the options shown."""
        answer = self._act("suggest", **_at(place), action_id=action_id, value=typed)
        return list(answer.raw.get("options", []))

    def submit(self, view: SeenView, values: dict[str, Any] | None = None) -> Result:
        """Fill a modal and submit it; values by block id or action id, plain or in Slack's shape."""
        return self._act("submit", view_id=view.id, values=values or {})

    def close(self, view: SeenView, *, cleared: bool = False) -> Result:
        """Close a modal, or all of them."""
        return self._act("close", view_id=view.id, cleared=cleared)

    def open_home(self) -> Result:
        """Look at the app's Home tab."""
        return self._act("open_home")

    def home(self) -> SeenView | None:
        """Return the Home tab as published last."""
        raw = self.state()["home"]
        return None if raw is None else seen.view(raw)

    def modal(self) -> SeenView | None:
        """Return the visible modal."""
        stack = self.modals()
        return stack[-1] if stack else None

    def modals(self) -> list[SeenView]:
        """Return the stack of modals, the visible one last."""
        return [seen.view(raw) for raw in self.state()["modals"]]

    def messages(self, channel: str | None = None, *, include_ephemeral: bool = True) -> list[SeenMessage]:
        """Return the messages this person sees, oldest first; of one channel ("#ops", id or "im") or of all."""
        return _messages(self.state(), channel, include_ephemeral=include_ephemeral)

    def notices(self) -> list[str]:
        """Return Slack's own lines to this person, such as "/iaas failed with the error …"."""
        return [line["text"] for line in self.state()["notices"]]

    def state(self) -> dict[str, Any]:
        """Return everything this person sees, as the page gets it."""
        return self._door.get("state", user=self.name)

    def wait_for_message(
        self,
        predicate: Callable[[SeenMessage], bool] | None = None,
        *,
        contains: str | None = None,
        channel: str | None = None,
        timeout_s: float = 30.0,
    ) -> SeenMessage:
        """Return the newest message that fits, as soon as there is one.

        Raises:
            NeverAppearedError: after the timeout.
        """

        def find(state: dict[str, Any]) -> SeenMessage | None:
            fitting = (one for one in reversed(_messages(state, channel)) if _fits(one, predicate, contains))
            return next(fitting, None)

        return self.wait_for(find, f"a message with {contains!r}", timeout_s)

    def wait_for_card(self, contains: str, *, channel: str | None = None, timeout_s: float = 30.0) -> SeenMessage:
        """Return the newest message of the bot with blocks and these words, as soon as there is one.

        Raises:
            NeverAppearedError: after the timeout.
        """
        return self.wait_for_message(
            lambda one: one.from_bot and bool(one.blocks),
            contains=contains,
            channel=channel,
            timeout_s=timeout_s,
        )

    def wait_for_modal(
        self, title: str | None = None, *, contains: str | None = None, timeout_s: float = 30.0
    ) -> SeenView:
        """Return the visible modal once it has this title and these words.

        Raises:
            NeverAppearedError: after the timeout.
        """

        def find(state: dict[str, Any]) -> SeenView | None:
            top = seen.view(state["modals"][-1]) if state["modals"] else None
            return top if top is not None and _view_fits(top, title, contains) else None

        return self.wait_for(find, f"a modal {title!r} with {contains!r}", timeout_s)

    def wait_for_no_modal(self, *, timeout_s: float = 30.0) -> None:
        """Return once no modal is open.

        Raises:
            NeverAppearedError: after the timeout.
        """
        self.wait_for(lambda state: True if not state["modals"] else None, "no modal", timeout_s)

    def wait_for_home(self, contains: str, *, timeout_s: float = 30.0) -> SeenView:
        """Return the Home tab once it has these words.

        Raises:
            NeverAppearedError: after the timeout.
        """

        def find(state: dict[str, Any]) -> SeenView | None:
            home = seen.view(state["home"]) if state["home"] else None
            return home if home is not None and contains in home.all_text else None

        return self.wait_for(find, f"a Home tab with {contains!r}", timeout_s)

    def _act(self, kind: str, **asked: Any) -> Result:  # noqa: ANN401  JSON of any shape
        return seen.result(self._door.post("act", {"user": self.name, "kind": kind, **asked}))

    def wait_for(self, find: Callable[[dict[str, Any]], T | None], what: str, timeout_s: float) -> T:
        """Return what `find` makes of the person's state, as soon as it is not None.

        Raises:
            NeverAppearedError: after the timeout; `what` says what was waited for.
        """
        deadline = monotonic() + timeout_s
        while True:
            state = self.state()
            found = find(state)
            if found is not None:
                return found
            rest = deadline - monotonic()
            if rest <= 0:
                raise NeverAppearedError(f"{self.name} did not see {what} within {timeout_s} s; {_summary(state)}")
            self._door.get("wait", user=self.name, since=state["revision"], timeout_s=min(rest, 30.0))


def _at(place: SeenMessage | SeenView) -> dict[str, str]:
    if isinstance(place, SeenView):
        return {"view_id": place.id}
    return {"ts": place.ts, "channel": place.channel}


def _messages(state: dict[str, Any], channel: str | None, *, include_ephemeral: bool = True) -> list[SeenMessage]:
    rooms = {
        room["id"]
        for room in state["channels"]
        if channel is None
        or channel == room["id"]
        or (channel == "im" and room["kind"] == "im")
        or (room["kind"] != "im" and channel.lstrip("#") == room["name"])
    }
    every = [seen.message(raw) for room in rooms for raw in state["messages"].get(room, [])]
    return sorted((one for one in every if include_ephemeral or not one.ephemeral), key=lambda one: one.ts)


def _fits(one: SeenMessage, predicate: Callable[[SeenMessage], bool] | None, contains: str | None) -> bool:
    return (predicate is None or predicate(one)) and (contains is None or contains in one.all_text)


def _view_fits(view: SeenView, title: str | None, contains: str | None) -> bool:
    return (title is None or view.title == title) and (contains is None or contains in view.all_text)


def _summary(state: dict[str, Any]) -> str:
    messages = [one.all_text.replace("\n", " | ")[:300] for one in _messages(state, None)[-5:]]
    titles = [seen.view(raw).title for raw in state["modals"]]
    notices = [line["text"] for line in state["notices"][-3:]]
    return f"last messages: {messages}; modals: {titles}; notices: {notices}"
