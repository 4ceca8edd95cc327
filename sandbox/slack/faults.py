"""The fault door's memory: which requests, handshakes and frames are to go wrong, and how often.

Acts on nothing by itself; `webapi.door`, `socketmode` and `delivery` ask it.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from sandbox.slack.clock import Clock
from sandbox.slack.journal import Journal
from sandbox.slack.model import Json


@dataclass(kw_only=True, slots=True)
class MethodFault:
    """What happens to calls of one Web API method ("*" is every one)."""

    method: str
    status: int = 200
    error: str | None = None
    retry_after_s: int | None = None
    delay_s: float = 0.0
    lose_answer: bool = False
    """The call is carried out, but the connection is cut instead of answered."""
    times: int | None = 1
    """How many calls are hit; None means until `until`."""
    until: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameFault:
    """What happens to the next frame that carries an envelope."""

    kind: Literal["split", "fragment", "big"]
    stall_s: float = 4.0
    at_byte: int = 20
    pieces: int = 3
    size: int = 1_200_000


class Faults:
    """Faults asked for and not yet used up."""

    def __init__(self, *, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._methods: list[MethodFault] = []
        self._frames: deque[FrameFault] = deque()
        self._refuse_until = 0.0
        self.refuse_status = 503
        self.duplicates = 0
        """How many of the next envelopes are sent twice."""
        self.answer_pings = True
        self.send_pings = True

    def add_method(self, wanted: Json) -> None:
        """Let calls of a method fail; `for_s` counts seconds, `times` counts calls."""
        for_s = wanted.pop("for_s", None)
        if for_s is not None:
            wanted = wanted | {"until": self._clock.now() + float(for_s), "times": wanted.get("times")}
        self._methods.append(MethodFault(**wanted))

    def next_for(self, method: str) -> MethodFault | None:
        """Return the fault that hits this call, if any, and count it."""
        now = self._clock.now()
        self._methods = [fault for fault in self._methods if _is_live(fault, now)]
        fault = next((fault for fault in self._methods if fault.method in {method, "*"}), None)
        if fault is not None:
            if fault.times is not None:
                fault.times -= 1
            self._journal.add("fault", what="method", method=method, status=fault.status, error=fault.error)
        return fault

    def add_frame(self, fault: FrameFault) -> None:
        """Let the next envelope's frame go wrong."""
        self._frames.append(fault)

    def next_frame(self) -> FrameFault | None:
        """Return what happens to the frame that is about to be sent."""
        if not self._frames:
            return None
        fault = self._frames.popleft()
        self._journal.add("fault", what="frame", frame=fault.kind)
        return fault

    def next_is_duplicated(self) -> bool:
        """Return whether the envelope that is about to be sent goes out twice."""
        if self.duplicates <= 0:
            return False
        self.duplicates -= 1
        self._journal.add("fault", what="duplicate")
        return True

    def refuse_handshakes(self, for_s: float, status: int) -> None:
        """Answer WebSocket handshakes with an HTTP error for a while."""
        self._refuse_until = self._clock.now() + for_s
        self.refuse_status = status

    def refuses_handshakes(self) -> bool:
        """Return whether a handshake is refused now."""
        return self._clock.now() < self._refuse_until

    def clear(self) -> None:
        """Forget every fault that was asked for."""
        self._methods.clear()
        self._frames.clear()
        self._refuse_until = 0.0
        self.duplicates = 0
        self.answer_pings = self.send_pings = True


def _is_live(fault: MethodFault, now: float) -> bool:
    return (fault.times is None or fault.times > 0) and (fault.until is None or now < fault.until)
