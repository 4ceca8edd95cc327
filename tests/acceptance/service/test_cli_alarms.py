"""`iaas-bot setup alarms` as a program: shows, creates on a yes alone, and says by its exit code how it went."""

from collections.abc import Iterator

import pytest

from bot.cli.alarms import FAILED, NOT_WANTED
from bot.cli.demo.world import Bot
from sandbox.slack import Workspace
from sandbox.vcenter import Estate
from tests.acceptance.service.program import iaas_bot


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The configuration and the secrets of a bot that is not started, and the two that it would talk to."""
    with Estate.start() as estate, Workspace.start() as workspace:
        bot = Bot(folder=tmp_path_factory.mktemp("alarms"), workspace=workspace, estate=estate)
        bot.write_config()
        yield bot


def test_missing_alarms_are_created_on_a_yes_and_only_once(bot: Bot) -> None:
    bot.estate.remove_alarm("alarm.VmCPUUsageAlarm")
    arguments = ("setup", "alarms", "--config", str(bot.config), "--vcenter", "LAB")

    asked = iaas_bot(*arguments, env=bot.secrets())
    before = bot.estate.writes()
    made = iaas_bot(*arguments, "--yes", env=bot.secrets())
    again = iaas_bot(*arguments, "--yes", env=bot.secrets())

    last = ["Create 1 alarm in vCenter? Say so with --yes.", "Nothing was created."]
    assert (asked.returncode, asked.stdout.splitlines()[-2:], before) == (NOT_WANTED, last, [])
    assert (made.returncode, made.stderr) == (0, ""), made.stdout
    assert made.stdout.splitlines()[-1] == 'made  lab: "Virtual machine CPU usage"'
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "Nothing is missing.")
    assert [one.method for one in bot.estate.writes()] == ["CreateAlarm"]


def test_a_vcenter_that_is_away_is_told_by_the_exit_code(bot: Bot) -> None:
    bot.estate.outage("refuse")
    try:
        told = iaas_bot("setup", "alarms", "--config", str(bot.config), "--yes", env=bot.secrets())
    finally:
        bot.estate.outage("off")

    assert (told.returncode, told.stderr) == (FAILED, "")
    assert told.stdout.splitlines()[0] == "vCenter lab"
    assert told.stdout.splitlines()[1].startswith("FAIL  vCenter lab")
