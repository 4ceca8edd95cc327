"""Verbs against a sandbox vCenter over the wire: the dispatcher, operations on SQLite, and four people."""

import itertools
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

import pytest

from bot.answers import Answer, Ask, Reply, Started
from bot.catalogue import Catalogue, Size
from bot.command import Context
from bot.dispatch import Dispatcher
from bot.registry import BY_NAME
from operations.model import Actor, Operation, Origin
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

READY_S = 60
DONE_S = 60
DANA = Actor(id="U0DANA", name="dana", groups=frozenset({"@vm-users"}))
ANN = Actor(id="U0ANN", name="ann", groups=frozenset({"@vm-admins"}))
ROOM = Origin(channel="C1", channel_name="vm-requests")
CATALOGUE = Catalogue(
    sizes=(
        Size(name="small", cpu_count=1, memory_mib=2048, disk_gib=20),
        Size(name="large", cpu_count=4, memory_mib=8192, disk_gib=80),
    ),
    max_cpu=8,
    max_memory_mib=32768,
    max_disk_gib=500,
)
OWNERS_MAY = ("poweron", "poweroff", "reboot", "reset", "transform", "snapshot", "move", "nuke")
RULES = (
    Rule(
        name="readers",
        groups=("@vm-users",),
        channels=("#vm-requests",),
        verbs=("read",),
        folders=("Frankfurt/vm/Web",),
    ),
    Rule(name="owners", groups=("@vm-users",), channels=("#vm-requests",), verbs=OWNERS_MAY, own_only=True),
    Rule(name="admins", groups=("@vm-admins",), channels=("*",), verbs=("*",)),
)
_KEYS = itertools.count(1)


class Floor:
    """Where people type, and what came of it."""

    def __init__(self, *, estate: Estate, gateway: Gateway, operations: Operations, policy: Policy) -> None:
        self.estate = estate
        self.gateway = gateway
        self.operations = operations
        self._changed = threading.Condition()
        operations.subscribe(self._hear)
        self._heard = threading.Condition()
        gateway.inventory.subscribe(self._notice)
        self.dispatcher = Dispatcher(
            context=Context(
                sites=Sites([gateway]),
                operations=operations,
                policy=policy,
                catalogue=CATALOGUE,
                clock=SystemClock(),
                commands=BY_NAME,
            )
        )

    def run(self, line: str, actor: Actor = ANN, *, key: str | None = None, later_s: float = 0) -> Reply:
        """What the line gives, asked now or some seconds later."""
        asked_at = SystemClock().now() + timedelta(seconds=later_s)
        return self.dispatcher.run(line, actor=actor, origin=ROOM, key=key or f"test-{next(_KEYS)}", asked_at=asked_at)

    def answer(self, line: str, actor: Actor = ANN) -> Answer:
        """The answer of a line that starts nothing."""
        reply = self.run(line, actor)
        assert isinstance(reply, Answer), reply
        return reply

    def asked(self, line: str, actor: Actor = ANN) -> Ask:
        """The question that a line leads to."""
        reply = self.run(line, actor)
        assert isinstance(reply, Ask), reply
        return reply

    def confirm(self, ask: Ask) -> Operation:
        """The end of what a question was about, after a yes."""
        return self._end(self.dispatcher.confirm(ask.request, ask.plan.hash))

    def done(self, line: str, actor: Actor = ANN, *, key: str | None = None, later_s: float = 0) -> Operation:
        """The operation of a line, once it has ended; a question on the way is said yes to."""
        reply = self.run(line, actor, key=key, later_s=later_s)
        return self.confirm(reply) if isinstance(reply, Ask) else self._end(reply)

    def started(self, line: str, actor: Actor = ANN) -> Operation:
        """The operation of a line, as it starts."""
        reply = self.run(line, actor)
        assert isinstance(reply, Started), reply
        return reply.operation

    def end(self, operation_id: str) -> Operation:
        """An operation once it has ended."""
        with self._changed:
            ended = self._changed.wait_for(lambda: self.operations.get(operation_id).state.is_final, DONE_S)
        operation = self.operations.get(operation_id)
        assert ended, operation
        return operation

    def wait_for(self, name: str) -> Vm:
        """The VM of that name, once the mirror has heard of it."""
        self.wait_until(lambda: bool(self.gateway.inventory.find_vms(name)))
        return self.gateway.inventory.find_vms(name)[0]

    def free_bytes(self, datastore: str) -> int:
        """What the mirror says is free on a datastore."""
        return next(one.free_bytes for one in self.gateway.inventory.datastores() if one.name == datastore)

    def wait_until(self, heard: Callable[[], bool]) -> None:
        """Wait until the mirror has heard something."""
        with self._heard:
            assert self._heard.wait_for(heard, READY_S)

    def _notice(self, _changed: set[Ref]) -> None:
        with self._heard:
            self._heard.notify_all()

    def _end(self, reply: Reply) -> Operation:
        assert isinstance(reply, Started), reply
        return self.end(reply.operation.id)

    def _hear(self, _operation: Operation) -> None:
        with self._changed:
            self._changed.notify_all()


class People:
    """A directory that knows these people."""

    def look_up(self, actor_id: str, *, fresh: bool = False) -> Actor | None:  # noqa: ARG002  it never remembers
        """See `operations.ports.Directory`."""
        return next((person for person in (DANA, ANN) if person.id == actor_id), None)

    def members(self, groups: Collection[str]) -> tuple[str, ...]:
        """See `operations.ports.Directory`."""
        return tuple(person.id for person in (DANA, ANN) if person.groups & set(groups))


@pytest.fixture(scope="session")
def estate() -> Iterator[Estate]:
    """One vCenter for all tests of this folder; each test works on VMs of its own."""
    with Estate.start() as running:
        yield running


@pytest.fixture(scope="module")
def whole_floor(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Operations that run, for all tests of a module; none may still run while another module draws at random."""
    gateway = Gateway(
        VcenterSettings(
            name="lab",
            host=estate.host,
            port=estate.port,
            username=estate.username,
            read_password=lambda: estate.password,
            ca_file=estate.ca_file,
        ),
        clock=SystemClock(),
    )
    policy = Policy(RULES, protected=ProtectedRules())
    operations = Operations(
        settings=OperationsSettings(
            database_url=f"sqlite:///{tmp_path_factory.mktemp('record')}/record.db",
            replica_id="floor",
            new_vms={"lab": NewVmSettings(folder="Frankfurt/vm/Lab")},
            queue_poll_s=0.05,
        ),
        sites=Sites([gateway]),
        policy=policy,
        directory=People(),
        clock=SystemClock(),
    )
    gateway.start()
    assert gateway.wait_ready(READY_S)
    operations.start()
    yield Floor(estate=estate, gateway=gateway, operations=operations, policy=policy)
    operations.drain(10)
    operations.close()
    gateway.close()


@pytest.fixture
def floor(whole_floor: Floor) -> Iterator[Floor]:
    """The floor with vCenter's levers at rest before and after."""
    whole_floor.estate.restore()
    yield whole_floor
    whole_floor.estate.restore()
