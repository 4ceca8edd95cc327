"""What people type wrong, through Slack: each ends in words with a way out, and vCenter hears nothing of it."""

import re

import pytest

from sandbox.slack import SeenMessage
from tests.acceptance.service.desk import Desk, eventually, operation_of, said, state_of
from tests.acceptance.service.lines import LINES

LOUD = "<!channel>"
STRANGE = (LOUD, "a|b", "../x", "🚀 rocket", "*bold*", "`code` _x_", "<@U0ANN>", "&lt;!here&gt;", 'it\'s {"x": 1}')


def test_an_unknown_verb_is_answered_privately_with_the_nearest_verbs(desk: Desk) -> None:
    answer = desk.answer("pweron web-01")
    others = [one.text for one in desk.person("ann").messages()]

    assert answer.ephemeral
    assert "poweron" in answer.text
    assert "pweron" not in " ".join(others)
    assert desk.sent() == {}


@pytest.mark.parametrize("line", ["clone-test web-01", "nukeweb web-01", "x poweron web-01"])
def test_a_verb_within_a_word_does_nothing(desk: Desk, line: str) -> None:
    """The first version routed by substring: `clone-test` cloned."""
    outcome = desk.run(line)

    assert outcome.state == "failed", outcome
    assert desk.sent() == {}


def test_nothing_at_all_is_answered_with_help(desk: Desk) -> None:
    result = desk.person().command("/iaas ", "#vm-requests")

    assert result.ok
    assert desk.person().wait_for_message(contains="help")


@pytest.mark.parametrize("verb", ["poweron", "nuke", "spawn", "clone", "transform", "snapshot", "show", "cancel"])
def test_a_missing_name_is_answered_with_the_right_usage(desk: Desk, verb: str) -> None:
    outcome = desk.run(verb)

    assert outcome.state == "failed", outcome
    assert f"Write: `{verb} " in outcome.text


def test_two_vms_of_one_name_are_a_picker_and_the_click_takes_the_one_that_is_meant(desk: Desk) -> None:
    desk.estate.set_vm("Lab/twin-01", power="off")
    picker = desk.answer("poweron twin-01", who="ben")
    untouched = desk.sent()
    choice = next(
        element for block in picker.blocks for element in block.get("elements", []) if "Lab" in element.get("value", "")
    )
    assert desk.person("ben").click(picker, choice["action_id"]).ok
    desk.person("ben").wait_for_message(lambda one: "twin-01" in one.text and state_of(one) == "succeeded")

    assert untouched == {}
    assert all(path in picker.all_text for path in ("Frankfurt/vm/Finance/twin-01", "Frankfurt/vm/Lab/twin-01"))
    assert desk.vm("Lab/twin-01").power == "poweredOn"
    assert desk.sent() == {"PowerOnVM_Task": 1}


@pytest.mark.parametrize("line", ["spawn web-01", "clone shop-01 web-01", "clonetemplate web-01 debian-12"])
def test_a_name_that_is_taken_is_answered_with_a_free_one(desk: Desk, line: str) -> None:
    answer = desk.answer(line)

    assert "web-01 is taken" in answer.text
    assert "iaas.say" in " ".join(answer.action_ids())
    assert desk.sent() == {}


def test_a_vm_that_was_deleted_by_hand_before_the_send_is_said_to_be_gone(desk: Desk) -> None:
    modal = desk.question("reset web-cache-01")
    desk.estate.delete_vm("web-cache-01")
    assert desk.person().submit(modal).ok

    end = desk.person().wait_for_message(
        lambda one: one.from_bot and "web-cache-01" in one.text and one.text.startswith((":x:", ":no_entry:"))
    )
    assert "no longer" in end.text or "no VM is called" in end.text.lower() or "gone" in end.text, end.text
    assert desk.sent() == {}


def test_a_template_that_does_not_exist_is_answered_with_those_that_are_near(desk: Desk) -> None:
    answer = desk.answer("clonetemplate new-1 debian-11")

    assert "no template is called 'debian-11'" in answer.text.lower()
    assert "debian-12" in answer.all_text
    assert desk.sent() == {}


