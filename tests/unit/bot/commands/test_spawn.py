"""How `spawn` is read and acknowledged; what it does is proven over the wire."""

import pytest

from bot.commands.spawn import COMMAND, Spawn
from bot.order import Order
from tests.unit.bot.commands.reading import fact, read, said


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("web-07", Spawn(name="web-07", vcenter=None, order=Order())),
        ("web-07@lab", Spawn(name="web-07", vcenter="lab", order=Order())),
        ("web-07 size=large", Spawn(name="web-07", vcenter=None, order=Order(size="large"))),
        ("web-07 large", Spawn(name="web-07", vcenter=None, order=Order(size="large"))),
        (
            "web-07 --cpu 2 mem=4g disk=40",
            Spawn(name="web-07", vcenter=None, order=Order(cpu_count=2, memory_mib=4096, disk_gib=40)),
        ),
    ],
)
def test_spawn_reads_name_and_size(line: str, wanted: Spawn) -> None:
    assert read(COMMAND, line) == wanted


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("web-07", "Creating web-07…"),
        ("web-07 size=large disk=100", "Creating web-07 (large, 100 GB disk)…"),
        ("web-07 cpu=2 memory=512m", "Creating web-07 (2 vCPU, 512 MB)…"),
    ],
)
def test_spawn_says_what_it_makes(line: str, words: str) -> None:
    assert said(COMMAND, line) == words


@pytest.mark.parametrize("name", ["<!channel>", "a|b", "../x", "\U0001f680", "web%2f01", "*", "-", '"web 01"'])
def test_spawn_refuses_names_that_could_ring_or_break_something(name: str) -> None:
    assert "can't name a new VM" in fact(COMMAND, name)


def test_spawn_takes_eighty_characters_and_no_more() -> None:
    assert read(COMMAND, "w" * 80).name == "w" * 80
    assert fact(COMMAND, "w" * 81) == "the name has 81 characters; vSphere takes up to 80"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "the name is missing"),
        ("web-07 large size=small", "the size is given twice"),
        (
            "web-07 until=14d",
            "there is no option until here; known: size=, cpu=, memory=, disk=, for=, reason= and --ask",
        ),
        ("web-07 for=ever", "'ever' is no length of time: write 14d, 4h or 14d 4h"),
        ("web-07 cpu=many", "'many' is no number of vCPUs: write cpu=4"),
    ],
)
def test_spawn_refuses_what_it_does_not_understand(line: str, words: str) -> None:
    assert fact(COMMAND, line) == words


def test_spawn_takes_how_long_the_vm_is_to_live() -> None:
    assert read(COMMAND, "web-07 for=14d").lease_s == 14 * 86400
    assert read(COMMAND, "web-07").lease_s is None


def test_spawn_leaves_it_to_the_rule_how_long_is_too_long() -> None:
    assert read(COMMAND, "web-07 for=9999d").lease_s == 9999 * 86400
