"""The fault door in Python: one method for each thing that can go wrong."""

from typing import Any, Literal

from sandbox.slack.client.http import Door


class LeverError(ValueError):
    """The sandbox did not take a lever's settings."""

    hint = "Compare with the functions in sandbox/slack/control.py."


class Levers:
    """Faults of sockets, handshakes, frames and Web API methods; `socket` is a number, None means all."""

    def __init__(self, *, door: Door) -> None:
        self._door = door

    def refresh(
        self, *, warning: bool = True, grace_s: float = 10.0, in_s: float = 0.0, socket: int | None = None
    ) -> None:
        """Disconnect as Slack does every few hours: warning, grace, refresh_requested, close."""
        self.pull("refresh", warning=warning, grace_s=grace_s, in_s=in_s, socket=socket)

    def link_disabled(self, *, socket: int | None = None) -> None:
        """Disconnect because Socket Mode was switched off."""
        self.pull("link_disabled", socket=socket)

    def close(self, *, code: int = 1000, reason: str = "", socket: int | None = None) -> None:
        """Send a WebSocket close frame out of the blue."""
        self.pull("close", code=code, reason=reason, socket=socket)

    def fin(self, *, socket: int | None = None) -> None:
        """Close TCP with FIN, without a close frame."""
        self.pull("fin", socket=socket)

    def reset(self, *, socket: int | None = None) -> None:
        """Close TCP with RST."""
        self.pull("reset", socket=socket)

    def black_hole(self, *, socket: int | None = None) -> None:
        """Leave the socket open and never read or write again; it keeps its share of envelopes."""
        self.pull("black_hole", socket=socket)

    def ghosts(self, count: int) -> None:
        """Keep that many dead sockets registered; each swallows its share of envelopes."""
        self.pull("ghosts", count=count)

    def refuse_handshakes(self, for_s: float, *, status: int = 503) -> None:
        """Refuse WebSocket handshakes for a while; their tickets stay unused and may expire meanwhile."""
        self.pull("refuse_handshakes", for_s=for_s, status=status)

    def expire_tickets(self) -> None:
        """Make all tickets handed out so far worthless."""
        self.pull("expire_tickets")

    def connections_open_fails(
        self,
        *,
        status: int = 500,
        error: str | None = None,
        retry_after_s: int | None = None,
        times: int | None = None,
        for_s: float | None = None,
    ) -> None:
        """Let apps.connections.open fail a number of times or for a while."""
        self.method_fails(
            "apps.connections.open",
            status=status,
            error=error,
            retry_after_s=retry_after_s,
            times=times,
            for_s=for_s,
        )

    def method_fails(
        self,
        method: str,
        *,
        status: int = 200,
        error: str | None = None,
        retry_after_s: int | None = None,
        times: int | None = None,
        for_s: float | None = None,
    ) -> None:
        """Let a Web API method answer 429 (retry_after_s), a status from 500, or an error code; once by default."""
        if times is None and for_s is None:
            times = 1
        self.pull(
            "method",
            method=method,
            status=status,
            error=error,
            retry_after_s=retry_after_s,
            times=times,
            for_s=for_s,
        )

    def method_is_slow(self, method: str, delay_s: float, *, times: int = 1) -> None:
        """Let a Web API method answer late."""
        self.pull("method", method=method, delay_s=delay_s, times=times)

    def answer_is_lost(self, method: str, *, times: int = 1) -> None:
        """Let a Web API method do its work, then cut the connection instead of answering."""
        self.pull("method", method=method, lose_answer=True, times=times)

    def split_next_frame(self, *, stall_s: float = 4.0, at_byte: int = 20) -> None:
        """Send the next envelope's frame in two parts with a pause between."""
        self.pull("frame", kind="split", stall_s=stall_s, at_byte=at_byte)

    def fragment_next_message(self, *, pieces: int = 3) -> None:
        """Send the next envelope as several WebSocket frames."""
        self.pull("frame", kind="fragment", pieces=pieces)

    def big_next_message(self, *, size: int = 1_200_000) -> None:
        """Blow the next envelope up to that many bytes."""
        self.pull("frame", kind="big", size=size)

    def duplicate_next(self, *, times: int = 1) -> None:
        """Deliver the next envelope twice."""
        self.pull("duplicate", times=times)

    def redeliver_on_reconnect(self, *, on: bool = True) -> None:
        """Send unanswered interactive payloads again whenever a socket opens."""
        self.pull("redeliver_on_reconnect", on=on)

    def oversized_acks(self, how: Literal["drop", "close"]) -> None:
        """Choose what happens to acknowledgements of 20 KiB and more."""
        self.pull("oversized_acks", how=how)

    def pings(self, *, answer: bool = True, send: bool = True) -> None:
        """Choose whether pings are answered and sent."""
        self.pull("pings", answer=answer, send=send)

    def clear(self) -> None:
        """Let everything work again."""
        self.pull("clear")

    def pull(self, name: str, /, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401  JSON of any shape
        """Pull a lever by name.

        Raises:
            LeverError: there is none, or it does not take these settings.
        """
        answer = self._door.post(f"lever/{name}", wanted)
        if not answer["ok"]:
            raise LeverError(answer["detail"])
        return answer


class VirtualClock:
    """The sandbox's clock: real time, which a test can push forward."""

    def __init__(self, *, levers: Levers) -> None:
        self._levers = levers

    def advance(self, seconds: float) -> float:
        """Move the sandbox's time forward and return it (seconds since 1970)."""
        return float(self._levers.pull("advance", seconds=seconds)["now"])
