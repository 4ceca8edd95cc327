"""What this package needs of its neighbours, as narrow protocols; `bot.wiring` passes what implements them."""

from collections.abc import Callable, Collection
from typing import Protocol

from operations.model import Actor, Operation

Listener = Callable[[Operation], None]
"""Told of every new version of an operation, from any thread; must return at once and never raise."""


class Directory(Protocol):
    """Who somebody is now, in Slack's words."""

    def look_up(self, actor_id: str, *, fresh: bool = False) -> Actor | None:
        """The person with the groups of this moment; None where nobody can say, and then the answer is no.

        Args:
            actor_id: whom.
            fresh: ask anew, whatever is remembered: for the click of an approver.
        """

    def members(self, groups: Collection[str]) -> tuple[str, ...] | None:
        """Who is in any of these user groups, by handle or id of the group; None where nobody can say."""
