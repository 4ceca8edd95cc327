"""Whether a remedy helped, in words and figures; and when it is looked at."""

import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.model import Actor, Operation, State
from remediation.charts import chart
from remediation.model import Facts, Incident, Outcome, PlaybookName, Remedy, RemedyState
from remediation.verification import Comparison, compare, figures, points
from remediation.verifier import Verifier
from tests.unit.remediation import samples
from tests.unit.views.samples import OPERATION
from vsphere.errors import UnreachableError
from vsphere.model import AlarmStatus

ROOT = Path(__file__).parents[3]
CPU, MEMORY, RELIEVE, MOVE = (
    PlaybookName.ADD_CPU,
    PlaybookName.ADD_MEMORY,
    PlaybookName.RELIEVE_DATASTORE,
    PlaybookName.MOVE_VM,
)
GREEN, YELLOW, RED = AlarmStatus.GREEN, AlarmStatus.YELLOW, AlarmStatus.RED


def cpu(p95: float, count: int = 2, ready: float | None = None) -> dict[str, object]:
    values: dict[str, object] = {"cpu_p95": p95, "cpu_count": count}
    return values if ready is None else values | {"ready_p95": ready}


CASES: dict[str, tuple[PlaybookName, dict[str, object], dict[str, object], AlarmStatus | None, str]] = {
    "cpu fell and green": (CPU, cpu(96), cpu(61, 3), GREEN, "CPU p95 96 % → 61 %, alarm green: helped"),
    "a little lower and green": (CPU, cpu(91), cpu(88, 3), YELLOW, "CPU p95 91 % → 88 %, alarm yellow: helped"),
    "still saturated": (CPU, cpu(100), cpu(99, 3), RED, "CPU p95 100 % → 99 %, alarm red: no effect"),
    "much lower but red": (CPU, cpu(100), cpu(89, 3), RED, "CPU p95 100 % → 89 %, alarm red: helped"),
    "nobody knows the alarm": (CPU, cpu(96), cpu(80, 3), None, "CPU p95 96 % → 80 %: helped"),
    "nobody knows, the same": (CPU, cpu(96), cpu(95, 3), None, "CPU p95 96 % → 95 %: no effect"),
    "rose and red": (CPU, cpu(91), cpu(97, 3), RED, "CPU p95 91 % → 97 %, alarm red: worse"),
    "rose and green": (CPU, cpu(80), cpu(86, 3), GREEN, "CPU p95 80 % → 86 %, alarm green: no effect"),
    "waits longer for cores": (
        CPU, cpu(96, ready=1.2), cpu(61, 3, ready=8.4), GREEN,
        "CPU p95 96 % → 61 %, ready 1.2 % → 8.4 %, alarm green: worse",
    ),
    "waited as long before": (
        CPU, cpu(96, ready=5.2), cpu(61, 3, ready=5.4), GREEN,
        "CPU p95 96 % → 61 %, ready 5.2 % → 5.4 %, alarm green: helped",
    ),
    "it has less to do as well": (
        CPU, cpu(96), cpu(20, 3), GREEN,
        "CPU p95 96 % → 20 %, alarm green, with less to do as well (1.9 → 0.6 vCPU in use): helped",
    ),
    "memory": (
        MEMORY, {"memory_p95": 95.0, "memory_mib": 4096}, {"memory_p95": 64.0, "memory_mib": 6144}, GREEN,
        "memory p95 95 % → 64 %, alarm green: helped",
    ),
    "memory does not look at ready": (
        MEMORY, {"memory_p95": 95.0, "ready_p95": 1.0}, {"memory_p95": 64.0, "ready_p95": 9.0}, GREEN,
        "memory p95 95 % → 64 %, alarm green: helped",
    ),
    "one move of several": (
        RELIEVE, {"used_percent": 93.0}, {"used_percent": 89.0}, RED,
        "datastore used 93 % → 89 %, alarm red: helped",
    ),
    "filled again": (
        RELIEVE, {"used_percent": 90.0}, {"used_percent": 92.0}, RED, "datastore used 90 % → 92 %, alarm red: worse",
    ),
    "moved": (
        MOVE, {"used_percent": 93.0}, {"used_percent": 41.0}, GREEN,
        "its fullest datastore used 93 % → 41 %, alarm green: helped",
    ),
    "no figures before": (CPU, {}, cpu(61), GREEN, "there are no figures before: unknown"),
    "no figures after": (CPU, cpu(96), {}, GREEN, "there are no figures after: unknown"),
}  # fmt: skip


