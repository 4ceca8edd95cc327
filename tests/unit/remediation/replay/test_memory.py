"""When a playbook that remembers searches again."""

from dataclasses import replace
from typing import Any

import pytest

from remediation.model import Facts, NoRemedy, PlaybookName, Recommendation
from remediation.playbook import Playbook
from remediation.replay.memory import remembering
from remediation.settings import PlaybookSettings, RemediationSettings
from tests.unit.remediation.samples import GOLD, VM, datastore, facts, playbook, settings, vm

KNOWN = replace(facts(), vm=None, datastore=datastore(), vms=(vm(),))


def searches(*looks: Facts) -> int:
    """How often it searched for these looks."""
    count = 0

    def recommend(
        _facts: Facts, _chosen: PlaybookSettings, _settings: RemediationSettings
    ) -> Recommendation | NoRemedy:
        nonlocal count
        count += 1
        return NoRemedy(reason=f"answer {count}")

    asked = remembering(Playbook(name=PlaybookName.RELIEVE_DATASTORE, recommend=recommend))
    for one in looks:
        asked.recommend(one, playbook(), settings())
    return count


CHANGES: dict[str, tuple[dict[str, Any], int]] = {
    "nothing": ({}, 1),
    "another moment": ({"now": KNOWN.now.replace(year=2027)}, 1),
    "a VM": ({"vms": (vm(cpu_count=3),)}, 2),
    "a datastore": ({"datastores": (datastore(used_gib=900),)}, 2),
    "a VM that rests": ({"resting": {VM: "was moved 5 min ago"}}, 2),
    "where a VM has been": ({"left": {VM: frozenset({GOLD})}}, 2),
}


@pytest.mark.parametrize(("changes", "wanted"), CHANGES.values(), ids=CHANGES.keys())
def test_it_searches_again_only_where_something_has_changed(changes: dict[str, Any], wanted: int) -> None:
    assert searches(KNOWN, replace(KNOWN, **changes)) == wanted


def test_how_long_a_vm_still_rests_changes_nothing() -> None:
    resting = [replace(KNOWN, resting={VM: f"was moved {minutes} min ago"}) for minutes in (5, 6)]

    assert searches(*resting) == 1


def test_about_a_vm_it_remembers_nothing() -> None:
    assert searches(facts(), facts()) == 2
