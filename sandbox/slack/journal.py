"""Everything that happened, in order, in memory; lost when the server ends.

Each request, envelope, acknowledgement with its delay, notice, connection, fault and violation is one entry.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

_TOKEN: Final = re.compile(r"\b(?:xox[abeoprs]|xapp|xwfp)-[A-Za-z0-9-]{8,}")
_MAX_ENTRIES: Final = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that happened."""

    n: int
    at: float
    """Seconds since 1970 on the sandbox's clock."""
    kind: str
    data: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the entry as one flat JSON object."""
        return {"n": self.n, "at": self.at, "kind": self.kind, **self.data}


class Journal:
    """Append-only list of entries; a violation is an entry that a well-behaved app would not have caused."""

    def __init__(self, *, now: Callable[[], float], on_add: Callable[[], None], secrets: Iterable[str] = ()) -> None:
        self._now = now
        self._on_add = on_add
        self._secrets = tuple(secret for secret in secrets if secret)
        self._entries: list[Entry] = []
        self._count = 0

    def add(self, kind: str, **data: Any) -> Entry:  # noqa: ANN401  entries carry JSON of any shape
        """Append an entry and return it."""
        self._count += 1
        entry = Entry(n=self._count, at=self._now(), kind=kind, data=data)
        self._entries.append(entry)
        del self._entries[:-_MAX_ENTRIES]
        self._on_add()
        return entry

    def violation(self, code: str, detail: str, **data: Any) -> None:  # noqa: ANN401  as in `add`
        """Note that the app broke one of Slack's rules."""
        self.add("violation", code=code, detail=detail, **data)

    def scan(self, text: str, where: str) -> None:
        """Note a violation when the text shows a token or one of the known secrets."""
        if _TOKEN.search(text) or any(secret in text for secret in self._secrets):
            self.violation("secret_in_text", f"a secret is readable in {where}")

    def entries(self, *, since: int = 0, kind: str | None = None) -> list[Entry]:
        """Return the entries after number `since`, of one kind or of all."""
        return [entry for entry in self._entries if entry.n > since and kind in {None, entry.kind}]

    def violations(self) -> list[Entry]:
        """Return the violations, oldest first."""
        return self.entries(kind="violation")