def test_a_full_datastore_is_refused_before_anything_is_sent(desk: Desk) -> None:
    desk.estate.set_datastore("silver-03", free_bytes=1024**3)
    query = "invoke get-datastore -Name silver-03 | select FreeSpaceGB | fl"
    eventually(lambda: re.search(r"FreeSpaceGB\s*: 1\b", desk.run(query).text), "the little that is free")
    outcome = desk.run("move web-cms-01 silver-03")

    assert outcome.state == "failed", outcome
    assert "silver-03" in outcome.text
    assert "RelocateVM_Task" not in desk.sent()


def test_space_that_ran_out_during_the_task_fails_with_the_datastore_and_a_way_out(desk: Desk) -> None:
    desk.estate.fail_next("CloneVM_Task", "NoDiskSpace", in_task=True, details={"datastore": "silver-02"})
    outcome = desk.run("clone shop-01 too-big-1")

    assert outcome.state == "failed", outcome
    assert "silver-02" in outcome.text
    assert not any(name.endswith("too-big-1") for name in desk.estate.vms())


def test_a_host_that_went_into_maintenance_is_said_and_new_vms_go_elsewhere(desk: Desk) -> None:
    for number in (11, 12, 13):
        desk.estate.set_host(f"esx-{number}.corp.example", maintenance=True)
    desk.estate.fail_next("PowerOnVM_Task", "InvalidHostState", entity="web-06")
    on_it = desk.run("poweron web-06")
    new = desk.run("spawn elsewhere-1")
    for number in (11, 12, 13):
        desk.estate.set_host(f"esx-{number}.corp.example", maintenance=False)

    assert on_it.state == "failed", on_it
    assert "maintenance" in on_it.text
    assert new.state == "succeeded", new
    assert desk.vm("elsewhere-1").host not in {f"esx-{number}.corp.example" for number in (11, 12, 13)}


def test_a_missing_privilege_is_named_on_the_card_with_the_way_out(desk: Desk) -> None:
    desk.estate.fail_next("CreateVM_Task", "NoPermission", privilege="VirtualMachine.Inventory.Create")
    outcome = desk.run("spawn forbidden-1")

    assert outcome.state == "failed", outcome
    assert "VirtualMachine.Inventory.Create" in outcome.text
    assert "Grant the privilege named above to the bot's role." in outcome.text
    assert not any(name.endswith("forbidden-1") for name in desk.estate.vms())


def test_a_deletion_that_fails_is_not_told_as_done(desk: Desk) -> None:
    """The first version said that the VM was gone, whatever vCenter had answered."""
    made = desk.run("spawn still-here-1")
    desk.estate.fail_next("Rename_Task", "ResourceInUse", in_task=True)
    outcome = desk.run("nuke still-here-1")

    assert made.state == "succeeded", made
    assert outcome.state == "failed", outcome
    assert desk.vm("still-here-1").folder.endswith("Lab")


def test_a_session_that_expired_is_noticed_by_nobody(desk: Desk) -> None:
    assert desk.estate.expire_sessions() > 0
    outcome = desk.run("spawn after-expiry-1")

    assert outcome.state == "succeeded", outcome
    assert desk.sent("after-expiry-1")["PowerOnVM_Task"] == 1


def test_an_envelope_that_is_delivered_twice_is_one_operation(desk: Desk) -> None:
    desk.workspace.faults.duplicate_next()
    outcome = desk.run("spawn once-1")
    desk.run("echo both deliveries were taken")

    assert outcome.state == "succeeded", outcome
    assert desk.sent("once-1") == {"CreateVM_Task": 1, "PowerOnVM_Task": 1}
    cards = {operation_of(one) for one in desk.person().messages() if "once-1" in one.text and operation_of(one)}
    assert cards == {outcome.card}


def test_enter_pressed_twice_is_one_operation(desk: Desk) -> None:
    first, second = desk.run("clone lab-k8s-01"), desk.run("clone lab-k8s-01")

    assert first.card == second.card, (first, second)
    assert desk.sent() == {"CloneVM_Task": 1}


@pytest.mark.parametrize(
    "line",
    [
        "spawn <!channel>",
        "spawn a|b",
        "spawn ../x",
        "spawn %2e%2e%2fx",
        f"spawn {'x' * 81}",
        "spawn 🚀",
        "spawn $(reboot)",
    ],
)
def test_names_that_no_vm_may_have_reach_nothing(desk: Desk, line: str) -> None:
    outcome = desk.run(line)

    assert outcome.state == "failed", outcome
    assert "Write: `" in outcome.text
    assert desk.sent() == {}


