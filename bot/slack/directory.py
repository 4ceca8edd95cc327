"""Who somebody is in Slack, and in which user groups: cached for a minute, and no where Slack can't be asked.

A background pass keeps what is in use warm, so that a command does not wait for Slack.
"""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.slack.web import RefusedError, UnreachableError, Web
from operations.model import Actor
from vsphere.clock import Clock

log = structlog.get_logger(__name__)

GROUPS_FOR_S: Final = 60.0
PERSON_FOR_S: Final = 60.0
_WARM_FOR_S: Final = 600.0
"""Groups are kept warm for so long after somebody was last looked up."""
_REFRESH_AT_S: Final = 45.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Groups:
    read_at: float
    """When the reading began."""
    of_user: Mapping[str, frozenset[str]]
    """Ids and handles (with and without `@`) by user."""
    sizes: Mapping[str, int]
    """Members by id and by handle, in lower case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Person:
    read_at: float
    name: str
    is_guest: bool
    is_stranger: bool


class SlackDirectory:
    """See `operations.ports.Directory`."""

    def __init__(self, *, web: Web, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self._reading = threading.Lock()
        self._groups: _Groups | None = None
        self._people: dict[str, _Person] = {}
        self._own: Mapping[str, Any] | None = None
        self._used_at: float | None = None

    def look_up(self, actor_id: str, *, fresh: bool = False) -> Actor | None:
        """See `Directory.look_up`."""
        self._used_at = self._clock.monotonic()
        try:
            person = self._person(actor_id, 0.0 if fresh else PERSON_FOR_S)
            groups = self._groups_of(actor_id, 0.0 if fresh else GROUPS_FOR_S)
        except (UnreachableError, RefusedError) as error:
            log.warning("slack.directory.unreadable", actor=actor_id, reason=str(error))
            return None
        if person is None:
            return None
        return Actor(
            id=actor_id, name=person.name, groups=groups, is_guest=person.is_guest, is_stranger=person.is_stranger
        )

    def can_answer(self, user: str) -> bool:
        """Whether what somebody clicks counts: no guest, nobody of another organisation, and not gone.

        Returns:
            True as well where Slack can't be asked: whoever clicks is looked up then.
        """
        try:
            person = self._person(user, PERSON_FOR_S)
        except (UnreachableError, RefusedError) as error:
            log.warning("slack.directory.unreadable", actor=user, reason=str(error))
            return True
        return person is not None and not (person.is_guest or person.is_stranger)

    def members(self, groups: Collection[str]) -> tuple[str, ...] | None:
        """See `Directory.members`."""
        wanted = {group.lstrip("@").casefold() for group in groups}
        self._used_at = self._clock.monotonic()
        try:
            known = self._known_groups(GROUPS_FOR_S)
        except (UnreachableError, RefusedError) as error:
            log.warning("slack.directory.unreadable", groups=sorted(wanted), reason=str(error))
            return None
        return tuple(user for user, names in known.of_user.items() if wanted & {one.casefold() for one in names})

    def group_sizes(self) -> Mapping[str, int] | None:
        """How many are in each user group, by id and by handle in lower case; None where Slack can't be asked."""
        try:
            return self._known_groups(GROUPS_FOR_S).sizes
        except (UnreachableError, RefusedError) as error:
            log.warning("slack.directory.unreadable", reason=str(error))
            return None

    def warm(self) -> None:
        """One pass: read the groups again before they grow old, while people use the bot; at start in any case."""
        now = self._clock.monotonic()
        in_use = self._used_at is not None and now - self._used_at < _WARM_FOR_S
        if self._groups is not None and not in_use:
            return
        try:
            self._groups_of("", _REFRESH_AT_S)
        except (UnreachableError, RefusedError) as error:
            log.warning("slack.directory.unreadable", reason=str(error))

    def _groups_of(self, user: str, max_age_s: float) -> frozenset[str]:
        return self._known_groups(max_age_s).of_user.get(user, frozenset())

    def _known_groups(self, max_age_s: float) -> _Groups:
        asked_at = self._clock.monotonic()
        groups = self._groups
        if groups is None or asked_at - groups.read_at >= max_age_s:
            with self._reading:
                groups = self._groups
                # What somebody else began to read while this thread waited is fresh enough.
                if groups is None or (groups.read_at < asked_at and asked_at - groups.read_at >= max_age_s):
                    self._groups = groups = self._read_groups()
        return groups

    def _read_groups(self) -> _Groups:
        read_at = self._clock.monotonic()
        answer = self._web.get("usergroups.list", {"include_users": "true"})
        of_user: dict[str, set[str]] = {}
        sizes: dict[str, int] = {}
        for group in answer["usergroups"]:
            names = {group["id"], group["handle"], f"@{group['handle']}"}
            users = group.get("users", ())
            sizes |= {group["id"].casefold(): len(users), group["handle"].casefold(): len(users)}
            for user in users:
                of_user.setdefault(user, set()).update(names)
        found = {user: frozenset(names) for user, names in of_user.items()}
        return _Groups(read_at=read_at, of_user=found, sizes=sizes)

    def _person(self, user: str, max_age_s: float) -> _Person | None:
        known = self._people.get(user)
        if known is not None and self._clock.monotonic() - known.read_at < max_age_s:
            return known
        try:
            info = self._web.get("users.info", {"user": user})["user"]
        except RefusedError as error:
            if error.code in {"user_not_found", "user_not_visible"}:
                return None
            raise
        if info.get("deleted") or info.get("is_bot"):
            return None
        self._people[user] = person = self._read_person(info)
        return person

    def _read_person(self, info: Mapping[str, Any]) -> _Person:
        profile = info.get("profile") or {}
        return _Person(
            read_at=self._clock.monotonic(),
            name=str(profile.get("display_name") or info.get("name") or info["id"]),
            is_guest=bool(info.get("is_restricted") or info.get("is_ultra_restricted")),
            is_stranger=bool(info.get("is_stranger")) or not self._is_ours(info),
        )

    def _is_ours(self, info: Mapping[str, Any]) -> bool:
        """Whether the person belongs to this workspace, or to the organisation that it is part of."""
        if self._own is None:
            self._own = self._web.get("auth.test", {})
        organisation = self._own.get("enterprise_id")
        theirs = (info.get("enterprise_user") or {}).get("enterprise_id")
        return info.get("team_id") == self._own["team_id"] or (organisation is not None and theirs == organisation)
