"""Reads a query: tokens to a pipeline of typed stages. The grammar is here, the properties in `bot.powercli.check`."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType

from bot.powercli import binding
from bot.powercli.binding import Argument, Cmdlet, Takes
from bot.powercli.check import check
from bot.powercli.condition import ConditionParser
from bot.powercli.errors import QueryError
from bot.powercli.lexer import Kind, Token, tokenize
from bot.powercli.refusals import refuse_cmdlet
from bot.powercli.syntax import (
    Format,
    Get,
    Group,
    Layout,
    Measure,
    Name,
    OutString,
    Query,
    Select,
    Sort,
    Source,
    Stage,
    Where,
)  # fmt: skip
from bot.powercli.tokens import Tokens

_LARGEST = 1_000_000
_VALUES = frozenset({Kind.WORD, Kind.STRING, Kind.VARIABLE})


def parse(text: str) -> Query:
    """Read the text as a pipeline; nothing is evaluated.

    Raises:
        QueryError: it is no query; with the position, the cause and the way out.
    """
    tokens = Tokens(tokenize(text))
    if tokens.peek.kind is Kind.END:
        raise QueryError(
            "The query is empty", way_out="For example: `get-vm web* | select Name, PowerState`.", position=0
        )
    stages = [_stage(tokens, first=True)]
    while tokens.take(Kind.PIPE) is not None:
        stages.append(_stage(tokens, first=False))
    query = Query(text, tuple(stages))
    check(query)
    return query


def _stage(tokens: Tokens, *, first: bool) -> Stage:
    cmdlet, at = _cmdlet(tokens)
    if first and cmdlet.source is None:
        raise QueryError(f"{cmdlet.name} needs something before it", way_out="Start with Get-VM.", position=at)
    if (cmdlet.name == "Where-Object" and tokens.peek.kind in {Kind.WORD, Kind.STRING}) or _negated(cmdlet, tokens):
        stage: Stage = Where(condition=ConditionParser(tokens).simple())
    else:
        stage = _build(cmdlet, _arguments(cmdlet, tokens), at)
    if tokens.peek.kind not in {Kind.PIPE, Kind.END}:
        raise tokens.unexpected(f"after {cmdlet.name}")
    return stage


def _negated(cmdlet: Cmdlet, tokens: Tokens) -> bool:
    """`where -not Property`, `where -Property Name …`."""
    dash = tokens.peek
    return cmdlet.name == "Where-Object" and dash.kind is Kind.DASH and dash.text.casefold() in {"not", "property"}


def _cmdlet(tokens: Tokens) -> tuple[Cmdlet, int]:
    token = tokens.peek
    if token.kind is Kind.VARIABLE:
        raise QueryError(
            f"{token.shown} stands where a cmdlet should, and a query has no variables of its own",
            way_out="Start with Get-VM; put conditions into `where { … }`.",
            position=token.position,
        )
    if token.kind in {Kind.LEFT, Kind.ARRAY}:
        raise QueryError(
            "A query in parentheses would have to be run first",
            way_out="Use a pipe: `Get-Cluster A | Get-VM | select -ExpandProperty Name`.",
            position=token.position,
        )
    if token.kind is not Kind.WORD:
        raise tokens.unexpected("where a cmdlet should stand")
    tokens.next()
    cmdlet = binding.BY_NAME.get(token.text.casefold())
    if cmdlet is None:
        known = [one.name for one in binding.CMDLETS]
        raise refuse_cmdlet(token.text, known=known, position=token.position)
    return cmdlet, token.position


def _arguments(cmdlet: Cmdlet, tokens: Tokens) -> dict[str, Argument]:
    found: dict[str, Argument] = {}
    free = list(cmdlet.positional)
    while tokens.peek.kind not in {Kind.PIPE, Kind.END}:
        token = tokens.peek
        if token.kind is Kind.DASH:
            name = binding.parameter(cmdlet, tokens.next())
        elif token.kind is Kind.OPEN and "filterscript" in cmdlet.parameters:
            name = "filterscript"
        else:
            name = next((one for one in free if one not in found), "")
        if not name:
            raise tokens.unexpected(f"after {cmdlet.name}")
        if name in found:
            raise QueryError(f"-{name} is given twice", way_out="Give it once.", position=token.position)
        found[name] = _argument(cmdlet.parameters[name], tokens, name=name, position=token.position)
    return found


def _argument(takes: Takes, tokens: Tokens, *, name: str, position: int) -> Argument:
    match takes:
        case Takes.SWITCH:
            return Argument(position)
        case Takes.BLOCK:
            return Argument(position, block=ConditionParser(tokens).block())
        case Takes.NUMBER:
            return Argument(position, number=_whole(tokens, name))
        case Takes.PROPERTIES | Takes.PROPERTY:
            names = tuple(Name(token.text, token.position) for token in _values(tokens, name))
            return Argument(position, names=names)
        case Takes.TEXTS | Takes.TIME:
            return Argument(position, texts=tuple(token.text for token in _values(tokens, name)))


def _values(tokens: Tokens, name: str) -> list[Token]:
    found = [_value(tokens, name)]
    while tokens.take(Kind.COMMA) is not None:
        found.append(_value(tokens, name))
    return found


def _value(tokens: Tokens, name: str) -> Token:
    token = tokens.peek
    if token.kind in {Kind.LEFT, Kind.ARRAY}:
        raise QueryError(
            "A command in parentheses would have to be run first",
            way_out="Write the name, or use a pipe: `Get-Cluster A | Get-VM`.",
            position=token.position,
        )
    if token.kind is Kind.VARIABLE:
        raise QueryError(
            f"{token.shown} is a variable, and a query has none here",
            way_out="Write the value itself.",
            position=token.position,
        )
    if token.kind not in _VALUES:
        raise tokens.unexpected(f"where a value for -{name} should stand")
    return tokens.next()


def _whole(tokens: Tokens, name: str) -> int:
    token = _value(tokens, name)
    value = binding.number(token.text)
    if not isinstance(value, int) or not 0 <= value <= _LARGEST:
        raise QueryError(
            f"-{name} takes a whole number, not {token.text!r}",
            way_out=f"For example: -{name} 10.",
            position=token.position,
        )
    return value


def _build(cmdlet: Cmdlet, given: dict[str, Argument], at: int) -> Stage:
    if cmdlet.source is not None:
        return _get(cmdlet.source, given, at)
    return _BUILDERS[cmdlet.name](given, at)


def _get(source: Source, given: dict[str, Argument], at: int) -> Get:
    texts = {name: one.texts for name, one in given.items() if one.texts and name not in _NO_FILTERS}
    quiet = given["erroraction"].texts if "erroraction" in given else ()
    return Get(
        source=source,
        texts=MappingProxyType(texts),
        most=given["maxsamples"].number if "maxsamples" in given else None,
        start=_time(given.get("start")),
        finish=_time(given.get("finish")),
        quiet=any(one.casefold() in {"silentlycontinue", "ignore"} for one in quiet),
        position=at,
    )


_NO_FILTERS = frozenset({"erroraction", "start", "finish"})


def _time(given: Argument | None) -> datetime | None:
    if given is None:
        return None
    try:
        read = datetime.fromisoformat(given.texts[0])
    except ValueError as error:
        raise QueryError(
            f"{given.texts[0]!r} is no date",
            way_out="Write it as 2026-05-31 or '2026-05-31 14:30'.",
            position=given.position,
        ) from error
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def _where(given: dict[str, Argument], at: int) -> Stage:
    block = given["filterscript"].block if "filterscript" in given else None
    if block is None:
        raise QueryError("Where-Object needs a condition", way_out="For example: `? NumCpu -gt 4`.", position=at)
    return Where(condition=block)


def _names(given: dict[str, Argument], name: str = "property") -> tuple[Name, ...]:
    return given[name].names if name in given else ()


def _number(given: dict[str, Argument], name: str) -> int | None:
    return given[name].number if name in given else None


def _select(given: dict[str, Argument], at: int) -> Stage:
    expanded = _names(given, "expandproperty")
    if len(expanded) > 1 or (expanded and "property" in given):
        raise QueryError("-ExpandProperty takes one property, alone", way_out="Leave the others out.", position=at)
    return Select(
        properties=_names(given),
        excluded=_names(given, "excludeproperty"),
        expand=expanded[0] if expanded else None,
        first=_number(given, "first"),
        last=_number(given, "last"),
        skip=_number(given, "skip") or 0,
        unique="unique" in given,
    )


def _sort(given: dict[str, Argument], _at: int) -> Stage:
    return Sort(
        properties=_names(given), descending="descending" in given, unique="unique" in given, top=_number(given, "top")
    )


def _group(given: dict[str, Argument], at: int) -> Stage:
    if "property" not in given:
        raise QueryError("Group-Object needs a property", way_out="For example: `group PowerState`.", position=at)
    return Group(properties=_names(given), no_element="noelement" in given)


def _measure(given: dict[str, Argument], at: int) -> Stage:
    wanted = frozenset(given) & {"sum", "average", "minimum", "maximum"}
    if wanted and "property" not in given:
        raise QueryError(
            f"-{min(wanted)} needs a property", way_out="For example: `measure MemoryGB -Sum`.", position=at
        )
    return Measure(properties=_names(given), wanted=wanted)


def _list(given: dict[str, Argument], _at: int) -> Stage:
    return Format(layout=Layout.LIST, properties=_names(given))


def _table(given: dict[str, Argument], _at: int) -> Stage:
    return Format(layout=Layout.TABLE, properties=_names(given), hide_headers="hidetableheaders" in given)


def _out_string(_given: dict[str, Argument], _at: int) -> Stage:
    return OutString()


_BUILDERS: dict[str, Callable[[dict[str, Argument], int], Stage]] = {
    "Where-Object": _where,
    "Select-Object": _select,
    "Sort-Object": _sort,
    "Group-Object": _group,
    "Measure-Object": _measure,
    "Format-List": _list,
    "Format-Table": _table,
    "Out-String": _out_string,
}
