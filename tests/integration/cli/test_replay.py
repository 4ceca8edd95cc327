"""What `iaas-bot replay` finds in a vCenter's event history or in a file, and that it only reads."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.demo.world import Bot
from bot.cli.replay import Asked, CanNotError, replayed
from bot.config import Settings, load
from remediation.model import Mode, PlaybookName
from remediation.replay.changes import from_line, to_line
from remediation.replay.report import data
from sandbox.slack import Workspace
from sandbox.vcenter import Estate
from sandbox.vcenter.client import PastEvent
from tests.unit.remediation.replay.past import change
from vsphere.clock import SystemClock

GOOD = to_line(change(0, "red")).encode()
CPU = "alarm.VmCPUUsageAlarm"
DISK = "alarm.DatastoreDiskUsageAlarm"
END = SystemClock().now().replace(microsecond=0) - timedelta(hours=2)


def ago(hours: float) -> datetime:
    """Before the end of that past."""
    return END - timedelta(hours=hours)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The configuration of a bot that is not started, and a vCenter with a past."""
    with Estate.start() as estate, Workspace.start() as workspace:
        bot = Bot(folder=tmp_path_factory.mktemp("replay"), workspace=workspace, estate=estate)
        bot.write_config()
        estate.write_events(
            [
                PastEvent(entity="web-01", at=ago(hours=60), alarm=CPU, from_status="green", to_status="red"),
                PastEvent(entity="web-01", at=ago(hours=1), alarm=CPU, from_status="red", to_status="green"),
                PastEvent(entity="ad-01", at=ago(hours=9), alarm=CPU, from_status="green", to_status="red"),
                PastEvent(
                    entity="gold-02",
                    kind="datastore",
                    at=ago(hours=8),
                    alarm=DISK,
                    from_status="yellow",
                    to_status="red",
                ),
                PastEvent(entity="web-01", at=END, alarm=CPU, from_status="green", to_status="yellow"),
            ]
        )
        yield bot


