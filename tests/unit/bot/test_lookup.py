"""From what was written to the one VM that is meant: pickers, near names, and nothing that one may not see."""

from dataclasses import replace

import pytest

from bot.answers import Button, Tone
from bot.dispatch import Dispatcher
from operations.policy import Policy, Rule
from tests.unit.bot import world
from tests.unit.bot.desk import ANN, DANA, Desk
from vsphere.sites import Sites

TWINS = (world.vm(1, "web-01"), world.vm(2, "web-01", folder="Finance"))


@pytest.fixture
def desk() -> Desk:
    return Desk(
        world.sites(
            *TWINS,
            world.vm(3, "web-02"),
            world.vm(4, "db-01", folder="Finance"),
            world.vm(5, "Größe\u20131"),
            world.template(9, "tpl-debian-12"),
            lab=[world.vm(1, "web-01"), world.vm(2, "lab-01")],
        )
    )


def test_two_vms_of_one_name_become_a_picker_and_never_a_guess(desk: Desk) -> None:
    answer = desk.ask("poweron web-01")

    assert (answer.title, answer.tone) == ("3 VMs are called web-01. Which one?", Tone.QUESTION)
    assert answer.choices == (
        Button(label="DC/vm/Web/web-01 (on, prod)", command="poweron DC/vm/Web/web-01@prod"),
        Button(label="DC/vm/Finance/web-01 (on, prod)", command="poweron DC/vm/Finance/web-01@prod"),
        Button(label="DC/vm/Web/web-01 (on, lab)", command="poweron DC/vm/Web/web-01@lab"),
    )


@pytest.mark.parametrize(
    "line", ["show DC/vm/Finance/web-01", "show Finance/WEB-01@prod", "show web-01@LAB", "show WEB-02"]
)
def test_paths_and_vcenters_name_one_vm(desk: Desk, line: str) -> None:
    assert desk.ask(line).title in {"web-01 (on)", "web-02 (on)"}


def test_the_command_of_a_choice_finds_its_vm(desk: Desk) -> None:
    commands = [choice.command for choice in desk.ask("show web-01").choices]

    assert [dict(desk.ask(command).fields)["Folder"] for command in commands] == [
        "DC/vm/Web",
        "DC/vm/Finance",
        "DC/vm/Web",
    ]


def test_a_choice_keeps_the_other_words_and_options(desk: Desk) -> None:
    answer = desk.ask("transform web-01 cpu=4 memory=8g")

    assert answer.choices[0].command == "transform DC/vm/Web/web-01@prod cpu=4 memory=8g"


def test_a_picker_holds_only_what_the_person_may_see(desk: Desk) -> None:
    answer = desk.ask("show web-01@prod", DANA)

    assert [choice.label for choice in answer.choices] == ["DC/vm/Web/web-01 (on, prod)"]
    assert answer.lines[0] == "You may not see 1 of them here."


def test_a_slip_is_answered_with_the_nearest_names_and_nothing_is_done(desk: Desk) -> None:
    answer = desk.ask("nuke wbe-02")

    assert (answer.title, answer.lines) == (
        "No VM is called 'wbe-02'.",
        ("Did you mean one of these? Nothing has been done.",),
    )
    assert answer.buttons[0] == Button(label="web-02", command="nuke web-02")


def test_near_names_hold_only_what_the_person_may_see(desk: Desk) -> None:
    assert "db-01" in [button.label for button in desk.ask("show db-1").buttons]
    assert "db-01" not in [button.label for button in desk.ask("show db-1", DANA).buttons]


def test_nothing_near_points_to_the_list(desk: Desk) -> None:
    answer = desk.ask("show qqqqqqqq")

    assert (answer.lines, answer.buttons) == (("Check the name with `/iaas list`.",), ())


def test_an_unknown_vcenter_is_named_with_those_there_are(desk: Desk) -> None:
    answer = desk.ask("show web-02@nowhere")

    assert (answer.title, answer.lines) == (
        "No vCenter is called 'nowhere'; there are prod, lab",
        ("Write NAME@VCENTER with one of these.",),
    )


def test_a_name_that_slack_would_repair_is_found_all_the_same(desk: Desk) -> None:
    assert desk.ask("show Größe\u20131").title == "Größe\u20131 (on)"


@pytest.mark.parametrize("line", ["poweron tpl-debian-12", "nuke TPL-debian-12", "snapshot tpl-debian-12 create x"])
def test_a_template_is_no_vm_to_a_verb_that_changes_and_is_told_as_what_it_is(desk: Desk, line: str) -> None:
    answer = desk.ask(line)

    assert (answer.title, answer.lines, answer.buttons) == (
        "tpl-debian-12 is a template, which the bot does not change.",
        ("`/iaas clonetemplate NEWNAME tpl-debian-12` makes a VM from it. Nothing has been done.",),
        (),
    )


def test_a_clone_of_a_template_is_offered_as_the_verb_that_can(desk: Desk) -> None:
    answer = desk.ask("clone tpl-debian-12 web-07 for=14d")

    assert answer.title == "tpl-debian-12 is a template, which the bot does not change."
    assert answer.buttons == (
        Button(label="Make web-07 from it", command="clonetemplate web-07 tpl-debian-12 for=14d"),
    )


