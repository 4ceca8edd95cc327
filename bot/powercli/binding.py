"""Which parameters each cmdlet takes, and how typed words become them. Values only; no meaning yet."""

from dataclasses import dataclass
from enum import Enum

from rapidfuzz import process

from bot.powercli.errors import QueryError
from bot.powercli.lexer import Kind, Token
from bot.powercli.syntax import Constant, Expression, Name, Source


class Takes(Enum):
    """What follows a parameter."""

    TEXTS = "texts"
    PROPERTIES = "property names"
    PROPERTY = "a property name"
    NUMBER = "a whole number"
    TIME = "a date"
    SWITCH = "nothing"
    BLOCK = "a { … } block"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cmdlet:
    """A cmdlet's name, other names, and parameters in lower case; `positional` are those that need no name."""

    name: str
    parameters: dict[str, Takes]
    positional: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """What was given for one parameter; only the field that fits is filled."""

    position: int
    texts: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    number: int = 0
    block: Expression | None = None


_COMMON = {"erroraction": Takes.TEXTS}
_TEXTS, _NUMBER, _SWITCH, _PROPERTIES = Takes.TEXTS, Takes.NUMBER, Takes.SWITCH, Takes.PROPERTIES


def _get(source: Source, *texts: str, positional: tuple[str, ...] = ("name",), **others: Takes) -> Cmdlet:
    named = dict.fromkeys(("id", "server", *positional, *texts), Takes.TEXTS)
    return Cmdlet(name=source.value, parameters={**named, **others, **_COMMON}, positional=positional, source=source)


_FORMAT: dict[str, Takes] = {
    "property": _PROPERTIES, "autosize": _SWITCH, "wrap": _SWITCH, "hidetableheaders": _SWITCH, "force": _SWITCH,
}  # fmt: skip
CMDLETS = (
    _get(Source.VM, "location", "datastore"),
    _get(Source.HOST, "location", "datastore", "vm", "state"),
    _get(Source.CLUSTER, "location", "vm", "vmhost"),
    _get(Source.DATASTORE, "location", "vm", "vmhost"),
    _get(Source.TEMPLATE, "location", "datastore"),
    _get(Source.FOLDER, "location", "type"),
    _get(Source.POOL, "location", "vm"),
    _get(Source.SNAPSHOT, positional=("vm", "name")),
    _get(
        Source.EVENT, "username", positional=("entity",), maxsamples=_NUMBER, start=Takes.TIME, finish=Takes.TIME
    ),
    _get(Source.TASK, "status", positional=()),
    Cmdlet(name="Where-Object", aliases=("where", "?"), parameters={"filterscript": Takes.BLOCK}),
    Cmdlet(
        name="Select-Object",
        aliases=("select",),
        positional=("property",),
        parameters={
            "property": _PROPERTIES, "excludeproperty": _PROPERTIES, "expandproperty": Takes.PROPERTY,
            "first": _NUMBER, "last": _NUMBER, "skip": _NUMBER, "unique": _SWITCH,
        },
    ),
    Cmdlet(
        name="Sort-Object",
        aliases=("sort",),
        positional=("property",),
        parameters={"property": _PROPERTIES, "descending": _SWITCH, "unique": _SWITCH, "top": _NUMBER},
    ),
    Cmdlet(
        name="Group-Object",
        aliases=("group",),
        positional=("property",),
        parameters={"property": _PROPERTIES, "noelement": _SWITCH},
    ),
    Cmdlet(
        name="Measure-Object",
        aliases=("measure",),
        positional=("property",),
        parameters={
            "property": _PROPERTIES, "sum": _SWITCH, "average": _SWITCH, "minimum": _SWITCH, "maximum": _SWITCH,
        },
    ),
    Cmdlet(name="Format-List", aliases=("fl",), positional=("property",), parameters=_FORMAT),
    Cmdlet(name="Format-Table", aliases=("ft",), positional=("property",), parameters=_FORMAT),
    Cmdlet(name="Out-String", aliases=("oss",), parameters={"stream": _SWITCH, "width": _NUMBER}),
)  # fmt: skip
BY_NAME = {name.casefold(): cmdlet for cmdlet in CMDLETS for name in (cmdlet.name, *cmdlet.aliases)}


def parameter(cmdlet: Cmdlet, typed: Token) -> str:
    """The parameter meant, in full; any unambiguous beginning will do.

    Raises:
        QueryError: none or several begin so.
    """
    low = {"ea": "erroraction"}.get(typed.text.casefold(), typed.text.casefold())
    if low in cmdlet.parameters:
        return low
    found = [name for name in cmdlet.parameters if name.startswith(low)]
    if len(found) == 1:
        return found[0]
    near = found or [one for one, _, _ in process.extract(low, list(cmdlet.parameters), limit=2, score_cutoff=60)]
    names = ", ".join(f"-{name}" for name in near or cmdlet.parameters)
    raise QueryError(
        f"{cmdlet.name} has {'several parameters that begin with' if found else 'no parameter'} -{typed.text}",
        way_out=f"{'Did you mean' if near else 'It has'} {names}{'?' if near else '.'}",
        position=typed.position,
    )


def constant(token: Token) -> Constant:
    """The value of a literal token: a number where it reads like one, with KB, MB, GB and TB as PowerShell has them."""
    if token.kind is Kind.VARIABLE:
        return {"true": True, "false": False}.get(token.text.casefold())
    if token.kind is Kind.STRING:
        return token.text
    return number(token.text, default=token.text)


def number(text: str, *, default: Constant = None) -> Constant:
    """Read `4`, `-1.5`, `2GB`; `default` where it is no number."""
    low = text.strip().lower()
    scale = 1
    if low[-2:] in _SCALES:
        low, scale = low[:-2], _SCALES[low[-2:]]
    plain = low.lstrip("+-")
    if (
        not plain.isascii()
        or len(plain) > _MOST_DIGITS
        or not plain.replace(".", "", 1).isdigit()
        or low[: -len(plain)] not in {"", "+", "-"}
    ):
        return default
    return float(low) * scale if "." in low else int(low) * scale


_MOST_DIGITS = 20
_SCALES = {"kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}
