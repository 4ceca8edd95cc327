"""Remediation beside the first version: bounds that must hold, on small estates of several seeds."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest

from remediation.guards import ALL_GUARDS
from remediation.hosts import is_lost
from remediation.model import Mode, PlaybookName
from remediation.simulation.estate import draw
from remediation.simulation.report import ROWS, data, text
from remediation.simulation.run import Comparison, Nobody, compare, course, ours, shipped
from vsphere.model import Host

SEEDS = (7, 8)


@pytest.fixture(scope="module", params=SEEDS)
def comparison(request: pytest.FixtureRequest) -> Comparison:
    return compare(weeks=1, vms=100, seed=request.param)


def test_it_does_less_and_leaves_less_red_than_the_first_version(comparison: Comparison) -> None:
    mine, first = comparison.ours.score, comparison.first_version.score

    assert 0 < mine.actions.total() < first.actions.total()
    assert mine.red_steps <= 1.05 * first.red_steps
    assert mine.red_store_steps <= first.red_store_steps


def test_it_does_far_better_than_nobody(comparison: Comparison) -> None:
    assert comparison.nobody.score.actions.total() == 0
    assert comparison.ours.score.red_steps < 0.7 * comparison.nobody.score.red_steps


def test_it_never_needs_a_restart_never_takes_back_and_keeps_to_the_caps(comparison: Comparison) -> None:
    mine = comparison.ours

    assert (mine.score.restarts, mine.score.reversals, mine.over_cap) == (0, 0, 0)
    assert set(mine.score.refusals) <= {"it failed"}, "vSphere refuses nothing that was sent"
    assert mine.score.most_in_an_hour <= shipped().guards.per_hour
    assert mine.score.most_of_a_vm <= shipped().guards.per_vm_a_day


def test_it_keeps_still_in_storms_in_which_the_first_version_acts(comparison: Comparison) -> None:
    assert comparison.ours.score.in_storms == 0
    assert comparison.first_version.score.in_storms > 0
    assert comparison.ours.held["storm"] > 0


def test_the_first_version_asks_for_what_vsphere_refuses(comparison: Comparison) -> None:
    assert comparison.first_version.score.refusals.total() > 0
    assert comparison.first_version.score.restarts > 0


def test_the_same_seed_gives_the_same_figures() -> None:
    one, other = (compare(weeks=1, vms=30, seed=5) for _ in range(2))

    assert data(one) == data(other)
    assert text(one) == text(other)


def test_without_the_guard_rails_that_brake_it_would_act_in_storms() -> None:
    brakes = {"storm", "contention", "headroom", "sustained"}
    others = [guard for guard in ALL_GUARDS if guard.name not in brakes]

    course = ours(draw(weeks=1, vms=60, seed=7), shipped(), others)

    assert course.score.in_storms > 0


def test_in_mode_recommend_it_changes_nothing() -> None:
    plan = draw(weeks=1, vms=30, seed=7)
    careful = tuple(replace(one, mode=Mode.RECOMMEND) for one in shipped().playbooks)

    course = ours(plan, replace(shipped(), playbooks=careful))

    assert course.score.actions.total() == 0
    assert course.held["mode"] > 0


def test_the_table_and_the_data_tell_the_same(comparison: Comparison) -> None:
    table, told = text(comparison), json.loads(json.dumps(data(comparison)))

    for row in ROWS:
        line = next(line for line in table.splitlines() if line.startswith(row.label))
        figures = [int(word.replace(",", "")) for word in line.removeprefix(row.label).split()]
        assert figures == [told[name][row.key] for name in ("nobody", "first_version", "iaas_bot")], row.label
    assert [f"  {name.value}" in table for name in PlaybookName] == [True] * len(PlaybookName)


def test_where_nothing_was_left_alone_nothing_is_said_of_it(comparison: Comparison) -> None:
    assert "left alone" in text(comparison)
    assert "left alone" not in text(replace(comparison, ours=replace(comparison.ours, held=Counter())))


def test_hosts_that_fail_and_come_back_are_told_once_each_to_whoever_reacts() -> None:
    plan = draw(weeks=1, vms=40, seed=7)
    heard: list[tuple[bool, ...]] = []

    class Listener(Nobody):
        def see(self, hosts: Iterable[Host], now: datetime) -> None:  # noqa: ARG002  any time counts
            heard.append(tuple(is_lost(host) for host in hosts))

    course(plan, lambda _world, _score: Listener(), shipped())

    failing = [any(lost) for lost in heard]
    assert failing == [True, False]
