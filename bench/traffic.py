"""The whole bot as a process between both sandboxes: how quickly it answers, and what it costs when idle."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from bench.figure import Figure, median, percentile
from bot.cli.demo.world import Bot
from sandbox.slack import Workspace
from sandbox.vcenter import Estate

_ADMIN: Final = "ben"
_CHANNEL: Final = "#vm-requests"
_RATE: Final = 50
"""Commands a second, from design §12."""
_WRITE_EVERY_S: Final = 0.5
_SETTLE_S: Final = 5.0
_ARRIVE_S: Final = 60.0
_STOP_S: Final = 10.0
_ACK_MS: Final = 250
_WRITE_P50_MS: Final = 150
_WRITE_P99_MS: Final = 1000
_IDLE_CPU_PERCENT: Final = 2
_IDLE_CALLS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much is measured."""

    vms: int
    idle_s: float
    writes: int
    load_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _World:
    estate: Estate
    workspace: Workspace
    bot: Bot


def measure(extent: Extent) -> list[Figure]:
    """Idle first, then single commands, then the load, since what the load leaves behind is still being told later."""
    with _world(extent.vms) as world:
        threading.Event().wait(_SETTLE_S)
        return [*_idle(world, extent), *_writes(world, extent), *_load(world, extent)]


@contextmanager
def _world(vms: int) -> Iterator[_World]:
    """Three processes, so that none of them measures another's waits."""
    with (
        tempfile.TemporaryDirectory(prefix="iaas-bench-") as folder,
        Estate.start(vms=vms) as estate,
        slack() as workspace,
    ):
        bot = Bot(folder=Path(folder), workspace=workspace, estate=estate, replica_id="bench")
        try:
            yield _World(estate=estate, workspace=workspace, bot=bot.start())
        finally:
            bot.stop()