@pytest.mark.parametrize(("playbook", "before", "after", "alarm", "reason"), CASES.values(), ids=CASES)
def test_a_comparison_says_its_figures(
    playbook: PlaybookName,
    before: dict[str, object],
    after: dict[str, object],
    alarm: AlarmStatus | None,
    reason: str,
) -> None:
    outcome = Outcome(reason.rpartition(": ")[2])

    assert compare(playbook, before, after, alarm_now=alarm) == Comparison(outcome=outcome, reason=reason)


def test_the_figures_of_a_vm_are_kept_in_a_form_that_a_database_takes() -> None:
    facts = samples.facts(samples=samples.samples(cpu=96.04, memory=60, ready=1.25))

    assert figures(facts) == {
        "cpu_p95": 96.0,
        "ready_p95": 1.2,
        "memory_p95": 60.0,
        "cpu_count": 2,
        "memory_mib": 4096,
        "used_percent": 50.0,
    }


def test_the_figures_of_a_datastore_are_its_own() -> None:
    facts = samples.facts(vm=None, samples=(), datastore=samples.datastore(used_gib=910))

    assert figures(facts) == {"used_percent": 91.0}


def test_one_high_sample_in_twenty_does_not_count_and_two_do() -> None:
    low = samples.samples(count=19, cpu=10)
    high = samples.samples(count=1, cpu=100)

    assert figures(samples.facts(samples=(*low, *high)))["cpu_p95"] == 10
    assert figures(samples.facts(samples=(*low[:18], *high, *high)))["cpu_p95"] == 100


def test_samples_that_began_before_the_change_do_not_count() -> None:
    before = samples.samples(count=10, cpu=96, end=samples.NOW)
    after = samples.samples(count=3, cpu=50, end=samples.ahead(seconds=60))
    facts = samples.facts(samples=(*before, *after))

    assert figures(facts, since=samples.NOW)["cpu_p95"] == 50


def test_the_course_for_a_chart_is_thinned_and_counts_from_the_change() -> None:
    course = points(CPU, samples.samples(count=135, cpu=96), samples.NOW)

    assert len(course) <= 90
    assert course[0] == [-134 * 20, 96.0]
    assert points(RELIEVE, samples.samples(), samples.NOW) == []


@pytest.mark.parametrize(
    ("playbook", "before", "after"),
    [
        (CPU, {"cpu_p95": 96.0}, {"figures": {"cpu_p95": 61.0}, "points": [[-20, 96.0], [0, 70.0], [20, 61.0]]}),
        (CPU, {"cpu_p95": 96.0}, {"figures": {"cpu_p95": 61.0}, "points": []}),
        (RELIEVE, {"used_percent": 91.0}, {"figures": {"used_percent": 94.0}}),
    ],
    ids=["course", "no course", "datastore"],
)
def test_a_chart_is_a_small_png(playbook: PlaybookName, before: dict[str, object], after: dict[str, object]) -> None:
    drawn = chart(playbook, before, after)

    assert drawn is not None
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(drawn[16:20], "big"), int.from_bytes(drawn[20:24], "big")) == (800, 300)
    assert len(drawn) < 60_000


def test_without_figures_there_is_no_chart() -> None:
    assert chart(CPU, {"cpu_p95": 96.0}, {}) is None
    assert chart(CPU, {}, {"figures": {"cpu_p95": 61.0}}) is None


