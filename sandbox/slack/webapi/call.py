"""One call of a method: its arguments with types, and who makes it."""

import json
from dataclasses import dataclass, replace
from typing import Any

from sandbox.slack.core import Sandbox
from sandbox.slack.model import Json
from sandbox.slack.webapi.errors import SlackError

_FALSE = {"", "0", "false", "False", "no"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request that has passed authentication and scope."""

    sandbox: Sandbox
    method: str
    args: Json
    scopes: tuple[str, ...]

    def at(self, **changed: object) -> "Call":
        """Return the same call with some arguments changed."""
        return replace(self, args=self.args | changed)

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return an argument as a truth value, as forms and JSON write it."""
        value = self.args.get(name)
        return default if value is None else str(value) not in _FALSE

    def number(self, name: str, default: int) -> int:
        """Return an argument as a whole number."""
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise SlackError("invalid_arguments", f"[ERROR] must be an integer [json-pointer:/{name}]") from None

    def structure(self, name: str, bad: str) -> Any:  # noqa: ANN401  JSON of any shape, judged by the caller
        """Return a JSON argument, written as JSON or as JSON text in a form; None when absent.

        Raises:
            SlackError: with the code `bad` when the text is no JSON.
        """
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as fault:
            raise SlackError(bad, f"[ERROR] {fault} [json-pointer:/{name}]") from fault
