"""What a person is told at the end that is none: what happened, what did not, and what to do about it."""

import pytest

from operations.endings import failed
from operations.model import State
from tests.unit.views.samples import OPERATION
from vsphere.errors import ConnectionLostError, NameTakenError, UnreachableError


@pytest.mark.parametrize("error", [ConnectionLostError, UnreachableError])
def test_a_change_that_never_arrived_is_to_be_asked_for_again(error: type[ConnectionLostError]) -> None:
    ending = failed(OPERATION, error("The connection to vCenter was lost while the order was sent"))

    assert ending.state is State.FAILED
    assert ending.way_out == "It did not happen. Ask for it again once vCenter answers."


def test_any_other_failure_has_the_way_out_of_its_error() -> None:
    assert failed(OPERATION, NameTakenError("the name is taken")).way_out == NameTakenError.hint
