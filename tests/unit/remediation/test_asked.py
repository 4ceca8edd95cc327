"""What was asked for, held against what a playbook would do by now."""

from typing import Any

import pytest

from operations.model import Request
from remediation.acting import ALARM, actor_of
from remediation.asked import Asked, as_asked, narrowed, still
from remediation.model import NoRemedy, PlaybookName, Recommendation
from tests.unit.remediation.samples import GOLD, LAB, NOW, VM, a_move, datastore, facts, more_cpu, more_memory, vm
from vsphere.model import Ref

BRONZE = Ref(LAB, "datastore-3")
OTHER = Ref(LAB, "vm-2")


def asked(verb: str = "transform", of: Ref = VM, **arguments: int | str) -> Asked:
    return Asked(vm=of, verb=verb, arguments=arguments)


CASES: dict[str, tuple[Recommendation, Asked, str | None]] = {
    "the same": (more_cpu(cpu_count=3), asked(cpu_count=3), None),
    "less than may be by now": (more_cpu(cpu_count=4), asked(cpu_count=3), None),
    "more than may be by now": (more_cpu(cpu_count=3), asked(cpu_count=4), "By now no more than this may be done: "),
    "lowered by an approver": (more_memory(memory_mib=6144), asked(memory_mib=5120, cpu_count=2), None),
    "more memory than may be by now": (
        more_memory(memory_mib=5120),
        asked(memory_mib=6144),
        "By now no more than this may be done: ",
    ),
    "a resource that is not short": (
        more_memory(memory_mib=6144),
        asked(memory_mib=6144, cpu_count=3),
        "By now no more than this may be done: ",
    ),
    "another VM": (more_cpu(cpu_count=3), asked(of=OTHER, cpu_count=3), "What would help by now is another change: "),
    "another verb": (a_move(), asked(cpu_count=3), "What would help by now is another change: "),
    "the same move": (a_move(), asked("move", datastore=str(a_move().arguments["datastore"])), None),
    "another target": (a_move(), asked("move", datastore="bronze-1"), "What would help by now is another change: "),
}


@pytest.mark.parametrize(("found", "wanted", "why"), CASES.values(), ids=CASES)
def test_what_was_asked_for_is_still_no_more_than_would_be_done(
    found: Recommendation, wanted: Asked, why: str | None
) -> None:
    now = still(found, wanted)

    if why is None:
        assert isinstance(now, Recommendation)
        assert now.arguments == wanted.arguments
    else:
        assert isinstance(now, NoRemedy)
        assert now.reason == f"{why}{found.summary}."


def test_a_request_is_read_as_what_it_asks_for() -> None:
    request = Request(
        verb="transform",
        actor=actor_of(PlaybookName.ADD_CPU),
        origin=ALARM,
        key="k",
        vm=VM,
        arguments={"cpu_count": 3},
        asked_at=NOW,
    )

    assert as_asked(request) == asked(cpu_count=3)


def around(**changes: Any) -> Any:
    three = (
        datastore(),
        datastore("datastore-2", name="silver-1"),
        datastore("datastore-3", name="bronze-1"),
    )
    return facts(datastores=three, **changes)


def test_of_a_relief_only_the_vm_and_the_target_that_were_asked_for_are_looked_at() -> None:
    first, second = vm(datastores=(GOLD, BRONZE)), vm(ref=OTHER, name="web-02", datastores=(GOLD,))
    full = around(vm=None, datastore=datastore(), vms=(second, first))

    found = narrowed(full, asked("move", datastore="silver-1"))

    assert [one.ref for one in found.vms] == [VM]
    assert [one.name for one in found.datastores] == ["gold-1", "silver-1", "bronze-1"]
    assert found.stopped == {GOLD, BRONZE}


def test_a_datastore_on_which_the_vm_has_nothing_is_not_looked_at() -> None:
    found = narrowed(around(vm=vm(datastores=(GOLD,))), asked("move", datastore="silver-1"))

    assert [one.name for one in found.datastores] == ["gold-1", "silver-1"]


def test_what_grows_is_looked_at_with_everything_around_it() -> None:
    whole = around(vm=vm(datastores=(GOLD,)))

    assert narrowed(whole, asked(cpu_count=3)) == whole
