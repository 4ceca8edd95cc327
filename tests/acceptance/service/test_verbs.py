"""Every verb, typed by a person in Slack, and what vCenter has in the end."""

import pytest

from bot.command import Command
from bot.registry import COMMANDS
from tests.acceptance.service.desk import NAME_INPUT, Desk, operation_of, state_of

SEED_LINE = (
    "invoke get-vm -Name veba-test-vm| fl Id, Name, PowerState, NumCpu, CoresPerSocket, MemoryMB, VMHost | Out-string"
)


def test_spawn_makes_a_vm_of_the_smallest_size_that_is_on_and_the_persons_own(desk: Desk) -> None:
    outcome = desk.run("spawn web-07")

    vm = desk.vm("web-07")
    assert outcome.state == "succeeded", outcome
    assert (vm.power, vm.cpus, vm.memory_mib, vm.folder.endswith("Lab")) == ("poweredOn", 1, 2048, True)
    assert vm.custom["iaas.owner"] == "U0DANA"
    assert desk.sent("web-07") == {"CreateVM_Task": 1, "PowerOnVM_Task": 1}


def test_spawn_takes_a_size_and_single_figures(desk: Desk) -> None:
    by_size = desk.run("spawn sized-1 size=medium")
    by_figures = desk.run("spawn sized-2 --cpu 3 --memory 6 disk=30")

    assert (by_size.state, by_figures.state) == ("succeeded", "succeeded")
    assert (desk.vm("sized-1").cpus, desk.vm("sized-1").memory_mib) == (2, 4096)
    assert (desk.vm("sized-2").cpus, desk.vm("sized-2").memory_mib) == (3, 6144)
    assert desk.vm("sized-2").disk_bytes == 30 * 1024**3


def test_clone_without_a_name_takes_the_next_free_one(desk: Desk) -> None:
    first = desk.run("clone web-05")
    second = desk.run("clone web-05 my-copy")

    assert (first.state, second.state) == ("succeeded", "succeeded")
    assert desk.vm("web-05-clone-1").cpus == desk.vm("web-05").cpus
    assert desk.vm("my-copy").custom["iaas.owner"] == "U0DANA"


def test_clonetemplate_deploys_and_switches_on(desk: Desk) -> None:
    outcome = desk.run("clonetemplate from-template-1 debian-12 size=large")

    vm = desk.vm("from-template-1")
    assert outcome.state == "succeeded", outcome
    assert (vm.power, vm.cpus, vm.memory_mib, vm.template) == ("poweredOn", 4, 8192, False)


def test_poweron_switches_on_and_says_so_where_it_is_on_already(desk: Desk) -> None:
    first = desk.run("poweron web-06")
    again = desk.run("poweron shop-01")

    assert (first.state, desk.vm("web-06").power) == ("succeeded", "poweredOn")
    assert again.state == "succeeded"
    assert "already" in again.text
    assert desk.sent() == {"PowerOnVM_Task": 1}


def test_poweroff_shuts_the_guest_down_in_good_order(desk: Desk) -> None:
    outcome = desk.run("poweroff web-01")

    assert (outcome.state, desk.vm("web-01").power) == ("succeeded", "poweredOff")
    assert desk.sent("web-01") == {"ShutdownGuest": 1}


def test_poweroff_hard_cuts_the_power_only_after_the_modal(desk: Desk) -> None:
    modal = desk.question("poweroff web-02 --hard")
    before = desk.vm("web-02").power
    end = desk.confirm(modal)

    assert before == "poweredOn"
    assert "web-02" in modal.all_text
    assert (state_of(end), desk.vm("web-02").power) == ("succeeded", "poweredOff")
    assert desk.sent("web-02") == {"PowerOffVM_Task": 1}


@pytest.mark.parametrize(
    "line", ["reset lab-k8s-03", "poweroff lab-k8s-03 --hard", "nuke lab-k8s-03", "transform lab-k8s-03 4096 1"]
)
def test_a_confirmation_that_is_closed_changes_nothing(desk: Desk, line: str) -> None:
    modal = desk.question(line)
    assert desk.person().close(modal).ok
    desk.run("echo the bot is through with it")

    assert desk.sent() == {}


