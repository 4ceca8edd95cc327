"""What single words mean, and the words of each refusal."""

import contextlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import values
from bot.catalogue import Catalogue
from bot.grammar import UsageError, Words

USAGE = "verb NAME"
CATALOGUE = Catalogue(sizes=(), max_cpu=8, max_memory_mib=32768, max_disk_gib=500)


@pytest.mark.parametrize("name", ["nuke *", "web-*", "web-0?", "web-[12]", "DC/vm/*"])
def test_wildcards_are_refused_where_something_changes(name: str) -> None:
    with pytest.raises(UsageError, match="holds a wildcard: a verb that changes takes one name, whole"):
        values.changed_vm(name, USAGE)


@pytest.mark.parametrize(
    "name", ["web-01", "web-01@lab", "DC/vm/Web/web-01", "web 01", "<!channel>", "a|b", "\U0001f680"]
)
def test_a_vm_that_is_there_may_have_any_other_name(name: str) -> None:
    assert values.changed_vm(name, USAGE) == name


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(UsageError, match="the name is empty"):
        values.changed_vm(" ", USAGE)


@pytest.mark.parametrize(
    "name",
    [
        "<!channel>",
        "a|b",
        "../x",
        "..",
        "\U0001f680",
        "web%2f",
        "web 01",
        "*bold*",
        "-x",
        ".hidden",
        "",
        "grün",
        "a/b",
        "@lab",
    ],
)
def test_a_dangerous_new_name_is_refused_with_the_rule(name: str) -> None:
    with pytest.raises(UsageError, match="letters a-z, digits, dots, hyphens and underscores only"):
        values.new_name(name, USAGE)


def test_a_new_name_has_up_to_eighty_characters() -> None:
    assert values.new_name("a" * 80, USAGE).name == "a" * 80
    with pytest.raises(UsageError, match="the name has 81 characters; vSphere takes up to 80"):
        values.new_name("a" * 81, USAGE)


def test_a_new_name_may_name_its_vcenter() -> None:
    assert [values.new_name("web-07@lab", USAGE), values.new_name("web-07", USAGE)] == [
        ("web-07", "lab"),
        ("web-07", None),
    ]


@pytest.mark.parametrize(
    ("text", "mib"),
    [
        ("8", 8192),
        ("8g", 8192),
        ("8GB", 8192),
        ("8 GiB", 8192),
        ("8192m", 8192),
        ("8192MB", 8192),
        ("1.5g", 1536),
        ("1T", 1048576),
    ],
)
def test_memory_is_read_in_gb_unless_it_says_otherwise(text: str, mib: int) -> None:
    assert values.memory_mib(text, USAGE) == mib


def test_the_seeds_positional_memory_is_read_in_mb() -> None:
    assert [values.memory_mib("8192", USAGE, bare="m"), values.memory_mib("8g", USAGE, bare="m")] == [8192, 8192]


@pytest.mark.parametrize("text", ["", "g", "eight", "-8", "8k", "0", "1e3", "٤", "8.0001g", "5m", "8g8"])
def test_what_is_no_memory_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="memory"):
        values.memory_mib(text, USAGE)


@pytest.mark.parametrize("text", ["", "0", "four", "-1", "1.5", "٤", "²", "999999"])
def test_what_is_no_number_of_cpus_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no number of vCPUs"):
        values.cpu_count(text, USAGE)


def test_disks_are_counted_in_gb() -> None:
    assert [values.disk_gib("40", USAGE), values.disk_gib("40GB", USAGE)] == [40, 40]
    with pytest.raises(UsageError, match="no disk size"):
        values.disk_gib("40tb", USAGE)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("14d", 336), ("4h", 4), ("14d 4h", 340), ("14d4h", 340), ("2 weeks", 336), ("90 min", 1.5), ("1D", 24)],
)
def test_durations_are_read(text: str, hours: float) -> None:
    assert values.duration(text, USAGE) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "14", "d", "0d", "soon", "14d soon"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no length of time"):
        values.duration(text, USAGE)


def test_a_time_over_the_most_is_told_with_the_most() -> None:
    with pytest.raises(UsageError, match="'999999w' is too long: 3650d is the most"):
        values.duration("999999w", USAGE)
    with pytest.raises(UsageError, match="'31d' is too long: 30d is the most"):
        values.duration("31d", USAGE, most=timedelta(days=30))
    assert values.duration("30d", USAGE, most=timedelta(days=30)) == timedelta(days=30)


@pytest.mark.parametrize(
    ("order", "fact"),
    [
        ({"cpu": 9}, "9 vCPU is over the cap of 8"),
        ({"memory": 8192 * 1024}, "8192 GB of memory is over the cap of 32 GB (8192m is 8 GB)"),
        ({"disk": 501}, "a disk of 501 GB is over the cap of 500 GB"),
    ],
)
def test_an_order_over_the_cap_is_refused_with_the_cap(order: dict[str, int], fact: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.check_caps(CATALOGUE, USAGE, **order)

    assert str(caught.value) == fact


def test_an_order_at_the_cap_is_taken() -> None:
    values.check_caps(CATALOGUE, USAGE, cpu=8, memory=32768, disk=500)


def test_missing_and_surplus_names_are_told_apart() -> None:
    def words(*names: str) -> Words:
        return Words(verb="show", names=names, options={}, rest="")

    assert values.take_names(words("a", "b"), USAGE, least=1, most=2) == ("a", "b")
    with pytest.raises(UsageError, match="the name is missing"):
        values.take_names(words(), USAGE, least=1, most=1)
    with pytest.raises(UsageError, match="'b c' is one word too many"):
        values.take_names(words("a", "b", "c"), USAGE, least=1, most=1)


READERS = (values.changed_vm, values.new_name, values.memory_mib, values.cpu_count, values.disk_gib, values.duration)


@given(st.text(), st.sampled_from(READERS))
def test_arbitrary_text_is_a_value_or_a_usage_error(text: str, reader: Callable[[str, str], object]) -> None:
    value: object = "refused"
    with contextlib.suppress(UsageError):
        value = reader(text, USAGE)

    assert value
