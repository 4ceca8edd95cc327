"""The table of faults: every row has words, every ancestor is used, and foreign shapes are understood."""

import ssl

import pytest

from vsphere import errors
from vsphere.api import vim, vmodl
from vsphere.faults import KNOWN_FAULTS, translate, translate_tree, translated
from vsphere.soap import SoapFault
from vsphere.soaptree import Moref


def tree(name: str, words: str = "", **fields: object) -> dict[str, object]:
    return {"fault": {"_type": name, **fields}, "localizedMessage": words}


@pytest.mark.parametrize("name", sorted(KNOWN_FAULTS))
def test_every_row_makes_an_error_with_fact_and_way_out(name: str) -> None:
    error = translate_tree(tree(name, "vCenter's words"), action="power on web-01")

    assert str(error).startswith("vCenter did not power on web-01: ")
    assert str(error).endswith(f"[{name}]")
    assert "{" not in str(error)
    assert error.way_out


def test_no_room_is_no_promise_of_a_list_that_is_not_there() -> None:
    error = translate_tree(tree("InsufficientResourcesFault", "No room."), action="create web-01")

    assert error.way_out == "Ask for a smaller VM, or ask an administrator for more room."


@pytest.mark.parametrize("name", sorted(KNOWN_FAULTS))
def test_every_row_names_a_fault_that_vsphere_has(name: str) -> None:
    known = [getattr(space, name, None) for space in (vim.fault, vmodl.fault)] + [getattr(vmodl, name, None)]

    assert any(known), f"neither vim.fault nor vmodl.fault has {name}"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("InvalidPowerState", errors.InvalidStateError),
        ("VmFaultToleranceConfigIssue", errors.UnexpectedFaultError),
        ("SnapshotDisabled", errors.InvalidStateError),
        ("UncustomizableGuest", errors.InvalidArgumentError),
        ("InsufficientStandbyCpuResource", errors.NoPlacementError),
        ("NoDiskSpace", errors.NoSpaceError),
        ("OvfFault", errors.UnexpectedFaultError),
        ("FaultOfTheYear2040", errors.UnexpectedFaultError),
    ],
)
def test_a_fault_without_a_row_takes_its_nearest_ancestors(name: str, error: type[errors.VsphereError]) -> None:
    assert type(translate_tree(tree(name, "words"), action="x")) is error


def test_an_unknown_fault_keeps_vcenters_words() -> None:
    error = translate_tree(tree("FaultOfTheYear2040", "The flux is not aligned."), action="power on web-01")

    assert str(error) == "vCenter did not power on web-01: The flux is not aligned. [FaultOfTheYear2040]"


def test_no_permission_names_the_privilege_and_the_object() -> None:
    fault = tree("NoPermission", object=Moref("VirtualMachine", "vm-7"), privilegeId="VirtualMachine.Interact.Reset")

    error = translate_tree(fault, action="reset web-01", name_of={"vm-7": "web-01"}.__getitem__)

    assert "the privilege VirtualMachine.Interact.Reset on web-01" in str(error)
    assert isinstance(error, errors.PermissionDeniedError)


def test_no_permission_of_vsphere_7_lists_every_privilege() -> None:
    missing = [
        {"entity": Moref("VirtualMachine", "vm-7"), "privilegeIds": ["A.B", "C.D"]},
        {"entity": Moref("Datastore", "datastore-1"), "privilegeIds": "E.F"},
    ]

    error = translate_tree(tree("NoPermission", missingPrivileges=missing), action="x", name_of=str.upper)

    assert "the privilege A.B on VM-7, C.D on VM-7, E.F on DATASTORE-1" in str(error)


def test_no_permission_without_details_says_so() -> None:
    assert "a privilege that vCenter does not name" in str(translate_tree(tree("NoPermission"), action="x"))


def test_a_pyvmomi_fault_reads_like_the_same_fault_on_the_wire() -> None:
    raised = vim.fault.DuplicateName(name="web-01", object=vim.VirtualMachine("vm-7"), msg="taken")
    wire = SoapFault("DuplicateName", "taken", {"name": "web-01", "object": Moref("VirtualMachine", "vm-7")})

    one, other = translate(raised, action="create web-01"), translate(wire, action="create web-01")

    assert (type(one), str(one)) == (type(other), str(other))
    assert str(one) == "vCenter did not create web-01: the name web-01 is taken [DuplicateName]"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (ConnectionResetError("reset"), errors.ConnectionLostError),
        (ssl.SSLError("handshake"), errors.CertificateError),
        (ValueError("odd"), errors.UnexpectedFaultError),
    ],
    ids=["transport", "TLS", "anything else"],
)
def test_what_is_no_fault_of_vsphere_is_translated_too(fault: BaseException, error: type[errors.VsphereError]) -> None:
    assert type(translate(fault, action="x")) is error


def test_an_error_of_this_package_passes_unchanged() -> None:
    error = errors.BusyError("busy")

    assert translate(error, action="x") is error


def test_a_block_raises_the_translation_and_keeps_the_cause() -> None:
    fault = SoapFault("TaskInProgress", "", {})

    with pytest.raises(errors.BusyError) as raised, translated("power on web-01"):
        raise fault

    assert raised.value.__cause__ is fault


def test_a_bug_is_not_dressed_up_as_a_fault() -> None:
    with pytest.raises(KeyError), translated("power on web-01"):
        raise KeyError("a bug")
