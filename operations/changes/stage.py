"""What a stage is: one write, and how to recognise that it has happened. Durability stands in `operations.runner`."""

from collections.abc import Callable
from dataclasses import dataclass

from operations.model import Operation, Request
from operations.plans import Spec
from operations.settings import OperationsSettings
from operations.terms import LeaseTerms
from vsphere.gateway import Gateway
from vsphere.model import Ref, Vm


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What a planner is given: the request, and vCenter to look things up in. A planner writes nothing."""

    request: Request
    gateway: Gateway
    settings: OperationsSettings
    vm: Vm | None
    """The VM that is to be changed or cloned, from the mirror; None where one is to be made from nothing."""
    lease: LeaseTerms | None = None
    """Of the rule that allows it."""

    @property
    def target(self) -> Vm:
        """The VM, for verbs that have one."""
        if self.vm is None:
            raise ValueError(f"{self.request.verb} needs a VM")
        return self.vm


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What a stage is given."""

    operation: Operation
    gateway: Gateway
    spec: Spec
    vm: Vm | None = None
    """The target as it was read a moment ago; None where it is gone or yet to be made."""

    @property
    def target(self) -> Ref:
        """What the stage works on: the VM that an earlier stage made, or the one that the request named."""
        ref = self.operation.result or self.operation.vm
        if ref is None:
            raise ValueError(f"{self.operation.id} has no VM yet")
        return ref


def _never(_work: Work) -> bool:
    return False


def _target(work: Work) -> Ref:
    return work.target


def _nothing_made(_work: Work) -> Ref | None:
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One write and its adopt rule: how to tell, after a lost answer or a kill, that it has happened."""

    title: str
    """What a card shows, and the key of the table of stages."""
    send: Callable[[Work], Ref | None]
    """Send the write, once; its task, or None where vSphere has none for it."""
    reached: Callable[[Work], bool] = _never
    """Whether the wanted state is there, by what was just read. Never for what leaves no state behind, as a reset."""
    find_made: Callable[[Work], Ref | None] = _nothing_made
    """For a stage that makes a VM: the VM that carries this operation's id."""
    makes: bool = False
    task: str | None = None
    """`descriptionId` of its task."""
    entity: Callable[[Work], Ref] = _target
    """What vCenter says the task works on."""
    events: frozenset[str] = frozenset()
    """Entries of vCenter's event log that prove it."""
    boots: bool = False
    """Whether a boot of the VM since then proves it as well."""
    waits: bool = False
    """Whether there is no task and the wanted state comes later, as with a guest that shuts down."""
    gives_way: bool = False
    """Whether the next stage takes over where this one is refused or overdue."""
    is_crowded: bool = False
    """Whether others work on the same entity at the same time, so that a task on it may be anybody's."""
    gone_is_done: bool = False
    """Whether a VM that is no longer there is what was wanted."""
    repeatable: bool = False
    """Whether the same write sent twice does what it does once, so that a lost one is sent again after a look: a custom
    attribute, and nothing else. Such a loss would otherwise end an operation half way."""
    reads_target: bool = True
    """Whether there is a VM to be read before it is sent."""
    switches: bool = False
    """Whether it turns the VM on or off, so that a later stage of the kind takes its effect back."""
    shows: Callable[[Work], bool] | None = None
    """Whether the mirror, with whose VM it is asked, shows it; None where `reached` can tell that without a call."""

    @property
    def lasts(self) -> bool:
        """Whether the state tells for ever that it was done."""
        return self.makes or self.gone_is_done or self.reached is not _never

    def is_shown(self, work: Work) -> bool:
        """Whether the mirror, with whose VM it is asked, shows what was done; what leaves no state is always shown."""
        if self.shows is not None:
            return self.shows(work)
        if self.gone_is_done:
            return work.vm is None
        if self.makes:
            # While a VM is being made it is in the inventory already, without its configuration.
            return work.vm is not None and bool(work.vm.instance_uuid)
        return not self.lasts or self.reached(work)
