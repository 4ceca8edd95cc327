"""Power-on by name, three ways side by side against one sandbox: the community's script, govc, and the product."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import community
from bench.figure import Figure, median, percentile
from bench.govc import Govc
from bench.product import PASSWORD_ENV
from sandbox.vcenter import Estate

_SEED: Final = 7
_FULL: Final = 10_000
"""The size for which design §12 has figures."""
_MOST_CALLS: Final = 2
_LOAD_S: Final = 10
_MEMORY_MIB: Final = 300
_CHANGE_MS: Final = 200
_PRODUCT_TIMEOUT_S: Final = 300


class ProductError(Exception):
    """The product's process did not do what it was asked to; the message is what it said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """What one way needed, a value each run."""

    took_s: tuple[float, ...]
    calls: tuple[int, ...]


def compare(vms: int, *, runs: int) -> list[Figure]:
    """Measure all three ways over an estate of that many VMs, in which tasks take no time.

    Raises:
        ProductError: the product failed.
    """
    first, *names = _names(vms, runs + 1)
    with tempfile.TemporaryDirectory(prefix="iaas-bench-") as home, Estate.start(vms=vms) as estate:
        govc = Govc(estate, home=Path(home))
        script = _timed(estate, names, lambda name: community.power_on(estate, name))
        other = _timed(estate, names, govc.power_on)
        ours = _product(estate, [first, *names])
    group = f"power-on by name, {vms:,} VMs (median of {runs})"
    return [
        *_way(group, "community script", script),
        *_way(group, "govc", other),
        *_ours(group, ours["power_ons"], script, other),
        *_mirror(vms, ours),
    ]


def _ours(group: str, runs: Sequence[Any], script: Timing, other: Timing) -> list[Figure]:
    """The first run after the start warms the engine, as govc's first login is not measured; it is told apart."""
    first, *warm = runs
    took_s = median([one["took_s"] for one in warm])
    ratios = f"script / ours = {median(script.took_s) / took_s:.1f}, govc / ours = {median(other.took_s) / took_s:.1f}"
    polls = median([one["polls"] for one in runs])
    return [
        Figure(group=group, name="iaas-bot", value=took_s, unit="s", note=ratios),
        Figure(group=group, name="iaas-bot: the first after its start", value=first["took_s"], unit="s"),
        Figure(
            group=group,
            name="iaas-bot: SOAP calls",
            value=max(one["calls"] for one in runs),
            unit="calls",
            below=_MOST_CALLS,
            inclusive=True,
            note=f"the most of {len(runs)}; beside {polls:.0f} answers of shared long polls",
        ),
    ]


def _names(vms: int, runs: int) -> list[str]:
    """The same VMs for every way, and in every run of the bench."""
    numbers = random.Random(_SEED).sample(range(1, vms + 1), runs)  # noqa: S311  a choice, not a secret
    return [f"vm-{number:05d}" for number in numbers]


def _timed(estate: Estate, names: Sequence[str], power_on: Callable[[str], None]) -> Timing:
    took_s, calls = [], []
    for name in names:
        estate.set_vm(name, power="off")
        estate.reset_calls()
        begun = time.perf_counter()
        power_on(name)
        took_s.append(time.perf_counter() - begun)
        calls.append(sum(estate.calls().values()))
    return Timing(took_s=tuple(took_s), calls=tuple(calls))


def _product(estate: Estate, names: Sequence[str]) -> Any:  # noqa: ANN401  the JSON of `bench.product.Measured`
    command = [sys.executable, "-m", "bench.product"]
    command += ["--host", estate.host, "--port", str(estate.port), "--username", estate.username]
    command += ["--ca-file", str(estate.ca_file), "--control", estate.control, *names]
    done = subprocess.run(  # noqa: S603  our own program with our own arguments
        command,
        env={**os.environ, PASSWORD_ENV: estate.password},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PRODUCT_TIMEOUT_S,
    )
    if done.returncode:
        raise ProductError(done.stderr.strip() or done.stdout.strip())
    return json.loads(done.stdout.splitlines()[-1])


def _way(group: str, name: str, timing: Timing) -> list[Figure]:
    return [
        Figure(group=group, name=name, value=median(timing.took_s), unit="s"),
        Figure(group=group, name=f"{name}: SOAP calls", value=median(timing.calls), unit="calls"),
    ]


def _mirror(vms: int, ours: Any) -> list[Figure]:  # noqa: ANN401  the JSON of `bench.product.Measured`
    group = f"inventory, {vms:,} VMs"
    is_full = vms >= _FULL
    changes_ms = [each * 1000 for each in ours["changes_s"]]
    return [
        Figure(group=group, name="first inventory", value=ours["load_s"], unit="s", below=_LOAD_S if is_full else None),
        Figure(
            group=group,
            name="memory of the process",
            value=ours["rss_mib"],
            unit="MiB",
            below=_MEMORY_MIB if is_full else None,
        ),
        Figure(
            group=group,
            name="one change seen, p50",
            value=median(changes_ms),
            unit="ms",
            below=_CHANGE_MS if is_full else None,
        ),
        Figure(group=group, name="one change seen, p99", value=percentile(changes_ms, 99), unit="ms"),
    ]
