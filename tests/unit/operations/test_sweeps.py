"""One pass over all duties: every duty has its turn, whatever ails the others."""

from dataclasses import dataclass

from operations.sweeps import Sweeps


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
