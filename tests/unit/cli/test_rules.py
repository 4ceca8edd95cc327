"""Rules that can never agree are told, each with what is wrong; what can't be seen is not guessed at."""

import tomllib
from pathlib import Path

import pytest

from bot.cli.rules import Known, warnings
from bot.config import Settings

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
KNOWN = Known(
    groups={"vm-users": 3, "s0req": 3, "vm-admins": 1, "vm-approvers": 2, "empty": 0},
    folders=frozenset({"datacenter/vm/self-service", "datacenter/vm/web"}),
    attributes=frozenset({"iaas.owner", "team"}),
)
RULE = {"name": "r", "groups": ["@vm-users"], "channels": ["#vm-requests"], "verbs": ["poweron"]}
APPROVAL = {"name": "a", "groups": ["@vm-approvers"], "verbs": ["transform"]}


def told(*, rule: dict[str, object] | None = None, approval: dict[str, object] | None = None) -> list[str]:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    values |= {"rule": [RULE | (rule or {})], "approval": [APPROVAL | (approval or {})]}
    return list(warnings(Settings.model_validate(values), KNOWN))


def test_the_example_has_nothing_odd_where_all_of_it_exists() -> None:
    assert list(warnings(Settings.model_validate(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))), KNOWN)) == []
    assert told() == []


ODD_RULES = {
    "a group that is not there": ({"groups": ["@vm-user"]}, "Slack has no user group '@vm-user'"),
    "no verb": ({"verbs": []}, "it gives no verb"),
    "a channel with capitals": (
        {"channels": ["#VM-Requests"]},
        "'#VM-Requests' is no channel's name: those are in small letters, without blanks and dots",
    ),
    "what slack writes for private channels": (
        {"channels": ["privategroup"]},
        "'privategroup' is what Slack writes for a name that it does not tell; name the channel by its id",
    ),
    "no channel": ({"channels": []}, "it holds in no channel"),
    "a folder that is not there": ({"folders": ["Datacenter/vm/Wbe"]}, "no vCenter has a folder 'Datacenter/vm/Wbe'"),
    "an attribute that is not there": ({"attributes": {"tema": "x"}}, "no vCenter has a custom attribute 'tema'"),
    "attributes for new VMs": (
        {"attributes": {"team": "x"}, "verbs": ["spawn", "poweron"]},
        "it wants attributes, which no new VM has, so it never allows spawn",
    ),
}


@pytest.mark.parametrize(("rule", "fact"), ODD_RULES.values(), ids=ODD_RULES.keys())
def test_a_rule_that_can_not_agree_is_told(rule: dict[str, object], fact: str) -> None:
    assert told(rule=rule) == [f"rule 'r': {fact}"]


FINE = {
    "a group by its id": {"groups": ["S0REQ"]},
    "everybody": {"groups": ["*"]},
    "a channel by its id": {"channels": ["C0VMREQ", "direct", "*"]},
    "a family of verbs and all that read": {"verbs": ["snapshot", "snapshot.create", "read", "*", "PowerOn"]},
    "a folder in other letters": {"folders": ["/DATACENTER/vm/web/", "*"]},
}


@pytest.mark.parametrize("rule", FINE.values(), ids=FINE.keys())
def test_a_rule_that_can_agree_is_not_complained_of(rule: dict[str, object]) -> None:
    assert told(rule=rule) == []


ODD_APPROVALS = {
    "a group without members": (
        {"groups": ["@empty"]},
        "it wants 1 to say yes, and nobody may: what it is asked for will expire",
    ),
    "more votes than people": (
        {"votes": 3},
        "it wants 3 to say yes, and 2 at most may: what it is asked for will expire",
    ),
}


@pytest.mark.parametrize(("approval", "fact"), ODD_APPROVALS.values(), ids=ODD_APPROVALS.keys())
def test_an_approval_that_nobody_can_give_is_told(approval: dict[str, object], fact: str) -> None:
    (line,) = told(approval=approval)

    assert line.startswith(f"approval 'a': {fact}")


def test_a_file_without_rules_is_told() -> None:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8")) | {"rule": []}

    assert list(warnings(Settings.model_validate(values), KNOWN)) == [
        "there are none, so everything is refused to everybody"
    ]


def test_what_can_not_be_seen_is_not_guessed_at() -> None:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    values |= {"rule": [RULE | {"groups": ["@x"], "folders": ["y"], "attributes": {"z": "1"}}], "approval": []}

    assert list(warnings(Settings.model_validate(values), Known())) == []
