"""Mistakes in the tables of remediation that would hold it back, or let it go too far, without a word."""

from pathlib import Path

import pytest

from bot.config import ConfigError, load, translate
from remediation.model import PlaybookName

EXAMPLE = (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")
REST = EXAMPLE[: EXAMPLE.index("# Relief by itself")]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IAAS_CONFIG", "IAAS_SLACK__COMMAND"):
        monkeypatch.delenv(name, raising=False)


def written(folder: Path, text: str, *, rest: str = REST) -> Path:
    """A file whose tables of remediation are these."""
    path = folder / "config.toml"
    path.write_text(f"{rest}\n{text}", encoding="utf-8")
    return path


def problems(folder: Path, text: str, *, rest: str = REST) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text, rest=rest))
    assert all(problem.source.endswith("config.toml") for problem in caught.value.problems)
    return [f"{problem.key}: {problem.reason}" for problem in caught.value.problems]


def guard(line: str) -> str:
    return f"[remediation.guards]\n{line}\n"


def calendar(*lines: str, kind: str = "freeze", name: str = "c") -> str:
    return "\n".join(["[[remediation.calendar]]", f'name = "{name}"', f'kind = "{kind}"', *lines, ""])


def override(*lines: str) -> str:
    return "\n".join(["[[remediation.override]]", 'mode = "recommend"', *lines, ""])


def playbook(name: str, *lines: str) -> str:
    return "\n".join(["[[remediation.playbook]]", f'name = "{name}"', *lines, ""])


