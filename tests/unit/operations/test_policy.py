"""The three gates, case by case."""

import pytest

from operations.model import Actor, Origin
from operations.policy import Policy, Question, Rule
from operations.protection import ProtectedRules
from operations.verbnames import CHANGING, DECIDING
from tests.unit.operations.samples import HERE, actor, vm
from vsphere.model import Vm

WEB = "Datacenter/vm/Web"
REQUESTERS = Rule(
    name="requesters",
    groups=("@vm-users",),
    channels=("#vm-requests", "direct"),
    verbs=("read", "spawn", "clone"),
    folders=(WEB,),
)
OWNERS = Rule(
    name="owners",
    groups=("S0OWN",),
    users=("U7",),
    channels=("C1",),
    verbs=("poweron", "poweroff", "snapshot", "nuke"),
    folders=("*",),
    own_only=True,
)
PAYMENTS = Rule(
    name="payments",
    groups=("@payments",),
    channels=("*",),
    verbs=("reboot",),
    folders=("*",),
    attributes={"team": "payments"},
)
ADMINS = Rule(name="admins", groups=("@vm-admins",), channels=("*",), verbs=("*",), folders=("*",))
EVERYBODY = Rule(name="all", groups=("*",), channels=("*",), verbs=("show",), folders=("*",))
POLICY = Policy((REQUESTERS, OWNERS, PAYMENTS, ADMINS, EVERYBODY))
ELSEWHERE = Origin(channel="C9", channel_name="random")
DIRECT = Origin(channel="D1", is_direct=True)


def ask(
    who: Actor,
    verb: str,
    *,
    where: Origin = HERE,
    target: Vm | None = None,
    path: str | None = f"{WEB}/web-01",
    owner: str | None = None,
) -> Question:
    return Question(actor=who, origin=where, verb=verb, vm=target, path=path, owner=owner)


ALLOWED = {
    "a group by its handle": (ask(actor("U2", "vm-users"), "spawn", path=WEB), "requesters"),
    "a group by its handle with the sign": (ask(actor("U2", "@vm-users"), "spawn", path=WEB), "requesters"),
    "a group by its id": (ask(actor("U1", "S0OWN"), "poweron", target=vm()), "owners"),
    "a user by id": (ask(actor("U7"), "poweron", target=vm(attributes={"iaas.owner": "U7"})), "owners"),
    "a direct message where direct is given": (
        ask(actor("U2", "vm-users"), "spawn", where=DIRECT, path=WEB),
        "requesters",
    ),
    "a folder below the one given": (ask(actor("U2", "vm-users"), "clone", path=f"{WEB}/blue/web-01"), "requesters"),
    "a folder in other letters": (ask(actor("U2", "vm-users"), "clone", path=WEB.upper()), "requesters"),
    "a verb of a family": (ask(actor("U1", "S0OWN"), "snapshot.create", target=vm()), "owners"),
    "reading where read is given": (ask(actor("U2", "vm-users"), "list", target=vm(), path=WEB), "requesters"),
    "an attribute that agrees": (ask(actor("U3", "payments"), "reboot", where=ELSEWHERE, target=vm()), "payments"),
    "everything for an administrator": (
        ask(actor("U4", "vm-admins"), "nuke", where=ELSEWHERE, target=vm()),
        "admins",
    ),
    "everybody where a star is given": (ask(actor("U5"), "show", where=ELSEWHERE, target=vm()), "all"),
    "a new VM that will be one's own": (
        Question(actor=actor("U7"), origin=HERE, verb="poweron", path=WEB, owner="U7"),
        "owners",
    ),
}

REFUSED = {
    "nobody's rule": (ask(actor("U5"), "poweron", target=vm()), None, "No rule allows you to poweron"),
    "a verb that is not given": (
        ask(actor("U2", "vm-users"), "nuke", target=vm(), path=WEB),
        "requesters",
        "does not give you nuke",
    ),
    "another channel": (ask(actor("U2", "vm-users"), "spawn", where=ELSEWHERE, path=WEB), "requesters", "this place"),
    "a direct message where it is not given": (
        ask(actor("U1", "S0OWN"), "poweron", where=DIRECT, target=vm()),
        "owners",
        "this place",
    ),
    "another folder": (
        ask(actor("U2", "vm-users"), "clone", path="Datacenter/vm/Website/x"),
        "requesters",
        "does not reach",
    ),
    "no folder at all": (ask(actor("U2", "vm-users"), "clone", target=vm(), path=None), "requesters", "no folder"),
    "an attribute that differs": (
        ask(actor("U3", "payments"), "reboot", target=vm(attributes={"team": "web"})),
        "payments",
        "team = payments",
    ),
    "somebody else's VM": (
        ask(actor("U7"), "nuke", target=vm(attributes={"iaas.owner": "U1"})),
        "owners",
        "web-01 belongs to <@U1>",
    ),
    "a VM without an owner": (ask(actor("U7"), "nuke", target=vm(attributes={})), "owners", "nobody is named"),
    "an attribute rule for a new VM": (ask(actor("U3", "payments"), "reboot"), "payments", "a new VM has not"),
    "a guest": (
        ask(actor("U4", "vm-admins", is_guest=True), "show", target=vm()),
        None,
        "Guests can't use the bot",
    ),
    "a stranger": (
        ask(actor("U4", "vm-admins", is_stranger=True), "help"),
        None,
        "People of other organisations",
    ),
}


