"""Measures all or a part, prints a table and writes `bench/latest.json`; exit code 1 where a target is missed."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Final

from bench import alarms, power_on, relief, traffic
from bench.figure import Figure, Verdict, table
from bench.machine import machine
from vsphere.clock import SystemClock

LATEST: Final = Path(__file__).parent / "latest.json"
_SIZES: Final = (100, 1_000, 10_000)
_QUICK_SIZES: Final = (100, 1_000)
_FULL: Final = traffic.Extent(vms=10_000, idle_s=60, writes=60, load_s=20)
_QUICK: Final = traffic.Extent(vms=1_000, idle_s=15, writes=20, load_s=6)

_ALARMS: Final = alarms.Extent(vms=10_000, singles=40, at_once=200)
_QUICK_ALARMS: Final = alarms.Extent(vms=1_000, singles=20, at_once=200)


def main() -> int:
    """Run what was asked for; exit code 1 where a target was missed."""
    asked = _arguments()
    figures: list[Figure] = []
    for name, run in _parts(quick=asked.quick).items():
        if asked.only in {None, name}:
            _say(f"bench: {name} …")
            figures += run()
    _say("\n" + table(figures))
    missed = [one for one in figures if one.verdict is Verdict.MISS]
    _say(f"\n{len(missed)} of {sum(bool(one.target) for one in figures)} targets missed")
    _write(figures, quick=asked.quick, only=asked.only)
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 VMs at most and shorter runs: minutes become one")
    parser.add_argument("--only", choices=sorted(_parts(quick=False)), help="one part alone")
    return parser.parse_args()


def _parts(*, quick: bool) -> dict[str, Callable[[], list[Figure]]]:
    sizes = _QUICK_SIZES if quick else _SIZES
    return {
        **{f"power-on-{size}": _comparison(size, runs=3 if quick or size > _QUICK_SIZES[-1] else 5) for size in sizes},
        "traffic": lambda: traffic.measure(_QUICK if quick else _FULL),
        "relief": lambda: relief.measure(relief.QUICK if quick else relief.FULL),
        "alarms": lambda: alarms.measure(_QUICK_ALARMS if quick else _ALARMS),
    }


def _comparison(size: int, *, runs: int) -> Callable[[], list[Figure]]:
    return lambda: power_on.compare(size, runs=runs)


def _write(figures: list[Figure], *, quick: bool, only: str | None) -> None:
    result = {
        "at": SystemClock().now().astimezone(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "only": only,
        "machine": machine(),
        "figures": [one.to_json() for one in figures],
    }
    LATEST.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _say(f"written to {LATEST.parent.name}/{LATEST.name}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
