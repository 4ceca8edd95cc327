"""What `iaas-bot setup alarms` finds in a vCenter and creates there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.alarms import Site, chosen, lines, look, make
from bot.cli.demo.world import Bot
from bot.config import Settings, load
from sandbox.slack import Workspace
from sandbox.vcenter import Estate
from tests.integration.vsphere.lab import settings_for
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import AlarmDefinition, ThresholdUnit

CPU, MEMORY, DISK = "alarm.VmCPUUsageAlarm", "alarm.VmMemoryUsageAlarm", "alarm.DatastoreDiskUsageAlarm"
STORAGE = "VM Storage Usage"


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace.start() as workspace:
        yield workspace


@pytest.fixture
def estate() -> Iterator[Estate]:
    """One of each test's own, since its alarms are removed."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def bot(tmp_path: Path, workspace: Workspace, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The configuration and the secrets of a bot that is not started."""
    bot = Bot(folder=tmp_path, workspace=workspace, estate=estate)
    bot.write_config()
    for name, value in bot.secrets().items():
        monkeypatch.setenv(name, value)
    return bot


def settings(bot: Bot, *thresholds: str) -> Settings:
    """The bot's configuration with thresholds of its own."""
    text = bot.config.read_text(encoding="utf-8") + "\n".join(("\n[remediation.thresholds]", *thresholds, ""))
    file = bot.config.with_name("thresholds.toml")
    file.write_text(text, encoding="utf-8")
    return load(file)


def created(known: Settings, site: Site) -> tuple[bool, list[str]]:
    """Whether all was made, and what was said."""
    said: list[str] = []
    return make(known, site, say=said.append), said


def defined(estate: Estate) -> dict[str, AlarmDefinition]:
    """The alarms that vCenter has, by name."""
    gateway = Gateway(settings_for(estate), clock=SystemClock())
    try:
        return {one.name: one for one in gateway.alarm_definitions()}
    finally:
        gateway.close()


def test_a_vcenter_that_has_them_all_misses_nothing(bot: Bot) -> None:
    site = look(settings(bot), "lab")

    assert (site.missing, site.failure) == ((), None)
    assert list(lines(site)) == [
        "vCenter lab",
        'ok    VM CPU: "Virtual machine CPU usage", red over 90 %, yellow over 75 %, for 5 min',
        'ok    VM memory: "Virtual machine memory usage", red over 90 %, yellow over 75 %, for 5 min',
        'ok    datastore usage: "Datastore usage on disk", red over 85 %, yellow over 75 %',
        'ok    VM storage: "VM Storage Usage", on no figure',
    ]


def test_what_is_missing_is_created_with_the_thresholds_of_the_file_and_is_missing_no_more(
    bot: Bot, estate: Estate
) -> None:
    estate.remove_alarm(CPU)
    estate.remove_alarm(STORAGE)
    known = settings(bot, "cpu_red = 88.5", "vm_storage_red_gib = 900.0")
    site = look(known, "lab")

    made, said = created(known, site)

    assert 'make  VM CPU: "Virtual machine CPU usage", red over 88.5 %, yellow over 75 %, for 5 min' in lines(site)
    assert (made, said) == (True, ['made  lab: "Virtual machine CPU usage"', 'made  lab: "VM Storage Usage"'])
    found = defined(estate)
    cpu, storage = found["Virtual machine CPU usage"], found["VM Storage Usage"]
    assert (cpu.red, cpu.yellow, cpu.sustain_s, cpu.everywhere) == (88.5, 75.0, 300, True)
    assert (storage.red, storage.yellow, storage.unit) == (900.0, 400.0, ThresholdUnit.GIB)
    assert look(known, "lab").missing == ()


def test_an_alarm_with_other_thresholds_is_told_and_left_as_it_is(bot: Bot) -> None:
    site = look(settings(bot, "memory_red = 80.0"), "lab")

    assert site.missing == ()
    (note,) = [line for line in lines(site) if line.startswith("note")]
    assert note.startswith('note  VM memory: "Virtual machine memory usage" turns red over 90 %')
    assert note.endswith("the file says red over 80 %, yellow over 75 %, for 5 min. It is left as it is.")


def test_a_missing_privilege_is_named_and_the_others_are_created_all_the_same(bot: Bot, estate: Estate) -> None:
    for name in (CPU, MEMORY, DISK):
        estate.remove_alarm(name)
    estate.fail_next("CreateAlarm", "NoPermission", privilege="Alarm.Create")
    known = settings(bot)

    made, said = created(known, look(known, "lab"))

    assert not made
    assert said[0].startswith('FAIL  lab: "Virtual machine CPU usage": ')
    assert "the privilege Alarm.Create" in said[0]
    assert said[1:] == ['made  lab: "Virtual machine memory usage"', 'made  lab: "Datastore usage on disk"']


def test_an_alarm_whose_answer_is_lost_is_told_and_is_there_at_the_next_look(bot: Bot, estate: Estate) -> None:
    estate.remove_alarm(CPU)
    estate.drop_after("CreateAlarm")
    known = settings(bot)

    made, said = created(known, look(known, "lab"))

    assert (made, len(said)) == (False, 1)
    assert look(known, "lab").missing == ()
    assert [one.method for one in estate.writes()] == ["CreateAlarm"]


def test_a_vcenter_that_is_away_is_told(bot: Bot, estate: Estate) -> None:
    estate.outage("refuse")

    site = look(settings(bot), "lab")

    assert site.missing == ()
    assert site.failure is not None
    assert list(lines(site)) == ["vCenter lab", f"FAIL  {site.failure}"]


def typed(bot: Bot, *words: str) -> Result:
    """What a command line comes to."""
    return CliRunner().invoke(app, ["setup", "alarms", *words, "--config", str(bot.config)])


def test_a_playbook_whose_alarms_are_nowhere_is_told_and_the_command_fails(bot: Bot) -> None:
    assert typed(bot).exit_code == 0
    text = bot.config.read_text(encoding="utf-8")
    named = 'name = "add-cpu"\nalarms = ["Host CPU usage"]'
    bot.config.write_text(text.replace('name = "add-cpu"', named), encoding="utf-8")

    run = typed(bot, "--yes")

    assert run.exit_code == 1
    (told,) = [line for line in run.output.splitlines() if line.startswith("FAIL")]
    assert told.startswith('FAIL  VM CPU: The playbook add-cpu answers nothing here: no alarm on a VM is called "Host')
    assert f'Add {CPU} ("Virtual machine CPU usage") to its `alarms`' in told
    assert "ok    VM CPU" not in run.output
    assert bot.estate.writes() == []


def test_a_lost_connection_leaves_the_next_try_to_whoever_gave_the_command(bot: Bot, estate: Estate) -> None:
    estate.outage("refuse")

    run = typed(bot)

    assert run.exit_code == 1
    assert ". Give the command again once vCenter answers; it looks anew at what is there." in run.output
    assert "by itself" not in run.output


def test_a_secret_that_is_not_there_is_told(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in bot.secrets():
        monkeypatch.delenv(name)

    assert "is not set" in (look(settings(bot), "lab").failure or "")


def test_a_vcenter_is_chosen_by_its_name_in_any_case(bot: Bot) -> None:
    known = settings(bot)

    assert (chosen(known, None), chosen(known, "LAB")) == (("lab",), ("lab",))
    with pytest.raises(typer.BadParameter, match="no vCenter is called 'prod'; there are lab"):
        chosen(known, "prod")
