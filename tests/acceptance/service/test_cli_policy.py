"""`iaas-bot policy explain` as a program, against both sandboxes and with neither."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.cli.demo.world import Bot
from sandbox.slack import Workspace
from sandbox.vcenter import Estate
from tests.acceptance.service.program import iaas_bot

VMREQ = ("--channel", "#vm-requests")


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The configuration and the secrets of a bot that is not started, and the two that it would talk to."""
    with Estate.start() as estate, Workspace.start() as workspace:
        bot = Bot(folder=tmp_path_factory.mktemp("policy"), workspace=workspace, estate=estate)
        bot.write_config()
        yield bot


def explained(bot: Bot, line: str, *options: str) -> tuple[int, dict[str, Any]]:
    told = iaas_bot("policy", "explain", *options, "--json", "--config", str(bot.config), line, env=bot.secrets())
    assert told.stderr == ""
    return told.returncode, json.loads(told.stdout)


def test_the_text_shows_every_gate_of_every_rule_the_decisive_one_and_the_way_out(bot: Bot) -> None:
    told = iaas_bot(
        "policy", "explain", "--as", "U0DANA", *VMREQ, "--config", str(bot.config), "nuke fin-app-01", env=bot.secrets()
    )

    assert told.returncode == 1
    lines = told.stdout.splitlines()
    assert lines[:4] == [
        "U0DANA in #vm-requests: nuke fin-app-01",
        "  groups: @vm-users, S0REQ, vm-users",
        "  folder: Frankfurt/vm/Finance/fin-app-01",
        "  owner: U0ANN",
    ]
    assert "no  rule own-vms" in lines
    assert "      NO  owner      the person" in lines
    assert "      NO  who        @vm-admins" in lines
    assert "REFUSED by own-vms: The rule own-vms is for your own VMs, and fin-app-01 belongs to <@U0ANN>." in lines
    assert "  Ask the owner to do it, or an administrator to make it yours." in lines


def test_options_for_offline_are_refused_without_it(bot: Bot) -> None:
    told = iaas_bot("policy", "explain", "--as", "U1", *VMREQ, "--groups", "x", "--config", str(bot.config), "list")

    assert (told.returncode, "--offline" in told.stderr) == (2, True)


def test_as_json_it_is_one_object_and_the_exit_code_says_allowed(bot: Bot) -> None:
    code, verdict = explained(bot, "poweroff web-01", "--as", "U0DANA", *VMREQ)

    assert (code, verdict["allowed"], verdict["rule"]) == (0, True, "own-vms")
    assert [one["rule"] for one in verdict["rules"] if one["allows"]] == ["own-vms"]


def test_what_can_not_be_told_ends_with_2(bot: Bot) -> None:
    code, verdict = explained(bot, "poweroff web-99", "--as", "U0DANA", *VMREQ)

    assert (code, verdict["allowed"]) == (2, None)
