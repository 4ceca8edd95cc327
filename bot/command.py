"""What a verb is: its name, its help, how its words become arguments and how it runs. Slack is not known here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.answers import Answer, Reply
from bot.catalogue import Catalogue
from bot.extras import flags_of, options_of
from bot.grammar import Shape, UsageError, Words
from operations.model import Actor, Origin
from operations.policy import Policy
from operations.service import Operations
from remediation.engine import Remediation
from vsphere.clock import Clock
from vsphere.sites import Sites

__all__ = ["AnsweredError", "Call", "Command", "Context", "UsageError", "Words"]


class AnsweredError(Exception):
    """The command ends here with an answer: two VMs of one name, say, or a name that is taken."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.title)
        self.answer = answer


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
    remediation: Remediation | None = None
    """None where nobody looks at alarms."""


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
    options: tuple[str, ...] = ()
    """Keys that carry a value, as in `cpu=4`; what is not declared is refused."""
    flags: tuple[str, ...] = ()
    """Keys that stand alone, as in `--hard`."""
    raw: bool = False
    """Whether everything after the verb is one text, in which quotes and `*` have a meaning of their own."""
    needs: tuple[str, ...] = ()
    """The verbs that policy knows it by, where that is not its name alone: `snapshot.create`, `snapshot.list`…"""
    changes: bool
    """Whether it changes the estate."""
    parse: Callable[[Words], Any]
    """Raises UsageError."""
    acknowledge: Callable[[Any], str]
    """From the arguments, the sentence sent within a second: `Powering on web-01…`. No I/O."""
    run: Callable[[Any, Call, Context], Reply]
    """Raises VsphereError, OperationsError."""

    @property
    def shape(self) -> Shape:
        """What the grammar has to know of it."""
        options, flags = (*self.options, *options_of(self.verbs)), (*self.flags, *flags_of(self.verbs))
        return Shape(usage=self.usage, options=options, flags=flags, raw=self.raw)

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs that policy knows it by."""
        return self.needs or (self.name,)
