"""The few shapes that Block Kit's types are written in; knows no block by name and no limit."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

NO_LIMIT = 10**9
"""Stands for "Slack documents no limit"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One reason why Slack would refuse a payload."""

    message: str
    at: str
    """JSON pointer to the offending value, relative to the request."""

    def __str__(self) -> str:
        """As Slack writes it into `response_metadata.messages`."""
        return f"{self.message} [json-pointer:{self.at}]"


Problems = Iterator[Problem]


class Shape(Protocol):
    """What a value must look like."""

    def check(self, value: object, at: str) -> Problems:
        """Yield every problem of `value`; nothing means that Slack takes it."""
        ...


@dataclass(frozen=True, slots=True)
class Str:
    """A string, with a length counted in code points as Slack counts it."""

    most: int = NO_LIMIT
    least: int = 1
    pattern: str = ""

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        if not isinstance(value, str):
            yield Problem(message="must provide a string", at=at)
        elif len(value) < self.least:
            yield Problem(message=f"must be more than {self.least - 1} characters", at=at)
        elif len(value) > self.most:
            yield Problem(message=f"must be less than {self.most + 1} characters", at=at)
        elif self.pattern and not re.fullmatch(self.pattern, value):
            yield Problem(message=f"failed to match pattern: {self.pattern}", at=at)


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number; `whole` refuses fractions."""

    least: float = -math.inf
    most: float = math.inf
    whole: bool = True
    above: float = -math.inf

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        kinds = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            yield Problem(message=f"must provide {'an integer' if self.whole else 'a number'}", at=at)
        elif value < self.least or value <= self.above:
            floor = self.least if value < self.least else self.above
            yield Problem(message=f"must be no less than {floor}", at=at)
        elif value > self.most:
            yield Problem(message=f"must be no more than {self.most}", at=at)


@dataclass(frozen=True, slots=True)
class Bool:
    """True or false, not a string that says so."""

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        if not isinstance(value, bool):
            yield Problem(message="must provide a boolean", at=at)


@dataclass(frozen=True, slots=True)
class Anything:
    """An object whose inside Slack does not check."""

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        if not isinstance(value, Mapping):
            yield Problem(message="must provide an object", at=at)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed set of words."""

    words: tuple[str, ...]

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        if value not in self.words:
            yield Problem(message=f"must be one of: {', '.join(self.words)}", at=at)


@dataclass(frozen=True, slots=True)
class Items:
    """An array of one shape."""

    of: Shape
    least: int = 1
    most: int = NO_LIMIT

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        if not isinstance(value, list):
            yield Problem(message="must provide an array", at=at)
            return
        if len(value) > self.most:
            yield Problem(message=f"no more than {self.most} items allowed", at=at)
        if len(value) < self.least:
            yield Problem(message=f"no fewer than {self.least} items allowed", at=at)
        for index, item in enumerate(value):
            yield from self.of.check(item, f"{at}/{index}")


Rule = Callable[[Mapping[str, Any], str], Problems]
"""What a table of fields cannot say: a relation between two values of one object."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Object:
    """An object with named fields; a name that is not in the table is refused, as Slack does."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        if not isinstance(value, Mapping):
            yield Problem(message="must provide an object", at=at)
            return
        sound = True
        for problem in self._fields(value, at):
            sound = False
            yield problem
        if sound:  # A relation is only asked about values that are themselves well formed.
            for rule in self.rules:
                yield from rule(value, at)

    def _fields(self, value: Mapping[str, Any], at: str) -> Problems:
        for name in self.required:
            if value.get(name) is None:
                yield Problem(message=f"missing required field: {name}", at=at)
        for name, inner in value.items():
            shape = self.required.get(name) or self.optional.get(name)
            if shape is None:
                yield Problem(message=f"invalid additional property: {name}", at=at)
            elif inner is not None:
                yield from shape.check(inner, f"{at}/{name}")


@dataclass(frozen=True, slots=True)
class Typed:
    """An object that says in `type` which of several shapes it has."""

    kinds: Mapping[str, Object]

    def check(self, value: object, at: str) -> Problems:
        """See `Shape.check`."""
        if not isinstance(value, Mapping):
            yield Problem(message="must provide an object", at=at)
            return
        kind = value.get("type")
        shape = self.kinds.get(kind) if isinstance(kind, str) else None
        if kind is None:
            yield Problem(message="missing required field: type", at=at)
        elif shape is None:
            yield Problem(message=f"unsupported type: {kind}", at=f"{at}/type")
        else:
            yield from shape.check({name: v for name, v in value.items() if name != "type"}, at)

    def only(self, *names: str) -> "Typed":
        """The same choice, narrowed to `names`."""
        return Typed({name: self.kinds[name] for name in names})

    def without(self, *names: str) -> "Typed":
        """The same choice, less `names`."""
        return Typed({name: kind for name, kind in self.kinds.items() if name not in names})


def one_of(*names: str) -> Rule:
    """A rule: at least one of `names` is given."""

    def rule(value: Mapping[str, Any], at: str) -> Problems:
        if all(value.get(name) is None for name in names):
            yield Problem(message=f"must define one of: {', '.join(names)}", at=at)

    return rule


def not_both(first: str, second: str) -> Rule:
    """A rule: `first` and `second` exclude each other."""

    def rule(value: Mapping[str, Any], at: str) -> Problems:
        if value.get(first) is not None and value.get(second) is not None:
            yield Problem(message=f"cannot define both {first} and {second}", at=at)

    return rule


def ordered(low: str, high: str) -> Rule:
    """A rule: `low` is not above `high`; both may be numbers or digits in a string."""

    def rule(value: Mapping[str, Any], at: str) -> Problems:
        small, large = value.get(low), value.get(high)
        if small is not None and large is not None and float(small) > float(large):
            yield Problem(message=f"{low} must be no more than {high}", at=f"{at}/{low}")

    return rule