@dataclass
class Book:
    """A record in memory: see `remediation.verifier.Book`."""

    kept: dict[str, Remedy]
    taken: bool = False
    """Whether another replica is always faster."""
    taken_back: bool = False
    """Whether somebody takes all of them back."""

    def remedies(self, *, incident_id: str | None = None, unchecked: bool = False) -> list[Remedy]:  # noqa: ARG002  all of them
        """See `Book.remedies`."""
        return [*self.kept.values()]

    def undone(self) -> list[Remedy]:
        """See `Book.undone`."""
        return [*self.kept.values()] if self.taken_back else []

    def incident(self, incident_id: str) -> Incident | None:
        """See `Book.incident`."""
        return samples.incident(id=incident_id)

    def compared(self, remedy: Remedy, *, was: int) -> bool:
        """See `Book.compared`."""
        if self.taken or self.kept[remedy.key].checked != was:
            return False
        self.kept[remedy.key] = remedy
        return True


@dataclass
class Later:
    """A clock that stands so long after the remedy, and what vCenter says then."""

    after: timedelta
    facts: Facts | None = field(default_factory=samples.facts)
    """None where vCenter does not answer."""
    windows: list[timedelta] = field(default_factory=list)

    def now(self) -> Any:
        """See `Clock.now`."""
        return samples.NOW + self.after

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return 0.0

    def look(self, incident: Incident, window: timedelta) -> Facts:
        """See `remediation.verifier.Look`."""
        self.windows.append(window)
        if self.facts is None:
            raise UnreachableError("lab does not answer")
        return replace(self.facts, incident=incident)


DONE = samples.remedy(ended_at=samples.NOW, before={"cpu_p95": 96.0, "cpu_count": 2})


def calm(**changes: Any) -> Facts:
    """The alarm is gone, and the load is low since the change."""
    quiet = samples.samples(count=20, cpu=61, end=samples.ahead(minutes=10))
    return samples.facts(**({"alarm": None, "samples": quiet, "vm": samples.vm(cpu_count=3)} | changes))


def verify(book: Book, later: Later, undo: Operation | None = None) -> list[Remedy]:
    minutes = (timedelta(minutes=10), timedelta(minutes=30))
    verifier = Verifier(book=book, look=later.look, undo_of=lambda _: undo, verify_after=minutes, clock=later)
    return verifier.run_once()


def test_a_remedy_is_compared_once_at_each_time() -> None:
    book = Book({DONE.key: DONE})

    early = verify(book, Later(timedelta(minutes=9), calm()))
    first = verify(book, Later(timedelta(minutes=10), calm()))
    again = verify(book, Later(timedelta(minutes=11), calm()))
    second = verify(book, Later(timedelta(minutes=30), calm()))
    no_more = verify(book, Later(timedelta(minutes=31), calm()))

    assert [len(found) for found in (early, first, again, second, no_more)] == [0, 1, 0, 1, 0]
    assert (first[0].outcome, first[0].checked) == (Outcome.HELPED, 1)
    assert first[0].after["reason"] == "CPU p95 96 % → 61 %, alarm green: helped"
    assert book.kept[DONE.key].checked == 2


def test_what_is_late_is_compared_once_for_all_that_was_due() -> None:
    book = Book({DONE.key: DONE})
    later = Later(timedelta(minutes=45), calm())

    assert [one.checked for one in verify(book, later)] == [2]
    assert later.windows == [timedelta(minutes=60)]


@pytest.mark.parametrize(("after", "window"), [(10, 20), (14, 28), (30, 45)])
def test_the_chart_shows_as_much_before_the_change_as_after_it_and_at_most_a_quarter_of_an_hour(
    after: int, window: int
) -> None:
    later = Later(timedelta(minutes=after), calm())

    verify(Book({DONE.key: DONE}), later)

    assert later.windows == [timedelta(minutes=window)]


@pytest.mark.parametrize("state", [state for state in RemedyState if state is not RemedyState.SUCCEEDED])
def test_what_did_not_succeed_is_not_compared(state: RemedyState) -> None:
    remedy = replace(DONE, state=state)

    assert verify(Book({remedy.key: remedy}), Later(timedelta(minutes=10), calm())) == []


def test_a_vcenter_that_is_away_postpones_the_comparison() -> None:
    book = Book({DONE.key: DONE})

    assert verify(book, Later(timedelta(minutes=10), None)) == []
    assert [one.outcome for one in verify(book, Later(timedelta(minutes=12), calm()))] == [Outcome.HELPED]