NO_TIME = "no length of time: write 20s, 30m, 4h or 14d; none at all would switch it off"
NO_MOMENT = "is no time of day: write 22:00"
WRONG = {
    "no comparison": ("[remediation]\nverify_after = []", "remediation.verify_after: names no time"),
    "a comparison at once": ('[remediation]\nverify_after = ["0s"]', "remediation.verify_after: must be later than"),
    "comparisons out of order": (
        '[remediation]\nverify_after = ["30m", "10m"]',
        "remediation.verify_after: must be later than",
    ),
    "target at red": (
        "[remediation.relief]\ntarget_percent = 85",
        "remediation.relief.target_percent: 85 is not below thresholds.datastore_red, which is 85: the alarm stays red",
    ),
    "target above yellow": (
        "[remediation.relief]\ntarget_percent = 80",
        "remediation.relief.target_percent: 80 is over thresholds.datastore_yellow, which is 75: the alarm stays",
    ),
    "target above lower thresholds": (
        "[remediation.thresholds]\ndatastore_yellow = 60\ndatastore_red = 70",
        "remediation.relief.target_percent: 75 is not below thresholds.datastore_red, which is 70",
    ),
    "nothing emptier by so much": (
        "[remediation.relief]\nbetter_points = 85",
        "remediation.relief.better_points: 85 is not below thresholds.datastore_red, which is 85: no datastore is",
    ),
    "one alarm in two playbooks": (
        playbook("add-cpu", 'alarms = ["Mine"]') + playbook("relieve-datastore", 'alarms = ["Other", "mine"]'),
        "remediation.playbook[2].alarms[2]: 'mine' is answered by add-cpu already",
    ),
    "one alarm by both of its names": (
        playbook("move-vm", 'alarms = ["Virtual machine CPU usage"]'),
        "remediation.playbook[1].alarms[1]: 'Virtual machine CPU usage' is answered by add-cpu already",
    ),
    "the same alarm twice": (
        playbook("add-cpu", 'alarms = ["Mine", "MINE"]'),
        "remediation.playbook[1].alarms[2]: 'MINE' stands here twice",
    ),
    "a step over the cap": (
        playbook("add-cpu", "step_cpu = 4", "max_cpu = 2"),
        "remediation.playbook[1].step_cpu: 4 is over max_cpu, which is 2",
    ),
    "a step of memory over the cap": (
        playbook("add-memory", "step_memory_gib = 64"),
        "remediation.playbook[1].step_memory_gib: 64 is over max_memory_gib, which is 32",
    ),
    "more than anybody may ask for": (
        playbook("add-cpu", "max_cpu = 12"),
        "remediation.playbook[1].max_cpu: 12 is over limits.cpu, which is 8",
    ),
    "more memory than anybody may ask for": (
        playbook("add-memory", "max_memory_gib = 33.5"),
        "remediation.playbook[1].max_memory_gib: 33.5 is over limits.memory_gib, which is 32",
    ),
    "an override of nothing": (override("folders = []"), "remediation.override[1].folders: names no folder"),
    "an override of everything": (
        override('playbooks = ["add-cpu"]', 'attribute = ""'),
        "remediation.override[1]: holds for everything: give folders or an attribute, or the mode of the playbook",
    ),
    "an attribute without a name": (
        override('attribute = " =dev"'),
        "remediation.override[1].attribute: ' =dev' is no attribute with its value: write env=dev",
    ),
    "an attribute without a value": (
        override('attribute = "env="'),
        "remediation.override[1].attribute: 'env=' is no attribute with its value: write env=dev",
    ),
    "a calendar that freezes everything": (
        calendar(),
        "remediation.calendar[1]: freezes every hour of the week: write enabled = false in [remediation]",
    ),
    "a calendar that allows everything": (
        calendar('start = "06:00"', 'end = "06:00"', kind="allow"),
        "remediation.calendar[1]: allows every hour of the week, so it holds nothing: leave it out",
    ),
    "a day twice": (calendar('days = ["mon", "tue", "mon"]'), "remediation.calendar[1].days: mon stands here twice"),
    "no day": (calendar("days = []"), "remediation.calendar[1].days: names no day, so it would hold on none"),
    "an unknown day": (
        calendar('days = ["monday"]'),
        "remediation.calendar[1].days[1]: input should be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', got",
    ),
    "an unknown zone": (
        calendar('days = ["sat"]', 'zone = "Berlin"'),
        "remediation.calendar[1].zone: no time zone is called 'Berlin'",
    ),
    "an hour as a number": (calendar("start = 8"), f"remediation.calendar[1].start: 8 {NO_MOMENT}"),
    "a time with an offset": (
        calendar('start = "08:00+02:00"'),
        f"remediation.calendar[1].start: '08:00+02:00' {NO_MOMENT}",
    ),
    "a time that no clock shows": (calendar('end = "24:30"'), f"remediation.calendar[1].end: '24:30' {NO_MOMENT}"),
    "more votes than voters": (
        '[remediation.approvers]\nusers = ["U012AB3CD"]\nvotes = 2',
        "remediation.approvers.votes: 2 must say yes, and no more than 1 may",
    ),
    "longer than dates go": (guard('cooldown = "999999w"'), "remediation.guards.cooldown: is too long: 3650d is the"),
    "an observing without end": (guard('observe_for = "999999d"'), "remediation.guards.observe_for: is too long"),
    "an observing for more than a week": (
        guard('observe_for = "400d"'),
        "remediation.guards.observe_for: is too long: 7d",
    ),
    "a pause for more than a week": (guard('storm_pause = "400d"'), "remediation.guards.storm_pause: is too long: 7d"),
    "a rest of a second": (guard('cooldown = "1s"'), "remediation.guards.cooldown: is too short: 1m is the least"),
    "failures of a second": (
        guard('breaker_within = "1s"'),
        "remediation.guards.breaker_within: is too short: 1h is the least",
    ),
    "a look a day": ('[remediation]\nlook_every = "1d"', "remediation.look_every: is too long: 1h is the most"),
    "no look at all": ('[remediation]\nlook_every = "0s"', "remediation.look_every: no length of time"),
    **{
        line: (guard(line), f"remediation.guards.{line.partition(' ')[0]}: input should be less than or equal to")
        for line in (
            "storm_vms = 1000000",
            "storm_percent = 100",
            "ready_percent = 100",
            "costop_percent = 100",
            "cluster_cpu_percent = 100",
            "cluster_memory_percent = 100",
            "per_vm_a_day = 1000000",
            "per_hour = 1000000",
            "at_once_per_cluster = 1000000",
            "breaker_failures = 1000000",
            "flaps = 1000000",
            "no_effects = 1000000",
        )
    },
    "a freeze of all hours, by days": (
        calendar('days = ["mon", "tue", "wed", "thu", "fri", "sat"]') + calendar('days = ["sun"]', name="d"),
        "remediation.calendar: leave no hour of the week together",
    ),
    "a freeze of all hours, by halves": (
        calendar('end = "12:00"') + calendar('start = "12:00"', name="d"),
        "remediation.calendar: leave no hour of the week together",
    ),
    "a freeze of all hours, in two zones": (
        calendar('end = "12:00"', 'zone = "Asia/Kolkata"') + calendar('start = "06:30"', 'end = "18:30"', name="d"),
        "remediation.calendar: leave no hour of the week together",
    ),
    "hours that are allowed and frozen": (
        calendar('start = "01:00"', 'end = "02:00"', kind="allow") + calendar('end = "03:00"', name="d"),
        "remediation.calendar: leave no hour of the week together",
    ),
    "a switch in words": (
        guard('leave_acknowledged = "no"'),
        "remediation.guards.leave_acknowledged: 'no' is no switch: write true or false, without quotes",
    ),
    "a switch in words for all": ('[remediation]\nenabled = "off"', "remediation.enabled: 'off' is no switch"),
    "a switch as a number": ("[remediation]\nenabled = 1", "remediation.enabled: 1 is no switch"),
    "a number as a switch": ("[remediation]\ntrust_runs = true", "remediation.trust_runs: true is no number"),
    "a number in words": (guard('storm_percent = "5"'), "remediation.guards.storm_percent: '5' is no number"),
    "a channel that is a number": ("[remediation]\nchannel = 5", "remediation.channel: input should be a valid string"),
    "an alarm of another playbook, which keeps its own": (
        playbook("add-cpu", 'alarms = ["alarm.VmMemoryUsageAlarm"]') + playbook("add-memory"),
        "remediation.playbook[2].alarms: 'alarm.VmMemoryUsageAlarm', which is answered where no alarms are given",
    ),
    "more people than runs": (
        "[remediation]\ntrust_runs = 3\ntrust_people = 4",
        "remediation.trust_people: 4 is over trust_runs, which is 3: auto would never be offered",
    ),
    "sustained above the alarm": (
        "[remediation.thresholds]\ncpu_red = 80",
        "remediation.guards.sustained_percent: 85 is over thresholds.cpu_red, which is 80: what is red would wait",
    ),
    **{
        line: (guard(line), f"remediation.guards.{line.partition(' ')[0]}: input should be greater than")
        for line in (
            "per_hour = 0",
            "per_vm_a_day = 0",
            "storm_vms = 1",
            "hot_memory_factor = 1",
            "ready_percent = 0",
            "costop_percent = 0",
            "sustained_share = 0",
        )
    },
    **{
        f"{key} of no length": (guard(f'{key} = "0s"'), f"remediation.guards.{key}: {NO_TIME}")
        for key in (
            "cooldown",
            "cooldown_after_failure",
            "cooldown_of_moves",
            "storm_within",
            "storm_pause",
            "breaker_within",
            "flap_within",
        )
    },
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_would_hold_back_or_let_go_without_a_word_is_told_at_load(tmp_path: Path, text: str, told: str) -> None:
    (found,) = problems(tmp_path, text)

    assert found.startswith(told)


FINE = {
    "target at yellow, which is above it": "[remediation.relief]\ntarget_percent = 75",
    "an override of a folder": override('folders = ["DC/vm/Prod"]'),
    "an override by attribute": override('attribute = "env=dev"'),
    "an alarm that was answered by another playbook as shipped": playbook("add-cpu", 'alarms = ["Mine"]')
    + playbook("move-vm", 'alarms = ["alarm.VmCPUUsageAlarm"]'),
    "nothing is asked for to be sustained": guard("sustained_percent = 0"),
    "no observing": guard('observe_for = "0s"'),
    "a whole day": calendar('days = ["sun"]', 'start = "00:00"', 'end = "00:00"'),
    "a time of TOML": calendar("start = 08:30:00", 'end = "9:15"'),
    "seconds": guard('storm_within = "90s"'),
    "freezes that leave a minute": calendar('end = "12:00"') + calendar('start = "12:01"', name="d"),
    "hours of two calendars": calendar('start = "01:00"', 'end = "02:00"', kind="allow")
    + calendar('start = "01:30"', 'end = "03:00"', name="d"),
    "what the demo has": guard('cooldown = "60s"\ncooldown_of_moves = "2m"\nstorm_pause = "2m"\nobserve_for = "0s"'),
    "no channel": '[remediation]\nchannel = ""',
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_can_be_meant_is_taken(tmp_path: Path, text: str) -> None:
    load(written(tmp_path, text))


def test_what_variables_say_is_text_and_counts_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ENABLED": "false",
        "TRUST_RUNS": "7",
        "GUARDS__LEAVE_ACKNOWLEDGED": "0",
        "GUARDS__STORM_PERCENT": "7.5",
    }.items():
        monkeypatch.setenv(f"IAAS_REMEDIATION__{name}", value)

    found = load(written(tmp_path, "")).remediation

    assert (found.enabled, found.trust_runs) == (False, 7)
    assert (found.guards.leave_acknowledged, found.guards.storm_percent) == (False, 7.5)


def test_all_of_them_are_told_at_once_each_with_file_key_reason_and_example(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, "[remediation]\nverify_after = []\n" + guard("per_hour = 0") + override("folders = []")))

    told = str(caught.value)
    assert told.startswith("3 problems in the configuration:")
    assert f"{tmp_path / 'config.toml'}: remediation.verify_after: names no time" in told
    for example in ('verify_after = ["10m", "30m"]', "per_hour = 10", 'folders = ["Datacenter/vm/Prod"]'):
        assert f"for example: {example}" in told


