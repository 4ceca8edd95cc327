"""What a replay tells, in words and as data."""

from remediation.model import Mode
from remediation.replay.report import data, text
from remediation.replay.run import NOT_JUDGED, replay
from tests.unit.remediation.replay.past import DISK, change, picture, settings
from vsphere.model import Ref

OTHER = Ref("lab", "alarm-99")


def test_the_table_tells_each_playbook_by_mode_with_its_vms_and_guard_rails() -> None:
    reds = [change(number * 20, "red", number=number) for number in range(1, 13)]
    changes = [*reds, change(241, "red", alarm=DISK), change(242, "red", alarm=OTHER), change(600, "green")]

    table = text(replay(changes, picture(), settings()), settings()).splitlines()

    assert table[0] == "15 changes of alarms from 2026-11-02 09:20 to 2026-11-02 19:00 UTC."
    assert "add-cpu: its alarms turned red 12 times" in table
    assert "relieve-datastore: its alarms turned red 1 times" in table
    rows = {tuple(line.split()[:-3]): line.split()[-3:] for line in table if line.startswith("  ") and ":" not in line}
    assert rows[("VMs", "changed")] == ["0", "3", "3"], "of the last playbook, the datastores'"
    assert [line for line in table if line.endswith("web-09 2, web-10 2, and 2 more")]
    assert "Turned red, and no playbook answers it: Something else 1" in table
    assert [line for line in table if all(name in line for name in NOT_JUDGED)]


def test_a_past_without_alarms_is_said_to_be_one() -> None:
    assert text(replay([], picture(), settings()), settings()) == "No alarm has changed in that time."


def test_the_data_tell_what_was_not_judged_and_only_of_what_grows() -> None:
    changes = [change(0, "red"), change(1, "red", alarm=DISK), change(29, "green")]

    told = data(replay(changes, picture(), settings()))

    playbooks = told["playbooks"]
    assert isinstance(playbooks, dict)
    auto = {name: modes["auto"]["not_judged"] for name, modes in playbooks.items()}
    assert auto["add-cpu"] == {"sustained": 1, "contention": 1, "acknowledged": 1}
    assert auto["relieve-datastore"] == {"sustained": 0, "contention": 0, "acknowledged": 3}
    assert playbooks["add-cpu"]["recommend"]["recommended_most"] == {"web-01": 1}
    assert (told["changes"], told["vms"], told["bad"]) == (3, 20, 0)
    assert set(playbooks["add-cpu"]) == {mode.value for mode in Mode} - {"off"}
