"""`make torture KILLS=200 SEED=1 DATABASES=sqlite,postgres`: the figures, and 1 where something is wrong."""

import argparse
import secrets
import sys
from math import inf

from tests.torture.report import table
from tests.torture.storm import DATABASES, torture


def main() -> int:
    """Torture each database in turn; the kills are shared out among them."""
    wanted = _arguments()
    databases = wanted.databases.split(",")
    _say(f"seed {wanted.seed}, {wanted.kills} kills over {' and '.join(databases)}")
    clean = True
    for database in databases:
        kills, limit_s = wanted.kills // len(databases), wanted.minutes * 60 / len(databases)
        with torture(database, kills=kills, seed=wanted.seed, limit_s=limit_s) as (storm, judge):
            _say(table(database, storm, judge))
            clean = clean and not judge.violations
    return 0 if clean else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="over all databases")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--minutes", type=float, default=inf, help="stop killing after this long, over all databases")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
