"""Faults asked for at the control door, and what a person reads."""

import pytest

from tests.integration.vsphere.lab import Lab
from vsphere import errors
from vsphere.model import Ref

AT_THE_CALL = [
    ("NoPermission", errors.PermissionDeniedError, "VirtualMachine.Interact.PowerOn on web-06"),
    ("InvalidPowerState", errors.InvalidStateError, "power state"),
    ("InvalidState", errors.InvalidStateError, "state"),
    ("TaskInProgress", errors.BusyError, "another task"),
    ("ManagedObjectNotFound", errors.NotFoundError, "no longer in vCenter"),
    ("NoDiskSpace", errors.NoSpaceError, "gold-01"),
    ("InsufficientMemoryResourcesFault", errors.NoPlacementError, "memory"),
    ("InsufficientFailoverResourcesFault", errors.NoPlacementError, "failover"),
    ("ConcurrentAccess", errors.ChangedMeanwhileError, "changed"),
    ("InvalidArgument", errors.InvalidArgumentError, "not allowed"),
    ("NotSupported", errors.NotSupportedError, "does not support"),
    ("RequestCanceled", errors.TaskCancelledError, "cancelled"),
    ("HostNotConnected", errors.InvalidStateError, "host"),
    ("ToolsUnavailable", errors.ToolsNotRunningError, "VMware Tools"),
    ("DuplicateName", errors.NameTakenError, "taken"),
    ("FileLocked", errors.BusyError, "locked"),
    ("RestrictedVersion", errors.NotSupportedError, "licence"),
    ("VmToolsUpgradeFault", errors.UnexpectedFaultError, "VmToolsUpgradeFault"),
]


@pytest.mark.parametrize("when", ["at the call", "in the task"])
@pytest.mark.parametrize(("fault", "error", "words"), AT_THE_CALL, ids=[row[0] for row in AT_THE_CALL])
def test_a_fault_becomes_what_a_person_can_do(
    lab: Lab, fault: str, error: type[errors.VsphereError], words: str, when: str
) -> None:
    vm = lab.vm("web-06")
    lab.estate.fail_next(
        "PowerOnVM_Task",
        fault,
        entity="web-06",
        privilege="VirtualMachine.Interact.PowerOn",
        in_task=when == "in the task",
    )

    raised = _outcome(lab, vm.ref)

    assert isinstance(raised, errors.VsphereError)
    assert type(raised) is error
    assert words in str(raised)
    assert str(raised).startswith("vCenter did not power on web-06: ")
    assert raised.way_out


def _outcome(lab: Lab, ref: Ref) -> Exception | None:
    try:
        return lab.end(lab.gateway.power_on(ref)).error
    except errors.VsphereError as raised:
        return raised
