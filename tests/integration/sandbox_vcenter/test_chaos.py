"""A network that loses writes by chance, for tests that want everything to go wrong at once."""

import http.client
from collections import Counter
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError, Estate

_namespaces: Any = pyVmomi
vim = _namespaces.vim

BROKEN = (OSError, http.client.HTTPException)


def outcomes(client: Any, vm: Any, rounds: int) -> list[str]:
    """What became of so many renames, as the client saw it."""
    seen = []
    for number in range(rounds):
        try:
            client.done(vm.Rename_Task(f"{vm._moId}-{number}"))
            seen.append("answered")
        except BROKEN:
            seen.append("broken")
    return seen


def test_writes_are_lost_by_chance_before_and_after(client: Any, off_vm: Any) -> None:
    client.estate.chaos(drop_before=0.3, drop_after=0.3, seed=7)
    client.estate.reset_calls()

    seen = outcomes(client, off_vm, 60)

    dropped = client.estate.chaos()
    count = Counter(write.outcome for write in client.estate.writes())
    assert dropped == seen.count("broken")
    assert count["accepted"] == seen.count("answered")
    assert min(count.values()) > 5
    assert set(count) == {"accepted", "accepted, answer dropped", "dropped before it was applied"}


def test_what_was_lost_before_did_not_happen_and_what_was_lost_after_did(client: Any, off_vm: Any) -> None:
    client.estate.reset_calls()
    client.estate.chaos(drop_before=0.4, drop_after=0.4, seed=3)

    outcomes(client, off_vm, 20)
    client.estate.chaos()
    client.done(off_vm.ReconfigVM_Task(vim.vm.ConfigSpec(annotation="after all renames")))

    applied = [
        write.argument for write in client.estate.writes() if write.outcome.startswith("accepted") and write.argument
    ]
    assert 0 < len(applied) < 20
    assert client.estate.vm(off_vm._moId).name == applied[-1]


def test_same_seed_loses_the_same_writes(client: Any, off_vm: Any) -> None:
    seen = []
    for _ in range(2):
        client.estate.chaos(drop_before=0.5, seed=11)
        seen.append(outcomes(client, off_vm, 20))

    assert seen[0] == seen[1]
    assert set(seen[0]) == {"answered", "broken"}


def test_reads_and_other_methods_are_spared(client: Any, vm: Any) -> None:
    client.estate.chaos(drop_before=1, methods=["PowerOnVM_Task"])

    client.done(vm.PowerOffVM_Task())

    assert vm.runtime.powerState == "poweredOff"
    with pytest.raises(BROKEN):
        vm.PowerOnVM_Task()


def test_restored_sandbox_loses_nothing(client: Any, vm: Any) -> None:
    client.estate.chaos(drop_after=1)
    client.estate.restore()

    assert outcomes(client, vm, 5) == ["answered"] * 5


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"drop_before": -0.1}, "drop_before is -0.1"),
        ({"drop_after": 1.5}, "drop_after is 1.5"),
        ({"drop_before": 0.7, "drop_after": 0.7}, "both together are 1.4"),
        ({"drop_before": 0.1, "methods": ["RetrieveProperties"]}, "no write is called"),
    ],
)
def test_impossible_chaos_is_refused(estate: Estate, rule: dict[str, Any], what: str) -> None:
    with pytest.raises(DoorError, match=what):
        estate.chaos(**rule)
