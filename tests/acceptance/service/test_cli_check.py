"""`iaas-bot check` against both sandboxes: what is right is said, and each wrong is named with what to do about it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.common import EXIT_CONFIG
from bot.cli.demo.world import Bot
from sandbox.slack import Workspace
from sandbox.slack.options import BOT_SCOPES
from sandbox.vcenter import Estate
from tests.acceptance.service.program import changed, iaas_bot

OTHER_CA = Path("/etc/ssl/certs/ca-certificates.crt")
GOOD = [
    "configuration",
    "slack bot token",
    "slack app token",
    "approval big",
    "remediation approvers",
    "database",
    "vcenter lab",
    "vcenter lab folder for new VMs",
    "rules",
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The configuration and the secrets of a bot that is not started, and the two that it would talk to."""
    with Estate.start() as estate, Workspace.start() as workspace:
        bot = Bot(folder=tmp_path_factory.mktemp("check"), workspace=workspace, estate=estate)
        bot.write_config()
        yield bot


def test_all_that_is_right_is_said_to_be_right(bot: Bot) -> None:
    told = iaas_bot("check", "--config", str(bot.config), env=bot.secrets())

    lines = [line.split(maxsplit=1) for line in told.stdout.splitlines()]
    assert (told.returncode, told.stderr) == (0, "")
    assert [(mark, what.split(":")[0]) for mark, what in lines] == [("ok", what) for what in GOOD]
    assert "iaas-bot in Sandbox" in told.stdout
    assert "VMs and templates" in told.stdout
    assert bot.estate.writes() == []


def test_the_ca_file_of_the_certificate_is_as_good_as_its_thumbprint(bot: Bot) -> None:
    by_ca = changed(bot.config, (f'thumbprint = "{bot.estate.thumbprint}"', f'ca_file = "{bot.estate.ca_file}"'))

    told = iaas_bot("check", "--config", str(by_ca), env=bot.secrets())

    assert (told.returncode, told.stderr) == (0, ""), told.stdout


@pytest.mark.parametrize(
    ("variable", "what", "words"),
    [
        ("IAAS_SLACK_BOT_TOKEN", "slack bot token", "Slack says invalid_auth. Set slack.bot_token to"),
        ("IAAS_SLACK_APP_TOKEN", "slack app token", "Slack says invalid_auth. Set slack.app_token to"),
        ("DEMO_VCENTER_PASSWORD", "vcenter lab", "Check the user and password of this vCenter in the configuration."),
    ],
)
def test_a_wrong_secret_is_named_and_never_shown(bot: Bot, variable: str, what: str, words: str) -> None:
    wrong = "x" + bot.secrets()[variable][1:] + "-wrong"

    told = iaas_bot("check", "--config", str(bot.config), env=bot.secrets() | {variable: wrong})

    (line,) = failures(told.stdout)
    assert told.returncode == 1
    assert told.stderr.endswith("checks failed.\n")
    assert line.startswith(f"{what}: ")
    assert words in line
    for secret in (wrong, bot.workspace.bot_token, bot.workspace.app_token):
        assert secret not in told.stdout + told.stderr


def test_the_other_checks_are_made_after_one_has_failed(bot: Bot) -> None:
    wrong = {"IAAS_SLACK_BOT_TOKEN": "xoxb-wrong", "DEMO_VCENTER_PASSWORD": "wrong"}

    told = iaas_bot("check", "--config", str(bot.config), env=bot.secrets() | wrong)

    assert [line.split(":")[0] for line in failures(told.stdout)] == ["slack bot token", "vcenter lab"]
    assert told.stderr.startswith("2 of ")


def test_a_secret_that_is_not_there_is_named_by_its_place(bot: Bot) -> None:
    secrets = {name: value for name, value in bot.secrets().items() if name != "IAAS_SLACK_APP_TOKEN"}

    told = iaas_bot("check", "--config", str(bot.config), env=secrets)

    (line,) = failures(told.stdout)
    assert line == "secret slack.app_token: the environment variable IAAS_SLACK_APP_TOKEN is not set"


def test_a_certificate_that_is_not_the_one_trusted_is_told_with_its_thumbprint(bot: Bot) -> None:
    other = changed(bot.config, (bot.estate.thumbprint, ":".join(["AB"] * 32)))

    told = iaas_bot("check", "--config", str(other), env=bot.secrets())

    (line,) = failures(told.stdout)
    assert line.startswith("vcenter lab: ")
    assert bot.estate.thumbprint in line
    assert "Set ca_file or thumbprint" in line


