"""Way (c): the product in a process of its own: mirror, policy, operations on SQLite and the dispatcher, without Slack.

Started by `bench.power_on` as `python -m bench.product`; says what it measured as one JSON object and ends.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psutil

from bot.answers import Started
from bot.catalogue import Catalogue
from bot.command import Context
from bot.dispatch import Dispatcher
from bot.logs import set_up as set_up_logs
from bot.registry import BY_NAME
from operations.model import Actor, Operation, Origin, State
from operations.policy import Policy, Rule
from operations.protection import ProtectedRules
from operations.service import Operations
from operations.settings import OperationsSettings
from sandbox.vcenter.client import Door
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import PowerState, Ref
from vsphere.settings import VcenterSettings
from vsphere.sites import Sites

PASSWORD_ENV: Final = "BENCH_VCENTER_PASSWORD"  # noqa: S105  where it is, not what it is
LONG_POLL: Final = "WaitForUpdatesEx"
_READY_S: Final = 120
_DONE_S: Final = 30
_CHANGES: Final = 20
_ADMIN: Final = Actor(id="U1", name="bench", groups=frozenset({"@admins"}))
_ROOM: Final = Origin(channel="C1", channel_name="bench")


@dataclass(frozen=True, kw_only=True, slots=True)
class PowerOn:
    """One power-on by name."""

    took_s: float
    """From the command line to the end of the operation."""
    calls: int
    """SOAP calls on the way, beside the long polls that serve all operations at once."""
    polls: int
    """Answers of these long polls meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What one run of the product gave."""

    load_s: float
    """From the first connection to a whole inventory."""
    rss_mib: float
    """Memory of the process with the inventory and everything else in it."""
    changes_s: tuple[float, ...]
    """From a change at vCenter until the mirror shows it."""
    power_ons: tuple[PowerOn, ...]


class _Directory:
    """See `operations.ports.Directory`."""

    def look_up(self, actor_id: str, *, fresh: bool = False) -> Actor | None:  # noqa: ARG002  it never remembers
        """See `operations.ports.Directory.look_up`."""
        return _ADMIN if actor_id == _ADMIN.id else None

    def members(self, groups: Collection[str]) -> tuple[str, ...]:
        """See `operations.ports.Directory.members`."""
        return (_ADMIN.id,) if _ADMIN.groups & set(groups) else ()


class Product:
    """The wired product over one sandbox."""

    def __init__(self, *, gateway: Gateway, door: Door, folder: Path) -> None:
        self._gateway = gateway
        self._door = door
        self._clock = SystemClock()
        self._news = threading.Condition()
        self._ended: dict[str, Operation] = {}
        self._keys = itertools.count(1)
        sites = Sites([gateway])
        policy = Policy(
            (Rule(name="admins", groups=("@admins",), channels=("*",), verbs=("*",)),),
            protected=ProtectedRules(),
        )
        self.operations = Operations(
            settings=OperationsSettings(database_url=f"sqlite:///{folder / 'bench.db'}", replica_id="bench"),
            sites=sites,
            policy=policy,
            directory=_Directory(),
            clock=self._clock,
        )
        context = Context(
            sites=sites,
            operations=self.operations,
            policy=policy,
            catalogue=Catalogue(sizes=(), max_cpu=8, max_memory_mib=32768, max_disk_gib=500),
            clock=self._clock,
            commands=BY_NAME,
        )
        self._dispatcher = Dispatcher(context=context)
        gateway.inventory.subscribe(self._wake)
        self.operations.subscribe(self._hear)

    def power_on(self, name: str) -> PowerOn:
        """Power a VM off behind the product's back, then say `poweron NAME` and wait for the end."""
        ref = self._ref(name)
        self._door.set_vm(name, power="off")
        self._wait(lambda: self._power(ref) is PowerState.OFF)
        self._door.reset_calls()
        begun = time.perf_counter()
        operation = self._say(f"poweron {name}")
        self._wait(lambda: operation.id in self._ended)
        took_s = time.perf_counter() - begun
        ended = self._ended[operation.id]
        if ended.state is not State.SUCCEEDED:
            raise RuntimeError(f"{ended.summary}: {ended.text}")
        calls = self._door.calls()
        polls = calls.pop(LONG_POLL, 0)
        return PowerOn(took_s=took_s, calls=sum(calls.values()), polls=polls)

    def change_seen_s(self, name: str) -> float:
        """Seconds from a change at vCenter, made through the sandbox's door, until the mirror shows it."""
        ref = self._ref(name)
        wanted = PowerState.OFF if self._power(ref) is PowerState.ON else PowerState.ON
        begun = time.perf_counter()
        self._door.set_vm(name, power="off" if wanted is PowerState.OFF else "on")
        self._wait(lambda: self._power(ref) is wanted)
        return time.perf_counter() - begun

    def _say(self, line: str) -> Operation:
        reply = self._dispatcher.run(
            line, actor=_ADMIN, origin=_ROOM, key=f"bench-{next(self._keys)}", asked_at=self._clock.now()
        )
        if not isinstance(reply, Started):
            raise TypeError(f"{line!r} started nothing: {reply}")
        return reply.operation

    def _ref(self, name: str) -> Ref:
        (vm,) = self._gateway.inventory.find_vms(name)
        return vm.ref

    def _power(self, ref: Ref) -> PowerState | None:
        vm = self._gateway.inventory.vm(ref)
        return None if vm is None else vm.power

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self._news:
            if not self._news.wait_for(condition, _DONE_S):
                raise TimeoutError(f"nothing came of it within {_DONE_S} s")

    def _wake(self, _changed: object) -> None:
        with self._news:
            self._news.notify_all()

    def _hear(self, operation: Operation) -> None:
        with self._news:
            if operation.state.is_final:
                self._ended[operation.id] = operation
            self._news.notify_all()


def measure(gateway: Gateway, door: Door, names: Sequence[str]) -> Measured:
    """Measure everything, powering on each of the VMs once."""
    begun = time.perf_counter()
    gateway.start()
    if not gateway.wait_ready(_READY_S):
        raise TimeoutError(f"no inventory within {_READY_S} s: {gateway.health().detail}")
    load_s = time.perf_counter() - begun
    with tempfile.TemporaryDirectory(prefix="iaas-bench-") as folder:
        product = Product(gateway=gateway, door=door, folder=Path(folder))
        product.operations.start()
        rss_mib = psutil.Process().memory_info().rss / 2**20
        changes_s = tuple(product.change_seen_s(names[0]) for _ in range(_CHANGES))
        power_ons = tuple(product.power_on(name) for name in names)
        product.operations.drain(5)
    return Measured(load_s=load_s, rss_mib=rss_mib, changes_s=changes_s, power_ons=power_ons)


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.product", description=__doc__)
    for name in ("host", "username", "ca-file", "control"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("names", nargs="+")
    asked = parser.parse_args()
    set_up_logs(level="warning", form="console")
    settings = VcenterSettings(
        name="bench",
        host=asked.host,
        port=asked.port,
        username=asked.username,
        read_password=lambda: os.environ[PASSWORD_ENV],
        ca_file=Path(asked.ca_file),
    )
    found = measure(Gateway(settings, clock=SystemClock()), Door(asked.control), asked.names)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    sys.stdout.flush()
    # The engine's threads are no daemons and would keep the process for a while.
    os._exit(0)


if __name__ == "__main__":
    main()
