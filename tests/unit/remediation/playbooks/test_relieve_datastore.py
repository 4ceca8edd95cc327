"""A full datastore: the first move of the plan, or why there is none."""

from dataclasses import replace
from typing import Any

import pytest

from remediation.matching import DATASTORE
from remediation.model import Facts, NoRemedy, PlaybookName, Recommendation
from remediation.playbooks.relieve_datastore import PLAYBOOK
from remediation.registry import PLAYBOOKS
from remediation.settings import ReliefSettings
from tests.unit.remediation.relief.estates import SOURCE, a_vm, on, reaching
from tests.unit.remediation.samples import GIB, GOLD, LAB, alarm, datastore, facts, incident, playbook, settings
from vsphere.model import DiskFacts, Ref

RELIEF = PlaybookName.RELIEVE_DATASTORE
ROOMY = datastore("datastore-2", used_gib=200)


def full(used_gib: int = 850, /, disks: dict[str, DiskFacts] | None = None, **changes: Any) -> Facts:
    """`gold-1` is 85 % full: `big` and `small` together bring it to its target."""
    source, found = datastore(SOURCE, used_gib=used_gib), disks or {"big": on(70), "small": on(31)}
    red = alarm(entity=GOLD, entity_kind=DATASTORE)
    values = {
        "incident": incident(alarm=red, playbook=RELIEF, entity_name="gold-1"),
        "alarm": red,
        "vm": None,
        "host": None,
        "datastore": source,
        "datastores": (source, ROOMY),
        "hosts": (reaching("host-1", source, ROOMY),),
        "vms": tuple(a_vm(name) for name in found),
        "disks": {Ref(LAB, name): facts for name, facts in found.items()},
    }
    return facts(**(values | changes))


def recommended(given: Facts, **relief: float) -> Recommendation | NoRemedy:
    """What the playbook says."""
    return PLAYBOOK.recommend(given, playbook(RELIEF), settings(relief=ReliefSettings(**relief)))  # type: ignore[arg-type]


def test_the_first_move_of_the_plan_is_recommended() -> None:
    given = full()

    assert recommended(given) == Recommendation(
        playbook=RELIEF,
        verb="move",
        vm=given.vms[0],
        arguments={"datastore": "gold-2"},
        summary=(
            "Move big (70 GB) from gold-1 (85 % full) to gold-2 (27 % with it), the first of 2 moves that bring it to"
            " 75 %"
        ),
        command="move big gold-2",
        moves_bytes=70 * GIB,
        target=ROOMY,
    )


def test_a_plan_of_one_move_says_so() -> None:
    found = recommended(full(disks={"big": on(101)}))

    assert isinstance(found, Recommendation)
    assert found.summary.endswith("the only move that brings it to 75 %")


def test_a_plan_that_is_not_enough_is_begun_and_says_so() -> None:
    found = recommended(full(disks={"big": on(50), "other": on(60, has_rdm=True)}))

    assert isinstance(found, Recommendation)
    assert found.summary.endswith("the only move that brings it to 80 %, not yet 75 %")


def test_the_plan_that_is_made_anew_after_each_move_goes_on_where_the_last_ended() -> None:
    first = recommended(full())
    second = recommended(full(780, disks={"small": on(31)}))

    assert [one.vm.name for one in (first, second) if isinstance(one, Recommendation)] == ["big", "small"]


def test_what_is_protected_is_no_candidate() -> None:
    found = recommended(full(disks={"big": on(101), "second": on(140)}, protected=frozenset({Ref(LAB, "big")})))

    assert isinstance(found, Recommendation)
    assert found.vm.name == "second"


def test_a_vm_that_is_held_and_a_datastore_that_was_left_are_passed_over() -> None:
    third = datastore("datastore-3", used_gib=600)
    given = full(disks={"big": on(101), "second": on(140)})
    wider = replace(
        given,
        datastores=(*given.datastores, third),
        hosts=(reaching("host-1", *given.datastores, third),),
        resting={Ref(LAB, "big"): "it rests"},
        left={Ref(LAB, "second"): frozenset({ROOMY.ref})},
    )

    found = recommended(wider)

    assert isinstance(found, Recommendation)
    assert (found.vm.name, found.arguments) == ("second", {"datastore": "gold-3"})


def test_names_with_spaces_are_quoted_in_the_command() -> None:
    spaced = replace(ROOMY, name="gold two")
    given = full(disks={"my vm": on(101)})

    found = recommended(replace(given, datastores=(given.datastores[0], spaced)))

    assert isinstance(found, Recommendation)
    assert found.command == 'move "my vm" "gold two"'
    assert found.arguments == {"datastore": "gold two"}


@pytest.mark.parametrize(
    ("given", "reason", "better"),
    [
        pytest.param(
            full(datastore=None), "The datastore that the alarm is on is gone.", "Nothing needs to be done.", id="gone"
        ),
        pytest.param(
            full(750),
            "gold-1 is 75 % full, and the target is 75 %.",
            "Look at the threshold of the alarm: it is lower than the target.",
            id="not too full",
        ),
        pytest.param(
            full(disks={"big": on(101, has_rdm=True)}),
            "gold-1 is 85 % full and needs 100 GB less to be at 75 %, and no VM on it can be moved."
            " Not moved: big (101 GB) has a raw device mapping. Targets: gold-2 has room for 550 GB up to 75 % used.",
            "Enlarge gold-1, or add a datastore of tier gold that its hosts reach.",
            id="no VM can be moved",
        ),
        pytest.param(
            full(vms=(), disks={"big": on(101)}),
            "gold-1 is 85 % full and needs 100 GB less to be at 75 %, and no VM on it can be moved."
            " Targets: gold-2 has room for 550 GB up to 75 % used.",
            "Enlarge gold-1, or add a datastore of tier gold that its hosts reach.",
            id="no VM on it",
        ),
    ],
)
def test_why_there_is_nothing_to_recommend_is_told(given: Facts, reason: str, better: str) -> None:
    assert recommended(given) == NoRemedy(reason=reason, better=better)


def test_another_target_is_kept_to() -> None:
    found = recommended(full(disks={"big": on(51), "second": on(101)}), target_percent=80)

    assert isinstance(found, Recommendation)
    assert found.vm.name == "big"
    assert found.summary.endswith("brings it to 80 %")


def test_it_is_one_of_the_playbooks() -> None:
    assert PLAYBOOKS[RELIEF] is PLAYBOOK
