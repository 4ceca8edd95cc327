"""A request that waits for a yes, and what people do about it: for the tests of approvals."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from operations.errors import OperationsError
from operations.model import Actor, Operation, State
from operations.terms import ApprovalRule
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, HERE, Lab

ANN: Final = Actor(id="U3", name="Ann", groups=frozenset({"vm-approvers"}))
BEA: Final = Actor(id="U4", name="Bea", groups=frozenset({"vm-approvers"}))
BIG: Final = ApprovalRule(
    name="big", verbs=("transform", "spawn"), cpu_over=2, groups=("@vm-approvers",), channel="#vm-approvals"
)
ANY: Final = ApprovalRule(name="any", verbs=("poweroff",), groups=("@vm-approvers",), users=("U2",), votes=1)
TWO: Final = replace(BIG, votes=2)
HALF, WHOLE = timedelta(hours=2), timedelta(hours=4)
GROWN: Final = {"cpu_count": 4, "memory_mib": 4096}


@pytest.fixture
def asked(make_lab: MakeLab, database_url: str) -> Callable[..., tuple[Lab, Operation]]:
    """Starts a replica and asks for a resize that somebody has to agree to."""

    def ask(*rules: ApprovalRule, arguments: dict[str, Any] = GROWN, actor: Actor = DANA) -> tuple[Lab, Operation]:
        lab = lab_with(make_lab, database_url, *(rules or (BIG,)))
        operation = lab.ask("transform", "web-01", arguments=arguments, actor=actor)
        assert operation.state is State.AWAITING_APPROVAL
        return lab, operation

    return ask


def lab_with(make_lab: MakeLab, database_url: str, *rules: ApprovalRule) -> Lab:
    lab = make_lab(database_url, approvals=rules)
    lab.directory.change(ANN)
    lab.directory.change(BEA)
    lab.prepare("web-01", power="on", cpus=2, memory_mib=4096, cpu_hot_add=True, memory_hot_add=True)
    return lab


def approve(lab: Lab, operation: Operation, actor: Actor = ANN, **said: Any) -> Operation:
    return lab.operations.approvals.approve(operation.id, actor, HERE, **said)


def deny(lab: Lab, operation: Operation, actor: Actor = ANN, reason: str = "too expensive") -> Operation:
    return lab.operations.approvals.deny(operation.id, actor, HERE, reason=reason)


def now(lab: Lab, operation: Operation) -> Operation:
    return lab.operations.get(operation.id)


def together(*calls: Callable[[], Operation]) -> list[Operation | OperationsError]:
    """All at the same instant, each in a thread of its own."""
    barrier, ends = threading.Barrier(len(calls)), [None] * len(calls)
    found: list[Any] = list(ends)

    def run(at: int, call: Callable[[], Operation]) -> None:
        barrier.wait()
        try:
            found[at] = call()
        except OperationsError as error:
            found[at] = error

    threads = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found
