"""Why a request does not become an operation, named by what the asker can do."""

from typing import ClassVar

from operations.model import Plan


class OperationsError(Exception):
    """Base of this package's errors: `str()` is the fact and the cause, `way_out` the next step."""

    hint: ClassVar[str] = "Ask an administrator."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.way_out = hint or self.hint


class ConfirmationNeededError(OperationsError):
    """The plan hurts, and nobody has said yes to this very plan yet."""

    hint = "Confirm it."

    def __init__(self, plan: Plan) -> None:
        super().__init__(f"{plan.summary} needs a confirmation")
        self.plan = plan


class PlanChangedError(OperationsError):
    """What was confirmed is not what would happen now; nothing was done."""

    hint = "Look at the new plan."

    def __init__(self, plan: Plan) -> None:
        super().__init__(f"{plan.summary}: that is no longer what you said yes to, so nothing was done")
        self.plan = plan


class UnknownOperationError(OperationsError):
    """No operation has this id."""

    hint = "See `/iaas history`."


class NotCancellableError(OperationsError):
    """The operation has ended, or can't be stopped any more."""

    hint = "See `/iaas status`."


class NotDecidableError(OperationsError):
    """This click decides nothing: it is decided or over, the plan is another, or it is not this person's to decide."""

    hint = "See `/iaas pending`."


class UncheckedError(OperationsError):
    """Who somebody is could not be checked at the moment when it counts; nothing is lost by that."""

    hint = "Try again in a minute; it still waits."


class NotUndoableError(OperationsError):
    """Nothing takes the operation back, its time is over, or the VM is no longer as it left it."""

    hint = "Ask for what you want of it now; see `/iaas help`."


class BadRequestError(OperationsError):
    """The arguments make no sense for this VM (shrinking a running VM, an unknown size…)."""

    hint = "See `/iaas help`."


class RefusedPlanError(OperationsError):
    """Base of what is refused only once it is planned; such a refusal is on record as those of policy are."""


class QuotaExceededError(RefusedPlanError):
    """The owner's VMs together would be more than the rule gives."""

    hint = "Give a VM back, or ask an administrator for more."


class SilentRestartError(RefusedPlanError):
    """Remediation would interrupt whoever uses the VM, and there is nobody who could say yes to that."""

    hint = "Ask for it as a person, who chooses when: `at=tonight`."


class StaleTransitionError(OperationsError):
    """Somebody else moved the operation first (compare-and-set lost)."""

    hint = "Nothing to do."


class StorageError(OperationsError):
    """The bot's own database can't be written (disk full, server gone)."""

    hint = "Nothing was changed. Tell an administrator: the bot's database can't be written."


class TakenOverError(StaleTransitionError):
    """Another replica runs the operation now, because this one was taken for dead."""

    hint = "Nothing to do: the other replica goes on with it."


class StoppingError(BaseException):
    """The process ends, or another has taken over: leave the workflow as it is, for whoever recovers it.

    Not an `Exception`, because DBOS writes an exception down as the workflow's outcome for good; what is not one it
    lets pass, and the workflow stays to be recovered. That is observed, not documented, so a test pins it.
    """
