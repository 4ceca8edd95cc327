"""What a rule can say, through the whole service: who, where, which folder, which attribute, whose, how much."""

from collections import Counter
from collections.abc import Iterator

import pytest

from bot.cli.demo.world import World
from sandbox.vcenter import Estate
from tests.acceptance.service.desk import Desk, eventually
from tests.acceptance.service.ruled import ruled_world
from tests.integration.operations.lab import READY_S, gateway_settings
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway

RULES = """
[protected]
names = ["dc-*"]
bios_uuids = ["{bot_uuid}"]

[[rule]]
name = "web"
groups = ["S0REQ"]
channels = ["C0VMREQ", "direct"]
verbs = ["read", "poweron", "reboot", "snapshot", "spawn", "transform"]
folders = ["Frankfurt/vm/Web", "Frankfurt/vm/Lab"]

[rule.quota]
vms = {vms}
cpu = 200

[[rule]]
name = "gold"
groups = ["@vm-approvers"]
channels = ["#vm-approvals"]
verbs = ["poweroff", "why"]
attributes = {{ "team" = "gold" }}

[[rule]]
name = "own"
groups = ["@vm-users"]
channels = ["#vm-requests"]
verbs = ["nuke"]
own_only = true

[[rule]]
name = "ops"
groups = ["@vm-admins"]
channels = ["C0OPS", "#ops-by-name"]
verbs = ["*"]

[[approval]]
name = "restarts"
verbs = ["reboot"]
groups = ["@vm-approvers"]
"""
FREE = 2
"""So many VMs more than she has may dana have."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A bot with rules of every kind."""
    with Estate.start() as estate:
        _define_attribute(estate)
        owned = sum(estate.vm(name).custom.get("iaas.owner") == "U0DANA" for name in estate.vms())
        rules = RULES.format(vms=owned + FREE, bot_uuid=_as_the_guest_shows_it(estate.vm("monitor-01").uuid))
        with ruled_world(rules, estate=estate) as world:
            yield world


def _define_attribute(estate: Estate) -> None:
    """Have vCenter know the attribute that a rule speaks of."""
    gateway = Gateway(gateway_settings(estate), clock=SystemClock())
    gateway.start()
    assert gateway.wait_ready(READY_S)
    (vm,) = gateway.inventory.find_vms("pay-core-01")
    gateway.set_attributes(vm.ref, {"team": "silver"})
    gateway.close()


def _as_the_guest_shows_it(uuid: str) -> str:
    """The SMBIOS UUID as a guest's firmware tells it: the first three fields in the other byte order."""
    first, second, third, *rest = uuid.split("-")
    return "-".join([*(bytes.fromhex(one)[::-1].hex() for one in (first, second, third)), *rest])


def test_a_group_by_its_id_and_a_channel_by_its_id_open_a_folder(desk: Desk) -> None:
    assert desk.run("poweron web-06").state == "succeeded"


def test_a_folder_whose_name_only_begins_the_same_stays_shut(desk: Desk) -> None:
    outcome = desk.run("poweron fin-app-01")

    assert (outcome.state, "Frankfurt/vm/Finance/fin-app-01" in outcome.text) == ("refused", True)
    assert "It reaches Frankfurt/vm/Web, Frankfurt/vm/Lab." in outcome.text


def test_the_direct_message_with_the_bot_is_a_place_of_its_own(desk: Desk) -> None:
    allowed = desk.answer("show web-01", channel="D0DANA")
    refused = desk.answer("nuke web-01", channel="D0DANA")

    assert "web-01" in allowed.text
    assert "#vm-requests" in refused.text


def test_a_private_channel_counts_by_its_id_and_never_by_a_name_that_slack_does_not_tell(desk: Desk) -> None:
    assert not desk.answer("show fin-app-01", "ben", "#ops").text.startswith(":no_entry:")
    assert desk.answer("show fin-app-01", "ben", "#vm-approvals").text.startswith(":no_entry:")


