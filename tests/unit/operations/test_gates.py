"""The edges of each gate: names that resemble each other, names that changed, names that Slack does not tell."""

from dataclasses import replace

import pytest

from operations.gates import Question, Rule, is_one_of, lies_within, owner_of
from operations.model import Actor, ActorKind, Origin
from operations.policy import Policy
from operations.protection import ProtectedRules
from operations.verbnames import CHANGING, READING
from tests.unit.operations.samples import HERE, actor, vm

WEB = "Datacenter/vm/Web"
RULE = Rule(
    name="web",
    groups=("@vm-users",),
    channels=("#vm-requests", "C0ID"),
    verbs=("poweron", "snapshot.create", "history"),
    folders=(WEB,),
    attributes={"team": "payments"},
)
WHO = actor("U2", "S1", "vm-users", "@vm-users")
ASKED = Question(actor=WHO, origin=HERE, verb="poweron", vm=vm(), path=f"{WEB}/web-01")

OPEN = {
    "as it is": ASKED,
    "the channel renamed, named by id": replace(ASKED, origin=Origin(channel="C0ID", channel_name="vm-orders")),
    "a private channel named by id": replace(ASKED, origin=Origin(channel="C0ID", channel_name="privategroup")),
    "the folder in other letters": replace(ASKED, path="DATACENTER/VM/web/blue/web-01"),
    "the attribute in other letters": replace(ASKED, vm=vm(attributes={"team": "PAYMENTS"})),
    "a verb of the family that is given": replace(ASKED, verb="snapshot.create"),
    "a look that concerns no VM": replace(ASKED, verb="history", vm=None, path=None),
}
SHUT = {
    "the group's handle renamed": (replace(ASKED, actor=actor("U2", "S1", "vm-people")), "who"),
    "the group removed": (replace(ASKED, actor=actor("U2")), "who"),
    "a group whose handle begins the same": (replace(ASKED, actor=actor("U2", "vm-users-old")), "who"),
    "a verb that begins the same": (replace(ASKED, verb="poweronall"), "verb"),
    "another verb of the family": (replace(ASKED, verb="snapshot.revert"), "verb"),
    "the channel renamed": (replace(ASKED, origin=Origin(channel="C1", channel_name="vm-orders")), "place"),
    "a private channel, whose name is not told": (
        replace(ASKED, origin=Origin(channel="C7", channel_name="privategroup")),
        "place",
    ),
    "a direct message": (replace(ASKED, origin=Origin(channel="D1", is_direct=True)), "place"),
    "a direct message that calls itself like the channel": (
        replace(ASKED, origin=Origin(channel="D1", channel_name="vm-requests", is_direct=True)),
        "place",
    ),
    "a folder that begins the same": (replace(ASKED, path="Datacenter/vm/Web-old/web-01"), "folder"),
    "a folder of the same name elsewhere": (replace(ASKED, path="Other/vm/Web/web-01"), "folder"),
    "the folder above": (replace(ASKED, path="Datacenter/vm/web-01"), "folder"),
    "no folder": (replace(ASKED, path=None), "folder"),
    "the attribute cleared": (replace(ASKED, vm=vm(attributes={"team": ""})), "attributes"),
    "the attribute gone": (replace(ASKED, vm=vm(attributes={})), "attributes"),
    "a new VM, which has no attributes": (replace(ASKED, vm=None), "attributes"),
}


@pytest.mark.parametrize("asked", OPEN.values(), ids=OPEN.keys())
def test_all_gates_open_for_what_the_rule_means(asked: Question) -> None:
    (verdict,) = Policy((RULE,)).explain(asked)

    assert verdict.allows
    assert Policy((RULE,)).judge(asked).allowed


@pytest.mark.parametrize(("asked", "gate"), SHUT.values(), ids=SHUT.keys())
def test_one_gate_shuts_and_the_refusal_follows_it(asked: Question, gate: str) -> None:
    (verdict,) = Policy((RULE,)).explain(asked)

    assert [one.gate for one in verdict.gates if not one.agrees] == [gate]
    assert not Policy((RULE,)).judge(asked).allowed


def test_a_group_conversation_is_no_direct_message() -> None:
    rule = replace(RULE, channels=("direct",))
    group = Origin(channel="G0MPIM", channel_name="mpdm-dana--ann-1")

    assert not Policy((rule,)).judge(replace(ASKED, origin=group)).allowed
    assert Policy((rule,)).judge(replace(ASKED, origin=Origin(channel="D1", is_direct=True))).allowed