def test_a_cap_that_nobody_wrote_is_no_more_than_anybody_may_ask_for(tmp_path: Path) -> None:
    smaller = REST.replace("cpu = 8\nmemory_gib = 32", "cpu = 4\nmemory_gib = 16")
    assert smaller != REST

    settings = load(written(tmp_path, "", rest=smaller))

    found = {one.name: one for one in translate.remediation(settings.remediation, settings.limits).playbooks}
    assert found[PlaybookName.ADD_CPU].max_cpu == 4
    assert found[PlaybookName.ADD_MEMORY].max_memory_mib == 16 * 1024


def test_what_nobody_could_ever_be_asked_about_is_told_of_approvals_too(tmp_path: Path) -> None:
    votes = REST.replace('groups = ["@vm-approvers"]\nusers = []', 'users = ["U012AB3CD"]').replace(
        "votes = 1", "votes = 3"
    )

    told = problems(tmp_path, "", rest=votes.replace('folders = ["*"]\n# After', "folders = []\n# After"))

    assert "approval[1].votes: 3 must say yes, and no more than 1 may" in told
    assert any(one.startswith("approval[1].folders: names no folder") for one in told)


def test_lengths_outside_of_remediation_have_an_end_too(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, "", rest=REST.replace('bin_after = "3d"', 'bin_after = "999999w"'))

    assert told == "leases.bin_after: is too long: 3650d is the most"


def test_hours_of_the_window_are_times_of_day_too(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, "", rest=REST.replace('start = "22:00"', "start = 22"))

    assert told.startswith(f"window.start: 22 {NO_MOMENT}")
