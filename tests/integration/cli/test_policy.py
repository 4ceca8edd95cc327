"""What `iaas-bot policy explain` finds out, from both sandboxes or from what is said alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.cli.demo.world import Bot
from bot.cli.policy import Asked, CanNotTellError, Verdict, judged
from bot.config import load
from sandbox.slack import Workspace
from sandbox.vcenter import Estate


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The configuration and the secrets of a bot that is not started, and the two that it would talk to."""
    with Estate.start() as estate, Workspace.start() as workspace:
        bot = Bot(folder=tmp_path_factory.mktemp("policy"), workspace=workspace, estate=estate)
        bot.write_config()
        yield bot


@pytest.fixture(autouse=True)
def _secrets(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bot.secrets().items():
        monkeypatch.setenv(name, value)


def ask(bot: Bot, line: str, person: str = "U0DANA", channel: str = "#vm-requests", **more: Any) -> Verdict:
    return judged(load(bot.config), Asked(person=person, channel=channel, line=line, **more))


ONLINE = {
    "one's own VM": ("poweroff web-01", "U0DANA", "#vm-requests", (True, "own-vms")),
    "a colleague's VM": ("poweroff fin-app-01", "U0DANA", "#vm-requests", (False, "own-vms")),
    "an administrator anywhere": ("nuke fin-app-01", "U0BEN", "C0OPS", (True, "admins")),
    "a protected VM": ("nuke vcenter-01", "U0BEN", "C0OPS", (False, "protected")),
    "a new VM": ("spawn web-77", "U0DANA", "#vm-requests", (True, "requesters")),
    "a new VM in the wrong channel": ("spawn web-77", "U0DANA", "#random", (False, "requesters")),
    "a member of a family of verbs": ("snapshot web-01 create x", "U0DANA", "#vm-requests", (True, "own-vms")),
    "reading": ("show fin-app-01", "U0DANA", "#vm-requests", (True, "requesters")),
    "reading without a VM": ("history", "U0DANA", "direct", (True, "requesters")),
    "a guest": ("poweroff web-01", "U0GUY", "#vm-requests", (False, None)),
    "a stranger": ("poweroff web-01", "U0SAM", "#vm-requests", (False, None)),
    "what every member may": ("whoami", "U0DANA", "direct", (True, None)),
    "a channel by its id and its name": ("poweroff web-01", "U0DANA", "C0VMREQ=#vm-requests", (True, "own-vms")),
    "the id and the name of a channel in no rule": ("poweroff web-01", "U0DANA", "C0OPS=#ops", (False, "own-vms")),
    "a channel by its id, where rules name it": ("poweroff web-01", "U0DANA", "C0VMREQ", (None, "own-vms")),
}


@pytest.mark.parametrize(("line", "person", "channel", "wanted"), ONLINE.values(), ids=ONLINE.keys())
def test_slack_and_vcenter_are_asked(
    bot: Bot, line: str, person: str, channel: str, wanted: tuple[bool | None, str | None]
) -> None:
    verdict = ask(bot, line, person, channel)

    assert (verdict.allowed, verdict.rule) == wanted, verdict
    assert verdict.exit_code == {True: 0, False: 1, None: 2}[wanted[0]]
    assert bot.estate.writes() == []


def test_who_gives_only_the_id_is_told_to_say_the_name_as_well(bot: Bot) -> None:
    verdict = ask(bot, "poweroff web-01", channel="C0VMREQ")

    assert verdict.reason == (
        "The rule own-vms is for #vm-requests, direct, and Slack does not tell the bot the name of C0VMREQ."
    )
    assert verdict.way_out == 'Say both the id and the name: --channel "C0VMREQ=#NAME".'
    with pytest.raises(CanNotTellError, match="is no channel; say both"):
        ask(bot, "poweroff web-01", channel="vm-requests=C0VMREQ")


CAN_NOT_TELL = {
    "nobody of this id": ("poweroff web-01", "U0NOBODY", "Slack does not say who U0NOBODY is"),
    "somebody who left": ("poweroff web-01", "U0GONE", "Slack does not say who U0GONE is"),
    "no such VM": ("poweroff web-99", "U0DANA", "No VM is called 'web-99'."),
    "a name that is taken": ("spawn web-01", "U0DANA", "web-01"),
    "no such verb": ("explode web-01", "U0DANA", "there is no verb 'explode'"),
    "a verb about an operation": ("cancel R7F3K", "U0DANA", "cancel is about an operation"),
    "a size that there is not": ("spawn web-77 size=huge", "U0DANA", "there is no size 'huge'"),
}


@pytest.mark.parametrize(("line", "person", "words"), CAN_NOT_TELL.values(), ids=CAN_NOT_TELL.keys())
def test_what_can_not_be_found_out_is_said(bot: Bot, line: str, person: str, words: str) -> None:
    with pytest.raises(CanNotTellError) as told:
        ask(bot, line, person)

    assert words in str(told.value)


OFFLINE = {
    "a group is given": ("spawn web-77", {"groups": ["@vm-users"], "folder": "Frankfurt/vm/Lab"}, (True, "requesters")),
    "no group is given": ("spawn web-77", {"folder": "Frankfurt/vm/Lab"}, (False, None)),
    "the owner": ("nuke web-01", {"groups": ["vm-users"], "attributes": {"iaas.owner": "U1"}}, (True, "own-vms")),
    "another owner": ("nuke web-01", {"groups": ["vm-users"], "attributes": {"iaas.owner": "U2"}}, (False, "own-vms")),
    "nothing said of the owner": ("nuke web-01", {"groups": ["vm-users"]}, (None, "own-vms")),
    "a protected VM": (
        "nuke web-01",
        {"groups": ["vm-admins"], "attributes": {"iaas.protected": "yes"}},
        (False, "protected"),
    ),
    "a protected name": ("nuke vcenter-9", {"groups": ["vm-admins"]}, (False, "protected")),
}


@pytest.mark.parametrize(("line", "told", "wanted"), OFFLINE.values(), ids=OFFLINE.keys())
def test_offline_only_what_is_said_is_known(
    bot: Bot, line: str, told: dict[str, Any], wanted: tuple[bool | None, str | None]
) -> None:
    asked_before = len(bot.workspace.entries("http"))

    verdict = ask(bot, line, "U1", offline=True, **told)

    assert (verdict.allowed, verdict.rule) == wanted, verdict
    assert len(bot.workspace.entries("http")) == asked_before


def test_the_quota_is_told_and_what_does_not_fit_is_refused(bot: Bot) -> None:
    small = bot.config.with_name("small.toml")
    small.write_text(bot.config.read_text().replace("vms = 60", "vms = 1"))

    fits = ask(bot, "spawn web-77 size=large")
    over = judged(load(small), Asked(person="U0DANA", channel="#vm-requests", line="spawn web-77 size=large"))

    assert (fits.allowed, " of 60 VMs, " in str(fits.quota)) == (True, True)
    assert over.allowed is False
    assert over.reason.startswith("That is over your quota under the rule requesters. 1 VM: ")


def test_whose_yes_it_needs_is_told_by_the_plan(bot: Bot) -> None:
    small, big = ask(bot, "spawn web-77"), ask(bot, "spawn web-77 cpu=6")

    assert small.approvals == ()
    assert big.approvals == ("Needs a yes from @vm-approvers: more than 4 vCPU (big).",)


def test_offline_whose_yes_it_may_need_is_told(bot: Bot) -> None:
    verdict = ask(bot, "spawn web-77", "U1", offline=True, groups=["vm-users"], folder="Frankfurt/vm/Lab")

    assert verdict.approvals == ("Needs a yes from @vm-approvers for more than 4 vCPU or 16 GB memory (big).",)


def test_nothing_is_made_where_there_is_no_database_yet(bot: Bot) -> None:
    ask(bot, "poweroff web-01")

    assert not (bot.folder / "iaas-bot.db").exists()
