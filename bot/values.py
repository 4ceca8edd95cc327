"""What single words mean: VM names, new names, sizes, durations. Pure; a refusal names its rule and the right form."""

import re
from datetime import timedelta
from typing import Final, NamedTuple

from bot.catalogue import Catalogue
from bot.grammar import UsageError, Words
from operations.amounts import memory

MAX_NAME: Final = 80
"""vSphere's limit for the name of a virtual machine, in characters."""

_NEW_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WILDCARDS = re.compile(r"[*?\[]")
_MEMORY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s?(|[mgt](?:i?b)?)", re.IGNORECASE)
_DISK = re.compile(r"([0-9]{1,7})\s?(|g(?:i?b)?)", re.IGNORECASE)
_MIB = {"m": 1, "g": 1024, "t": 1024 * 1024}
_MEMORY_STEP_MIB = 4
_TEN_YEARS = timedelta(days=3650)
_PART = re.compile(r"([0-9]{1,6})\s*(w(?:eeks?)?|d(?:ays?)?|h(?:ours?)?|m(?:in(?:utes?)?)?)", re.IGNORECASE)
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+", re.IGNORECASE)
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60}


class NewName(NamedTuple):
    """The name of a VM to be made, and the vCenter it was asked for in."""

    name: str
    vcenter: str | None


def take_names(words: Words, usage: str, *, least: int, most: int) -> tuple[str, ...]:
    """The positional words, when their number fits.

    Raises:
        UsageError: too few or too many.
    """
    if len(words.names) < least:
        raise UsageError("a name is missing" if words.names else "the name is missing", usage=usage)
    if len(words.names) > most:
        extra = " ".join(words.names[most:])
        raise UsageError(f"{extra!r} is one word too many (a name with spaces goes in quotes)", usage=usage)
    return words.names


def changed_vm(text: str, usage: str) -> str:
    """The name of a VM that will be changed: one VM, so no wildcards.

    Raises:
        UsageError: it is empty or holds a wildcard.
    """
    if not text.strip():
        raise UsageError("the name is empty", usage=usage)
    if _WILDCARDS.search(text):
        raise UsageError(f"{text!r} holds a wildcard: a verb that changes takes one name, whole", usage=usage)
    return text


def new_name(text: str, usage: str) -> NewName:
    """The name for a new VM, `NAME` or `NAME@VCENTER`.

    Raises:
        UsageError: it is too long or holds more than letters, digits, dots, hyphens and underscores.
    """
    name, _, vcenter = text.partition("@")
    if len(name) > MAX_NAME:
        raise UsageError(f"the name has {len(name)} characters; vSphere takes up to {MAX_NAME}", usage=usage)
    if not _NEW_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} can't name a new VM: letters a-z, digits, dots, hyphens and underscores only, "
            "a letter or digit first",
            usage=usage,
        )
    return NewName(name, vcenter or None)


def memory_mib(text: str, usage: str, *, bare: str = "g") -> int:
    """Memory in MiB: `8g`, `8GB`, `8192m`, `1.5g`; a bare number counts in `bare`, `g` or `m`.

    Raises:
        UsageError: no number, an unknown unit, or not a multiple of 4 MiB (vSphere's own step).
    """
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no amount of memory: write 8g or 8192m", usage=usage)
    unit = (found[2] or bare)[0].casefold()
    amount = float(found[1]) * _MIB[unit]
    if amount <= 0 or amount % _MEMORY_STEP_MIB:
        raise UsageError(f"memory comes in steps of {_MEMORY_STEP_MIB} MB; {text!r} is not one", usage=usage)
    return int(amount)


def cpu_count(text: str, usage: str) -> int:
    """A number of vCPUs.

    Raises:
        UsageError: not a whole number from 1.
    """
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) == 0:
        raise UsageError(f"{text!r} is no number of vCPUs: write cpu=4", usage=usage)
    return int(text)


def disk_gib(text: str, usage: str) -> int:
    """A disk size in GiB: `40`, `40g`.

    Raises:
        UsageError: not a whole number of GB from 1.
    """
    found = _DISK.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise UsageError(f"{text!r} is no disk size: write disk=40, in GB", usage=usage)
    return int(found[1])


def duration(text: str, usage: str, *, most: timedelta = _TEN_YEARS) -> timedelta:
    """A length of time: `14d`, `4h`, `14d 4h`, `2w`, `30m`.

    Raises:
        UsageError: no such thing, nothing at all, or longer than `most`, which is of whole days.
    """
    found = _DURATION.fullmatch(text.strip())
    seconds = sum(int(part[1]) * _SECONDS[part[2][0].casefold()] for part in _PART.finditer(text)) if found else 0
    if not seconds:
        raise UsageError(f"{text!r} is no length of time: write 14d, 4h or 14d 4h", usage=usage)
    if seconds > most.total_seconds():
        raise UsageError(f"{text!r} is too long: {most.days}d is the most", usage=usage)
    return timedelta(seconds=seconds)


def check_caps(
    catalogue: Catalogue, usage: str, *, cpu: int | None = None, memory: int | None = None, disk: int | None = None
) -> None:
    """Hold an order against the caps of the catalogue; memory in MiB, disk in GiB.

    Raises:
        UsageError: more than any VM may have.
    """
    if cpu is not None and cpu > catalogue.max_cpu:
        raise UsageError(f"{cpu} vCPU is over the cap of {catalogue.max_cpu}", usage=usage)
    if memory is not None and memory > catalogue.max_memory_mib:
        most = gib(catalogue.max_memory_mib)
        raise UsageError(f"{gib(memory)} of memory is over the cap of {most} (8192m is 8 GB)", usage=usage)
    if disk is not None and disk > catalogue.max_disk_gib:
        raise UsageError(f"a disk of {disk} GB is over the cap of {catalogue.max_disk_gib} GB", usage=usage)


def gib(mib: int) -> str:
    """Memory for people: `8 GB`, `1.5 GB`, `512 MB`."""
    return memory(mib)
