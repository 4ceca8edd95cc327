"""Operations against a sandbox vCenter, with everything a test wants to ask of both."""

import itertools
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from operations.errors import ConfirmationNeededError
from operations.model import Actor, Operation, Origin, Request, Scalar, State
from operations.policy import Policy, Rule
from operations.protection import ProtectedRules
from operations.service import Operations
from operations.settings import NewVmSettings, OperationsSettings
from sandbox.vcenter import Estate
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import Ref, Vm
from vsphere.settings import VcenterSettings
from vsphere.sites import Sites

SITE: Final = "lab"
READY_S: Final = 60.0
PATIENCE_S: Final = 60.0
FOLDER: Final = "Frankfurt/vm/Lab"
HERE: Final = Origin(channel="C1", channel_name="vm-requests")
DANA: Final = Actor(id="U1", name="Dana", groups=frozenset({"vm-admins"}))
ERIK: Final = Actor(id="U2", name="Erik", groups=frozenset({"vm-admins"}))
NOBODY: Final = Actor(id="U9", name="Nora")
_ONCE: Final = frozenset({"AddCustomFieldDef", "CreateFolder"})
"""The names of custom attributes and the bin's folder are there ever after, whichever test was the first."""
RULES: Final = (Rule(name="admins", groups=("vm-admins",), channels=("*",), verbs=("*",), folders=("*",)),)
_counter = itertools.count(1)


class Directory:
    """Knows the people of these tests; `forget` makes it answer as when Slack is away."""

    def __init__(self) -> None:
        self._people = {one.id: one for one in (DANA, ERIK, NOBODY)}
        self.asked = 0
        self.is_away = False
        """Whether Slack does not answer."""

    def look_up(self, actor_id: str, *, fresh: bool = False) -> Actor | None:  # noqa: ARG002  it never remembers
        """See `operations.ports.Directory`."""
        self.asked += 1
        return None if self.is_away else self._people.get(actor_id)

    def members(self, groups: Collection[str]) -> tuple[str, ...] | None:
        """See `operations.ports.Directory`."""
        if self.is_away:
            return None
        wanted = {group.lstrip("@") for group in groups}
        return tuple(one.id for one in self._people.values() if one.groups & wanted)

    def change(self, actor: Actor) -> None:
        """From now on the person is this."""
        self._people[actor.id] = actor

    def forget(self, actor_id: str) -> None:
        """From now on nobody can say who that is."""
        self._people.pop(actor_id, None)


