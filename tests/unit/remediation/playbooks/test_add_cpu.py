"""What is recommended for a red CPU alarm: one whole step more, never less than there is, and always a reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from remediation.model import NoRemedy, Recommendation
from remediation.playbooks.add_cpu import PLAYBOOK
from tests.unit.remediation.samples import facts, playbook, settings, vm, with_vm
from vsphere.model import PowerState


def recommended(max_cpu: int = 8, step_cpu: int = 1, **changes: Any) -> Recommendation | NoRemedy:
    return PLAYBOOK.recommend(with_vm(**changes), playbook(max_cpu=max_cpu, step_cpu=step_cpu), settings())


def test_one_vcpu_is_added_and_a_person_could_type_the_same() -> None:
    assert recommended() == Recommendation(
        playbook=PLAYBOOK.name,
        verb="transform",
        vm=vm(),
        arguments={"cpu_count": 3},
        summary="Add 1 vCPU to web-01 (2 → 3)",
        command="transform web-01 cpu=3",
    )


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"cpu_count": 1}, 2),
        ({"cpu_count": 7}, 8),
        ({"cpu_count": 4, "cores_per_socket": 2}, 6),
        ({"cpu_count": 4, "cores_per_socket": 4}, 8),
        ({"cpu_count": 3, "cores_per_socket": 2}, 4),
        ({"cpu_count": 4, "step_cpu": 3, "cores_per_socket": 2}, 6),
        ({"cpu_count": 7, "step_cpu": 4}, 8),
        ({"cpu_count": 8, "attributes": {"iaas.max-cpu": "12"}}, 9),
        ({"cpu_count": 2, "attributes": {"iaas.max-cpu": ""}}, 3),
    ],
    ids=[
        "from one",
        "to the cap",
        "a socket of two",
        "a socket of four",
        "sockets that were not whole",
        "a larger step in whole sockets",
        "a larger step that ends at the cap",
        "the attribute raises the cap",
        "an empty attribute is none",
    ],
)
def test_a_step_is_whole_sockets_up_to_the_cap(changes: dict[str, Any], wanted: int) -> None:
    found = recommended(**changes)

    assert isinstance(found, Recommendation)
    assert found.arguments == {"cpu_count": wanted}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cpu_count": 8}, "web-01 has 8 vCPU, and the configured cap is 8."),
        ({"cpu_count": 16}, "web-01 has 16 vCPU, and the configured cap is 8."),
        (
            {"cpu_count": 4, "cores_per_socket": 4, "max_cpu": 6},
            "web-01 has 4 vCPU in sockets of 4, and with one more it is over the configured cap of 6.",
        ),
        (
            {"attributes": {"iaas.max-cpu": "2"}},
            "web-01 has 2 vCPU, and its attribute iaas.max-cpu is 2.",
        ),
        (
            {"attributes": {"iaas.max-cpu": "lots"}},
            "The attribute iaas.max-cpu of web-01 is 'lots', which can't be read, so nothing is added.",
        ),
        (
            {"attributes": {"iaas.max-cpu": "-4"}},
            "The attribute iaas.max-cpu of web-01 is '-4', which can't be read, so nothing is added.",
        ),
        ({"power": PowerState.OFF}, "web-01 is powered off, so it is not short of anything now."),
        ({"power": PowerState.SUSPENDED}, "web-01 is suspended, so it is not short of anything now."),
        ({"is_template": True}, "web-01 is a template, which runs nothing."),
    ],
)
def test_where_nothing_can_be_added_it_says_why_and_what_helps(changes: dict[str, Any], reason: str) -> None:
    found = recommended(**changes)

    assert isinstance(found, NoRemedy)
    assert found.reason == reason
    assert found.better


def test_a_vm_over_the_cap_is_never_asked_to_shrink() -> None:
    """The first version tagged an 8 vCPU VM with its cap of 4 (peers, "What the first version got wrong", 1)."""
    assert isinstance(recommended(cpu_count=8, max_cpu=4), NoRemedy)


def test_a_vm_that_is_gone_gets_a_reason() -> None:
    """The first version said nothing where no step was found (peers, the same, 2)."""
    found = PLAYBOOK.recommend(facts(vm=None), playbook(), settings())

    assert found == NoRemedy(reason="The VM that the alarm is on is gone.", better="Nothing needs to be done.")


def test_a_name_with_spaces_is_quoted_in_the_command() -> None:
    found = recommended(name='my "web"')

    assert isinstance(found, Recommendation)
    assert found.command == 'transform "my \\"web\\"" cpu=3'


@hypothesis(deadline=None)
@given(
    cpu_count=st.integers(1, 64),
    cores=st.sampled_from([1, 2, 3, 4, 8]),
    cap=st.integers(1, 64),
    step=st.integers(1, 8),
    attribute=st.one_of(st.just(""), st.integers(0, 64).map(str), st.text(max_size=4)),
)
def test_it_is_never_below_what_the_vm_has_nor_over_the_cap(
    cpu_count: int, cores: int, cap: int, step: int, attribute: str
) -> None:
    found = recommended(
        max_cpu=cap,
        step_cpu=step,
        cpu_count=cpu_count,
        cores_per_socket=cores,
        attributes={"iaas.max-cpu": attribute},
    )

    if isinstance(found, NoRemedy):
        assert found.reason
        assert found.better
        return
    wanted = found.arguments["cpu_count"]
    most = int(attribute) if attribute.strip() else cap
    assert isinstance(wanted, int)
    assert cpu_count < wanted <= most
    assert wanted % cores == 0
    assert wanted - cpu_count <= max(step, cores)
