"""People who type, say yes where they are asked, and try again where the bot was dead under their fingers."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from bot.cli.demo.headless import agreement
from sandbox.slack import Person, SeenMessage
from tests.acceptance.service.asking import APPROVE, approval_of
from tests.acceptance.service.asking import ROOM as APPROVALS
from tests.torture.asks import Ask, Wishes
from tests.torture.book import Book

_LOOK_EVERY_S = 0.1
_BAD = (":x:", ":no_entry:", ":question:")
_NO_TO_EACH = 3
"""One of so many is denied, always the same ones."""
_PATIENCE = 4
"""How many of the bot's lives somebody goes on saying yes to the same question in."""


class Typist:
    """One person: one line at a time, until it has become an operation or nothing."""

    def __init__(
        self, person: Person, *, wishes: Wishes, book: Book, lock: threading.Lock, now: Callable[[], datetime]
    ) -> None:
        self.asks: list[Ask] = []
        self._person = person
        self._wishes = wishes
        self._book = book
        self._lock = lock
        self._now = now
        self._open: Ask | None = None
        self._answered: Counter[str] = Counter()
        self._tried: set[tuple[str, int, bool]] = set()

    @property
    def waits(self) -> bool:
        """Whether something that was typed has not become anything yet."""
        return self._open is not None

    def is_open(self, ask: Ask) -> bool:
        """Whether this one may still become an operation."""
        return self._open is ask

    def work(self, life: int, until: threading.Event, *, asks: bool = True) -> None:
        """Go on until the bot is dead; `life` is the number of its start."""
        while not until.is_set():
            if self._open is not None:
                self._tend(self._open, life)
            elif asks:
                self._type(life)
            self._decide(life)
            until.wait(_LOOK_EVERY_S)

    def _type(self, life: int) -> None:
        with self._lock:
            ask = self._wishes.next(self._person.name, self._now(), life)
        if ask is None:
            return
        self.asks.append(ask)
        self._open = ask
        ask.acknowledged = self._person.command(f"/iaas {ask.line}", ask.place).ok

    def _tend(self, ask: Ask, life: int) -> None:
        entry = self._book.of(ask)
        if entry is not None:
            ask.operation, self._open = entry.id, None
        elif (told := self._told(ask)) is not None:
            ask.refusal, self._open = told.text, None
        elif not self._agree(life) and life > ask.life + 1:
            # It died with the bot before it was on record, and nothing more is asked.
            self._open = None

    def _agree(self, life: int) -> bool:
        """Say yes to the question that is open, once in each life of the bot; whether there is one."""
        view = self._person.modal()
        if view is None:
            return False
        if self._answered[view.id] >= _PATIENCE:
            self._person.close(view, cleared=True)
            return False
        is_loading = not view.raw.get("submit")
        if (view.id, life, is_loading) in self._tried:
            return True
        self._tried.add((view.id, life, is_loading))
        self._answered[view.id] += 1
        if not is_loading:
            self._person.submit(view, agreement(view))
        return True

    def _told(self, ask: Ask) -> SeenMessage | None:
        """A private message that says why nothing comes of it."""
        since = ask.typed_at.timestamp()
        names = [one for one in (ask.slot.name if ask.slot else ask.new, ask.undoes) if one]
        news = (one for one in self._person.messages() if one.from_bot and float(one.ts) >= since)
        bad = (one for one in news if one.text.startswith(_BAD) and one.raw.get("metadata") is None)
        return next((one for one in bad if any(name in one.all_text for name in names)), None)

    def _decide(self, life: int) -> None:
        """Say yes to most of what others ask for, and no to the rest, once in each life of the bot."""
        if self._person.name != "ann":
            return
        for card in self._person.messages(APPROVALS):
            if APPROVE in card.action_ids() and (card.ts, life, False) not in self._tried:
                self._tried.add((card.ts, life, False))
                operation = str(approval_of(card))
                if sum(map(ord, operation)) % _NO_TO_EACH:
                    self._person.click(card, APPROVE)
                else:
                    self._person.command(f"/iaas deny {operation} too much", APPROVALS)