def test_a_certificate_of_an_authority_that_is_not_trusted_is_refused(bot: Bot) -> None:
    other = changed(bot.config, (f'thumbprint = "{bot.estate.thumbprint}"', f'ca_file = "{OTHER_CA}"'))

    told = iaas_bot("check", "--config", str(other), env=bot.secrets())

    (line,) = failures(told.stdout)
    assert "is not trusted" in line
    assert "Set ca_file or thumbprint" in line


def test_a_ca_file_that_is_not_there_is_named(bot: Bot, tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"
    other = changed(bot.config, (f'thumbprint = "{bot.estate.thumbprint}"', f'ca_file = "{missing}"'))

    told, run = (iaas_bot(command, "--config", str(other), env=bot.secrets()) for command in ("check", "run"))

    (line,) = failures(told.stdout)
    assert f"{missing} can't be read" in line
    assert (told.returncode, run.returncode) == (1, EXIT_CONFIG)
    assert f"{missing} can't be read" in run.stderr
    assert "Traceback" not in told.stderr + run.stderr


def test_a_vcenter_that_does_not_answer_is_told_with_its_address(bot: Bot) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        other = changed(bot.config, (f"port = {bot.estate.port}", f"port = {port}"))
        told = iaas_bot("check", "--config", str(other), env=bot.secrets())

    (line,) = failures(told.stdout)
    assert line.startswith("vcenter lab: ")
    assert f"127.0.0.1:{port}" in line
    assert "can't be reached" in line


def test_a_slack_that_does_not_answer_is_told(bot: Bot) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
        other = changed(bot.config, (bot.workspace.api_url, address))
        told = iaas_bot("check", "--config", str(other), env=bot.secrets())

    bot_token, app_token = failures(told.stdout)
    for line in (bot_token, app_token):
        assert "Slack can't be reached" in line
        assert "Check slack.api_url" in line


def test_a_scope_that_the_app_was_not_given_is_named(bot: Bot) -> None:
    scopes = tuple(one for one in BOT_SCOPES if one != "files:write")
    with Workspace.start(bot_scopes=scopes) as narrow:
        other = changed(bot.config, (bot.workspace.api_url, narrow.api_url))
        tokens = {"IAAS_SLACK_BOT_TOKEN": narrow.bot_token, "IAAS_SLACK_APP_TOKEN": narrow.app_token}
        told = iaas_bot("check", "--config", str(other), env=bot.secrets() | tokens)

    (line,) = failures(told.stdout)
    assert line == ("slack bot token: scopes are missing: files:write. Install the app again from slack-manifest.json.")


def test_a_folder_that_is_not_there_is_told_with_the_key_to_set(bot: Bot) -> None:
    other = changed(bot.config, ("Frankfurt/vm/Lab", "Frankfurt/vm/Nowhere"))

    told = iaas_bot("check", "--config", str(other), env=bot.secrets())

    (line,) = failures(told.stdout)
    assert "set vcenter.lab.placement.folder" in line


def test_a_database_that_can_not_be_opened_is_told(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "iaas-bot.db").mkdir()
    other = changed(bot.config, (f'state_dir = "{bot.folder}"', f'state_dir = "{tmp_path}"'))

    told = iaas_bot("check", "--config", str(other), env=bot.secrets())

    (line,) = failures(told.stdout)
    assert line.startswith("database: ")
    assert "Traceback" not in told.stderr


def test_a_certificate_that_nobody_looks_at_is_shouted(bot: Bot) -> None:
    other = changed(bot.config, (f'thumbprint = "{bot.estate.thumbprint}"', "insecure = true"))

    told = iaas_bot("check", "--config", str(other), env=bot.secrets())

    (line,) = failures(told.stdout)
    assert line == "vcenter lab certificate: insecure = true: anybody in between can read the password"


def failures(report: str) -> list[str]:
    """What failed, a line each."""
    return [line.removeprefix("FAIL  ") for line in report.splitlines() if line.startswith("FAIL")]


def test_rules_that_can_never_agree_are_warned_of_and_fail_nothing(bot: Bot) -> None:
    odd = changed(
        bot.config,
        ('groups = ["@vm-users"]', 'groups = ["@vm-usres"]'),
        ('name = "big"', 'name = "big"\nfolders = ["Frankfurt/vm/Wbe"]'),
    )

    told = iaas_bot("check", "--config", str(odd), env=bot.secrets())

    warned = [line for line in told.stdout.splitlines() if line.startswith("warn")]
    assert (told.returncode, told.stderr) == (0, "")
    assert "warn  rules: rule 'requesters': Slack has no user group '@vm-usres'" in warned
    assert "warn  rules: approval 'big': no vCenter has a folder 'Frankfurt/vm/Wbe'" in warned