class MovedClock:
    """The machine's clock, set forward or back by a test; what never jumps does not jump here either."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self.moved = timedelta()

    def move(self, span: timedelta) -> None:
        """Set it forward, or back."""
        self.moved += span

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._clock.now() + self.moved

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._clock.monotonic()


@dataclass
class News:
    """Every version that listeners were told."""

    seen: list[Operation] = field(default_factory=list)
    change: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, operation: Operation) -> None:
        """See `operations.ports.Listener`."""
        with self.change:
            self.seen.append(operation)
            self.change.notify_all()

    def of(self, operation_id: str) -> list[Operation]:
        """What was told of one operation, in order."""
        with self.change:
            return [one for one in self.seen if one.id == operation_id]

    def wait(self, operation_id: str, fits: Callable[[Operation], bool], timeout_s: float = PATIENCE_S) -> Operation:
        """Wait for a version that fits."""
        with self.change:
            assert self.change.wait_for(
                lambda: any(one.id == operation_id and fits(one) for one in self.seen), timeout_s
            ), f"{operation_id}: {[(one.state.value, one.stage, one.text) for one in self.seen]}"
            return next(one for one in self.seen if one.id == operation_id and fits(one))


class Lab:
    """One replica, its vCenter, and a person who asks."""

    def __init__(
        self,
        estate: Estate,
        gateway: Gateway,
        *,
        database_url: str,
        policy: Policy | None = None,
        **settings: Any,
    ) -> None:
        self.estate = estate
        self.gateway = gateway
        self.clock = MovedClock()
        self.directory = Directory()
        self.news = News()
        self.fenced: list[str] = []
        self.settings = settings_for(database_url, **settings)
        self.operations = Operations(
            settings=self.settings,
            sites=Sites([gateway]),
            policy=policy or Policy(RULES, protected=ProtectedRules(names=("dc-*",))),
            directory=self.directory,
            clock=self.clock,
            on_fenced=self.fenced.append,
        )
        self.operations.subscribe(self.news)

    def vm(self, name: str) -> Vm:
        """The one VM of that name, as the mirror has it."""
        (found,) = self.gateway.inventory.find_vms(name)
        return found

    def prepare(self, name: str, **changes: Any) -> Vm:
        """Change a VM from outside, as an administrator would, and wait until the mirror has heard of it."""
        if changes.get("power") == "on" and changes.get("tools_running") is False:
            # Its guest would start the tools at the end of the boot.
            self.estate.set_vm(name, power="on")
            eventually(lambda: self.estate.vm(name).tools_running)
        self.estate.set_vm(name, **changes)
        wanted = {**changes, "power": f"powered{changes['power'].title()}"} if "power" in changes else changes
        now = {
            "power": lambda vm: vm.power.value,
            "cpus": lambda vm: vm.cpu_count,
            "memory_mib": lambda vm: vm.memory_mib,
            "custom": lambda vm: vm.attributes,
            "name": lambda vm: vm.name,
        }
        eventually(
            lambda: (
                all(
                    now[key](self.vm(name)) == value
                    if key != "custom"
                    else value.items() <= self.vm(name).attributes.items()
                    for key, value in wanted.items()
                    if key in now
                )
                and all(getattr(self.vm(name), key) == value for key, value in wanted.items() if key not in now)
            )
        )
        eventually(lambda: self.vm(name).change_version == self.gateway.read_vm(self.vm(name).ref).change_version)
        self.estate.reset_calls()
        return self.vm(name)

    def request(
        self,
        verb: str,
        vm: str | Ref | None = None,
        *,
        name: str | None = None,
        actor: Actor = DANA,
        key: str | None = None,
        arguments: Mapping[str, Scalar] | None = None,
        confirmed: str | None = None,
        not_before: datetime | None = None,
    ) -> Request:
        """A request as the bot makes one."""
        ref = self.vm(vm).ref if isinstance(vm, str) else vm
        return Request(
            verb=verb,
            actor=actor,
            origin=HERE,
            key=key or f"test-{next(_counter)}",
            vm=ref,
            name=name,
            vcenter=SITE,
            arguments=arguments or {},
            confirmed=confirmed,
            not_before=not_before,
            asked_at=self.clock.now(),
        )

    def ask(self, verb: str, vm: str | Ref | None = None, **said: Any) -> Operation:
        """Submit, and say yes where a plan asks."""
        return self.ask_for(self.request(verb, vm, **said))

    def ask_for(self, request: Request) -> Operation:
        """Submit a request, and say yes where its plan asks."""
        try:
            return self.operations.submit(request)
        except ConfirmationNeededError as needed:
            return self.operations.submit(replace(request, confirmed=needed.plan.hash))

    def end(self, operation: Operation, timeout_s: float = PATIENCE_S) -> Operation:
        """Wait for the end of an operation."""
        if operation.state.is_final:
            return operation
        return self.news.wait(operation.id, lambda one: one.state.is_final, timeout_s)

    def do(self, verb: str, vm: str | Ref | None = None, **said: Any) -> Operation:
        """Submit and wait for a success."""
        ended = self.end(self.ask(verb, vm, **said))
        assert ended.state is State.SUCCEEDED, (ended.text, ended.way_out)
        return ended

    def writes(self, method: str | None = None) -> list[str]:
        """The calls that changed something at vCenter, but for what only the first of its kind has to make."""
        return [one.method for one in self.estate.writes() if one.method not in _ONCE and method in {None, one.method}]

    def kinds(self, operation: Operation) -> list[str]:
        """The kinds of events on record."""
        return [one.kind for one in self.operations.events(operation.id)]


def eventually(condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds."""
    clock = SystemClock()
    deadline = clock.monotonic() + timeout_s
    while not condition():
        assert clock.monotonic() < deadline, "the condition did not come true in time"
        threading.Event().wait(0.02)


def settings_for(database_url: str, **changes: Any) -> OperationsSettings:
    """Settings with the patience of a test."""
    defaults: dict[str, Any] = {
        "database_url": database_url,
        "replica_id": "lab-1",
        "new_vms": {SITE: NewVmSettings(folder=FOLDER)},
        "queue_poll_s": 0.03,
        "guest_stop_timeout_s": 10,
        "first_read_timeout_s": 5,
        "settle_timeout_s": 20,
        "settle_grace_s": 1,
    }
    return OperationsSettings(**(defaults | changes))


def gateway_settings(estate: Estate) -> VcenterSettings:
    """How a gateway reaches the sandbox."""
    return VcenterSettings(
        name=SITE,
        host=estate.host,
        port=estate.port,
        username=estate.username,
        read_password=lambda: estate.password,
        ca_file=estate.ca_file,
        connect_timeout_s=2,
        read_timeout_s=10,
    )
