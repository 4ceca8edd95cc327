"""A row of a guard rail's table: a case in words, and the no that is expected, or none."""

from dataclasses import dataclass
from datetime import datetime

from remediation.admission import Case, Guard
from remediation.model import HoldKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What is asked and what is to be answered."""

    says: str
    case: Case
    kind: HoldKind | None = None
    """None where nothing is to be said."""
    reason: str = ""
    until: datetime | None = None

    def __str__(self) -> str:
        return self.says


def assert_answer(guard: Guard, row: Row) -> None:
    """The guard rail answers as the row wants; every no has a way out too."""
    found = guard.check(row.case)
    if row.kind is None:
        assert found is None
        return
    assert found is not None
    assert (found.guard, found.kind, found.reason, found.until) == (guard.name, row.kind, row.reason, row.until)
    assert found.way_out
