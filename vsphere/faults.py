"""One translation of every vSphere fault into what a person can do; a table, and the way to look it up.

A fault arrives as the answer to a call, as a tree in a task's `info.error`, or as an object of pyVmomi. Each becomes a
`_Fault`, and one that has no row of its own takes the row of its nearest ancestor in vSphere's type tree.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from vsphere import errors
from vsphere.api import guess_type, managed_object_type, moref_of, vmodl
from vsphere.soap import SoapFault
from vsphere.soaptree import Moref, Tree, as_list

NameOf = Callable[[str], str]
"""Turns a moref into what a person calls it."""


@dataclass(frozen=True, slots=True)
class _Row:
    error: type[errors.VsphereError]
    fact: str
    """Formatted with the fault's own fields and `words`, vCenter's message."""


_ROWS: Mapping[str, _Row] = {
    # access
    "NoPermission": _Row(errors.PermissionDeniedError, "the bot's account lacks {privileges}"),
    "SecurityError": _Row(errors.PermissionDeniedError, "vCenter's security refused it ({words})"),
    "InvalidLogin": _Row(errors.LoginError, "the user name or the password is wrong"),
    "NotAuthenticated": _Row(errors.LoginError, "the session is over and a new login did not help"),
    "PasswordExpired": _Row(errors.LoginError, "the password of the bot's account has expired"),
    # existence and names
    "ManagedObjectNotFound": _Row(errors.NotFoundError, "{obj} is no longer in vCenter"),
    "NotFound": _Row(errors.NotFoundError, "vCenter does not find it ({words})"),
    "FileNotFound": _Row(errors.NotFoundError, "the file {file} is missing on the datastore"),
    "DuplicateName": _Row(errors.NameTakenError, "the name {name} is taken"),
    "AlreadyExists": _Row(errors.NameTakenError, "the name {name} is taken"),
    "FileAlreadyExists": _Row(errors.NameTakenError, "the file {file} exists on the datastore already"),
    # states
    "InvalidPowerState": _Row(errors.InvalidStateError, "its power state is {existingState}"),
    "InvalidState": _Row(errors.InvalidStateError, "its state does not allow that ({words})"),
    "InvalidHostState": _Row(errors.InvalidStateError, "the host is in maintenance or not connected"),
    "InvalidHostConnectionState": _Row(errors.InvalidStateError, "the host {host} is not connected"),
    "HostNotConnected": _Row(errors.InvalidStateError, "the host is not connected"),
    "HostNotReachable": _Row(errors.InvalidStateError, "the host can't be reached"),
    "HostCommunication": _Row(errors.InvalidStateError, "vCenter can't talk to the host"),
    "HostConnectFault": _Row(errors.InvalidStateError, "vCenter can't talk to the host"),
    "DisallowedOperationOnFailoverHost": _Row(errors.InvalidStateError, "the host is kept free for failover"),
    "QuestionPending": _Row(errors.InvalidStateError, "the VM waits for an answer in vCenter: {text}"),
    "InaccessibleDatastore": _Row(errors.InvalidStateError, "the datastore {name} can't be reached"),
    "ToolsUnavailable": _Row(errors.ToolsNotRunningError, "VMware Tools do not run in the guest"),
    "TaskInProgress": _Row(errors.BusyError, "another task holds it ({task})"),
    "ResourceInUse": _Row(errors.BusyError, "{name} is in use"),
    "FileLocked": _Row(errors.BusyError, "the file {file} is locked by another host or task"),
    "Timedout": _Row(errors.BusyError, "vCenter took too long and gave up"),
    "ConcurrentAccess": _Row(errors.ChangedMeanwhileError, "it was changed after the plan was made"),
    "RequestCanceled": _Row(errors.TaskCancelledError, "the task was cancelled"),
    # room
    "NoDiskSpace": _Row(errors.NoSpaceError, "there is no space left on the datastore {datastore}"),
    "InsufficientStorageSpace": _Row(errors.NoSpaceError, "the storage has not enough space"),
    "InsufficientDisks": _Row(errors.NoSpaceError, "the storage has not enough space"),
    "InvalidDatastore": _Row(errors.NoPlacementError, "the datastore {name} can't be used"),
    "InsufficientCpuResourcesFault": _Row(
        errors.NoPlacementError, "not enough CPU: {requested} MHz needed, {unreserved} MHz free"
    ),
    "InsufficientMemoryResourcesFault": _Row(
        errors.NoPlacementError, "not enough memory: {requested} bytes needed, {unreserved} bytes free"
    ),
    "InsufficientFailoverResourcesFault": _Row(
        errors.NoPlacementError, "high availability would have too little left for a failover"
    ),
    "InsufficientResourcesFault": _Row(errors.NoPlacementError, "not enough resources ({words})"),
    "NoCompatibleHost": _Row(errors.NoPlacementError, "no host can run it"),
    "NoActiveHostInCluster": _Row(errors.NoPlacementError, "the cluster has no running host"),
    # values and support
    "CpuHotPlugNotSupported": _Row(errors.NotSupportedError, "CPU hot-add is off or unsupported for this VM"),
    "MemoryHotPlugNotSupported": _Row(errors.NotSupportedError, "memory hot-add is off or unsupported for this VM"),
    "InvalidName": _Row(errors.InvalidArgumentError, "{name} is not a valid name"),
    "InvalidArgument": _Row(errors.InvalidArgumentError, "the value of {invalidProperty} is not allowed"),
    "InvalidDeviceSpec": _Row(errors.InvalidArgumentError, "device number {deviceIndex} of the request does not fit"),
    "InvalidVmConfig": _Row(errors.InvalidArgumentError, "the VM's {property} can't be that ({words})"),
    "VmConfigFault": _Row(errors.InvalidArgumentError, "this configuration is not possible ({words})"),
    "CustomizationFault": _Row(errors.InvalidArgumentError, "the guest customization does not fit ({words})"),
    "OutOfBounds": _Row(errors.InvalidArgumentError, "the value of {argumentName} is out of bounds"),
    "SnapshotFault": _Row(errors.InvalidStateError, "its snapshots do not allow that ({words})"),
    "MigrationFault": _Row(errors.InvalidStateError, "it can't be moved now ({words})"),
    "InvalidFolder": _Row(errors.InvalidArgumentError, "the folder can't hold it"),
    "InvalidType": _Row(errors.InvalidArgumentError, "the object is of the wrong kind"),
    "InvalidRequest": _Row(errors.InvalidArgumentError, "vCenter does not accept the request ({words})"),
    "MethodNotFound": _Row(errors.NotSupportedError, "this vCenter can't do that"),
    "NotImplemented": _Row(errors.NotSupportedError, "this vCenter can't do that"),
    "NotSupported": _Row(errors.NotSupportedError, "vCenter does not support that here ({words})"),
    "RestrictedVersion": _Row(errors.NotSupportedError, "the licence of this host or vCenter does not allow that"),
    "NotEnoughLicenses": _Row(errors.NotSupportedError, "the licence of this host or vCenter does not allow that"),
    "HostConfigFault": _Row(errors.InvalidStateError, "the host's configuration does not allow that ({words})"),
}

KNOWN_FAULTS: frozenset[str] = frozenset(_ROWS)
"""Names of the faults that have a row of their own."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What all shapes of a fault have in common."""

    lineage: tuple[str, ...]
    """Its own name, then its ancestors'."""
    words: str
    fields: Mapping[str, Any]


