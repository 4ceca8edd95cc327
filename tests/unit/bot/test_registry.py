"""Promises about all verbs: each is listed, tested, explained, and reached by its whole name only."""

from pathlib import Path

import pytest

from bot import registry
from bot.command import Command
from bot.registry import BY_NAME, COMMANDS

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EVERY = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)


def test_every_file_of_the_folder_is_a_verb_in_the_registry() -> None:
    files = {path.stem for path in (ROOT / "bot" / "commands").glob("*.py")} - {"__init__"}

    assert files == set(BY_NAME)


@EVERY
def test_every_verb_has_a_test_file_of_its_own(command: Command) -> None:
    assert (HERE / "commands" / f"test_{command.name}.py").exists()


@EVERY
def test_every_verb_has_a_help_line_and_an_example(command: Command) -> None:
    assert command.usage.split()[0] == command.name
    assert command.summary.endswith(".")
    assert f"`{command.name}" in command.details


def test_no_word_means_two_verbs() -> None:
    words = [word for command in COMMANDS for word in (command.name, *command.aliases)]

    assert sorted(words) == sorted(set(words))


@EVERY
def test_verbs_and_aliases_are_found_whole_and_in_any_case(command: Command) -> None:
    assert [registry.find(word.upper()) for word in (command.name, *command.aliases)] == [command] * (
        1 + len(command.aliases)
    )


@pytest.mark.parametrize("word", ["", "clone-test", "nuke-clone", "xpoweron", "power", "poweronn"])
def test_part_of_a_word_is_no_verb(word: str) -> None:
    assert registry.find(word) is None


def test_reset_and_reboot_are_two_verbs() -> None:
    assert registry.find("restart") is BY_NAME["reboot"]
    assert registry.find("reset") is BY_NAME["reset"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("powron", "poweron"),
        ("pweroff", "poweroff"),
        ("nkue", "nuke"),
        ("lst", "list"),
        ("clonetempalte", "clonetemplate"),
        ("snapshto", "snapshot"),
        ("REBOT", "reboot"),
        ("trasform", "transform"),
        ("hlep", "help"),
    ],
)
def test_the_nearest_verb_to_a_slip_comes_first(typed: str, meant: str) -> None:
    assert registry.nearest(typed)[0] == meant


def test_at_most_two_verbs_are_near_and_none_for_nonsense() -> None:
    assert [len(registry.nearest("power")), registry.nearest("xyzzy"), registry.nearest("")] == [2, (), ()]