@pytest.fixture
def settings(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in bot.secrets().items():
        monkeypatch.setenv(name, value)
    return load(bot.config)


def typed(bot: Bot, *words: str) -> Result:
    """What a command line comes to."""
    return CliRunner().invoke(app, ["replay", *words, "--config", str(bot.config)])


def test_the_event_history_is_replayed_on_what_there_is_and_nothing_is_written(bot: Bot, settings: Settings) -> None:
    before = bot.estate.writes()

    report = replayed(settings, Asked(days=30))

    figures = {mode: tally.by_playbook[PlaybookName.ADD_CPU] for mode, tally in report.tallies.items()}
    auto = figures[Mode.AUTO]
    assert (report.changes, report.first, report.last) == (5, ago(hours=60), END)
    assert (auto.incidents, auto.gone, auto.changes) == (2, 0, {"web-01": 6}), "from 2 vCPU up to the cap of 8"
    assert (auto.held["protected"], auto.held["playbook"]) == (1, 1), "of the two VMs"
    assert figures[Mode.RECOMMEND].changes == {}
    assert figures[Mode.RECOMMEND].recommended == {"web-01": 1}
    assert figures[Mode.APPROVE].asked == 6
    assert report.tallies[Mode.AUTO].by_playbook[PlaybookName.RELIEVE_DATASTORE].incidents == 1
    assert bot.estate.writes() == before
    assert not (bot.folder / "iaas-bot.db").exists()


@pytest.mark.usefixtures("settings")
def test_the_line_of_the_readme_prints_a_table(bot: Bot) -> None:
    run = typed(bot, "--days", "30")

    assert run.exit_code == 0
    assert run.stdout.startswith("5 changes of alarms from ")
    assert "add-cpu: its alarms turned red 2 times" in run.stdout


def test_only_so_many_days_are_read(settings: Settings) -> None:
    assert replayed(settings, Asked(days=1)).changes == 4


def test_what_was_read_is_kept_and_replayed_elsewhere_without_vcenter(settings: Settings, tmp_path: Path) -> None:
    kept, again = tmp_path / "kept.jsonl", tmp_path / "again.jsonl"

    here = replayed(settings, Asked(days=30, write=kept))
    there = replayed(settings, Asked(days=30, jsonl=kept))
    offline = replayed(settings, Asked(days=30, jsonl=kept, offline=True, write=again))

    assert [from_line(line).entity_name for line in kept.read_text().splitlines()][:3] == [
        "web-01",
        "ad-01",
        "gold-02",
    ]
    assert data(there) == data(here)
    assert offline.tallies[Mode.AUTO].by_playbook[PlaybookName.ADD_CPU].changes == {"web-01": 6, "ad-01": 6}
    assert again.read_text() == kept.read_text()


def test_bad_lines_are_told_and_the_rest_is_replayed(bot: Bot, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    replayed(settings, Asked(days=30, write=file))
    file.write_text(f"nonsense\n{file.read_text()}", encoding="utf-8")

    run = CliRunner().invoke(
        app, ["replay", "--jsonl", str(file), "--offline", "--format", "json", "--config", str(bot.config)]
    )

    assert run.exit_code == 1
    assert f"{file}:1: no JSON" in run.stderr
    assert json.loads(run.stdout)["changes"] == 5


def test_the_table_names_playbooks_vms_and_what_held(bot: Bot, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    replayed(settings, Asked(days=30, write=file))

    run = typed(bot, "--jsonl", str(file), "--offline")

    assert run.exit_code == 0
    for words in ("add-cpu: its alarms turned red 2 times", "web-01 6", "Held by cooldown", "No vCenter was asked"):
        assert words in run.stdout


@pytest.mark.usefixtures("settings")
def test_one_bad_line_is_told_in_the_singular_with_the_file_and_its_number(bot: Bot, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n[[\xfc\n" + GOOD)

    run = typed(bot, "--jsonl", str(file), "--offline")

    assert run.exit_code == 1
    assert run.stderr == f"{file}:2: no UTF-8\niaas-bot: 1 line could not be read and was left out.\n"


@pytest.mark.usefixtures("settings")
def test_a_file_without_one_line_that_could_be_read_is_not_replayed(bot: Bot, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("who?\n", encoding="utf-8")

    run = typed(bot, "--jsonl", str(file), "--offline")

    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr.startswith(f"{file}:1: no JSON")
    assert run.stderr.endswith("iaas-bot: No line of the file could be read, so nothing was replayed.\n")


@pytest.mark.usefixtures("settings")
def test_a_file_that_is_there_is_overwritten_only_when_that_is_said(bot: Bot, tmp_path: Path) -> None:
    file, read = tmp_path / "kept.jsonl", tmp_path / "events.jsonl"
    file.write_text("dear to somebody\n", encoding="utf-8")
    read.touch()
    line = ["--jsonl", str(read), "--offline", "--write", str(file)]

    refused = typed(bot, *line)
    assert (refused.exit_code, file.read_text()) == (2, "dear to somebody\n")
    assert "--overwrite" in refused.stderr
    assert (typed(bot, *line, "--overwrite").exit_code, file.read_text()) == (0, "")


@pytest.mark.usefixtures("settings")
def test_more_days_than_any_history_has_are_refused(bot: Bot) -> None:
    run = typed(bot, "--days", "9999999999")

    assert run.exit_code == 2
    assert "3650" in run.stderr


def test_a_vcenter_is_meant_in_whatever_case(settings: Settings) -> None:
    assert replayed(settings, Asked(days=1, vcenter="LAB")).changes == 4


CAN_NOT = {
    "no such vCenter": ({"vcenter": "nowhere"}, "no vCenter is called 'nowhere'; there are"),
    "no such folder": (
        {"write": Path("/nonexistent/kept.jsonl"), "offline": True, "jsonl": Path("/dev/null")},
        "/nonexistent",
    ),
}


@pytest.mark.parametrize(("asked", "words"), CAN_NOT.values(), ids=CAN_NOT.keys())
def test_what_can_not_be_done_is_said(settings: Settings, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(CanNotError, match=words):
        replayed(settings, Asked(days=30, **asked))


ODD = {
    "days of a file": ["--jsonl", "FILE", "--days", "3"],
    "offline without a file": ["--offline"],
    "the file that is read": ["--jsonl", "FILE", "--write", "FILE"],
    "nothing that is overwritten": ["--overwrite"],
}


@pytest.mark.parametrize("words", ODD.values(), ids=ODD.keys())
def test_options_that_make_no_sense_together_are_refused(bot: Bot, words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.touch()
    line = [str(file) if word == "FILE" else word for word in words]

    run = typed(bot, *line)

    assert run.exit_code == 2
    assert "Invalid value" in run.stderr


def test_a_simulation_prints_its_table_and_its_data_without_any_configuration() -> None:
    line = ["simulate", "--weeks", "1", "--vms", "20", "--seed", "3"]

    table, told = CliRunner().invoke(app, line), CliRunner().invoke(app, [*line, "--format", "json"])

    assert (table.exit_code, told.exit_code) == (0, 0)
    assert table.stdout.startswith("1 week, 20 VMs, seed 3")
    assert json.loads(told.stdout)["iaas_bot"]["restarts"] == 0
