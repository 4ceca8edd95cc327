"""How `help` is read and acknowledged; what it shows is proven over the wire."""

from dataclasses import replace

import pytest

from bot.answers import Answer
from bot.command import Command
from bot.commands.help import COMMAND
from bot.registry import COMMANDS
from operations.model import Origin
from operations.verbnames import DECIDING
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import ANN, DANA, Desk


def test_help_takes_a_verb_or_nothing() -> None:
    assert [read(COMMAND, "Transform"), read(COMMAND, "")] == ["transform", None]


def test_help_says_what_it_looks_up() -> None:
    assert [said(COMMAND, "nuke"), said(COMMAND, "")] == ["Looking up nuke…", "Looking up what you may do here…"]


def test_help_refuses_two_verbs() -> None:
    assert "one word too many" in fact(COMMAND, "spawn clone")


@pytest.fixture
def desk() -> Desk:
    return Desk(world.sites())


def verbs(answer: Answer) -> list[str]:
    return [line.split()[0].strip("`:") for line in answer.lines]


def test_help_shows_only_what_the_person_may_do_here(desk: Desk) -> None:
    assert verbs(desk.ask("help", DANA)) == [
        "spawn", "snapshot", "lease", "cancel", "undo", "remediation", "list", "show", "invoke", "status", "history",
        "why", "whoami", "help", "echo",
    ]  # fmt: skip
    assert verbs(desk.ask("help", DANA, Origin(channel="C9", channel_name="random"))) == ["whoami", "help", "echo"]


def test_help_shows_an_administrator_who_decides_every_verb(desk: Desk) -> None:
    decides = replace(ANN, groups=ANN.groups | {"vm-approvers"})

    assert set(verbs(desk.ask("help", decides))) == {command.name for command in COMMANDS}


def test_help_shows_the_verbs_of_approvers_to_nobody_else(desk: Desk) -> None:
    assert {command.name for command in COMMANDS} - set(verbs(desk.ask("help", ANN))) == DECIDING


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_explains_every_verb_with_an_example(desk: Desk, command: Command) -> None:
    answer = desk.ask(f"help {command.name}")

    assert (answer.title, answer.code) == (command.name, f"/iaas {command.usage}")
    assert answer.lines[:2] == (command.summary, command.details)


def test_help_finds_a_verb_by_its_alias(desk: Desk) -> None:
    assert desk.ask("help delete").title == "nuke"


def test_help_says_where_a_verb_is_not_for_the_person(desk: Desk) -> None:
    assert desk.ask("help nuke", DANA).lines[-1] == (
        "You may not use it here; `whoami` shows the rules that match you."
    )


def test_help_for_no_verb_is_refused(desk: Desk) -> None:
    assert desk.ask("help explode").title == "There is no verb 'explode'."