def test_reboot_asks_the_guest_and_reset_asks_the_person(desk: Desk) -> None:
    reboot = desk.run("reboot web-03")
    modal = desk.question("reset web-04")
    nothing_yet = desk.sent("web-04")
    reset = desk.confirm(modal)

    assert (reboot.state, desk.sent("web-03")) == ("succeeded", {"RebootGuest": 1})
    assert nothing_yet == {}
    assert (state_of(reset), desk.sent("web-04")) == ("succeeded", {"ResetVM_Task": 1})


def test_nuke_wants_the_name_typed_and_takes_no_other(desk: Desk) -> None:
    modal = desk.question("nuke lab-k8s-02")
    wrong = desk.person().submit(modal, {NAME_INPUT: "lab-k8s-2"})
    errors = desk.asked().errors
    still = desk.vm("lab-k8s-02").power
    end = desk.confirm(desk.asked(), typed="lab-k8s-02")

    assert errors["iaas.name"].startswith("'lab-k8s-2' is not the name.")
    assert (wrong.ok, still, state_of(end)) == (False, "poweredOn", "succeeded")
    assert not any(name.endswith("/lab-k8s-02") for name in desk.estate.vms())
    assert desk.sent("lab-k8s-02") == {"ShutdownGuest": 1, "Rename_Task": 1}


def test_what_was_put_into_the_bin_comes_back_with_its_name_its_folder_and_its_power(desk: Desk) -> None:
    before = desk.vm("web-cache-01")
    binned = desk.run("nuke web-cache-01")
    away = [name for name in desk.estate.vms() if name.endswith("/web-cache-01")]
    restored = desk.run("restore web-cache-01")

    after = desk.vm("web-cache-01")
    assert (binned.state, away, restored.state) == ("succeeded", [], "succeeded"), (binned, restored)
    assert (after.id, after.folder, after.power) == (before.id, before.folder, before.power)


def test_transform_with_names_grows_a_running_vm_without_a_restart(desk: Desk) -> None:
    outcome = desk.run("transform web-03 cpu=4 memory=8")

    vm = desk.vm("web-03")
    assert outcome.state == "succeeded", outcome
    assert (vm.cpus, vm.memory_mib, vm.power) == (4, 8192, "poweredOn")
    assert desk.sent("web-03") == {"ReconfigVM_Task": 1}


def test_transform_in_the_seeds_form_reads_memory_first_and_asks_before_a_restart(desk: Desk) -> None:
    """The first version swapped the two figures."""
    modal = desk.question("transform web-cache-01 16384 4")
    before = desk.vm("web-cache-01")
    end = desk.confirm(modal)

    after = desk.vm("web-cache-01")
    assert "restart" in modal.all_text.lower()
    assert (before.cpus, before.power) == (2, "poweredOn")
    assert state_of(end) == "succeeded", end.text
    assert (after.cpus, after.memory_mib, after.power) == (4, 16384, "poweredOn")
    assert desk.sent("web-cache-01") == {"ShutdownGuest": 1, "ReconfigVM_Task": 1, "PowerOnVM_Task": 1}


def test_transform_like_a_template_takes_its_figures(desk: Desk) -> None:
    outcome = desk.run("transform web-05 debian-12 cpu=3")
    by_size = desk.run("transform Frankfurt/vm/Lab/twin-01 medium")

    assert (outcome.state, by_size.state) == ("succeeded", "succeeded"), (outcome, by_size)
    assert (desk.vm("web-05").cpus, desk.vm("web-05").memory_mib) == (3, 4096)
    assert (desk.vm("Lab/twin-01").cpus, desk.vm("Lab/twin-01").memory_mib) == (2, 4096)


def test_move_takes_the_datastore_that_is_named_or_finds_one(desk: Desk) -> None:
    named = desk.run("move web-cms-01 silver-02")
    found = desk.run("move shop-01")

    assert (named.state, found.state) == ("succeeded", "succeeded")
    assert desk.vm("web-cms-01").datastore == "silver-02"
    assert desk.vm("shop-01").datastore != "gold-02"


def test_a_snapshot_is_taken_listed_gone_back_to_and_removed(desk: Desk) -> None:
    lines = ["create before update", "list", "revert before update", "remove before update"]
    taken, listed, reverted, removed = (desk.run(f"snapshot web-05 {line}") for line in lines)

    assert [one.state for one in (taken, listed, reverted, removed)] == ["succeeded", "answered", *["succeeded"] * 2]
    assert "before update" in listed.text
    assert desk.vm("web-05").snapshots == ()
    methods = {"CreateSnapshot_Task": 1, "RevertToSnapshot_Task": 1, "RemoveSnapshot_Task": 1}
    assert {name: count for name, count in desk.sent().items() if "Snapshot" in name} == methods


