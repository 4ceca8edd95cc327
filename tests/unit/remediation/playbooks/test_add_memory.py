"""What is recommended for a red memory alarm: 2 GB more exactly, never less than there is, and always a reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from remediation.model import NoRemedy, PlaybookName, Recommendation
from remediation.playbooks.add_memory import PLAYBOOK
from tests.unit.remediation.samples import playbook, settings, vm, with_vm
from vsphere.model import PowerState


def recommended(
    max_memory_mib: int = 32 * 1024, step_memory_mib: int = 2048, **changes: Any
) -> Recommendation | NoRemedy:
    limits = playbook(PlaybookName.ADD_MEMORY, max_memory_mib=max_memory_mib, step_memory_mib=step_memory_mib)
    return PLAYBOOK.recommend(with_vm(**changes), limits, settings())


def test_two_gigabytes_are_added_and_a_person_could_type_the_same() -> None:
    """The first version jumped from 3072 MB to 8192 (peers, "What the first version got wrong", 1)."""
    assert recommended(memory_mib=3072) == Recommendation(
        playbook=PLAYBOOK.name,
        verb="transform",
        vm=vm(memory_mib=3072),
        arguments={"memory_mib": 5120},
        summary="Add 2 GB of memory to web-01 (3 GB → 5 GB)",
        command="transform web-01 memory=5",
    )


@pytest.mark.parametrize(
    ("changes", "wanted", "said"),
    [
        ({"memory_mib": 512}, 2560, "2560m"),
        ({"memory_mib": 30 * 1024}, 32 * 1024, "32"),
        ({"memory_mib": 31 * 1024}, 32 * 1024, "32"),
        ({"memory_mib": 4098}, 6144, "6"),
        ({"memory_mib": 4100}, 6148, "6148m"),
        ({"memory_mib": 32 * 1024, "attributes": {"iaas.max-memory": "48"}}, 34 * 1024, "34"),
        ({"memory_mib": 32 * 1024, "attributes": {"iaas.max-memory": "40960 MB"}}, 34 * 1024, "34"),
        ({"memory_mib": 4096, "attributes": {"iaas.max-memory": "5.5 GiB"}}, 5632, "5632m"),
    ],
    ids=[
        "from little",
        "to the cap",
        "the last half step",
        "four MiB at a time",
        "no whole GB",
        "the attribute raises the cap",
        "the attribute in MB",
        "the attribute lowers the cap",
    ],
)
def test_a_step_is_exact_up_to_the_cap(changes: dict[str, Any], wanted: int, said: str) -> None:
    found = recommended(**changes)

    assert isinstance(found, Recommendation)
    assert found.arguments == {"memory_mib": wanted}
    assert found.command == f"transform web-01 memory={said}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"memory_mib": 32 * 1024}, "web-01 has 32 GB of memory, and the configured cap is 32 GB."),
        (
            {"memory_mib": 32 * 1024 - 512},
            "web-01 has 31.5 GB of memory, and the configured cap is 32 GB; less than half a step is left.",
        ),
        (
            {"attributes": {"iaas.max-memory": "4"}},
            "web-01 has 4 GB of memory, and its attribute iaas.max-memory is 4 GB.",
        ),
        (
            {"attributes": {"iaas.max-memory": "a lot"}},
            "The attribute iaas.max-memory of web-01 is 'a lot', which can't be read, so nothing is added.",
        ),
        ({"power": PowerState.OFF}, "web-01 is powered off, so it is not short of anything now."),
        ({"power": PowerState.SUSPENDED}, "web-01 is suspended, so it is not short of anything now."),
    ],
)
def test_where_nothing_can_be_added_it_says_why_and_what_helps(changes: dict[str, Any], reason: str) -> None:
    found = recommended(**changes)

    assert isinstance(found, NoRemedy)
    assert found.reason == reason
    assert found.better


def test_a_vm_over_the_cap_is_never_asked_to_shrink() -> None:
    """The first version tagged a 16 GB VM with its cap of 8 (peers, the same, 1)."""
    assert isinstance(recommended(memory_mib=16384, max_memory_mib=8192), NoRemedy)


@hypothesis(deadline=None)
@given(
    memory_mib=st.integers(4, 300_000),
    cap=st.integers(4, 300_000),
    step=st.integers(4, 20_000),
    attribute=st.one_of(st.just(""), st.integers(0, 300).map(str), st.text(max_size=4)),
)
def test_it_is_never_below_what_the_vm_has_nor_over_the_cap(
    memory_mib: int, cap: int, step: int, attribute: str
) -> None:
    found = recommended(cap, step, memory_mib=memory_mib, attributes={"iaas.max-memory": attribute})

    if isinstance(found, NoRemedy):
        assert found.reason
        assert found.better
        return
    wanted = found.arguments["memory_mib"]
    assert isinstance(wanted, int)
    assert memory_mib < wanted <= memory_mib + step
    assert wanted % 4 == 0
    if not attribute.strip():
        assert wanted <= cap
    elif attribute.isascii() and attribute.isdigit():
        assert wanted <= int(attribute) * 1024


def test_an_odd_size_is_said_as_it_is() -> None:
    found, none = recommended(memory_mib=4100), recommended(memory_mib=32764)

    assert isinstance(found, Recommendation)
    assert found.summary == "Add 2 GB of memory to web-01 (4,100 MB → 6,148 MB)"
    assert isinstance(none, NoRemedy)
    assert none.reason.startswith("web-01 has 32,764 MB of memory, and the configured cap is 32 GB")
