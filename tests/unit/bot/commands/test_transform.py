"""How `transform` is read in its three forms; what it does is proven over the wire."""

import pytest

from bot.commands.transform import COMMAND, Transform
from bot.order import Order
from tests.unit.bot.commands.reading import fact, read, said


@pytest.mark.parametrize(
    ("line", "order"),
    [
        pytest.param("cpu=4 memory=8", Order(cpu_count=4, memory_mib=8192), id="options, memory in GB"),
        pytest.param("memory=8192m", Order(memory_mib=8192), id="memory in MB when it says so"),
        pytest.param("--cpu 4", Order(cpu_count=4), id="one of the two"),
        pytest.param("8192 4", Order(cpu_count=4, memory_mib=8192), id="the seed's order, memory in MB"),
        pytest.param("8g 4", Order(cpu_count=4, memory_mib=8192), id="the seed's order with a unit"),
        pytest.param("large", Order(size="large"), id="a size or template"),
        pytest.param("size=large", Order(size="large"), id="a size as an option"),
        pytest.param("tpl-debian-12 memory=16", Order(size="tpl-debian-12", memory_mib=16384), id="template and more"),
    ],
)
def test_transform_reads_its_forms(line: str, order: Order) -> None:
    assert read(COMMAND, f"web-01 {line}") == Transform(vm="web-01", order=order)


def test_transform_with_the_numbers_swapped_is_refused_and_says_the_order() -> None:
    """The first version took memory first while its article said otherwise, and resized wrongly."""
    assert fact(COMMAND, "web-01 4 8192") == (
        "4 MB is no memory for a VM: memory in MB comes first, then vCPUs, as in transform web-01 8192 4"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("web-01", "it is not said what to change"),
        ("web-01 8192", "8192 alone could be memory or vCPUs: say memory=8192m or cpu=8192"),
        ("web-01 8192 4 cpu=2", "two forms are mixed: either 8192 4, or cpu= and memory="),
        ("web-01 8192 many", "'many' is no number of vCPUs: write cpu=4"),
        ("web-01 cpu=0", "'0' is no number of vCPUs: write cpu=4"),
        ("web-01 disk=40", "there is no option disk here; known: size=, cpu=, memory=, reason=, at= and --ask"),
        ("web-01 8192 4 2", "'2' is one word too many (a name with spaces goes in quotes)"),
    ],
)
def test_transform_refuses_what_could_mean_two_things(line: str, words: str) -> None:
    assert fact(COMMAND, line) == words


def test_transform_refuses_wildcards() -> None:
    assert "holds a wildcard" in fact(COMMAND, "web-* cpu=4")
    assert "holds a wildcard" in fact(COMMAND, "web-01 tpl-*")


def test_transform_says_what_it_will_be() -> None:
    assert said(COMMAND, "web-01 8192 4") == "Resizing web-01 (4 vCPU, 8 GB)…"
    assert said(COMMAND, "web-01 large") == "Resizing web-01 (large)…"
