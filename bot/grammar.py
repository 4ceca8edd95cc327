"""How a command line becomes words: quotes, `key=value`, `--key value` and `--flag`. Knows no verb and does no I/O."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar


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
class Shape:
    """Which options a verb takes; what it does not name is refused, so that a typing error never passes in silence."""

    usage: str
    options: tuple[str, ...] = ()
    """Keys that carry a value: `cpu=4`, `--cpu 4`."""
    flags: tuple[str, ...] = ()
    """Keys that stand alone: `--hard`."""
    raw: bool = False
    """Whether everything after the verb is one text."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str | None
    """The option's key in lower case, where the token begins with one outside quotes."""
    has_value: bool = False


SYNONYMS: Mapping[str, str] = MappingProxyType(
    {"mem": "memory", "ram": "memory", "cpus": "cpu", "vcpu": "cpu", "vcpus": "cpu", "force": "hard"}
)
"""Other spellings of keys, taken where the verb knows the one they stand for."""

_WORD = re.compile(r"\S+")
_KEY = re.compile(r"(?P<dashes>-+)?(?P<key>[A-Za-z][A-Za-z0-9_-]*)(?P<equals>=)?")
_ESCAPED = re.compile(r'\\(["\\])')
_PLAIN = re.compile(r"[A-Za-z0-9@/.,+:][A-Za-z0-9@/.,+:_-]*")
_QUOTED = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"(?!\S)', re.DOTALL),
    "'": re.compile(r"'([^']*)'(?!\S)"),
}
_YES = ("true", "yes", "on")
_NO = ("false", "no", "off")


def split_verb(line: str) -> tuple[str, str]:
    """The first word in lower case, and what follows it, trimmed; two empty strings where there is nothing."""
    found = _WORD.search(line)
    if found is None:
        return "", ""
    return found.group().casefold(), line[found.end() :].strip()


def first_word(text: str) -> str:
    """The name that stands first after a verb, out of its quotes; empty where none does, or its quote is not closed."""
    try:
        token = next(_tokens(text, ""), None)
    except UsageError:
        return ""
    return token.text if token and token.key is None else ""


def parse(line: str, shape: Shape) -> Words:
    """Read a repaired line as the words of a verb.

    Raises:
        UsageError: a quote without its twin, an option twice, without its value, or unknown to the verb.
    """
    verb, rest = split_verb(line)
    if shape.raw:
        return Words(verb=verb, names=(), options=MappingProxyType({}), rest=rest)
    names: list[str] = []
    options: dict[str, str] = {}
    tokens = [*_tokens(rest, shape.usage)]
    while tokens:
        token = tokens.pop(0)
        if token.key is None:
            names.append(token.text)
            continue
        key = _meant(token.key, shape)
        if key in options:
            raise UsageError(f"the option {key} is given twice", usage=shape.usage)
        options[key] = _value(token, key, tokens, shape)
    return Words(verb=verb, names=tuple(names), options=MappingProxyType(options), rest=rest)


def quote(word: str) -> str:
    """The word so that `parse` reads it back as one name, whatever is in it: for the commands that buttons say."""
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def command_line(*words: str, options: Mapping[str, str] = MappingProxyType({})) -> str:
    """A line that reads as exactly these words and options."""
    return " ".join([*map(quote, words), *(f"{key}={quote(value)}" for key, value in options.items())])


def join(items: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    *head, tail = [*items] or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def _meant(key: str, shape: Shape) -> str:
    meant = SYNONYMS.get(key, key)
    return meant if meant in shape.options or meant in shape.flags else key


def _value(token: _Token, key: str, following: list[_Token], shape: Shape) -> str:
    """What the option is set to; `--key value` takes the next token away."""
    if key in shape.flags:
        return _flag(token, key, shape.usage)
    if key not in shape.options:
        raise UsageError(_unknown(key, shape), usage=shape.usage)
    if not token.has_value and following and following[0].key is None:
        token = following.pop(0)
    elif not token.has_value:
        raise UsageError(f"the option --{key} has no value", usage=shape.usage)
    if not token.text:
        raise UsageError(f"the option {key}= has no value (no spaces round the =)", usage=shape.usage)
    return token.text


def _flag(token: _Token, key: str, usage: str) -> str:
    value = token.text.casefold() if token.has_value else "true"
    if value in _YES:
        return "true"
    if value in _NO:
        return "false"
    raise UsageError(f"the option --{key} takes no value", usage=usage)


def _unknown(key: str, shape: Shape) -> str:
    known = [f"{option}=" for option in shape.options] + [f"--{flag}" for flag in shape.flags]
    return f"there is no option {key} here" + (f"; known: {join(known, 'and')}" if known else "")


def _tokens(text: str, usage: str) -> Iterator[_Token]:
    position = 0
    while (word := _WORD.search(text, position)) is not None:
        token, position = _token(text, word.start(), usage)
        yield token


def _token(text: str, start: int, usage: str) -> tuple[_Token, int]:
    """The token at `start`, and where it ends. Quotes count at its beginning and after its `=`, not within a word."""
    found = _KEY.match(text, start)
    if found and found["equals"]:
        value, end = _run(text, found.end(), usage)
        return _Token(value, found["key"].casefold(), has_value=True), end
    word, end = _run(text, start, usage)
    if found and found["dashes"] and found.end() == end:
        return _Token(word, found["key"].casefold()), end
    return _Token(word, None), end


def _run(text: str, start: int, usage: str) -> tuple[str, int]:
    """The value at `start`: up to the closing quote, or to the next space."""
    if start < len(text) and text[start] in _QUOTED:
        found = _QUOTED[text[start]].match(text, start)
        if found is None:
            raise UsageError(f"the quote {text[start]} is not closed", usage=usage)
        inner = found[1]
        return (_ESCAPED.sub(r"\1", inner) if text[start] == '"' else inner), found.end()
    found = _WORD.match(text, start)
    return (found.group(), found.end()) if found else ("", start)
