"""`iaas-bot check` where something is missing: every part that can be tried is tried all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.demo.world import Bot
from sandbox.slack import Workspace
from sandbox.vcenter import Estate
from tests.acceptance.service.program import changed, iaas_bot


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The configuration and the secrets of a bot that is not started, and the two that it would talk to."""
    with Estate.start() as estate, Workspace.start() as workspace:
        bot = Bot(folder=tmp_path_factory.mktemp("parts"), workspace=workspace, estate=estate)
        bot.write_config()
        yield bot


def marks(report: str) -> dict[str, str]:
    """By what was tried, how it came out."""
    lines = [line.split(maxsplit=1) for line in report.splitlines()]
    return {rest.split(":")[0]: mark for mark, rest in lines}


@pytest.mark.parametrize(
    ("variable", "failed", "tried"),
    [
        ("IAAS_SLACK_BOT_TOKEN", "secret slack.bot_token", {"slack app token", "database", "vcenter lab"}),
        ("IAAS_SLACK_APP_TOKEN", "secret slack.app_token", {"slack bot token", "database", "vcenter lab"}),
        ("DEMO_VCENTER_PASSWORD", "secret vcenter.lab.password", {"slack bot token", "slack app token", "database"}),
    ],
)
def test_a_missing_secret_hides_nothing_else(bot: Bot, variable: str, failed: str, tried: set[str]) -> None:
    secrets = {name: value for name, value in bot.secrets().items() if name != variable}

    told = iaas_bot("check", "--config", str(bot.config), env=secrets)

    found = marks(told.stdout)
    assert told.returncode == 1
    assert found[failed] == "FAIL"
    assert {what: found.get(what) for what in tried} == dict.fromkeys(tried, "ok")
    assert "Traceback" not in told.stderr


def test_a_ca_file_that_is_not_there_is_told_although_the_password_is_missing(bot: Bot, tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"
    other = changed(bot.config, (f'thumbprint = "{bot.estate.thumbprint}"', f'ca_file = "{missing}"'))
    secrets = {name: value for name, value in bot.secrets().items() if name != "DEMO_VCENTER_PASSWORD"}

    told = iaas_bot("check", "--config", str(other), env=secrets)

    found = marks(told.stdout)
    assert {"secret vcenter.lab.password", "vcenter lab"} <= {what for what, mark in found.items() if mark == "FAIL"}
    assert f"{missing} can't be read" in told.stdout
    assert found["slack bot token"] == "ok"
