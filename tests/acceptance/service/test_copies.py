"""Who may copy what: a copy belongs to whoever asked for it, with all that is on its disks."""

import pytest

from tests.acceptance.service.desk import Desk


@pytest.mark.parametrize("vm", ["fin-app-01", "pay-core-01", "web-cache-02"])
def test_nobody_gets_hold_of_anothers_disks_by_cloning(desk: Desk, vm: str) -> None:
    outcome = desk.run(f"clone {vm} stolen")

    assert outcome.state == "refused"
    assert "own VMs" in outcome.text
    assert desk.sent() == {}
    assert "stolen" not in [name.rpartition("/")[2] for name in desk.estate.vms()]


def test_a_copy_of_ones_own_vm_has_the_owner_and_the_lease_of_the_rule(desk: Desk) -> None:
    outcome = desk.run("clone web-05 mine-1")

    attributes = desk.vm("mine-1").custom
    assert outcome.state == "succeeded", outcome
    assert attributes["iaas.owner"] == "U0DANA"
    assert attributes["iaas.expires"]
