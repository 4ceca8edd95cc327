"""`iaas-bot` on the terminal: help, what is missing or wrong, and the exit codes."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.common import EXIT_CONFIG
from tests.acceptance.service.program import changed, iaas_bot

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
USAGE = 2
"""The exit code of a command line that makes no sense."""
HELP = {
    (): ("run", "check", "demo", "audit"),
    ("run",): ("--config", "IAAS_CONFIG", "SIGTERM"),
    ("check",): ("--config", "Changes nothing"),
    ("demo",): ("--headless", "--as", "--run", "--port", "exit code is 0 only if every line succeeded"),
    ("setup", "alarms"): ("--yes", "--vcenter", "never changed or removed", "Exit code 0: all are there"),
    ("audit",): ("verify", "export"),
    ("audit", "verify"): ("--config", "exit code 1"),
    ("audit", "export"): ("--since", "--format", "jsonl", "csv"),
}


@pytest.mark.parametrize("command", HELP, ids=lambda command: "-".join(command) or "iaas-bot")
def test_help_says_what_a_command_does_and_takes(command: tuple[str, ...]) -> None:
    told = iaas_bot(*command, "--help")

    # The frame that help is drawn in breaks sentences.
    plain = " ".join(re.sub(r"[│╭╮╰╯─|]", " ", told.stdout).split())
    assert (told.returncode, told.stderr) == (0, "")
    for word in HELP[command]:
        assert word in plain, plain


def test_the_installed_program_is_this_one() -> None:
    (script,) = entry_points(group="console_scripts", name="iaas-bot")

    assert script.load() is main


def test_nothing_typed_is_answered_with_help() -> None:
    told = iaas_bot()

    assert told.returncode == USAGE
    assert "Usage: " in told.stdout + told.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["fly"], "No such command 'fly'"),
        (["demo", "--headless"], 'give at least one line, such as --run "spawn web-07"'),
        (["demo", "--run", "list"], "that is for --headless only"),
        (["demo", "--headless", "--as", "mallory", "--run", "list"], "'mallory' is not one of 'dana', 'ann', 'ben'"),
        (["demo", "--port", "70000"], "Input should be less than or equal to 65535"),
        (["audit", "export", "--since", "yesterday"], "'yesterday' is no time: write 1h, 7d, 2026-11-26"),
        (["audit", "export", "--format", "xml"], "'xml' is not one of 'jsonl', 'csv'"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_command_line_that_makes_no_sense_is_told_without_starting_anything(line: list[str], words: str) -> None:
    told = iaas_bot(*line)

    plain = " ".join(re.sub(r"[│╭╮╰╯─|]", " ", told.stderr).split())
    assert (told.returncode, told.stdout) == (USAGE, "")
    assert words in plain


@pytest.mark.parametrize("command", [("run",), ("check",), ("audit", "verify"), ("audit", "export")], ids=" ".join)
def test_a_configuration_file_that_is_not_there_is_told_with_what_to_do(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    told = iaas_bot(*command, "--config", str(tmp_path / "none.toml"))

    assert (told.returncode, told.stdout) == (EXIT_CONFIG, "")
    assert f"{tmp_path / 'none.toml'}" in told.stderr
    assert "config.example.toml" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("command", [("run",), ("check",)], ids=" ".join)
def test_a_configuration_with_five_mistakes_tells_all_five_in_one_message(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "example.toml").write_bytes(EXAMPLE.read_bytes())
    config = changed(
        tmp_path / "example.toml",
        ('host = "vcenter.example.com"\n', ""),
        ("port = 443", 'port = "many"'),
        ("read_only = false", "read_onli = false"),
        ('command = "/iaas"', 'command = "iaas"'),
        ('log_level = "info"', 'log_level = "loud"'),
    )

    told = iaas_bot(*command, "--config", str(config))

    assert (told.returncode, told.stdout) == (EXIT_CONFIG, "")
    for key in ("vcenter.prod.host", "vcenter.prod.port", "service.read_onli", "slack.command", "service.log_level"):
        assert told.stderr.count(f"{config}: {key}: ") == 1, told.stderr
    assert "Traceback" not in told.stderr


def test_a_service_whose_secrets_are_not_there_ends_with_the_place_of_each(tmp_path: Path) -> None:
    (tmp_path / "example.toml").write_bytes(EXAMPLE.read_bytes())
    config = changed(tmp_path / "example.toml", ("credential:slack-app-token", f"file:{tmp_path / 'none'}"))

    told = iaas_bot("run", "--config", str(config), env={"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert (told.returncode, told.stdout) == (EXIT_CONFIG, "")
    assert f"secret slack.app_token: {tmp_path / 'none'} can't be read" in told.stderr
    assert f"secret vcenter.prod.password: {tmp_path / 'vcenter-password'} can't be read" in told.stderr
    assert "Traceback" not in told.stderr
