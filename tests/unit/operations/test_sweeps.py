"""One pass over all duties: every duty has its turn, whatever ails the others."""

from dataclasses import dataclass

import pytest

from operations.duties.acting import one_by_one
from operations.errors import StorageError
from operations.sweeps import Sweeps
from tests.unit.operations.samples import vm
from vsphere.model import Vm


@dataclass(kw_only=True)
class Counted:
    """A duty that counts its turns, and may fail."""

    name: str = "counted"
    fails: bool = False
    turns: int = 0

    def run_once(self) -> None:
        """See `Duty.run_once`."""
        self.turns += 1
        if self.fails:
            raise RuntimeError("this duty is broken")


def test_a_duty_that_fails_keeps_no_other_from_its_turn() -> None:
    first, broken, last = Counted(), Counted(fails=True), Counted()
    sweeps = Sweeps([first, broken, last])

    sweeps.run_once()
    sweeps.run_once()

    assert [one.turns for one in (first, broken, last)] == [2, 2, 2]


def test_a_vm_that_a_duty_fails_at_keeps_no_other_from_its_turn() -> None:
    seen: list[str] = []

    def look(one: Vm) -> None:
        seen.append(one.name)
        raise OverflowError("date value out of range")

    one_by_one("lease", [vm(name="odd"), vm(name="plain")], look)

    assert seen == ["odd", "plain"]


def test_a_record_that_fails_is_not_asked_again_for_every_vm() -> None:
    seen: list[str] = []

    def look(one: Vm) -> None:
        seen.append(one.name)
        raise StorageError("the disk is full")

    with pytest.raises(StorageError):
        one_by_one("lease", [vm(name="first"), vm(name="second")], look)

    assert seen == ["first"]