@contextmanager
def slack() -> Iterator[Workspace]:
    """A sandbox Slack as a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "sandbox.slack"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout is None:
            raise RuntimeError("the sandbox Slack has no output")
        yield Workspace.connect(json.loads(process.stdout.readline())["url"])
    finally:
        process.terminate()
        process.wait(_STOP_S)


def _idle(world: _World, extent: Extent) -> list[Figure]:
    process = psutil.Process(world.bot.pid)
    world.estate.reset_calls()
    before_s = sum(process.cpu_times()[:2])
    begun = time.perf_counter()
    threading.Event().wait(extent.idle_s)
    took_s = time.perf_counter() - begun
    used_s = sum(process.cpu_times()[:2]) - before_s
    calls = world.estate.calls()
    group = f"idle for {extent.idle_s:.0f} s, {extent.vms:,} VMs"
    names = ", ".join(f"{count} {name}" for name, count in sorted(calls.items())) or "none"
    return [
        Figure(group=group, name="CPU", value=used_s / took_s * 100, unit="% of a core", below=_IDLE_CPU_PERCENT),
        Figure(
            group=group,
            name="SOAP calls a minute",
            value=sum(calls.values()) / took_s * 60,
            unit="calls",
            below=_IDLE_CALLS,
            inclusive=True,
            note=f"long polls included: {names}",
        ),
        Figure(group=group, name="memory of the bot", value=process.memory_info().rss / 2**20, unit="MiB"),
    ]


def _writes(world: _World, extent: Extent) -> list[Figure]:
    names = _off(world, extent.writes, first=1)
    since = _last_entry(world)
    world.estate.reset_calls()
    _say(world, [f"poweron {name}" for name in names], every_s=_WRITE_EVERY_S)
    waits_ms = _arrivals_ms(world, names, since)
    group = f"command received → write arrives at vCenter, {len(waits_ms)} commands, {1 / _WRITE_EVERY_S:.0f} a second"
    return [
        Figure(group=group, name="p50", value=median(waits_ms), unit="ms", below=_WRITE_P50_MS),
        Figure(group=group, name="p99", value=percentile(waits_ms, 99), unit="ms", below=_WRITE_P99_MS),
    ]


def _load(world: _World, extent: Extent) -> list[Figure]:
    """A mixture as people type it: six look at a VM, three say something, one powers a VM on."""
    count = round(_RATE * extent.load_s)
    names = _off(world, -(-count // 10), first=extent.writes + 1)
    lines = [_line(number, names[number // 10]) for number in range(count)]
    since = _last_entry(world)
    world.estate.reset_calls()
    begun = time.perf_counter()
    _say(world, lines, every_s=1 / _RATE)
    rate = count / (time.perf_counter() - begun)
    acks_ms = _acks_ms(world, since, count)
    waits_ms = _arrivals_ms(world, names, since)
    group = f"{rate:.0f} commands a second for {extent.load_s:.0f} s, {extent.vms:,} VMs"
    return [
        Figure(group=group, name="acknowledgement p50", value=median(acks_ms), unit="ms"),
        Figure(group=group, name="acknowledgement p99", value=percentile(acks_ms, 99), unit="ms", below=_ACK_MS),
        Figure(group=group, name="acknowledgement, the slowest", value=max(acks_ms), unit="ms"),
        Figure(group=group, name="commands without acknowledgement", value=count - len(acks_ms), unit="", below=1),
        Figure(
            group=group,
            name="rules of Slack broken",
            value=len(world.workspace.violations()),
            unit="",
            below=1,
            note="since the bot's start",
        ),
        Figure(group=group, name="received → write arrives p50", value=median(waits_ms), unit="ms"),
        Figure(
            group=group,
            name="received → write arrives p99",
            value=percentile(waits_ms, 99),
            unit="ms",
            below=_WRITE_P99_MS,
            note=f"{len(waits_ms)} power-ons in the mixture",
        ),
    ]


def _line(number: int, name: str) -> str:
    place = number % 10
    if place == 0:
        return f"poweron {name}"
    return f"show {name}" if place < 7 else f"echo load {number}"  # noqa: PLR2004  the mixture's shares


def _off(world: _World, count: int, *, first: int) -> list[str]:
    names = [f"vm-{number:05d}" for number in range(first, first + count)]
    for name in names:
        world.estate.set_vm(name, power="off")
    threading.Event().wait(_SETTLE_S)
    return names


def _say(world: _World, lines: Sequence[str], *, every_s: float) -> None:
    """Type the lines at a steady pace, whatever becomes of them."""
    person = world.workspace.as_user(_ADMIN)
    begun = time.perf_counter()
    for number, line in enumerate(lines):
        threading.Event().wait(max(0.0, begun + number * every_s - time.perf_counter()))
        person.command(f"/iaas {line}", _CHANNEL, wait=False)


def _last_entry(world: _World) -> int:
    return int(max((entry["n"] for entry in world.workspace.journal), default=0))


def _acks_ms(world: _World, since: int, count: int) -> list[float]:
    """From the frame with the command on the socket to the acknowledgement, in the sandbox's own words."""
    deadline = time.perf_counter() + _ARRIVE_S
    while True:
        found = [entry["delay_s"] * 1000 for entry in world.workspace.entries("ack", since=since)]
        if len(found) >= count or time.perf_counter() > deadline:
            return found
        threading.Event().wait(0.2)


def _arrivals_ms(world: _World, names: Sequence[str], since: int) -> list[float]:
    """From the frame with the command on the socket to the write at vCenter, both by this machine's clock.

    Raises:
        TimeoutError: a write never came.
    """
    deadline = time.perf_counter() + _ARRIVE_S
    while True:
        arrived = {write.entity_name: write.at.timestamp() for write in world.estate.writes()}
        if all(name in arrived for name in names):
            break
        if time.perf_counter() > deadline:
            missing = [name for name in names if name not in arrived]
            raise TimeoutError(f"{len(missing)} writes never came, {missing[0]} first\n{world.bot.log_tail()}")
        threading.Event().wait(0.2)
    sent = _sent(world, since)
    return [(arrived[name] - sent[f"poweron {name}"]) * 1000 for name in names]


def _sent(world: _World, since: int) -> dict[str, float]:
    """When each command line went out to the bot."""
    entries: list[dict[str, Any]] = world.workspace.entries("envelope", since=since)
    return {entry["payload"]["text"]: entry["at"] for entry in entries if "text" in entry["payload"]}