def test_an_attribute_opens_and_its_clearing_in_vcenter_shuts(desk: Desk) -> None:
    wrong = _powered_off_by_ann(desk)
    desk.estate.set_vm("pay-core-01", custom={"team": "gold"})
    right = eventually(lambda: _powered_off_by_ann(desk, refused=False), "the yes")
    desk.estate.set_vm("pay-core-01", custom={"team": ""})
    cleared = eventually(lambda: _powered_off_by_ann(desk), "the refusal")

    assert "The rule gold is for VMs with team = gold; pay-core-01 has not." in str(wrong)
    assert "pay-core-01" in str(right)
    assert "pay-core-01 has not" in str(cleared)


def _powered_off_by_ann(desk: Desk, *, refused: bool = True) -> str | None:
    """What ann is answered in the place where she may, if it is what is waited for."""
    text = desk.answer("why pay-core-01 poweroff", "ann", "#vm-approvals").text
    return text if ("has not" in text) is refused else None


@pytest.mark.parametrize("vm", ["monitor-01", "vcenter-01"])
def test_the_bots_own_vm_is_protected_in_the_byte_order_of_its_firmware_and_so_is_what_carries_the_attribute(
    desk: Desk, vm: str
) -> None:
    text = desk.answer(f"poweroff {vm} --hard", "ben", "#ops").text

    assert "is protected" in text
    assert desk.vm(vm).power == "poweredOn"


def test_a_vm_that_was_given_away_after_the_question_is_not_touched(desk: Desk) -> None:
    question = desk.question("nuke web-cache-01")
    desk.estate.set_vm("web-cache-01", custom={"iaas.owner": "U0ANN"})
    eventually(lambda: "web-cache-01" in desk.answer("list mine", "ann").all_text, "the new owner")

    person = desk.person()
    assert person.submit(question, {"iaas.name.typed": "web-cache-01"}).ok
    refused = person.wait_for_message(lambda one: "is for your own VMs" in one.text)

    assert "own" in refused.text
    assert desk.sent("web-cache-01") == Counter()


def _shown(desk: Desk, vm: str) -> str:
    return desk.answer(f"show {vm}", "ben", "#ops").all_text


def test_a_vm_that_was_moved_out_of_the_folder_before_the_click_is_not_touched(desk: Desk) -> None:
    desk.estate.set_vm("web-02", power="on", cpu_hot_add=False, cpus=2)
    eventually(lambda: "no hot-add" in _shown(desk, "web-02"), "the flag")
    question = desk.question("transform web-02 cpu=4")
    desk.estate.set_vm("web-02", folder="Finance")
    eventually(lambda: "Finance" in _shown(desk, "web-02"), "the move")

    person = desk.person()
    assert person.submit(question, {}).ok
    refused = person.wait_for_message(lambda one: "does not reach web-02" in one.text)

    assert "Finance" in refused.text
    assert desk.vm("web-02").cpus == 2


def test_why_shows_each_verb_with_its_answer_its_rule_and_the_way_out(desk: Desk) -> None:
    text = desk.answer("why web-01").all_text

    assert "web-01: what you may do in #vm-requests" in text
    assert "poweron" in text
    assert "*reboot*: Needs a yes from @vm-approvers (restarts)." in text
    assert "Ask an administrator for them" in text


def test_why_explains_one_verb_rule_by_rule(desk: Desk) -> None:
    text = desk.answer("why fin-app-01 show").all_text

    assert "It reaches Frankfurt/vm/Web, Frankfurt/vm/Lab." in text
    assert "vm-admins" not in text


def test_a_quota_is_shown_and_held_and_its_refusal_is_on_record(desk: Desk) -> None:
    used, limit = _standing(desk.answer("whoami").all_text)
    made = [desk.run(f"spawn quota-{number} size=small") for number in range(limit - used)]
    over = desk.run("spawn quota-too-many size=small")
    history = desk.answer("history @dana").all_text

    assert limit - used >= FREE
    assert {one.state for one in made} == {"succeeded"}, made
    assert (over.state, "That is over your quota under the rule web." in over.text) == ("refused", True)
    assert f"{limit} VMs: {limit} used, 1 asked for" in over.text
    assert str(over.card) in history


def _standing(whoami: str) -> tuple[int, int]:
    """VMs used and allowed, as `whoami` tells them."""
    words = whoami[whoami.index("Quota (web)") :].split()
    at = words.index("of")
    return int(words[at - 1]), int(words[at + 1])