@pytest.mark.parametrize(("verbs", "told"), [(("poweron",), False), (("poweron", "clonetemplate"), True)])
def test_a_template_out_of_reach_is_told_of_only_to_whoever_may_make_vms_from_it(
    verbs: tuple[str, ...],
    told: bool,  # noqa: FBT001  a case of the table
) -> None:
    desk = Desk(world.sites(world.vm(9, "tpl-1", folder="Finance", on=False, config__template=True)))
    rule = Rule(name="web", groups=("@vm-users",), channels=("*",), verbs=verbs, folders=("DC/vm/Web",))
    desk.dispatcher = Dispatcher(context=replace(desk.context, policy=Policy((rule,))))

    assert ("template" in desk.ask("poweron tpl-1", DANA).title) is told


@pytest.mark.parametrize("line", ["show old-01", "nuke old-01", "poweron OLD-01@prod", "transform old-01 cpu=4"])
def test_the_former_name_of_a_vm_in_the_bin_leads_to_its_way_back(line: str) -> None:
    desk = Desk(world.sites(world.binned(1, "old-01"), world.vm(2, "old-02")))

    answer = desk.ask(line)

    assert (answer.title, answer.lines) == (
        "old-01 is in the recycle bin.",
        ("`/iaas restore old-01` brings it back. Nothing has been done.",),
    )
    assert answer.buttons == (
        Button(label="Restore", command="restore old-01.binned-20261126-0512", style="primary"),
        Button(label="Show", command="show old-01.binned-20261126-0512"),
    )


def test_of_several_in_the_bin_each_has_its_own_way_back() -> None:
    desk = Desk(world.sites(world.binned(1, "old-01"), world.binned(2, "old-01", since="20261125-0100")))

    answer = desk.ask("show old-01")

    assert answer.title == "2 VMs that were called old-01 are in the recycle bin."
    assert [one.command for one in answer.choices] == [
        "restore old-01.binned-20261126-0512",
        "restore old-01.binned-20261125-0100",
    ]


def test_the_recycle_bin_is_not_told_of_to_whoever_may_not_see_the_vm() -> None:
    desk = Desk(world.sites(world.binned(1, "old-01", folder="Finance")))

    assert desk.ask("show old-01", ANN).title == "old-01 is in the recycle bin."
    assert desk.ask("show old-01", DANA).title == "No VM is called 'old-01'."


def test_whoever_may_see_none_of_several_is_told_so_without_a_choice() -> None:
    desk = Desk(world.sites(world.vm(1, "fin-01", folder="Finance"), lab=[world.vm(2, "fin-01", folder="Finance")]))

    answer = desk.ask("show fin-01", DANA)

    assert (answer.title, answer.choices) == ("2 VMs are called fin-01, and you may see none of them here.", ())


def test_a_missing_template_is_answered_with_templates_only(desk: Desk) -> None:
    answer = desk.ask("clonetemplate web-07 tpl-debain")

    assert [button.command for button in answer.buttons] == ["clonetemplate web-07 tpl-debian-12"]


def test_a_taken_name_is_refused_with_a_free_one_to_take(desk: Desk) -> None:
    answer = desk.ask("spawn web-01 size=large")

    assert (answer.title, answer.buttons) == (
        "The name web-01 is taken in prod.",
        (Button(label="Call it web-03", command="spawn web-03 size=large"),),
    )


def test_a_free_name_is_suggested_in_the_vcenter_that_was_named(desk: Desk) -> None:
    assert [button.command for button in desk.ask("spawn lab-01@lab").buttons] == ["spawn lab-02@lab"]


def test_a_taken_template_name_counts_as_taken(desk: Desk) -> None:
    assert desk.ask("spawn tpl-debian-12").title == "The name tpl-debian-12 is taken in prod."


def test_a_datastore_that_is_not_there_is_answered_with_the_nearest(desk: Desk) -> None:
    answer = desk.ask("move web-02 golf-01")

    assert (answer.title, answer.buttons) == (
        "No datastore is called 'golf-01' in prod.",
        (Button(label="gold-01", command="move web-02 gold-01"),),
    )


NOWHERE = {
    "show qqqqqqqq": ("No VM is called 'qqqqqqqq'.", "Check the name with `/iaas list`."),
    "move web-02 qqqqqqqq": (
        "No datastore is called 'qqqqqqqq' in prod.",
        "There are gold-01 and silver-01.",
    ),
    "clonetemplate web-07 qqqqqqqq": (
        "No template is called 'qqqqqqqq'.",
        "See `/iaas invoke Get-Template`, or ask an administrator which there are.",
    ),
    "restore qqqqqqqq": ("Nothing in the recycle bin is or was called 'qqqqqqqq'.", "See `/iaas list bin`."),
}


@pytest.mark.parametrize("line", NOWHERE)
def test_what_is_like_nothing_there_is_told_with_where_to_look(desk: Desk, line: str) -> None:
    answer = desk.ask(line)

    assert (answer.title, *answer.lines) == NOWHERE[line]


def test_a_slip_about_the_recycle_bin_is_answered_with_former_names() -> None:
    desk = Desk(world.sites(world.binned(1, "old-01"), world.binned(2, "old-02", folder="Finance")))

    assert next(one.command for one in desk.ask("restore odl-01").buttons) == "restore old-01.binned-20261126-0512"
    assert "old-02" not in [one.label for one in desk.ask("restore odl-02", DANA).buttons]


def test_before_the_first_inventory_it_says_so_and_does_not_deny_the_vm() -> None:
    desk = Desk(Sites([world.gateway("prod", None)]))

    answer = desk.ask("show web-01")

    assert answer.title.startswith("The inventory of prod has not arrived yet.")
    assert answer.lines == ("Try again in a few seconds.",)


def test_a_clone_with_the_name_of_its_source_gets_a_free_name_in_the_right_place(desk: Desk) -> None:
    assert [button.command for button in desk.ask("clone web-02 web-02").buttons] == ["clone web-02 web-03"]
