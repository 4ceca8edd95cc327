"""What can go wrong with vCenter, named by what a person can do about it. `vsphere.faults` translates into these."""

from typing import ClassVar


class VsphereError(Exception):
    """Base of all errors of this package: `str()` is the fact and the cause, `hint` the way out."""

    hint: ClassVar[str] = "Look at the task in vCenter, or ask an administrator."
    retryable: ClassVar[bool] = False
    """Whether a read may be tried again as it is. A write never is."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.way_out = hint or self.hint


class ConnectionLostError(VsphereError):
    """vCenter can't be reached, or the answer to a call was lost: whether a write arrived is not known."""

    hint = "Nothing to do: the bot connects again by itself and looks at what happened before it goes on."
    retryable = True


class UnreachableError(ConnectionLostError):
    """No connection to vCenter came about, so the call was certainly not sent."""


class NotReadyError(VsphereError):
    """The first inventory of this vCenter has not arrived yet."""

    hint = "Try again in a few seconds."
    retryable = True


class LoginError(VsphereError):
    """vCenter refused the account."""

    hint = "Check the user and password of this vCenter in the configuration."


class CertificateError(VsphereError):
    """vCenter's certificate is not the one that the configuration trusts."""

    hint = "Set ca_file or thumbprint of this vCenter to what its certificate says."


class PermissionDeniedError(VsphereError):
    """The bot's vCenter account lacks a privilege."""

    hint = "Grant the privilege named above to the bot's role."


class NotFoundError(VsphereError):
    """The object is not (or no longer) in vCenter."""

    hint = "Check the name with `/iaas list`."


class AmbiguousNameError(VsphereError):
    """More than one object carries the name."""

    hint = "Give the inventory path, or pick one."


class NameTakenError(VsphereError):
    """The folder holds an object of this name already."""

    hint = "Choose another name."


class NoSpaceError(VsphereError):
    """A datastore has no room for this."""

    hint = "Ask for a smaller disk or another datastore where you can, or ask an administrator for more room."


class NoPlacementError(VsphereError):
    """No host, pool or datastore among the allowed ones can take the VM."""

    hint = "Ask for a smaller VM, or ask an administrator for more room."


class InvalidStateError(VsphereError):
    """The VM or its host is in a state that does not allow this (powered on, maintenance mode, suspended…)."""

    hint = "Look at the VM with `/iaas show` and try again when its state allows it."


class ToolsNotRunningError(VsphereError):
    """The guest can't be asked, since VMware Tools do not run in it."""

    hint = "Use the hard form (`poweroff VM --hard`, `reset VM`), or start VMware Tools."


class ChangedMeanwhileError(VsphereError):
    """Somebody changed the VM after the plan was made."""

    hint = "Look at the VM again and repeat the command."


class BusyError(VsphereError):
    """Another task holds the object."""

    hint = "Wait for the other task to end."
    retryable = True


class InvalidArgumentError(VsphereError):
    """vCenter refused a value."""

    hint = "Check the values of the command."


class NotSupportedError(VsphereError):
    """vCenter or the VM's hardware version can't do this."""

    hint = "Ask an administrator for another way."


class TaskCancelledError(VsphereError):
    """The task was cancelled, here or in vCenter."""

    hint = "Run the command again if you still want it."


class UnexpectedFaultError(VsphereError):
    """A fault that has no translation of its own; the message carries vCenter's words."""