@pytest.mark.parametrize("wildcard", ["*", "web-0?", "web-[01]"])
@pytest.mark.parametrize("verb", [verb for verb, line in LINES.items() if line.vm])
def test_no_verb_that_changes_takes_a_wildcard(desk: Desk, verb: str, wildcard: str) -> None:
    """The first version handed names to PowerCLI, which takes wildcards: `nuke *` meant every VM."""
    line = LINES[verb].about(wildcard)
    outcome = desk.run(line)

    assert outcome.state == "failed", outcome
    assert "Write: `" in outcome.text
    assert desk.sent() == {}


def test_a_name_of_80_characters_is_taken(desk: Desk) -> None:
    name = "n" * 80
    outcome = desk.run(f"spawn {name}")

    assert outcome.state == "succeeded", outcome
    assert desk.vm(name).power == "poweredOn"


@pytest.mark.parametrize("foreign", STRANGE)
def test_a_vm_that_vcenter_calls_strangely_is_listed_and_told_and_rings_nobody(desk: Desk, foreign: str) -> None:
    name = f"renamed-{STRANGE.index(foreign)}"
    spawned = desk.run(f"spawn {name}")
    vm = desk.vm(name).id
    desk.estate.rename_vm(name, foreign)
    listed = eventually(
        lambda: found if name not in (found := desk.answer("list mine")).all_text else None, "the new name"
    )
    queried = desk.answer("invoke get-vm | select Name, Id")
    details = desk.answer(f"status {spawned.card}")
    desk.estate.delete_vm(vm)

    assert spawned.state == "succeeded", spawned
    for message in (listed, queried, details):
        assert_silent(message)
    assert foreign in listed.all_text.replace("&lt;", "<").replace("&gt;", ">") or foreign.startswith("&")


@pytest.mark.parametrize("foreign", [LOUD, "a|b", "../x", "🚀 rocket"])
def test_a_vm_with_a_strange_name_is_worked_on_by_that_name(desk: Desk, foreign: str) -> None:
    name = f"strange-{STRANGE.index(foreign)}"
    desk.run(f"spawn {name}")
    vm = desk.vm(name).id
    desk.estate.rename_vm(name, foreign)
    shown = eventually(
        lambda: found if "(on)" in (found := desk.answer(f'show "{foreign}"')).text else None, "the new name"
    )
    outcome = desk.run(f'poweroff "{foreign}"')
    power = desk.vm(vm).power
    log = desk.answer(f'history "{foreign}"')
    seen = [one for one in desk.person().messages() if operation_of(one) == outcome.card]
    desk.estate.delete_vm(vm)

    assert (outcome.state, power) == ("succeeded", "poweredOff"), outcome
    assert seen
    for message in (shown, log, *seen):
        assert_silent(message)


def assert_silent(message: SeenMessage) -> None:
    """No text that Slack reads marks in holds a mention made of foreign words; one reader may see people named."""
    for text in rendered(message.raw):
        assert "<!" not in text.replace("<!date^", "")
        assert message.ephemeral or "<@U0ANN>" not in text


def rendered(node: object) -> list[str]:
    """Every text in a message that Slack would read marks in: `text` of the message and of mrkdwn objects."""
    if isinstance(node, list):
        return [text for item in node for text in rendered(item)]
    if not isinstance(node, dict):
        return []
    texts = [text for value in node.values() for text in rendered(value)]
    is_read = node.get("type") in {"mrkdwn", "message"} or ("ts" in node and "blocks" in node)
    return [*texts, node["text"]] if is_read and isinstance(node.get("text"), str) else texts


def test_the_acknowledgement_of_a_loud_name_rings_nobody_either(desk: Desk) -> None:
    result = desk.person().command(f"/iaas show {LOUD}", "#vm-requests")

    assert result.ok
    assert LOUD not in said(result)


def test_text_as_phones_write_it_is_understood(desk: Desk) -> None:
    outcome = desk.run("transform http://web-05 —cpu 4 memory=“8”")

    assert outcome.state == "succeeded", outcome
    assert (desk.vm("web-05").cpus, desk.vm("web-05").memory_mib) == (4, 8192)


def test_the_buttons_of_a_card_say_their_commands(desk: Desk) -> None:
    card = desk.started("spawn clicked-1")
    end = desk.ended(card)
    assert desk.person().click(end, "iaas.say.show").ok

    assert desk.person().wait_for_message(contains="clicked-1 (on)")
    assert state_of(end) == "succeeded"
