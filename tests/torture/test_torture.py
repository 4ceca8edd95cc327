"""A short torture on each database; `make torture` runs the long one."""

import pytest

from tests.torture.report import table
from tests.torture.storm import torture

KILLS = 10
SEED = 4


@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_kills_at_random_moments_under_load_lose_and_double_nothing(database: str) -> None:
    with torture(database, kills=KILLS, seed=SEED) as (storm, judge):
        told = table(database, storm, judge)
        done = [one for one in judge.entries() if one.state == "succeeded"]

    assert judge.violations == [], told
    assert len(done) >= KILLS, told
    assert storm.killed == KILLS, told
