"""What an order says about a VM's size, and how the catalogue completes it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot import values
from bot.catalogue import Catalogue, Size
from bot.grammar import UsageError, Words, join
from operations.model import Scalar

SIZE_OPTIONS = ("size", "cpu", "memory")
LEASE_OPTION = "for"
_ANY = timedelta(days=999_999)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What was said; None where nothing was."""

    size: str | None = None
    cpu_count: int | None = None
    memory_mib: int | None = None
    disk_gib: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said at all."""
        return self == Order()


def read_order(words: Words, usage: str, *, size: str | None = None) -> Order:
    """The options `size=`, `cpu=`, `memory=` and `disk=`; `size` where it came as a word of its own.

    Raises:
        UsageError: a value that can't be read, or two sizes.
    """
    options = words.options
    if size is not None and "size" in options:
        raise UsageError("the size is given twice", usage=usage)
    return Order(
        size=options.get("size", size),
        cpu_count=values.cpu_count(options["cpu"], usage) if "cpu" in options else None,
        memory_mib=values.memory_mib(options["memory"], usage) if "memory" in options else None,
        disk_gib=values.disk_gib(options["disk"], usage) if "disk" in options else None,
    )


def named_size(order: Order, catalogue: Catalogue, usage: str) -> Size | None:
    """The row of the catalogue that was named; None where none was.

    Raises:
        UsageError: there is no such size.
    """
    if order.size is None:
        return None
    size = catalogue.size(order.size)
    if size is None:
        known = join([size.name for size in catalogue.sizes], "and")
        raise UsageError(f"there is no size {order.size!r}; there are {known}", usage=usage)
    return size


def complete(order: Order, size: Size | None, catalogue: Catalogue, usage: str) -> dict[str, Scalar]:
    """The arguments for operations: what was said, else what the size says; what neither says is left out.

    Raises:
        UsageError: more than the caps allow.
    """
    cpu = order.cpu_count or (size.cpu_count if size else None)
    memory = order.memory_mib or (size.memory_mib if size else None)
    disk = order.disk_gib or (size.disk_gib if size else None)
    values.check_caps(catalogue, usage, cpu=cpu, memory=memory, disk=disk)
    said: dict[str, Scalar] = {
        "size": size.name if size else None,
        "cpu_count": cpu,
        "memory_mib": memory,
        "disk_gib": disk,
    }
    return {key: value for key, value in said.items() if value is not None}


def read_lease(words: Words, usage: str) -> int | None:
    """How long the new VM is to live, from `for=14d`, in seconds; None where nothing was said.

    Raises:
        UsageError: it is no length of time.
    """
    text = words.options.get(LEASE_OPTION)
    # How long it may be is the rule's to say, with the figure; here it must only be a length of time.
    return None if text is None else int(values.duration(text, usage, most=_ANY).total_seconds())


def with_lease(arguments: Mapping[str, Scalar], lease_s: int | None) -> dict[str, Scalar]:
    """The arguments for operations, with the lease where one was said."""
    return {**arguments} if lease_s is None else {**arguments, "lease_s": lease_s}


def describe(order: Order) -> str:
    """The order in a few words, with a space before; empty where nothing was said: ` (large, 4 vCPU)`."""
    parts = [
        order.size or "",
        f"{order.cpu_count} vCPU" if order.cpu_count else "",
        values.gib(order.memory_mib) if order.memory_mib else "",
        f"{order.disk_gib} GB disk" if order.disk_gib else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""
