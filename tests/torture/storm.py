"""The torture itself: people ask without pause, the bot is killed again and again, vCenter loses calls and answers."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from math import inf
from random import Random
from time import monotonic

from bot.cli.demo.world import Bot, BotDiedError, World
from tests.acceptance.durability.cases import STAGE, SUBMIT
from tests.acceptance.service.asking import CRASH
from tests.acceptance.service.desk import Desk, eventually
from tests.postgres import new_database, running_server
from tests.torture.asks import PEOPLE, Wishes
from tests.torture.book import Book
from tests.torture.people import Typist
from tests.torture.truth import Judge
from vsphere.clock import SystemClock

KILL_WITHIN_S = 3.0
POINTS = (
    *SUBMIT,
    "approval.recorded",
    "approval.asked",
    "approve.recorded",
    "approve.queued",
    *(f"stage.{stage}.{name}" for stage in range(3) for name in STAGE),
)
_NAMED = 0.35
"""Share of the kills that happen at a named point."""
_EARLY = 0.1
"""Share of the kills that do not wait until the bot is ready."""
_CUT = 0.3
"""In the second half: share of the lives in which all connections to vCenter are cut once."""
_HALF = 0.5
_DROP_BEFORE, _DROP_AFTER = 0.05, 0.1
_POINT_WITHIN_S = 6
_END_S = 300
_TASK_S = 0.6
_PHASES = 4
DATABASES = ("sqlite", "postgres")
_SQLITE_FILE = "iaas-bot.db"
_QUICK = {"IAAS_SERVICE__SWEEP_EVERY_S": "0.5"}
_PHASE_S = 15


@dataclass(kw_only=True)
class Storm:
    """One database's torture."""

    world: World
    database_url: str
    seed: int
    kills: int
    """At most; how many there were, the three counts tell."""
    limit_s: float = inf
    """After this long nobody is killed any more."""
    random_kills: int = 0
    early_kills: int = 0
    point_kills: int = 0
    restarts: int = 0
    unready: int = 0
    """Starts that were not ready in time, or ended by themselves."""
    dropped: int = 0
    cuts: int = 0
    took_s: float = 0
    typists: list[Typist] = field(default_factory=list)

    def run(self) -> Judge:
        """Kill so many times, wait for the end of everything, and return what judges it."""
        began, clock = monotonic(), SystemClock()
        dice, lives = Random(self.seed), count(1)  # noqa: S311  a game that must be the same again by its seed
        estate, book, lock = self.world.estate, Book(self.database_url), threading.Lock()
        wishes = Wishes(estate, dice, clock.now())
        estate.set_task(_TASK_S)
        people = [self.world.workspace.as_user(name) for name in PEOPLE]
        self.typists = [Typist(one, wishes=wishes, book=book, lock=lock, now=clock.now) for one in people]
        self._hear_of_owners(wishes)
        self.world.bot.kill()
        estate.reset_calls()
        judge, points = Judge(self.world, book, self.typists, wishes), cycle(dice.sample(POINTS, len(POINTS)))
        kicks = Random(self.seed + 1)  # noqa: S311  apart from the people's, whose turns the threads decide
        is_late = False
        for number in range(self.kills):
            share = max(number / self.kills, (monotonic() - began) / self.limit_s)
            if share >= 1:
                break
            if share >= _HALF and not is_late:
                is_late = True
                estate.chaos(drop_before=_DROP_BEFORE, drop_after=_DROP_AFTER, seed=self.seed)
            self._one_life(next(lives), kicks, next(points), cut=is_late and kicks.random() < _CUT)
            judge.settle()
        self.dropped = estate.chaos()
        self._begin(self.world.bot, wait=True)
        self._finish(next(lives), book, judge)
        judge.settle()
        self.took_s = monotonic() - began
        return judge

    def _hear_of_owners(self, wishes: Wishes) -> None:
        desk, last = Desk(world=self.world), wishes.slots[-1]
        eventually(lambda: last.name in desk.answer("list mine", last.owner).all_text, "the new owners", 60)

    def _one_life(self, life: int, dice: Random, point: str, *, cut: bool) -> None:
        """Start the bot, let people work, and kill it; or let it die of a named point."""
        bot, after_s = self.world.bot, dice.uniform(0, KILL_WITHIN_S)
        named, early = dice.random() < _NAMED, dice.random() < _EARLY
        if named:
            bot.environment[CRASH], after_s = point, _POINT_WITHIN_S
        self._begin(bot, wait=not early)
        with self._people_at_work(life) as dead:
            if cut:
                dead.wait(dice.uniform(0, min(after_s, 1)))
                self.cuts += int(self.world.estate.drop_connections() > 0)
            self._await_death(bot, after_s)
            by_itself = not bot.is_alive()
            bot.kill()
        bot.environment.pop(CRASH, None)
        if by_itself and not named:
            raise BotDiedError(f"the bot ended by itself\n{bot.log_tail()}")
        self.point_kills += by_itself
        self.early_kills += early and not by_itself
        self.random_kills += not early and not by_itself

    def _begin(self, bot: Bot, *, wait: bool) -> None:
        self.restarts += 1
        try:
            bot.start(wait=wait)
        except BotDiedError:
            # It may have died of its point while it took up what was left.
            if CRASH not in bot.environment:
                self._begin_again(bot)

    def _begin_again(self, bot: Bot) -> None:
        """On a machine that does other things as well it may take longer than anybody waits; told, and tried once."""
        self.restarts, self.unready = self.restarts + 1, self.unready + 1
        bot.start()

    def _await_death(self, bot: Bot, within_s: float) -> None:
        deadline, pause = monotonic() + within_s, threading.Event()
        while bot.is_alive() and (left := deadline - monotonic()) > 0:
            pause.wait(min(0.02, left))

    @property
    def killed(self) -> int:
        """How many kills there were."""
        return self.random_kills + self.early_kills + self.point_kills

    @contextmanager
    def _people_at_work(self, life: int, *, asks: bool = True) -> Iterator[threading.Event]:
        dead, failed = threading.Event(), []

        def work(one: Typist) -> None:
            try:
                one.work(life, dead, asks=asks)
            except Exception as error:  # noqa: BLE001  told below, in the thread that can end the run
                failed.append(error)

        threads = [threading.Thread(target=work, args=(one,)) for one in self.typists]
        for thread in threads:
            thread.start()
        try:
            yield dead
        finally:
            dead.set()
            for thread in threads:
                thread.join()
        if failed:
            raise failed[0]

    def _finish(self, life: int, book: Book, judge: Judge) -> None:
        """Let the bot live until everything has ended; what has not is found by the judge."""
        deadline = monotonic() + _END_S
        for further in range(_PHASES):
            # People count as if it had been started anew each time, so that nobody waits for what died with it.
            ends = deadline if further == _PHASES - 1 else min(deadline, monotonic() + _PHASE_S)
            with self._people_at_work(life + further, asks=False) as calm:
                while monotonic() < ends and not self._is_calm(book):
                    calm.wait(0.5)
        judge.settle()
        for is_over in (judge.all_purged, judge.all_told):
            deadline, pause = monotonic() + _END_S, threading.Event()
            while monotonic() < deadline and not is_over():
                pause.wait(0.5)

    def _is_calm(self, book: Book) -> bool:
        return all(one.is_final for one in book.all()) and not any(one.waits for one in self.typists)


@contextmanager
def torture(database: str, *, kills: int, seed: int, limit_s: float = inf) -> Iterator[tuple[Storm, Judge]]:
    """One world on a database of its own, from its start to the verdict; it can be looked at until the end."""
    is_sqlite = database == "sqlite"
    with ExitStack() as parts:
        url = f"sqlite:///{_SQLITE_FILE}"
        if not is_sqlite:
            url = parts.enter_context(new_database(parts.enter_context(running_server())))
        world = parts.enter_context(World.start(live=False, database_url=url, environment=_QUICK))
        at = f"sqlite:///{world.bot.folder / _SQLITE_FILE}" if is_sqlite else url
        storm = Storm(world=world, database_url=at, seed=seed, kills=kills, limit_s=limit_s)
        judge = storm.run()
        judge.finish()
        yield storm, judge