class _Fields(dict[str, Any]):
    """Lets a row name a field that this fault leaves empty."""

    def __missing__(self, key: str) -> str:
        return "(not named)"


def translate(fault: BaseException, *, action: str, name_of: NameOf = str) -> errors.VsphereError:
    """Say what a fault means for a person who wanted to `action` ("power on web-01").

    Returns:
        An error of this package; one that is that already comes back as it is.
    """
    if isinstance(fault, errors.VsphereError):
        return fault
    if isinstance(fault, SoapFault):
        return _explain(_Fault(_lineage(fault.name), fault.words, fault.fields), action, name_of)
    if isinstance(fault, vmodl.MethodFault):
        return _explain(_from_exception(fault), action, name_of)
    if isinstance(fault, ssl.SSLError):
        return errors.CertificateError(f"The bot did not {action}: TLS failed: {fault}")
    if isinstance(fault, OSError | HTTPException):
        return errors.ConnectionLostError(f"The connection to vCenter broke while the bot wanted to {action}: {fault}")
    return errors.UnexpectedFaultError(f"The bot could not {action}: {type(fault).__name__}: {fault}")


def translate_tree(fault: Tree, *, action: str, name_of: NameOf = str) -> errors.VsphereError:
    """See `translate`, for a `LocalizedMethodFault` as it stands in a task's `info.error`."""
    inner = fault.get("fault") if isinstance(fault, dict) else None
    fields = inner if isinstance(inner, dict) else {}
    name = str(fields.get("_type", "MethodFault"))
    words = str(fault.get("localizedMessage") or "") if isinstance(fault, dict) else str(fault)
    return _explain(_Fault(_lineage(name), words, fields), action, name_of)


