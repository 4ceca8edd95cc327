"""What a command has to say, before anybody decides how it looks. All text is foreign until a view escapes it."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from operations.errors import OperationsError
from operations.model import Operation, Plan, Request
from operations.terms import Window
from vsphere.errors import VsphereError

_OPENINGS: Final = re.compile(
    "(an?|he|its?|no|nobody|none|nothing|of|somebody|that|the|there|they|this|what|who|with|you|your) "
)
"""Words that errors begin with and that are nobody's name."""


class Tone(Enum):
    """How an answer feels; views choose the glyph."""

    INFO = "info"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    QUESTION = "question"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows under headings. Views cut at Slack's limits and say so; the file carries all rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """An attachment for what is too long for a message."""

    name: str
    title: str
    content: bytes
    alt: str = ""
    """What a picture shows, for who can't see it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """A button that says a command for the person: `status R7F3K`."""

    label: str
    command: str
    """The command line without `/iaas`."""
    style: str = ""
    """``, `primary` or `danger`."""
    opens_form: bool = False
    """Whether a form asks for more first: the reason of a no, lower figures."""
    asks: bool = False
    """Whether a question follows: its window opens at once, because the plan may take its time."""
    incident: str = ""
    """The incident because of which it is offered; a click is first held against what is so of that by then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The answer of a command that starts no operation."""

    title: str
    lines: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    """Label and value, shown in two columns."""
    table: Table | None = None
    code: str | None = None
    """Preformatted text."""
    note: str | None = None
    """One small line at the end."""
    file: File | None = None
    buttons: tuple[Button, ...] = ()
    choices: tuple[Button, ...] = ()
    """A picker: choosing one says its command."""
    tone: Tone = Tone.INFO
    private: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """The command became an operation (or a refusal on record); its card tells the rest."""

    operation: Operation
    may_repeat: bool = True
    """Whether one that is older than the line answers the same wish twice; not where the line asks to stop it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """The plan hurts: a modal asks, and the same request comes back with the plan's hash."""

    plan: Plan
    request: Request
    tonight: Window
    """The hours for what interrupts somebody."""


Reply = Answer | Started | Ask


def from_error(error: OperationsError | VsphereError) -> Answer:
    """Tell an error: the fact and cause as title, the way out below."""
    return Answer(title=_begun(str(error)), lines=(error.way_out,), tone=Tone.FAILED)


def _begun(text: str) -> str:
    """A sentence begins with a capital, but the name of a VM stays as it is."""
    return text[:1].upper() + text[1:] if _OPENINGS.match(text) else text
