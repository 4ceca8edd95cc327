"""Where a verdict hangs on what nobody has said, `policy explain` says what to say, and a no stays a no otherwise."""

import pytest

from bot.cli.unsaid import Doubt, Unsaid
from operations.model import Origin
from operations.policy import GateVerdict, Rule, RuleVerdict

BY_ID, BY_NAME = Origin(channel="C0VMREQ"), Origin(channel="", channel_name="vm-requests")
BOTH, DIRECT = Origin(channel="C0VMREQ", channel_name="vm-requests"), Origin(channel="", is_direct=True)


def rule(name: str, **shut: str) -> RuleVerdict:
    """A rule of which these gates are shut, by what they want."""
    gates = [GateVerdict(gate=gate, agrees=False, wants=wants) for gate, wants in shut.items()]
    who = GateVerdict(gate="who", agrees=True, wants="@vm-users")
    return RuleVerdict(rule=Rule(name=name), gates=(*gates, who) if "who" not in shut else tuple(gates))


def unsaid(origin: Origin = BOTH, *, folder: bool = False, attributes: bool = False) -> Unsaid:
    return Unsaid(origin=origin, folder=folder, attributes=attributes)


@pytest.mark.parametrize(
    ("what", "shut", "reason", "way_out"),
    [
        (
            unsaid(BY_ID),
            {"place": "#ops, direct"},
            "The rule r is for #ops, direct, and Slack does not tell the bot the name of C0VMREQ.",
            'Say both the id and the name: --channel "C0VMREQ=#NAME".',
        ),
        (
            unsaid(BY_NAME),
            {"place": "C0OPS"},
            "The rule r is for C0OPS, and Slack does not tell the bot the id of #vm-requests.",
            'Say both the id and the name: --channel "ID=#vm-requests".',
        ),
        (
            unsaid(folder=True),
            {"folder": "dc/vm/Web"},
            "The rule r is for dc/vm/Web, and no folder was said.",
            "Say --folder.",
        ),
        (
            unsaid(attributes=True),
            {"owner": "the person"},
            "The rule r asks for owner: the person, and no attributes were said.",
            "Say --attribute, such as --attribute iaas.owner=U012AB3CD.",
        ),
    ],
    ids=["a channel's name", "a channel's id", "a folder", "an owner"],
)
def test_what_is_not_known_is_named_with_what_to_say(
    what: Unsaid, shut: dict[str, str], reason: str, way_out: str
) -> None:
    assert what.doubt([rule("r", **shut)]) == Doubt(reason=reason, way_out=way_out)


@pytest.mark.parametrize(
    ("what", "shut"),
    [
        (unsaid(BY_ID), {"place": "C0OPS, direct"}),
        (unsaid(BY_NAME), {"place": "#ops"}),
        (unsaid(BOTH), {"place": "#ops, C0OPS"}),
        (unsaid(DIRECT), {"place": "#ops, C0OPS"}),
        (unsaid(BY_ID), {"place": "#ops", "who": "@others"}),
        (unsaid(BY_ID), {"place": "#ops", "verb": "nuke"}),
        (unsaid(), {"folder": "dc/vm/Web", "owner": "the person"}),
        (unsaid(folder=True), {"folder": "dc/vm/Web", "owner": "the person"}),
    ],
    ids=[
        "its id is no such", "its name is no such", "both are said", "a direct message", "others are meant",
        "another verb", "all is said", "the owner is another",
    ],
)  # fmt: skip
def test_a_no_that_nothing_more_could_change_is_a_no(what: Unsaid, shut: dict[str, str]) -> None:
    assert what.doubt([rule("r", **shut)]) is None


def test_the_first_rule_in_doubt_is_told() -> None:
    rules = [rule("first", place="#a", who="@others"), rule("second", place="#b"), rule("third", place="#c")]

    told = unsaid(BY_ID).doubt(rules)

    assert told is not None
    assert told.reason.startswith("The rule second is for #b, ")