@pytest.mark.parametrize("told", ["privategroup", "directmessage"])
def test_what_slack_writes_for_a_name_it_does_not_tell_is_no_name(told: str) -> None:
    rule = replace(RULE, channels=(f"#{told}",))

    assert not Policy((rule,)).judge(replace(ASKED, origin=Origin(channel="C7", channel_name=told))).allowed


def test_a_refusal_in_a_private_channel_says_by_which_id_a_rule_can_name_it() -> None:
    decision = Policy((RULE,)).judge(replace(ASKED, origin=Origin(channel="C7", channel_name="privategroup")))

    assert decision.way_out.endswith("A rule names a private channel by its id; this one is C7.")


def test_a_rule_that_wants_an_attribute_empty_agrees_with_nothing() -> None:
    rule = replace(RULE, attributes={"team": ""})

    assert not Policy((rule,)).judge(replace(ASKED, vm=vm(attributes={}))).allowed
    assert not Policy((rule,)).judge(replace(ASKED, vm=vm(attributes={"team": ""}))).allowed


@pytest.mark.parametrize("folder", ["", "/"])
def test_an_empty_folder_reaches_nothing(folder: str) -> None:
    assert not lies_within(f"{WEB}/web-01", (folder,))


def test_a_guest_in_the_group_stays_a_guest() -> None:
    decision = Policy((RULE,)).judge(replace(ASKED, actor=replace(WHO, is_guest=True)))

    assert decision.reason == "Guests can't use the bot."


def test_a_group_whose_handle_is_written_like_anothers_id_is_not_that_group() -> None:
    spoof = actor("U2", "S9", "s0adm", "@s0adm")

    assert not is_one_of(spoof, groups=("S0ADM",), users=())
    assert is_one_of(actor("U2", "S0ADM", "vm-admins"), groups=("S0ADM",), users=())


@pytest.mark.parametrize("kind", [ActorKind.REMEDIATION, ActorKind.SYSTEM])
def test_everybody_means_people(kind: ActorKind) -> None:
    machine = Actor(id="cpu", name="cpu", kind=kind)

    assert is_one_of(actor(), groups=("*",), users=())
    assert not is_one_of(machine, groups=("*",), users=())
    assert is_one_of(machine, groups=(), users=("cpu",))


def test_an_owner_written_with_blanks_by_hand_is_the_owner() -> None:
    assert owner_of(vm(attributes={"iaas.owner": " U1 "})) == "U1"
    assert owner_of(vm(attributes={"iaas.owner": "  "})) is None


LEASE = Actor(id="lease", name="lease", kind=ActorKind.SYSTEM)


@pytest.mark.parametrize("verb", sorted(CHANGING | READING | {"purge"}))
def test_the_bot_itself_may_do_its_duty_and_nothing_else(verb: str) -> None:
    decision = Policy(()).judge(Question(actor=LEASE, origin=Origin(channel="lease"), verb=verb, vm=vm(), path=WEB))

    assert decision.allowed is (verb in {"poweroff", "nuke", "purge"})


@pytest.mark.parametrize("verb", ["poweroff", "nuke", "purge"])
def test_the_bots_own_duty_stops_at_the_read_only_switch_and_at_protected_vms(verb: str) -> None:
    asked = Question(actor=LEASE, origin=Origin(channel="lease"), verb=verb, vm=vm(), path=WEB)

    assert Policy((), read_only=True).judge(asked).rule == "read_only"
    assert Policy((), protected=ProtectedRules(names=("web-*",))).judge(asked).rule == "protected"


def test_no_rule_gives_a_person_the_purge_of_the_bin() -> None:
    everything = Rule(name="admins", groups=("*",), channels=("*",), verbs=("*", "purge"))

    assert not Policy((everything,)).judge(replace(ASKED, verb="purge")).allowed


@pytest.mark.parametrize("known", [{"host_name": "VCSA.corp.example"}, {"ip_address": "vcsa.corp.example"}])
def test_the_vm_that_answers_to_the_vcenters_address_is_protected(known: dict[str, object]) -> None:
    policy = Policy(
        (Rule(name="all", groups=("*",), channels=("*",), verbs=("*",)),),
        protected=ProtectedRules(addresses=("vcsa.corp.example",)),
    )

    assert policy.judge(replace(ASKED, vm=vm(**known))).rule == "protected"
    assert policy.judge(replace(ASKED, vm=vm(host_name=None, ip_address=None))).allowed
