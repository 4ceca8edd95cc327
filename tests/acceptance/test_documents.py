"""What the documents promise: each command in them is run by a test, or stands here with the reason why none does."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.registry import COMMANDS
from tests.acceptance.service.program import iaas_bot

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
_SERVICE = "tests/acceptance/service"
PROVEN = {
    '.venv/bin/iaas-bot demo --headless --as dana --run "spawn web-07" --run "poweron web-07"': (
        f"{_SERVICE}/test_cli_demo.py",
        "test_the_quick_proof_of_the_readme_prints_two_objects_and_succeeds",
    ),
    ".venv/bin/iaas-bot demo --headless --scenario cpu-pressure": (
        f"{_SERVICE}/test_scenarios.py",
        "test_a_scenario_comes_to_the_right_end",
    ),
    "iaas-bot replay --days 30": (
        "tests/integration/cli/test_replay.py",
        "test_the_line_of_the_readme_prints_a_table",
    ),
    "iaas-bot simulate": (
        "tests/integration/cli/test_replay.py",
        "test_a_simulation_prints_its_table_and_its_data_without_any_configuration",
    ),
    "iaas-bot setup alarms": (
        f"{_SERVICE}/test_cli_alarms.py",
        "test_missing_alarms_are_created_on_a_yes_and_only_once",
    ),
    "/iaas spawn web-07": (
        f"{_SERVICE}/test_verbs.py",
        "test_spawn_makes_a_vm_of_the_smallest_size_that_is_on_and_the_persons_own",
    ),
    "/iaas VERB [NAME…] [key=value…]": (f"{_SERVICE}/test_verbs.py", "test_help_of_a_verb_says_its_usage"),
    "iaas-bot check": (f"{_SERVICE}/test_cli_check.py", "test_all_that_is_right_is_said_to_be_right"),
    "iaas-bot check --config FILE": (f"{_SERVICE}/test_cli_check.py", "test_all_that_is_right_is_said_to_be_right"),
    "iaas-bot audit verify --config /etc/iaas-bot/config.toml": (
        f"{_SERVICE}/test_cli_audit.py",
        "test_a_record_that_nobody_touched_is_whole",
    ),
    "iaas-bot audit verify --since-head NUMBER:HASH --config /etc/iaas-bot/config.toml": (
        f"{_SERVICE}/test_cli_audit.py",
        "test_a_head_that_was_kept_elsewhere_must_be_in_the_record_still",
    ),
    "iaas-bot audit export --config /etc/iaas-bot/config.toml --since 2026-11-01 --format csv": (
        f"{_SERVICE}/test_cli_audit.py",
        "test_the_export_as_a_table_has_the_same_events",
    ),
}
"""By command, the file and the name of the test that runs it."""
_SETS_UP = "sets the machine up: only the target's existence is looked at, since this very run came by such a target"
_AS_ROOT = "changes a machine as root: shown for an administrator to type"
_SYSTEMD = "needs systemd as the first process"
NOT_RUN = {
    "make demo": f"{_SETS_UP}; what it starts is run as `iaas-bot demo`",
    "make test": f"{_SETS_UP}; it would run itself",
    "make torture": "takes the better part of an hour; tests/torture runs a short one",
    "make check": "runs ruff, mypy and import-linter over all files; .ci/run does it before the tests",
    "make bench": "takes minutes and measures nothing beside running tests; its options are looked at",
    ".venv/bin/python -m bench": "the same as make bench",
    "sudo apt-get install python3 python3-venv git make": _AS_ROOT,
    "sudo git clone <this repository> /opt/iaas-bot": _AS_ROOT,
    "cd /opt/iaas-bot && sudo make setup": _AS_ROOT,
    "sudo install -d -m 0755 /etc/iaas-bot": _AS_ROOT,
    "sudo cp config.example.toml /etc/iaas-bot/config.toml": _AS_ROOT,
    "sudo sh -c 'umask 077; cat > /etc/iaas-bot/slack-bot-token'": _AS_ROOT,
    "sudo cp deploy/iaas-bot.service /etc/systemd/system/": _AS_ROOT,
    "sudo systemctl daemon-reload": _SYSTEMD,
    "sudo systemctl enable --now iaas-bot": _SYSTEMD,
    "systemctl status iaas-bot": _SYSTEMD,
}
"""By command, the reason. A command that begins with `sudo systemd-run` needs systemd as well."""
_COMMAND = re.compile(r"(make|sudo|cd|iaas-bot|systemctl|\.venv/bin/\S+|/iaas) \S.*")


def commands(document: str) -> list[str]:
    """Every command that a document shows, in blocks and in sentences, without its comment."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    shown = [re.sub(r"\s+#.*", "", line) for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    shown += [code for code in re.findall(r"`([^`\n]+)`", prose) if _COMMAND.fullmatch(code)]
    return [" ".join(line.split()) for line in shown if line.strip()]


