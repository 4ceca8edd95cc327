"""Wildcards and regular expressions in time linear in the text: both become a small automaton that never backtracks."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.powercli.errors import QueryError

MOST_STATES = 400
"""Of one automaton: with the longest text that is 400,000 steps at most."""
LONGEST_TEXT = 1000
"""Characters of a value that are looked at."""

Test = Callable[[str], bool]
_CHARACTER, _SPLIT, _START, _FINISH, _EDGE, _MATCH = range(6)
_MOST_REPEATS = 100
_DIGITS = 9
"""Digits of a count that are read: anything longer is too many as well."""
_DEEPEST = 20
_META = frozenset("*+?{}()[]|^$.\\")


@dataclass(slots=True)
class _State:
    kind: int
    test: Test | None = None
    out: tuple[int, ...] = ()


class Pattern:
    """A compiled pattern."""

    def __init__(self, states: list[_State], start: int, *, ignore_case: bool) -> None:
        self._states = states
        self._start = start
        self._ignore_case = ignore_case

    def search(self, text: str) -> bool:
        """Whether it is found anywhere in the text."""
        text = (text.lower() if self._ignore_case else text)[:LONGEST_TEXT]
        active: set[int] = set()
        for at in range(len(text) + 1):
            active = self._closure((*active, self._start), text, at)
            if self._states[-1].kind == _MATCH and len(self._states) - 1 in active:
                return True
            active = self._step(active, text[at]) if at < len(text) else set()
        return False

    def _step(self, active: set[int], character: str) -> set[int]:
        found: set[int] = set()
        for number in active:
            state = self._states[number]
            if state.kind == _CHARACTER and state.test is not None and state.test(character):
                found.update(state.out)
        return found

    def _closure(self, numbers: tuple[int, ...], text: str, at: int) -> set[int]:
        seen: set[int] = set()
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            state = self._states[number]
            if state.kind == _SPLIT or (state.kind in {_START, _FINISH, _EDGE} and _holds(state.kind, text, at)):
                waiting.extend(state.out)
        return seen


def _holds(kind: int, text: str, at: int) -> bool:
    if kind == _START:
        return at == 0
    if kind == _FINISH:
        return at == len(text)
    return _is_word(text[at - 1 : at]) != _is_word(text[at : at + 1])


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def regex(source: str, *, ignore_case: bool, position: int | None = None) -> Pattern:
    r"""Compile a regular expression: literals, ., [ ], \d \w \s \b, ( ), |, ^ $, * + ? {m,n}.

    Raises:
        QueryError: it is malformed, too big, or uses what has no linear time (back references, look-around).
    """
    return _Compiler(source, ignore_case=ignore_case, position=position).compile()


def wildcard(source: str, *, ignore_case: bool = True, position: int | None = None) -> Pattern:
    """Compile PowerShell's wildcards * ? [a-c] for the whole text. A bracket that isn't closed is a plain character.

    Raises:
        QueryError: it is too long.
    """
    parts: list[str] = ["^"]
    at = 0
    while at < len(source):
        character = source[at]
        end = source.find("]", at + 2) if character == "[" else -1
        if end > 0:
            inner = source[at + 1 : end].replace("\\", "\\\\").replace("^", "\\^").replace("[", "\\[")
            parts.append(f"[{inner}]")
            at = end
        elif character == "`" and at + 1 < len(source):
            at += 1
            parts.append("\\" + source[at] if source[at] in _META else source[at])
        elif character in "*?":
            parts.append("(.|\n)*" if character == "*" else "(.|\n)")
        else:
            parts.append("\\" + character if character in _META else character)
        at += 1
    compiler = _Compiler("".join([*parts, "$"]), ignore_case=ignore_case, position=position, written=source)
    return compiler.compile()


def has_wildcard(text: str) -> bool:
    """Whether a name is a pattern."""
    return any(character in text for character in "*?[`")


@dataclass(slots=True)
class _Piece:
    """A part of the automaton: where it begins, and the states whose exits are still open."""

    start: int
    open: list[int]


class _Compiler:
    """Recursive descent to Thompson's construction."""

    def __init__(self, source: str, *, ignore_case: bool, position: int | None, written: str | None = None) -> None:
        """Take what it needs; `written` is the wildcard that a person wrote, where it was one."""
        self._source = source
        self._written = written
        self._ignore_case = ignore_case
        self._at = 0
        self._states: list[_State] = []
        self._position = position
        self._depth = 0

    def compile(self) -> Pattern:
        piece = self._alternatives()
        if self._at < len(self._source):
            raise self._error("has a ) that nothing opened")
        self._patch(piece.open, self._add(_MATCH))
        return Pattern(self._states, piece.start, ignore_case=self._ignore_case)

    def _error(self, what: str) -> QueryError:
        if self._written is not None:
            return QueryError(
                f"The name {self._written!r} {what}", way_out="Write it with fewer * and ?.", position=self._position
            )
        return QueryError(
            f"The pattern {self._source!r} {what}",
            way_out="Use letters, ., [a-z], ( ), |, ^, $, *, +, ? and {m,n}; put \\ before a sign; or use -like.",
            position=self._position,
        )

    def _add(self, kind: int, test: Test | None = None, out: tuple[int, ...] = ()) -> int:
        if len(self._states) >= MOST_STATES:
            raise self._error("is too big")
        self._states.append(_State(kind, test, out))
        return len(self._states) - 1

    def _patch(self, numbers: list[int], target: int) -> None:
        for number in numbers:
            self._states[number].out = (*self._states[number].out, target)

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _alternatives(self) -> _Piece:
        piece = self._sequence()
        while self._peek() == "|":
            self._at += 1
            other = self._sequence()
            piece = _Piece(self._add(_SPLIT, out=(piece.start, other.start)), piece.open + other.open)
        return piece

    def _sequence(self) -> _Piece:
        empty = self._add(_SPLIT)
        piece = _Piece(empty, [empty])
        while self._peek() not in {"", "|", ")"}:
            following = self._repeated()
            self._patch(piece.open, following.start)
            piece = _Piece(piece.start, following.open)
        return piece

    def _repeated(self) -> _Piece:
        begun = self._at
        piece = self._atom()
        ended = self._at
        quantifier = self._quantifier()
        if quantifier is None:
            return piece
        least, most = quantifier
        behind = self._at
        copies = [piece, *(self._again(begun, ended) for _ in range(max(least, most or least + 1, 1) - 1))]
        self._at = behind
        if self._quantifier() is not None:
            raise self._error("repeats a repetition")
        return self._chain(copies, least, unlimited=most is None)

    def _again(self, begun: int, ended: int) -> _Piece:
        self._at = begun
        piece = self._atom()
        self._at = ended
        return piece

    def _chain(self, copies: list[_Piece], least: int, *, unlimited: bool) -> _Piece:
        """The first `least` copies are a must, each further one may be left out, the last may come again."""
        start = self._add(_SPLIT)
        exits: list[int] = []
        ends = [start]
        for number, copy in enumerate(copies):
            gate = copy.start
            if number >= least:
                gate = self._add(_SPLIT, out=(copy.start,))
                exits.append(gate)
            self._patch(ends, gate)
            ends = copy.open
            if unlimited and number == len(copies) - 1:
                self._patch(ends, gate)
                ends = []
        return _Piece(start, exits + ends)

    def _quantifier(self) -> tuple[int, int | None] | None:
        sign = self._peek()
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if sign in simple:
            self._at += 1
            found: tuple[int, int | None] = simple[sign]
        elif sign == "{" and (braces := self._braces()) is not None:
            found = braces
        else:
            return None
        if self._peek() == "?":  # lazy: whether it matches is the same
            self._at += 1
        return found

    def _braces(self) -> tuple[int, int | None] | None:
        end = self._source.find("}", self._at)
        least, comma, most = self._source[self._at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not (least.isascii() and least.isdigit()) or (most and not (most.isascii() and most.isdigit())):
            return None
        if not int(least[:_DIGITS]) <= int((most or least)[:_DIGITS]) <= _MOST_REPEATS:
            raise self._error(f"repeats more than {_MOST_REPEATS} times, or backwards")
        self._at = end + 1
        if not comma:
            return int(least), int(least)
        return int(least), int(most) if most else None

    def _atom(self) -> _Piece:
        character = self._peek()
        self._at += 1
        if character == "(":
            return self._group()
        if character in "*+?":
            raise self._error("repeats nothing")
        if character in "^$":
            return self._single(_START if character == "^" else _FINISH, None)
        if character == ".":
            return self._single(_CHARACTER, lambda one: one != "\n")
        if character == "[":
            return self._single(_CHARACTER, self._class())
        if character == "\\":
            return self._escape()
        return self._single(_CHARACTER, self._fold(character).__eq__)

    def _fold(self, character: str) -> str:
        return character.lower() if self._ignore_case else character

    def _single(self, kind: int, test: Test | None) -> _Piece:
        number = self._add(kind, test)
        return _Piece(number, [number])

    def _group(self) -> _Piece:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("nests groups too deep")
        if self._source.startswith("?:", self._at):
            self._at += 2
        elif self._peek() == "?":
            raise self._error("uses (?…), which can't be matched in bounded time")
        piece = self._alternatives()
        if self._peek() != ")":
            raise self._error("opens a ( and never closes it")
        self._at += 1
        self._depth -= 1
        return piece

    def _escape(self) -> _Piece:
        character = self._peek()
        if not character:
            raise self._error("ends with a \\")
        self._at += 1
        if character == "b":
            return self._single(_EDGE, None)
        if character.isdigit():
            raise self._error("refers back to a group, which can't be matched in bounded time")
        return self._single(_CHARACTER, _escaped(character) or self._fold(character).__eq__)

    def _class(self) -> Test:
        negated = self._peek() == "^"
        self._at += negated
        tests: list[Test] = []
        while (character := self._peek()) != "]" or not tests:
            if not character:
                raise self._error("opens a [ and never closes it")
            tests.append(self._member())
        self._at += 1
        return lambda one: any(test(one) for test in tests) is not negated

    def _member(self) -> Test:
        low = self._literal()
        if callable(low):
            return low
        if self._peek() == "-" and self._source[self._at + 1 : self._at + 2] not in {"", "]"}:
            self._at += 1
            high = self._literal()
            if callable(high) or high < low:
                raise self._error("has a range that runs backwards")
            return lambda one: low <= one <= high
        return low.__eq__

    def _literal(self) -> str | Test:
        character = self._peek()
        self._at += 1
        if character != "\\":
            return self._fold(character)
        escaped = self._peek()
        self._at += 1
        return _escaped(escaped) or self._fold(escaped)


def _escaped(character: str) -> Test | None:
    return _CLASSES.get(character)


_CLASSES: dict[str, Test] = {
    "d": str.isdigit,
    "w": _is_word,
    "s": str.isspace,
    "D": lambda one: not one.isdigit(),
    "W": lambda one: not _is_word(one),
    "S": lambda one: not one.isspace(),
    "n": "\n".__eq__,
    "t": "\t".__eq__,
}
