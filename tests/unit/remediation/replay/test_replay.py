"""What the modes would have done about past alarms."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from remediation.guards import ALL_GUARDS
from remediation.model import Mode, PlaybookName, Recommendation
from remediation.replay.changes import BadLine
from remediation.replay.deeds import Pace
from remediation.replay.engine import VirtualEngine
from remediation.replay.estate import Estate
from remediation.replay.ledger import Ledger, Lookback
from remediation.replay.past import Past
from remediation.replay.run import MODES, NOT_JUDGED, Report, in_mode, replay
from remediation.replay.tally import Figures, Tally
from remediation.settings import ModeOverride
from tests.unit.remediation.replay.past import CPU, DISK, MEMORY, at, change, picture, ref, settings
from tests.unit.remediation.samples import host
from vsphere.model import AlarmChange, ConnectionState, Ref

DAY_MIN = 24 * 60
GREEN_AGAIN = [change(30 * DAY_MIN, "green", number=20)]
"""Lets time pass, since a replay ends with the last change."""


def of(report: Report, mode: Mode, playbook: PlaybookName = PlaybookName.ADD_CPU) -> Figures:
    return report.tallies[mode].by_playbook[playbook]


def test_each_mode_does_what_it_may_about_one_alarm() -> None:
    report = replay([change(0, "red"), change(25, "green")], picture(), settings())

    told = {}
    for mode in MODES:
        figures = of(report, mode)
        told[mode] = (figures.changes, figures.asked, figures.recommended)
    once, never = Counter({"web-01": 1}), Counter[str]()
    assert told == {Mode.RECOMMEND: (never, 0, once), Mode.APPROVE: (once, 1, never), Mode.AUTO: (once, 0, never)}


def test_what_turns_green_before_somebody_says_yes_is_not_changed() -> None:
    report = replay([change(0, "red"), change(9, "green"), *GREEN_AGAIN], picture(), settings())

    approve = of(report, Mode.APPROVE)
    assert (approve.asked, approve.dropped, approve.changes) == (1, 1, Counter())


def test_a_vm_that_stays_red_grows_twice_a_day_up_to_its_cap_and_no_further() -> None:
    one_day = replay([change(0, "red"), change(DAY_MIN - 1, "green")], picture(), settings())
    a_month = replay([change(0, "red"), *GREEN_AGAIN], picture(), settings())

    assert of(one_day, Mode.AUTO).changes == {"web-01": 2}
    assert of(a_month, Mode.AUTO).changes == {"web-01": 6}, "from 2 vCPU to 8"
    assert of(a_month, Mode.AUTO).held["playbook"] == 1


def test_a_storm_is_left_alone() -> None:
    reds = [change(number / 10, "red", number=number) for number in range(1, 7)]
    greens = [change(20, "green", number=number) for number in range(1, 7)]

    auto = of(replay([*reds, *greens], picture(), settings()), Mode.AUTO)

    assert auto.changes.total() <= 4, "before the fifth nobody can know"
    assert auto.held["storm"] >= 2


def test_changes_of_one_moment_are_taken_in_together() -> None:
    reds = [change(0, "red", number=number) for number in range(1, 7)]
    greens = [change(20, "green", number=number) for number in range(1, 7)]

    auto = of(replay([*reds, *greens], picture(), settings()), Mode.AUTO)

    assert (auto.changes.total(), auto.held["storm"]) == (0, 6)


def test_those_that_wait_for_the_hourly_budget_come_one_after_the_other() -> None:
    reds = [change(0, "red", number=number) for number in range(1, 4)]
    within = replay([*reds, change(110, "green", number=20)], picture(), settings(per_hour=1, per_vm_a_day=1))
    later = replay([*reds, change(130, "green", number=20)], picture(), settings(per_hour=1, per_vm_a_day=1))

    assert of(within, Mode.AUTO).changes.total() == 2
    assert of(later, Mode.AUTO).changes == {"web-01": 1, "web-02": 1, "web-03": 1}


def test_an_alarm_that_comes_and_goes_is_left_to_a_person() -> None:
    flaps = [change(minute, status) for minute, status in enumerate(("red", "yellow") * 4)]

    auto = of(replay([*flaps, change(30, "green")], picture(), settings(cooldown=timedelta(0))), Mode.AUTO)

    assert auto.incidents == 1, "yellow is not over yet"
    assert auto.held["flapping"] == 1


def test_protection_and_overrides_of_the_configuration_count() -> None:
    reds = [change(0, "red", number=1), change(1, "red", number=2), change(2, "red", number=3)]
    kept = replace(settings(), overrides=(ModeOverride(folders=("DC1/vm/prod",), mode=Mode.OFF),))
    known = picture(protected=frozenset({ref(1)}))
    known = replace(known, folders={**known.folders, ref(2): "DC1/vm/prod"})

    auto = of(replay([*reds, change(25, "green", number=3)], known, kept), Mode.AUTO)

    assert auto.changes == {"web-03": 1}
    assert (auto.held["protected"], auto.held["mode"]) == (1, 1)


def test_it_is_replayed_as_well_where_the_file_switches_remediation_off() -> None:
    report = replay([change(0, "red"), change(25, "green")], picture(), replace(settings(), enabled=False))

    assert of(report, Mode.AUTO).changes == {"web-01": 1}


def test_what_is_gone_is_counted_and_nothing_is_said_of_it() -> None:
    report = replay([change(0, "red", number=77), change(60, "green", number=77)], picture(), settings())

    assert of(report, Mode.AUTO) == Figures(incidents=1, gone=1)


def test_alarms_that_nobody_answers_and_bad_lines_are_counted() -> None:
    other = Ref("lab", "alarm-99")
    bad = BadLine(number=2, reason="no JSON")

    report = replay([change(0, "red", alarm=other), bad, change(1, "yellow", alarm=other)], picture(), settings())

    assert report.unanswered == {"Something else": 1}
    assert (report.changes, report.bad, report.bad_lines) == (2, 1, [bad])
    assert not any(tally.by_playbook for tally in report.tallies.values())


def test_a_datastore_is_relieved_by_as_many_moves_as_it_needs() -> None:
    report = replay([change(0, "red", alarm=DISK), change(8 * 60, "green", alarm=DISK)], picture(), settings())

    auto = of(report, Mode.AUTO, PlaybookName.RELIEVE_DATASTORE)
    assert auto.changes.total() == 3, "from 85 % to 75 % of 1000 GiB by 35 GiB each"
    assert len(auto.changes) == 3, "no VM moves twice"


def test_the_picture_stays_as_it_was() -> None:
    known = picture()
    before = (known.vms, known.datastores, dict(known.disks))

    replay([change(0, "red"), change(1, "red", alarm=DISK), *GREEN_AGAIN], known, settings())

    assert (known.vms, known.datastores, dict(known.disks)) == before


def test_nothing_happened_where_nothing_changed() -> None:
    report = replay([], picture(), settings())

    assert (report.changes, report.first, report.last) == (0, None, None)


def test_what_is_not_judged_is_a_guard_rail_that_looks_at_load_or_acknowledgement() -> None:
    names = {guard.name for guard in ALL_GUARDS}

    assert set(NOT_JUDGED) <= names
    assert {guard.name for guard in ALL_GUARDS if guard.needs_metrics} <= {*NOT_JUDGED, "hot-add"}


def busy(seed: int) -> list[AlarmChange]:
    """A week in which CPU and memory alarms of twenty VMs come and go at random."""
    rng = Random(seed)  # noqa: S311  the same for the same seed
    status = dict.fromkeys(((number, alarm) for number in range(1, 21) for alarm in (CPU, MEMORY)), "green")
    changes = []
    for minute in sorted(rng.uniform(0, 7 * DAY_MIN) for _ in range(300)):
        where = rng.choice(tuple(status))
        status[where] = "green" if status[where] == "red" else "red"
        changes.append(change(minute, status[where], number=where[0], alarm=where[1]))
    return changes


def engine(tally: Tally, past: Past) -> VirtualEngine:
    chosen = in_mode(settings(per_hour=3), Mode.AUTO)
    return VirtualEngine(
        settings=chosen,
        guards=[guard for guard in ALL_GUARDS if guard.name not in NOT_JUDGED],
        world=past,
        witness=tally,
        pace=Pace(patience=timedelta(hours=6)),
    )


class Failing(Past):
    """Every third change fails."""

    count = 0

    def finish(self, recommendation: Recommendation, now: datetime) -> bool:
        """See `World.finish`."""
        self.count += 1
        return self.count % 3 != 0 and super().finish(recommendation, now)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_ledger_that_forgets_decides_as_one_that_forgets_nothing(seed: int) -> None:
    known = {vm.ref for vm in picture().vms}
    courses = []
    for back in (None, Lookback(all=timedelta(days=30), failures=timedelta(days=30))):
        tally = Tally(known)
        run = engine(tally, Failing(Estate(picture()), datastore_red=85, started_at=at(-60)))
        if back is not None:
            run._ledger = run._deeds._ledger = Ledger(back)
        for one in busy(seed):
            run.change(one)
        courses.append(tally.by_playbook)

    assert courses[0] == courses[1]
    assert courses[0][PlaybookName.ADD_CPU].changes.total() >= 3


def test_three_failures_within_a_day_bring_a_playbook_back_to_recommend() -> None:
    class Broken(Past):
        def finish(self, recommendation: Recommendation, now: datetime) -> bool:  # noqa: ARG002  always fails
            return False

    tally = Tally({vm.ref for vm in picture().vms})
    run = engine(tally, Broken(Estate(picture()), datastore_red=85, started_at=at(-60)))
    for number in range(1, 6):
        run.change(change(number * 20, "red", number=number))
    run.advance(at(28 * DAY_MIN))

    figures = tally.by_playbook[PlaybookName.ADD_CPU]
    assert figures.changes.total() == 3
    assert figures.held["mode"] + figures.held["breaker"] >= 5


def test_what_is_over_is_forgotten() -> None:
    tally = Tally({vm.ref for vm in picture().vms})
    run = engine(tally, Past(Estate(picture()), datastore_red=85, started_at=at(-60)))
    for one in busy(3):
        run.change(one)
    for number in range(1, 21):
        run.change(change(8 * DAY_MIN, "green", number=number))
        run.change(change(8 * DAY_MIN, "green", number=number, alarm=MEMORY))
    run.advance(at(9 * DAY_MIN))

    assert (run._open, run._triggered, run._deeds._deeds, tally._told) == ({}, {}, {}, {})
    assert not list(run._agenda.until(at(99 * DAY_MIN)))


def test_a_host_that_was_lost_and_is_back_brakes_its_cluster_for_half_an_hour() -> None:
    tally = Tally({vm.ref for vm in picture().vms})
    run = engine(tally, Past(Estate(picture()), datastore_red=85, started_at=at(-60)))
    run.see([host("host-2", connection=ConnectionState.NOT_RESPONDING)], at(0))
    run.see([host("host-2")], at(5))
    run.change(change(6, "red"))

    run.advance(at(34))
    figures = tally.by_playbook[PlaybookName.ADD_CPU]
    assert (figures.held["storm"], figures.changes.total()) == (1, 0)

    run.advance(at(40))
    assert figures.changes.total() == 1


def test_a_host_that_is_lost_today_is_taken_to_have_been_there() -> None:
    first, other = picture().hosts
    today = picture(hosts=(first, replace(other, connection=ConnectionState.NOT_RESPONDING, powered_on=False)))

    report = replay([change(0, "red"), change(25, "green")], today, settings())

    assert of(report, Mode.AUTO).changes == {"web-01": 1}