ALL = sorted({line for document in DOCUMENTS for line in commands(document)})


def test_every_command_in_the_documents_is_run_by_a_test_or_named_here_with_a_reason() -> None:
    shown = {line for line in ALL if not line.startswith("sudo systemd-run ")}

    assert sorted(shown - PROVEN.keys() - NOT_RUN.keys()) == []
    assert sorted((PROVEN.keys() | NOT_RUN.keys()) - shown) == []
    assert PROVEN.keys() & NOT_RUN.keys() == set()


@pytest.mark.parametrize(("file", "test"), sorted(set(PROVEN.values())), ids=lambda value: value.rpartition("/")[2])
def test_the_test_that_runs_a_command_exists(file: str, test: str) -> None:
    assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("line", [line for line in ALL if line.startswith("make ")])
def test_a_make_target_in_the_documents_exists(line: str) -> None:
    told = subprocess.run(
        ["make", "--dry-run", *shlex.split(line)[1:]],  # noqa: S607  make is on the PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize(
    "line", [line for line in ALL if re.match(r"(sudo systemd-run.*)?.*iaas-bot (check|audit)", line)]
)
def test_a_line_for_the_terminal_names_a_command_and_options_that_there_are(line: str) -> None:
    words = shlex.split(line.rpartition("iaas-bot/.venv/bin/")[2].rstrip("'"))[1:]
    command = [word for word in words if word in {"check", "audit", "verify", "export"}]

    told = iaas_bot(*command, "--help")

    assert told.returncode == 0
    assert [word for word in words if word.startswith("--") and word not in told.stdout] == []


def test_the_options_of_the_bench_in_the_documents_are_there() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    text = (ROOT / "docs/bench.md").read_text(encoding="utf-8")
    options = set(re.findall(r"`(--[a-z]+)", text))
    assert options
    assert sorted(option for option in options if option not in told.stdout) == []


def test_the_table_of_verbs_in_the_readme_is_the_registry() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| verb | does |\n|---|---|\n")[2].partition("\n\n")[0]
    shown = {
        code.split()[0]
        for row in table.splitlines()
        for code in re.findall(r"`([^`]+)`", row.replace(r"\|", "¦").split("|")[1])
    }

    assert {word for word in shown if re.fullmatch(r"[a-z]+", word)} == {command.name for command in COMMANDS}


def test_the_service_of_systemd_may_read_what_it_is_started_with() -> None:
    """With DynamicUser=yes its user is nobody known: the folder must be open, and secrets come as credentials."""
    unit = (ROOT / "deploy/iaas-bot.service").read_text(encoding="utf-8")
    (folder,) = re.findall(r"^ExecStart=.* --config (\S+)/config\.toml$", unit, re.MULTILINE)

    assert "DynamicUser=yes" in unit
    assert f"sudo install -d -m 0755 {folder}" in commands("docs/install.md")
    assert "umask 077; cat > /etc/iaas-bot/slack-bot-token" in " ".join(commands("docs/install.md"))
