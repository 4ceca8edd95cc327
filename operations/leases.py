"""How long a VM lives: what its attribute says, how long a new one gets, how far it can be extended. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from operations.errors import BadRequestError
from operations.moments import is_never, read_moment
from operations.terms import LeaseTerms
from vsphere.model import Vm

EXPIRES: Final = "iaas.expires"
"""The custom attribute that says when a VM's lease ends, ISO 8601; whoever edits it in vCenter decides."""
STEPS: Final = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
"""How long before the end its owner is told."""
USUAL: Final = timedelta(days=14)
"""By how much a lease is extended where neither the person nor the rule says so."""
LONGEST: Final = timedelta(days=3650)
"""For what a person asks, where the rule says nothing."""
_LAST: Final = datetime(9998, 1, 1, tzinfo=UTC)
"""Later than that is never."""


def end_of_lease(vm: Vm, zone: ZoneInfo) -> datetime | None:
    """When the lease of a VM ends; None where it has none, or never does.

    Raises:
        ValueError: its attribute is no time.
    """
    text = vm.attributes.get(EXPIRES, "")
    return None if not text.strip() or is_never(text) else read_moment(text, zone)


def new_lease(said: object, terms: LeaseTerms | None) -> timedelta | None:
    """How long a new VM lives; None is for ever.

    Args:
        said: seconds, as the request has them; None where nothing was said.
        terms: of the rule that allows it.

    Raises:
        BadRequestError: longer than the rule allows, or than ten years where it says nothing.
    """
    if not isinstance(said, int) or isinstance(said, bool):
        return (terms.default or terms.longest) if terms else None
    wanted = timedelta(seconds=said)
    longest = terms.longest if terms and terms.longest else LONGEST
    if wanted > longest:
        raise BadRequestError(
            f"a lease of {say_length(wanted)} is over the longest that you can have, {say_length(longest)}",
            hint=f"Ask for up to {say_length(longest)}: `for={write_length(longest)}`.",
        )
    return wanted


def extended(ends: datetime, by: timedelta, *, now: datetime, terms: LeaseTerms | None) -> datetime:
    """The new end of a lease: so much later than it was, or than now where it has ended, and never over the longest."""
    start = max(ends, now)
    wanted = start + min(by, max(_LAST - start, timedelta(0)))
    return wanted if terms is None or terms.longest is None else min(wanted, now + terms.longest)


def usual_extension(terms: LeaseTerms | None) -> timedelta:
    """By how much a lease is extended where nothing was said."""
    return (terms.default or terms.longest if terms else None) or USUAL


def due_step(left: timedelta) -> timedelta | None:
    """The nearest step before the end that has come; None where none has."""
    return next((step for step in reversed(STEPS) if left <= step), None)


def say_length(span: timedelta) -> str:
    """`14 days`, `1 day`, `36 hours`, `30 minutes`."""
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if span >= size and not span % size:
            count = span // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{span // timedelta(minutes=1)} minutes"


def write_length(span: timedelta) -> str:
    """As a command takes it: `14d`, `36h`, `30m`."""
    if not span % timedelta(days=1):
        return f"{span.days}d"
    return f"{span // timedelta(hours=1)}h" if not span % timedelta(hours=1) else f"{span // timedelta(minutes=1)}m"
