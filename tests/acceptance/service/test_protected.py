"""Protected VMs: by name, by attribute, the bot's own. No verb changes them, whoever asks."""

import pytest

from tests.acceptance.service.desk import Desk, eventually
from tests.acceptance.service.lines import ABOUT_A_VM, LINES

LOCKED = "web-cms-01"
"""Has a snapshot, so that every line makes sense of it."""


@pytest.fixture
def locked(desk: Desk) -> str:
    """A VM that has just been protected by hand in vCenter, and the bot knows it."""
    # The owner is no part of it: who has a VM is seen in a list, and both come in one update.
    desk.estate.set_vm(LOCKED, custom={"iaas.protected": "true", "iaas.owner": "U0ANN"})
    eventually(lambda: LOCKED in desk.answer("list mine", "ann").all_text, "the protection")
    return LOCKED


@pytest.mark.parametrize("vm", ["web-lb-01", "vcenter-01", "iaas-bot-01"])
@pytest.mark.parametrize("verb", ["poweroff", "reset", "nuke"])
def test_a_protected_vm_is_refused_to_administrators_as_well(desk: Desk, verb: str, vm: str) -> None:
    outcome = desk.run(LINES[verb].about(vm), "ben")

    assert outcome.state == "refused", outcome
    assert "protected" in outcome.text
    assert desk.vm(vm).power == "poweredOn"
    assert desk.sent() == {}


@pytest.mark.parametrize("verb", ABOUT_A_VM)
def test_no_verb_changes_a_vm_that_was_protected_by_hand(desk: Desk, locked: str, verb: str) -> None:
    outcome = desk.run(LINES[verb].about(locked), "ben")

    assert outcome.state == "refused", outcome
    assert "protected" in outcome.text
    assert desk.sent() == {}


@pytest.mark.parametrize(
    "line", ["spawn vcenter-evil", "clone web-01 vcenter-copy", "clonetemplate vcenter-x debian-12"]
)
def test_no_new_vm_gets_a_name_that_would_put_it_out_of_everybodys_reach(desk: Desk, line: str) -> None:
    outcome = desk.run(line, "ben")

    assert outcome.state == "refused", outcome
    assert "protects VMs" in outcome.text
    assert desk.sent() == {}
