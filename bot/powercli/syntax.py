"""The parsed query: plain frozen values. Nothing here can run; `bot.powercli.pipeline` walks it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

Constant = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, $true, $false or $null."""

    value: Constant


@dataclass(frozen=True, slots=True)
class Several:
    """`'a', 'b'`, also as `@('a', 'b')`."""

    items: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A property as typed."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """`$_.VMHost.Name`; empty for `$_` itself."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`-not X`, `!X`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Logic:
    """`-and`, `-or`, `-xor`: in PowerShell all three bind alike, from left to right."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Compare:
    """`X -gt Y`; the operator in lower case and without its `c` or `i`."""

    operator: str
    exact_case: bool
    left: "Expression"
    right: "Expression"


Expression = Literal | Several | Path | Not | Logic | Compare


class Source(Enum):
    """What a Get cmdlet reads; the value is the cmdlet."""

    VM = "Get-VM"
    HOST = "Get-VMHost"
    CLUSTER = "Get-Cluster"
    DATASTORE = "Get-Datastore"
    TEMPLATE = "Get-Template"
    FOLDER = "Get-Folder"
    POOL = "Get-ResourcePool"
    SNAPSHOT = "Get-Snapshot"
    EVENT = "Get-VIEvent"
    TASK = "Get-Task"


@dataclass(frozen=True, kw_only=True, slots=True)
class Get:
    """A Get cmdlet with its filters."""

    source: Source
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Parameter in lower case → wanted names, states, ids."""
    most: int | None = None
    """-MaxSamples."""
    start: datetime | None = None
    finish: datetime | None = None
    quiet: bool = False
    """-ErrorAction SilentlyContinue: a name that is not there is no error."""
    position: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """Where-Object."""

    condition: Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Select:
    """Select-Object."""

    properties: tuple[Name, ...] = ()
    excluded: tuple[Name, ...] = ()
    expand: Name | None = None
    first: int | None = None
    last: int | None = None
    skip: int = 0
    unique: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """Sort-Object."""

    properties: tuple[Name, ...] = ()
    descending: bool = False
    unique: bool = False
    top: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Group-Object."""

    properties: tuple[Name, ...]
    no_element: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """Measure-Object."""

    properties: tuple[Name, ...] = ()
    wanted: frozenset[str] = frozenset()
    """Of sum, average, minimum, maximum."""


class Layout(Enum):
    """How the result is laid out."""

    TABLE = "table"
    LIST = "list"
    STRING = "string"


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """Format-List or Format-Table."""

    layout: Layout
    properties: tuple[Name, ...] = ()
    hide_headers: bool = False


@dataclass(frozen=True, slots=True)
class OutString:
    """Out-String."""


Stage = Get | Where | Select | Sort | Group | Measure | Format | OutString


@dataclass(frozen=True, slots=True)
class Query:
    """A whole pipeline that can be run."""

    text: str
    stages: tuple[Stage, ...]
