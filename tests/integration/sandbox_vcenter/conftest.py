"""One sandbox for all tests of it, and a pyVmomi client as the product's own."""

import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import pyVim.connect
import pyVim.task
import pyVmomi

from sandbox.vcenter import Estate

_namespaces: Any = pyVmomi
vim = _namespaces.vim
SmartConnect: Any = pyVim.connect.SmartConnect
WaitForTask: Any = pyVim.task.WaitForTask
vmodl = _namespaces.vmodl

GIB = 2**30
_NEVER_S = 3600
Collector = vmodl.query.PropertyCollector
_numbers = count(1)


@dataclass(kw_only=True)
class Client:
    """A logged-in pyVmomi client with the few things that every test does."""

    estate: Estate
    service: Any
    context: "TrackingContext"
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    def close(self) -> None:
        """End the session, with it every poll that still waits, and all connections."""
        self.estate.expire_sessions()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.service._stub.DropConnections()
        for opened in self.context.opened:
            opened.close()

    @property
    def content(self) -> Any:
        """The service's content."""
        return self.service.RetrieveContent()

    def named(self, kind: Any, name: str) -> Any:
        """The object of a kind with a name."""
        view = self.content.viewManager.CreateContainerView(self.content.rootFolder, [kind], recursive=True)
        found = [obj for obj in view.view if obj.name == name]
        view.DestroyView()
        return found[0]

    def vm(self, name: str) -> Any:
        """The VM with a name."""
        return vim.VirtualMachine(self.estate.vm(name).id, self.service._stub)

    def done(self, task: Any) -> Any:
        """Wait for a task and give its result; a failed task raises its fault."""
        WaitForTask(task)
        return task.info.result

    def new_vm(self, *, on: bool = True, hot: bool = True) -> Any:
        """A VM of the test's own, made from a template with tools."""
        name = f"test-{next(_numbers):03d}"
        spec = vim.vm.CloneSpec(
            location=vim.vm.RelocateSpec(pool=self.named(vim.ResourcePool, "lab")),
            config=vim.vm.ConfigSpec(cpuHotAddEnabled=hot, memoryHotAddEnabled=hot),
            powerOn=False,
            template=False,
        )
        vm = self.done(self.vm("debian-12").CloneVM_Task(self.named(vim.Folder, "Lab"), name, spec))
        if on:
            self.done(vm.PowerOnVM_Task())
        return vm

    def watch(self, target: Any, *paths: str) -> "Watch":
        """A collector of its own on one object's properties, past its first answer."""
        collector = self.content.propertyCollector.CreatePropertyCollector()
        spec = Collector.FilterSpec(
            objectSet=[Collector.ObjectSpec(obj=target)],
            propSet=[Collector.PropertySpec(type=type(target), pathSet=list(paths))],
        )
        collector.CreateFilter(spec, partialUpdates=False)
        watch = Watch(collector=collector, pool=self.pool)
        watch.next()
        return watch

    def watch_view(self, kinds: dict[Any, list[str]]) -> "Watch":
        """A collector of its own on a container view of the whole inventory, before its first answer."""
        view = self.content.viewManager.CreateContainerView(self.content.rootFolder, list(kinds), recursive=True)
        step = Collector.TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
        spec = Collector.FilterSpec(
            objectSet=[Collector.ObjectSpec(obj=view, skip=True, selectSet=[step])],
            propSet=[Collector.PropertySpec(type=kind, pathSet=paths) for kind, paths in kinds.items()],
        )
        collector = self.content.propertyCollector.CreatePropertyCollector()
        collector.CreateFilter(spec, partialUpdates=False)
        return Watch(collector=collector, pool=self.pool)


@dataclass(kw_only=True)
class Watch:
    """A long poll on a collector of its own."""

    collector: Any
    pool: ThreadPoolExecutor
    version: str = ""

    def next(self, wait_s: int = 30) -> Any:
        """The next update set, or None when nothing changed in time."""
        answer = self.collector.WaitForUpdatesEx(self.version, Collector.WaitOptions(maxWaitSeconds=wait_s))
        if answer is not None:
            self.version = answer.version
        return answer

    def changes(self, wait_s: int = 30) -> dict[str, Any]:
        """The next changes by property; empty when nothing changed in time."""
        answer = self.next(wait_s)
        if answer is None:
            return {}
        return {
            change.name: change.val
            for part in answer.filterSet
            for update in part.objectSet
            for change in update.changeSet
        }

    def until(self, reached: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All changes up to and with the one that was waited for."""
        seen: list[dict[str, Any]] = []
        while not seen or not reached(seen[-1]):
            seen.append(self.changes())
            if not seen[-1]:
                pytest.fail(f"it never came; seen: {seen}")
        return seen

    def waiting(self) -> "Future[dict[str, Any]]":
        """The next changes, waited for in the background."""
        return self.pool.submit(self.changes)


class TrackingContext(ssl.SSLContext):
    """Remembers its sockets: pyVmomi leaves those open whose call failed on the wire."""

    opened: list[ssl.SSLSocket]

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Wrap and remember."""
        made = super().wrap_socket(*args, **kwargs)
        self.opened.append(made)
        return made


def connect(estate: Estate, *, user: str | None = None, password: str | None = None) -> Client:
    """Log in over verified TLS, with the sandbox's own credentials unless others are given."""
    context = TrackingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.opened = []
    context.load_verify_locations(estate.ca_file)
    try:
        service = SmartConnect(
            host=estate.host,
            port=estate.port,
            user=user or estate.username,
            pwd=password or estate.password,
            sslContext=context,
        )
    except Exception:
        for opened in context.opened:
            opened.close()
        raise
    return Client(estate=estate, service=service, context=context)


@pytest.fixture(scope="session")
def shared_estate() -> Iterator[Estate]:
    """One process for all tests here."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def estate(shared_estate: Estate) -> Iterator[Estate]:
    """The shared sandbox with no faults, outages or delays, and the counts at zero; loads raise no alarm unasked."""
    shared_estate.restore()
    shared_estate.set_alarm_sustain(_NEVER_S)
    yield shared_estate
    shared_estate.restore()


@pytest.fixture
def client(estate: Estate) -> Iterator[Client]:
    """A fresh session on the shared sandbox."""
    client = connect(estate)
    yield client
    estate.restore()
    client.close()


@pytest.fixture(scope="session")
def big_client() -> Iterator[Client]:
    """A client of an estate with 3,000 VMs, which its tests share."""
    with Estate.start(vms=3000) as estate:
        client = connect(estate)
        yield client
        client.close()


@pytest.fixture
def login(estate: Estate) -> Callable[[str, str], Client]:
    """Logs in with other credentials."""
    return lambda user, password: connect(estate, user=user, password=password)


@pytest.fixture
def client_of() -> Iterator[Callable[[Estate], Client]]:
    """Logs in to an estate of the test's own."""
    made: list[Client] = []

    def log_in(estate: Estate) -> Client:
        made.append(connect(estate))
        return made[-1]

    yield log_in
    for client in made:
        client.close()


@pytest.fixture
def vm(client: Client) -> Any:
    """A running VM of the test's own, with tools and hot-add."""
    return client.new_vm()


@pytest.fixture
def off_vm(client: Client) -> Any:
    """A VM of the test's own that is off."""
    return client.new_vm(on=False)
