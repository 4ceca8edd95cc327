"""Cuts a query into tokens, as PowerShell would, and refuses everything that could do more than read."""

import re
from dataclasses import dataclass
from enum import Enum

from bot.powercli.errors import QueryError

LONGEST = 2000
"""Characters of a query. Slack cuts a slash command's text far below that."""


class Kind(Enum):
    """What a token is."""

    WORD = "a word"
    STRING = "a quoted text"
    VARIABLE = "a variable"
    DASH = "a parameter or operator"
    PIPE = "|"
    COMMA = ","
    OPEN = "{"
    CLOSE = "}"
    LEFT = "("
    RIGHT = ")"
    ARRAY = "@("
    NOT = "!"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: `text` without quotes, dash or dollar sign."""

    kind: Kind
    text: str
    position: int
    path: tuple[str, ...] = ()
    """Of a variable: the properties behind it."""

    @property
    def shown(self) -> str:
        """How an error names it."""
        match self.kind:
            case Kind.WORD | Kind.STRING:
                return repr(self.text)
            case Kind.DASH:
                return f"-{self.text}"
            case Kind.VARIABLE:
                return "$" + ".".join((self.text, *self.path))
            case _:
                return str(self.kind.value)


_SINGLE = "'\u2018\u2019\u201a\u201b"
_DOUBLE = '"\u201c\u201d\u201e'
_DASHES = "-\u2013\u2014\u2015"
_SPACE = re.compile(r"\s+")
_DASH = re.compile(f"[{_DASHES}]{{1,2}}([A-Za-z]\\w*):?")
_VARIABLE = re.compile(r"\$(\w+)((?:\.\w+)*)")
_WORD = re.compile(
    f"(?:`.|[^\\s|,;&<>(){{}}`$@{_SINGLE}{_DOUBLE}])(?:`.|[^\\s|,;&<>(){{}}`{_SINGLE}{_DOUBLE}])*", re.DOTALL
)
_ESCAPE = re.compile(r"`(.)", re.DOTALL)
_MARKS = {
    "|": Kind.PIPE, ",": Kind.COMMA, "{": Kind.OPEN, "}": Kind.CLOSE, "(": Kind.LEFT, ")": Kind.RIGHT,
    "@(": Kind.ARRAY, "!": Kind.NOT,
}  # fmt: skip
_REFUSED = (
    ("$(", "A subexpression $( ) would run code", "Write the value itself."),
    ("@{", "A hash table @{ } is not part of a query", "Name the properties: `select Name, VMHost`."),
    ("||", "|| runs a second command", "Use one | between two cmdlets."),
    (";", "; starts a second command", "Send one query at a time."),
    ("&", "& runs a program", "Start with a cmdlet such as Get-VM."),
    (">", "> writes a file", "Leave it out: a long result comes as a CSV file by itself. To compare, use -gt."),
    ("<", "< reads a file", "Leave it out. To compare, use -lt."),
    ("`", "The query ends with a backtick", "Leave it out."),
    ("$", "A $ without a name means nothing here", "Use $_.Property, $true, $false or $null."),
    ("@", "@ starts a splat or a here-string", "Put the text in quotes."),
)


def tokenize(text: str) -> tuple[Token, ...]:
    """Cut the text up; the last token is always END.

    Raises:
        QueryError: something in it is no part of a query.
    """
    if len(text) > LONGEST:
        raise QueryError(f"The query has {len(text)} characters; {LONGEST} is the most", way_out="Shorten it.")
    tokens: list[Token] = []
    position, depth = 0, 0
    while position < len(text):
        if (space := _SPACE.match(text, position)) is not None:
            position = space.end()
            continue
        token, position = _next(text, position, in_block=depth > 0)
        depth += {Kind.OPEN: 1, Kind.CLOSE: -1}.get(token.kind, 0)
        tokens.append(token)
    return (*tokens, Token(Kind.END, "", len(text)))


def _next(text: str, at: int, *, in_block: bool) -> tuple[Token, int]:
    character = text[at]
    if character in _SINGLE + _DOUBLE:
        return _quoted(text, at, _SINGLE if character in _SINGLE else _DOUBLE)
    if (found := _VARIABLE.match(text, at)) is not None:
        return _variable(text, at, found)
    _refuse(text, at)
    mark = "@(" if text.startswith("@(", at) else character
    if mark in _MARKS and (mark != "!" or in_block):
        return Token(_MARKS[mark], mark, at), at + len(mark)
    if (found := _DASH.match(text, at)) is not None:
        return Token(Kind.DASH, found[1], at), found.end()
    return _word(text, at, in_block=in_block)


def _refuse(text: str, at: int) -> None:
    for start, fact, way_out in _REFUSED:
        if text.startswith(start, at) and not _allowed(start, text, at):
            raise QueryError(fact, way_out=way_out, position=at)


def _allowed(start: str, text: str, at: int) -> bool:
    """A backtick escapes what follows it; @( begins a list."""
    return (start == "`" and at + 1 < len(text)) or (start == "@" and text.startswith("@(", at))


def _variable(text: str, at: int, found: re.Match[str]) -> tuple[Token, int]:
    path = tuple(part for part in found[2].split(".") if part)
    behind = text[found.end() : found.end() + 2]
    if behind.startswith("("):
        raise QueryError(
            f"{found[0]}(…) calls a method, and nothing is ever run here",
            way_out="Compare with -like, -match or -eq: `? Name -like 'web*'`.",
            position=at,
        )
    if behind.startswith(("[", "::", ".", ":")):
        raise QueryError(
            f"{found[0]} can be followed by property names only",
            way_out="Write $_.Property, for example $_.VMHost.Name.",
            position=at,
        )
    return Token(Kind.VARIABLE, found[1], at, path), found.end()


def _quoted(text: str, at: int, quotes: str) -> tuple[Token, int]:
    double = quotes is _DOUBLE
    said: list[str] = []
    position = at + 1
    while position < len(text):
        character = text[position]
        if character in quotes:
            if text[position + 1 : position + 2] not in tuple(quotes):
                return Token(Kind.STRING, "".join(said), at), position + 1
            position += 1
        elif double and character == "`" and position + 1 < len(text):
            position += 1
            character = text[position]
        elif double and character == "$" and re.match(r"\$[\w({]", text[position : position + 2]):
            raise QueryError(
                "A variable inside double quotes would have to be evaluated",
                way_out="Use single quotes: '…'.",
                position=position,
            )
        said.append(character if character not in quotes else text[position])
        position += 1
    raise QueryError("A quote is opened and never closed", way_out="Close it.", position=at)


def _word(text: str, at: int, *, in_block: bool) -> tuple[Token, int]:
    found = _WORD.match(text, at)
    if found is None:
        raise QueryError(f"{text[at]!r} means nothing here", way_out="Put texts in quotes.", position=at)
    word = found[0]
    if in_block and word.startswith("["):
        raise QueryError(
            f"{word} names a .NET type, which could run code",
            way_out="Leave it out; numbers compare as numbers.",
            position=at,
        )
    if in_block and re.fullmatch(r"[+\-*/%=!]?=+|[+\-*/%]", word):
        raise QueryError(
            f"{word} assigns or calculates, and a query only compares",
            way_out="Use -eq, -ne, -gt, -ge, -lt, -le.",
            position=at,
        )
    return Token(Kind.WORD, _ESCAPE.sub(r"\1", word), at), found.end()