def test_figures_that_come_late_are_waited_for_but_not_for_ever() -> None:
    book = Book({DONE.key: DONE})
    without = calm(samples=())

    assert verify(book, Later(timedelta(minutes=10), without)) == []
    assert [one.outcome for one in verify(book, Later(timedelta(minutes=14), without))] == [Outcome.UNKNOWN]


def test_a_vm_that_is_gone_is_told_at_once() -> None:
    gone = calm(vm=None, samples=(), datastores=())

    (found,) = verify(Book({DONE.key: DONE}), Later(timedelta(minutes=10), gone))

    assert (found.outcome, found.after["reason"]) == (Outcome.UNKNOWN, "there are no figures after: unknown")


def test_nobody_judges_a_remedy_of_yesterday() -> None:
    later = Later(timedelta(hours=20), calm())

    (found,) = verify(Book({DONE.key: DONE}), later)

    assert (found.outcome, found.checked, later.windows) == (Outcome.UNKNOWN, 2, [])


def test_the_slower_of_two_replicas_tells_nothing() -> None:
    assert verify(Book({DONE.key: DONE}, taken=True), Later(timedelta(minutes=10), calm())) == []


def test_the_next_comparison_is_known() -> None:
    book, clock = Book({DONE.key: DONE}), Later(timedelta(0))
    minutes = (timedelta(minutes=10), timedelta(minutes=30))
    verifier = Verifier(book=book, look=clock.look, undo_of=lambda _: None, verify_after=minutes, clock=clock)

    assert verifier.next_at() == samples.ahead(minutes=10)
    book.kept[DONE.key] = replace(DONE, checked=2)
    assert verifier.next_at() is None


def undo(state: State) -> Operation:
    return replace(OPERATION, state=state, actor=Actor(id="U0DANA", name="Dana"))


def test_what_somebody_has_undone_is_never_compared_and_counts_for_nothing() -> None:
    book, later = Book({DONE.key: DONE}), Later(timedelta(minutes=2), calm())

    (found,) = verify(book, later, undo(State.SUCCEEDED))
    no_more = verify(book, Later(timedelta(minutes=40), calm()))

    assert (found.outcome, found.checked, found.after["undone_by"]) == (Outcome.UNKNOWN, 2, "U0DANA")
    assert (later.windows, no_more) == ([], [])


def test_what_was_compared_before_it_was_undone_counts_no_more() -> None:
    compared = replace(DONE, outcome=Outcome.NO_EFFECT, checked=1)

    (found,) = verify(Book({DONE.key: compared}), Later(timedelta(minutes=20), calm()), undo(State.SUCCEEDED))

    assert (found.outcome, found.checked) == (Outcome.UNKNOWN, 2)


def test_what_is_undone_after_its_last_comparison_is_told_once_and_counts_no_more() -> None:
    compared = replace(DONE, outcome=Outcome.HELPED, checked=2)
    book, later = Book({DONE.key: compared}, taken_back=True), Later(timedelta(minutes=50), calm())

    under_way = verify(book, later, undo(State.RUNNING))
    (found,) = verify(book, later, undo(State.SUCCEEDED))
    no_more = verify(book, later, undo(State.SUCCEEDED))

    assert (found.outcome, found.checked, found.after["undone_by"]) == (Outcome.UNKNOWN, 3, "U0DANA")
    assert (under_way, no_more) == ([], [])


def test_while_an_undo_runs_nobody_can_tell_and_nothing_is_said() -> None:
    book = Book({DONE.key: DONE})

    assert verify(book, Later(timedelta(minutes=10), calm()), undo(State.RUNNING)) == []
    assert [one.outcome for one in verify(book, Later(timedelta(minutes=11), calm()))] == [Outcome.HELPED]


def test_figures_before_a_change_are_those_of_samples_that_ended_before_it() -> None:
    facts = samples.facts(
        samples=(
            *samples.samples(count=20, cpu=96, end=samples.ago(minutes=2)),
            *samples.samples(count=3, cpu=40, end=samples.ago(minutes=1)),
        )
    )

    assert figures(facts, until=samples.ago(minutes=2))["cpu_p95"] == 96


def test_a_start_does_not_pay_for_the_library_that_draws_charts() -> None:
    code = "import sys, bot.cli, bot.wiring; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
