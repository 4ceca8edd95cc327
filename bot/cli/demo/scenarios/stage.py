"""Where a scenario is played: levers to push, and what is seen of the estate and of the cards, one JSON object each."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar, Unpack

from bot.cli.demo.world import World
from sandbox.slack import Person, SeenMessage
from sandbox.vcenter import Vm, Write
from sandbox.vcenter.values import LoadChanges
from vsphere.clock import SystemClock

T = TypeVar("T")

ALARMS: Final = "#vm-alarms"
_POLL_S: Final = 0.2
_LASTED: Final = timedelta(minutes=20)


def hours_from_now() -> dict[str, str]:
    """The environment of a bot for which it is never night: what is asked for tonight must wait, whenever it is."""
    now = SystemClock().now()
    start, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (6, 8))
    return {"IAAS_WINDOW__START": start, "IAAS_WINDOW__END": end, "IAAS_WINDOW__ZONE": "UTC"}


class WrongOutcomeError(Exception):
    """The outcome is not the right one; the message says what was waited for and what was seen."""


@dataclass(kw_only=True)
class Stage:
    """One run of one scenario."""

    world: World
    scenario: str
    _began_at: float = field(default_factory=time.perf_counter)
    _pause: threading.Event = field(default_factory=threading.Event)

    @property
    def admin(self) -> Person:
        """Ben, who sees the alarms' channel."""
        return self.world.workspace.as_user("ben")

    def tell(self, what: str, **facts: object) -> None:
        """Print what happened."""
        line = {
            "scenario": self.scenario,
            "at_s": round(time.perf_counter() - self._began_at, 1),
            "what": what,
            **facts,
        }
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201  this is the output

    def load(self, vm: str, **load: Unpack[LoadChanges]) -> None:
        """Let a VM use so much, as if it had for a while: the bot looks at the last quarter of an hour."""
        self.world.estate.set_load(vm, at=SystemClock().now() - _LASTED, **load)

    def vm(self, name: str) -> Vm:
        """A VM as it really is."""
        return self.world.estate.vm(name)

    def changes(self) -> list[Write]:
        """What arrived at vCenter that changes VMs; sessions, collectors and views are not among it."""
        return [one for one in self.world.estate.writes() if one.method in _CHANGES]

    def expect(self, what: str, look: Callable[[], T | None], *, timeout_s: float = 60.0) -> T:
        """Wait until something is so, and give what was found.

        Raises:
            WrongOutcomeError: it was not so in time.
        """
        deadline = time.perf_counter() + timeout_s
        while not (found := look()):
            if time.perf_counter() > deadline:
                raise WrongOutcomeError(f"{what}: not seen within {timeout_s:g} s. Cards: {self._cards_text()}")
            self._pause.wait(_POLL_S)
        return found

    def demand(self, what: str, is_so: bool) -> None:  # noqa: FBT001  the fact itself
        """Insist that something is so now.

        Raises:
            WrongOutcomeError: it is not.
        """
        if not is_so:
            raise WrongOutcomeError(f"{what}: it is not so. Cards: {self._cards_text()}")

    def stays(self, what: str, is_so: Callable[[], bool], *, for_s: float = 4.0) -> None:
        """Insist that something is so, and goes on being so.

        Raises:
            WrongOutcomeError: it was not, or is no longer.
        """
        until = time.perf_counter() + for_s
        while time.perf_counter() < until:
            self.demand(what, is_so())
            self._pause.wait(_POLL_S)

    def card(self, *words: str, timeout_s: float = 60.0) -> SeenMessage:
        """Wait for a card or a reply in the alarms' channel that has all these words, in any case.

        Raises:
            WrongOutcomeError: there is none in time.
        """
        wanted = [word.casefold() for word in words]

        def look() -> SeenMessage | None:
            seen = (one for one in self.admin.messages(ALARMS) if one.from_bot)
            return next((one for one in seen if all(word in one.all_text.casefold() for word in wanted)), None)

        found = self.expect(f"a card with {', '.join(words)}", look, timeout_s=timeout_s)
        self.tell("card", text=found.text)
        return found

    def red(self, entity: str) -> None:
        """Wait until the VM's alarm is triggered in vCenter.

        Raises:
            WrongOutcomeError: it stays green.
        """
        alarms = self.expect(f"an alarm on {entity}", lambda: self.vm(entity).alarms)
        self.tell("alarm", entity=entity, alarms=[dict(one) for one in alarms])

    def _cards_text(self) -> list[str]:
        return [one.text for one in self.admin.messages(ALARMS) if one.from_bot]


_CHANGES: Final = frozenset(
    {
        "ReconfigVM_Task",
        "RelocateVM_Task",
        "PowerOnVM_Task",
        "PowerOffVM_Task",
        "ShutdownGuest",
        "RebootGuest",
        "ResetVM_Task",
        "MigrateVM_Task",
        "Destroy_Task",
    }
)
