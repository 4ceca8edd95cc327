"""What a person does at the sandbox Slack and what they get for it, with the truth at the sandbox vCenter beside it."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from bot.cli.demo.headless import EVENT_TYPE, Outcome, agreement, run_line
from bot.cli.demo.world import Bot, World
from sandbox.slack import Person, Result, SeenMessage, SeenView, Workspace
from sandbox.vcenter import Estate
from sandbox.vcenter.client import Vm

T = TypeVar("T")

FINAL = frozenset({"succeeded", "failed", "cancelled", "refused", "expired", "unknown"})
ROOM = "#vm-requests"
NAME_INPUT = "iaas.name.typed"
"""Where a confirmation wants the VM's name."""
_BOOKKEEPING = "SetField"
"""Custom attributes may be written again; they are no change of the VM's state."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One running world, by the parts that a test asks."""

    world: World

    @property
    def workspace(self) -> Workspace:
        """The sandbox Slack."""
        return self.world.workspace

    @property
    def estate(self) -> Estate:
        """The sandbox vCenter."""
        return self.world.estate

    @property
    def bot(self) -> Bot:
        """The process between the two."""
        return self.world.bot

    def person(self, name: str = "dana") -> Person:
        """Somebody of the workspace."""
        return self.workspace.as_user(name)

    def run(self, line: str, who: str = "dana") -> Outcome:
        """Type `/iaas LINE`, say yes where the bot asks, and wait for the end."""
        return run_line(self.person(who), line)

    def answer(self, line: str, who: str = "dana", channel: str = ROOM, *, timeout_s: float = 30) -> SeenMessage:
        """Type `/iaas LINE` and return the first message of the bot that is more than the acknowledgement or a file."""
        person = self.person(who)
        before = _places(person)
        result = person.command(f"/iaas {line}", channel)
        assert result.ok, result
        acknowledged = str((result.response or {}).get("text", ""))
        return person.wait_for_message(
            lambda one: one.from_bot and (one.channel, one.ts) not in before and one.text not in {"", acknowledged},
            timeout_s=timeout_s,
        )

    def question(self, line: str, who: str = "dana", *, timeout_s: float = 30) -> SeenView:
        """Type `/iaas LINE` and return the confirmation that it asks for."""
        assert self.person(who).command(f"/iaas {line}", ROOM).ok
        return self.asked(who, timeout_s=timeout_s)

    def asked(self, who: str = "dana", *, timeout_s: float = 30) -> SeenView:
        """The confirmation that is open, once there is one that can be submitted."""

        def find(_state: object) -> SeenView | None:
            view = self.person(who).modal()
            return view if view is not None and view.raw.get("submit") else None

        return self.person(who).wait_for(find, "a confirmation", timeout_s)

    def started(self, line: str, who: str = "dana", *, state: str | None = None, timeout_s: float = 30) -> SeenMessage:
        """Type `/iaas LINE` and return its card as soon as it is there, or in a state such as `running`."""
        person = self.person(who)
        before = _places(person)
        assert person.command(f"/iaas {line}", ROOM).ok
        return person.wait_for_message(
            lambda one: _is_new_card(one, before) and state in {None, state_of(one)}, timeout_s=timeout_s
        )

    def begun(self, line: str, who: str = "dana", *, timeout_s: float = 30) -> SeenMessage:
        """Type `/iaas LINE`, say yes where the bot asks, and return the card, or the failure that comes instead."""
        person = self.person(who)
        before = _places(person)
        assert person.command(f"/iaas {line}", ROOM).ok
        return self.agreed(person, before, timeout_s=timeout_s)

    def agreed(self, person: Person, before: set[tuple[str, str]], *, timeout_s: float = 30) -> SeenMessage:
        """Say yes to what is asked, and return the first card or failure that was not there before."""
        answered: set[str] = set()

        def find(_state: object) -> SeenMessage | None:
            view = person.modal()
            if view is not None and view.raw.get("submit") and view.id not in answered:
                result = person.submit(view, agreement(view))
                # Another question may have taken the place of this one since it was looked at.
                assert result.ok or result.error == "no_such_view", result
                answered.add(view.id)
            new = (one for one in person.messages() if (one.channel, one.ts) not in before)
            return next((one for one in new if operation_of(one) or one.text.startswith(":x:")), None)

        return person.wait_for(find, "a card", timeout_s)

    def confirm(self, view: SeenView, who: str = "dana", *, typed: str | None = None) -> SeenMessage:
        """Submit a confirmation and return the card once it shows a final state."""
        person = self.person(who)
        before = _places(person)
        result = person.submit(view, {} if typed is None else {NAME_INPUT: typed})
        assert result.ok, result
        return person.wait_for_message(lambda one: _is_new_card(one, before) and state_of(one) in FINAL, timeout_s=30)

    def ended(self, card: SeenMessage, who: str = "dana", *, timeout_s: float = 60) -> SeenMessage:
        """The same card once it shows a final state."""
        return self.person(who).wait_for_message(
            lambda one: operation_of(one) == operation_of(card) and state_of(one) in FINAL, timeout_s=timeout_s
        )

    def final(self, words: str, who: str = "dana", *, timeout_s: float = 30) -> SeenMessage:
        """The newest card with these words that shows a final state, whoever asked for it."""
        return self.person(who).wait_for_message(
            lambda one: words in one.text and state_of(one) in FINAL, timeout_s=timeout_s
        )

    def vm(self, name: str) -> Vm:
        """The truth about a VM."""
        return self.estate.vm(name)

    def sent(self, *names: str) -> Counter[str]:
        """How often each change was sent to vCenter, of these VMs or of all; made anew counts for the new name."""
        return Counter(
            one.method
            for one in self.estate.writes()
            if one.method != _BOOKKEEPING and (not names or {one.entity_name, one.argument} & set(names))
        )


def operation_of(card: SeenMessage) -> str | None:
    """The operation's id that a live card carries; None for any other message."""
    return _payload(card).get("id")


def state_of(card: SeenMessage) -> str | None:
    """The operation's state that a live card carries."""
    return _payload(card).get("state")


def eventually(look: Callable[[], T | None], what: str, timeout_s: float = 30) -> T:
    """What `look` returns as soon as it is neither None nor False."""
    deadline = monotonic() + timeout_s
    pause = threading.Event()
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        assert monotonic() < deadline, f"{what} did not come within {timeout_s} s"
        pause.wait(0.05)


def said(result: Result) -> str:
    """The words of an acknowledgement."""
    return str((result.response or {}).get("text", ""))


def _payload(card: SeenMessage) -> dict[str, str]:
    metadata = card.raw.get("metadata") or {}
    payload: dict[str, str] = metadata.get("event_payload", {}) if metadata.get("event_type") == EVENT_TYPE else {}
    return payload


def _is_new_card(one: SeenMessage, before: set[tuple[str, str]]) -> bool:
    return (one.channel, one.ts) not in before and operation_of(one) is not None


def _places(person: Person) -> set[tuple[str, str]]:
    return {(one.channel, one.ts) for one in person.messages()}
