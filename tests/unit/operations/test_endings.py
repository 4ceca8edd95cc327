"""What a person is told at the end that is none: what happened, what did not, and what to do about it."""

from dataclasses import replace

import pytest

from operations.endings import cancelled, failed
from operations.model import Actor, ActorKind, State
from tests.unit.views.samples import OPERATION
from vsphere.errors import (
    BusyError,
    ChangedMeanwhileError,
    ConnectionLostError,
    InvalidStateError,
    NameTakenError,
    NoSpaceError,
    NotFoundError,
    NotReadyError,
    PermissionDeniedError,
    UnexpectedFaultError,
    UnreachableError,
    VsphereError,
)


@pytest.mark.parametrize("error", [ConnectionLostError, UnreachableError])
def test_a_change_that_never_arrived_is_to_be_asked_for_again(error: type[ConnectionLostError]) -> None:
    ending = failed(OPERATION, error("The connection to vCenter was lost while the order was sent"))

    assert ending.state is State.FAILED
    assert ending.way_out == "It did not happen. Ask for it again once vCenter answers."


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ChangedMeanwhileError, State.CANCELLED),
        (NotFoundError, State.CANCELLED),
        (BusyError, State.CANCELLED),
        (UnreachableError, State.CANCELLED),
        (NotReadyError, State.CANCELLED),
        (PermissionDeniedError, State.FAILED),
        (NoSpaceError, State.FAILED),
        (InvalidStateError, State.FAILED),
        (UnexpectedFaultError, State.FAILED),
    ],
)
def test_a_remedy_fails_only_by_what_its_playbook_does(error: type[VsphereError], state: State) -> None:
    """A hand edit, a VM that is gone or a vCenter that is away says nothing about the playbook."""
    bot = Actor(id="add-cpu", name="iaas-bot (add-cpu)", kind=ActorKind.REMEDIATION)
    remedy = replace(OPERATION, actor=bot, stages=("a", "b"), stages_done=0)
    half_done = replace(remedy, stages_done=1)

    assert failed(remedy, error("it is so")).state is state
    assert failed(half_done, error("it is so")).state is State.FAILED
    assert failed(OPERATION, error("it is so")).state is State.FAILED


def test_any_other_failure_has_the_way_out_of_its_error() -> None:
    assert failed(OPERATION, NameTakenError("the name is taken")).way_out == NameTakenError.hint


@pytest.mark.parametrize(
    ("done", "way_out"),
    [
        (0, None),
        (1, "web-01 is off now. `/iaas nuke web-01` goes on with it, `/iaas poweron web-01` switches it on again."),
        (2, "web-01 is off now. `/iaas nuke web-01` goes on with it, `/iaas poweron web-01` switches it on again."),
        (3, "web-01 is off now. `/iaas nuke web-01` goes on with it, `/iaas restore web-01` takes it back."),
    ],
)
def test_a_nuke_that_is_cancelled_tells_how_the_vm_stands_and_both_ways_from_there(
    done: int, way_out: str | None
) -> None:
    stages = ("power off", "make the bin", "mark for the bin", "rename for the bin", "move to the bin")
    nuke = replace(OPERATION, verb="nuke", stages=stages, stages_done=done, cancel_requested_by="U1")

    assert cancelled(nuke).way_out == way_out


def test_what_is_no_nuke_is_cancelled_without_a_way_out() -> None:
    assert cancelled(OPERATION).way_out is None
