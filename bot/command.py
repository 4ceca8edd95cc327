"""What a verb is: its name, its help, how its words become arguments and how it runs. Slack is not known here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.answers import Reply
from bot.catalogue import Catalogue
from operations.model import Actor, Origin
from operations.policy import Policy
from operations.service import Operations
from vsphere.clock import Clock
from vsphere.sites import Sites


class UsageError(Exception):
    """The words do not fit the verb. `str()` is the fact; `usage` the right form."""

    hint: ClassVar[str] = "See `/iaas help`."

    def __init__(self, message: str, *, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A parsed command line: `transform web-01 cpu=4 --hard` is verb, names and options."""

    verb: str
    names: tuple[str, ...]
    """Positional words in order."""
    options: Mapping[str, str]
    """`key=value`, `--key value`, and `--flag` (whose value is `true`), keys in lower case."""
    rest: str
    """Everything after the verb as it was typed, repaired but not split: for `echo` and `invoke`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One command line by one person in one place."""

    words: Words
    actor: Actor
    origin: Origin
    key: str
    """Idempotency key of this delivery."""
    asked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What commands may use. Reads go through `sites`, changes through `operations`; never both ways."""

    sites: Sites
    operations: Operations
    policy: Policy
    catalogue: Catalogue
    clock: Clock
    commands: Mapping[str, "Command"]
    """All verbs, for help."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A verb. Parse and run are plain functions of its module."""

    name: str
    usage: str
    """`poweroff VM [--hard]`"""
    summary: str
    """One line of help, in the imperative."""
    details: str = ""
    """More help, with examples."""
    aliases: tuple[str, ...] = ()
    changes: bool
    """Whether it changes the estate."""
    parse: Callable[[Words], Any]
    """Raises UsageError."""
    acknowledge: Callable[[Any], str]
    """From the arguments, the sentence sent within a second: `Powering on web-01…`. No I/O."""
    run: Callable[[Any, Call, Context], Reply]
    """Raises VsphereError, OperationsError."""