@contextmanager
def translated(action: str, *, name_of: NameOf = str) -> Iterator[None]:
    """Raise what comes out of the block as an error of this package.

    Raises:
        VsphereError: see `translate`.
    """
    try:
        yield
    except errors.VsphereError:
        raise
    except (SoapFault, OSError, HTTPException) as fault:
        raise translate(fault, action=action, name_of=name_of) from fault


def _explain(fault: _Fault, action: str, name_of: NameOf) -> errors.VsphereError:
    name = fault.lineage[0]
    row = next((_ROWS[ancestor] for ancestor in fault.lineage if ancestor in _ROWS), None)
    words = fault.words or name
    if row is None:
        return errors.UnexpectedFaultError(f"vCenter did not {action}: {words} [{name}]")
    fields = _Fields({key: _readable(value, name_of) for key, value in fault.fields.items() if _is_set(value)})
    fields["words"] = words
    fields["privileges"] = _privileges(fault.fields, name_of)
    return row.error(f"vCenter did not {action}: {row.fact.format_map(fields)} [{name}]")


def _from_exception(fault: Any) -> _Fault:  # noqa: ANN401  pyVmomi's faults have no static type
    lineage = tuple(cls.__name__.rpartition(".")[2] for cls in type(fault).__mro__)
    return _Fault(lineage, str(fault.msg or ""), dict(vars(fault)))


def _lineage(name: str) -> tuple[str, ...]:
    try:
        known = guess_type(name)
    except KeyError:
        return (name,)
    return tuple(cls.__name__.rpartition(".")[2] for cls in known.__mro__)


def _is_set(value: Any) -> bool:  # noqa: ANN401  a field of any fault
    # pyVmomi's managed objects raise when they are compared with a string.
    return value is not None and not (isinstance(value, str) and value == "")


def _readable(value: Any, name_of: NameOf) -> str:  # noqa: ANN401  a field of any fault
    moref = _moref(value)
    return name_of(moref) if moref else str(value)


def _moref(value: Any) -> str | None:  # noqa: ANN401  a field of any fault
    if isinstance(value, Moref):
        return value.moref
    if isinstance(value, managed_object_type):
        return moref_of(value)
    return None


def _privileges(fields: Mapping[str, Any], name_of: NameOf) -> str:
    """Name each privilege and its object, from vSphere 7's list or from the older pair of fields."""
    missing = [
        f"{privilege} on {_readable(_get(entry, 'entity'), name_of)}"
        for entry in as_list(fields.get("missingPrivileges"))
        for privilege in as_list(_get(entry, "privilegeIds"))
    ]
    if not missing and fields.get("privilegeId"):
        missing = [f"{fields['privilegeId']} on {_readable(fields.get('object'), name_of)}"]
    return "the privilege " + ", ".join(missing) if missing else "a privilege that vCenter does not name"


def _get(entry: Any, name: str) -> Any:  # noqa: ANN401  a tree or a pyVmomi object
    return entry.get(name) if isinstance(entry, dict) else getattr(entry, name, None)