def test_list_and_show_answer_privately_with_what_vcenter_has(desk: Desk) -> None:
    everything = desk.answer("list")
    mine = desk.answer("list mine")
    shown = desk.answer("show fin-report-01")

    assert (everything.ephemeral, mine.ephemeral, shown.ephemeral) == (True, True, True)
    assert "table" in {block["type"] for block in everything.raw["blocks"]}
    assert "fin-db-01" in everything.all_text
    assert "shop-01" in mine.all_text
    assert "fin-db-01" not in mine.all_text
    assert "Windows Server 2022" in shown.all_text


def test_status_shows_what_runs_and_cancel_stops_it(desk: Desk) -> None:
    desk.estate.set_task(30, "CloneVM_Task")
    card = desk.started("clone web-05 never-there", state="running")
    operation = operation_of(card)
    status = desk.answer(f"status {operation}")
    cancelled = desk.answer(f"cancel {operation}")
    end = desk.ended(card)

    assert "never-there" in status.all_text
    assert str(operation) in cancelled.text
    assert "asked for this already" not in cancelled.all_text
    assert state_of(end) == "cancelled", end.text
    assert not any(name.endswith("never-there") for name in desk.estate.vms())


def test_the_cancel_button_of_a_card_stops_the_operation(desk: Desk) -> None:
    desk.estate.set_task(30, "CloneVM_Task")
    card = desk.started("clone web-05 not-there-either", state="running")
    assert desk.person().click(card, "iaas.say.cancel").ok

    assert state_of(desk.ended(card)) == "cancelled"


def test_history_tells_what_was_done_to_a_vm_and_by_a_person(desk: Desk) -> None:
    outcome = desk.run("spawn storied-1")
    of_vm = desk.answer("history storied-1")
    of_person = desk.answer("history <@U0DANA|dana>")

    assert str(outcome.card) in of_vm.all_text
    assert str(outcome.card) in of_person.all_text


def test_the_seeds_query_runs_as_it_was_typed(desk: Desk) -> None:
    outcome = desk.run(SEED_LINE)

    vm = desk.vm("veba-test-vm")
    assert outcome.state == "answered"
    assert [line.split(":")[0].strip() for line in outcome.text.splitlines()[1:]] == [
        "Id", "Name", "PowerState", "NumCpu", "CoresPerSocket", "MemoryMB", "VMHost",
    ]  # fmt: skip
    assert f"VirtualMachine-{vm.id}" in outcome.text
    assert vm.host in outcome.text


@pytest.mark.parametrize(
    "query",
    [
        "Remove-VM web-05 -Confirm:$false",
        "get-vm web-05; stop-vm web-05",
        "get-vm $(stop-vm web-05)",
        "iex 'stop-vm web-05'",
    ],
    ids=["cmdlet-that-writes", "second-statement", "subexpression", "invoke-expression"],
)
def test_invoke_runs_nothing_that_could_change_anything(desk: Desk, query: str) -> None:
    """The first version handed chat text to Invoke-Expression."""
    outcome = desk.run(f"invoke {query}")

    assert outcome.state == "failed", outcome
    assert desk.sent() == {}


def test_echo_whoami_and_help_say_what_the_bot_understood(desk: Desk) -> None:
    echo = desk.answer("echo Hello, *world*")
    whoami = desk.answer("whoami")
    help_, help_of_approvers = desk.answer("help"), desk.answer("help", "ann")

    assert "world" in echo.all_text
    assert "U0DANA" in echo.all_text
    assert "own-vms" in whoami.all_text
    deciding = {"pending", "approve", "deny"}
    assert {one.name for one in COMMANDS if f"`{one.usage}`" not in help_.text} == deciding
    assert {one.name for one in COMMANDS if f"`{one.usage}`" not in help_of_approvers.text} == set()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_of_a_verb_says_its_usage(desk: Desk, command: Command) -> None:
    assert command.usage in desk.answer(f"help {command.name}").all_text


def test_the_same_verbs_work_in_the_direct_messages(desk: Desk) -> None:
    person = desk.person()
    assert person.command("/iaas spawn direct-1", "im").ok
    card = person.wait_for_card("direct-1", channel="im")

    assert state_of(desk.ended(card)) == "succeeded"
    assert desk.vm("direct-1").custom["iaas.owner"] == "U0DANA"