@pytest.mark.parametrize(("question", "rule"), ALLOWED.values(), ids=ALLOWED.keys())
def test_what_a_rule_gives_is_allowed_and_names_it(question: Question, rule: str) -> None:
    decision = POLICY.judge(question)

    assert (decision.allowed, decision.rule) == (True, rule)


@pytest.mark.parametrize(("question", "rule", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_no_rule_gives_is_refused_with_rule_and_way_out(question: Question, rule: str | None, words: str) -> None:
    decision = Policy((REQUESTERS, OWNERS, PAYMENTS, ADMINS)).judge(question)

    assert (decision.allowed, decision.rule) == (False, rule)
    assert words in decision.reason
    assert decision.way_out


def test_without_any_rule_everything_is_refused() -> None:
    decision = Policy(()).judge(ask(actor("U4", "vm-admins"), "show", target=vm()))

    assert not decision.allowed


def test_an_empty_list_in_a_rule_allows_nothing() -> None:
    rule = Rule(name="empty", groups=("*",), channels=(), verbs=("*",), folders=("*",))

    assert not Policy((rule,)).judge(ask(actor(), "show", target=vm())).allowed


@pytest.mark.parametrize("verb", sorted(CHANGING))
def test_read_only_refuses_every_change_even_for_an_administrator(verb: str) -> None:
    policy = Policy((ADMINS,), read_only=True)
    who = actor("U4", "vm-admins")

    assert policy.judge(ask(who, verb, target=vm())).rule == "read_only"
    assert policy.judge(ask(who, "show", target=vm())).allowed
    assert verb not in policy.verbs_for(who, HERE)


PROTECTED = {
    "by name": vm(name="DC-berlin"),
    "by attribute": vm(attributes={"iaas.protected": "true"}),
    "by uuid": vm(bios_uuid="33221100-5544-7766-8899-aabbccddeeff"),
    "by uuid as the guest's firmware shows it": vm(bios_uuid="00112233-4455-6677-8899-aabbccddeeff"),
}


@pytest.mark.parametrize("target", PROTECTED.values(), ids=PROTECTED.keys())
@pytest.mark.parametrize("verb", sorted(CHANGING))
def test_a_protected_vm_refuses_every_change(target: Vm, verb: str) -> None:
    protected = ProtectedRules(names=("dc-*",), bios_uuids=("33221100-5544-7766-8899-AABBCCDDEEFF",))
    policy = Policy((ADMINS,), protected=protected)

    decision = policy.judge(ask(actor("U4", "vm-admins"), verb, target=target))

    assert (decision.allowed, decision.rule) == (False, "protected")
    assert policy.judge(ask(actor("U4", "vm-admins"), "show", target=target)).allowed


def test_a_cleared_protection_attribute_protects_no_more() -> None:
    target = vm(attributes={"iaas.protected": "false"})

    assert POLICY.judge(ask(actor("U4", "vm-admins"), "nuke", target=target)).allowed


def test_help_shows_only_what_the_person_may_do_in_this_place() -> None:
    who = actor("U2", "vm-users")

    here, elsewhere = POLICY.verbs_for(who, HERE), POLICY.verbs_for(who, ELSEWHERE)

    assert {"spawn", "clone", "list", "help"} <= here
    assert "nuke" not in here
    assert elsewhere == {"show", "echo", "help", "whoami", *DECIDING}
    assert POLICY.rules_for(who, HERE) == (REQUESTERS, EVERYBODY)
    assert POLICY.verbs_for(actor("U2", "vm-users", is_guest=True), HERE) == frozenset()


def test_one_cancels_ones_own_operations_and_others_only_by_a_rule() -> None:
    assert POLICY.may_cancel(actor("U2"), "U2")
    assert not POLICY.may_cancel(actor("U2"), "U1")
    assert POLICY.may_cancel(actor("U4", "vm-admins"), "U1")
    assert not POLICY.may_cancel(actor("U2", is_guest=True), "U2")
