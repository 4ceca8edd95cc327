"""Where incidents are shown, and which version is shown there: so that their cards catch up later.

A storm has a card of its own under the storm's id; what it shows is written with each of its incidents. What the owner
is asked in private has one for each round, under `question_id`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from operations.record.chain import write_time
from operations.record.database import Database, from_json, to_json
from operations.record.tables import INCIDENT, INCIDENT_CARD
from vsphere.clock import Clock

_LIMIT: Final = 500
_PAST: Final = timedelta(hours=24)
"""An incident that ended longer ago interests nobody in a channel any more; `why` has it."""
_CLAIM: Final = timedelta(seconds=20)
"""Whoever wanted to post a card and has not done so by then is dead, or cut off; another may."""


_ROUND: Final = "/"


def question_id(incident_id: str, round_: int) -> str:
    """Under which id it is kept where the owner was asked in a round of an incident: `I7F3K/0`."""
    return f"{incident_id}{_ROUND}{round_}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownIncident:
    """The card of an incident or a storm."""

    address: Mapping[str, str] | None = None
    """Channel and time stamp of the message; None where it was never posted."""
    version: int = 0
    """What is shown there; 0 where nothing is."""


class IncidentCards:
    """The table of incidents' cards."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def claim(self, incident_id: str, by: str) -> bool:
        """Take on to post a card, so that no other replica posts it meanwhile.

        Returns:
            False where another has taken it on, or it is there.
        """
        now = self._clock.now()
        card, mine = INCIDENT_CARD.c, {"claimed_by": by, "claimed_at": write_time(now)}
        free = sa.or_(card.claimed_by.is_(None), card.claimed_by == by, card.claimed_at < write_time(now - _CLAIM))
        statement = self._insert([{"incident_id": incident_id, "shown_version": 0, **mine}]).on_conflict_do_update(
            index_elements=["incident_id"], set_=mine, where=sa.and_(card.address.is_(None), free)
        )
        with self._database.writing() as connection:
            return connection.execute(statement.returning(card.incident_id)).first() is not None

    def remember(self, incident_id: str, address: Mapping[str, str]) -> None:
        """Write where its card is."""
        row = {"incident_id": incident_id, "shown_version": 0, "address": to_json(dict(address))}
        statement = self._insert([row])
        with self._database.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["incident_id"], set_={"address": statement.excluded.address}
                )
            )

    def shown(self, versions: Mapping[str, int]) -> None:
        """Write which version of each can be seen; an older one than is known changes nothing."""
        rows = [{"incident_id": one, "shown_version": version} for one, version in versions.items()]
        if not rows:
            return
        statement = self._insert(rows)
        newer = statement.excluded.shown_version > INCIDENT_CARD.c.shown_version
        newest = sa.case((newer, statement.excluded.shown_version), else_=INCIDENT_CARD.c.shown_version)
        with self._database.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["incident_id"], set_={"shown_version": newest})
            )

    def of(self, incident_id: str) -> ShownIncident:
        """How far a card is."""
        return self.all_of([incident_id]).get(incident_id, ShownIncident())

    def all_of(self, incident_ids: Iterable[str]) -> dict[str, ShownIncident]:
        """The cards of these that anything is known of."""
        query = sa.select(INCIDENT_CARD).where(INCIDENT_CARD.c.incident_id.in_(list(incident_ids)))
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return {
            str(row["incident_id"]): ShownIncident(
                address=None if row["address"] is None else from_json(row["address"]),
                version=int(row["shown_version"]),
            )
            for row in rows
        }

    def stale(self) -> list[str]:
        """The incidents of which less is shown than there is, on their cards or in what owners were asked.

        Those whose cards are behind come first, the oldest first.
        """
        behind = self._behind_on_cards()
        return [*behind, *(one for one in self._behind_in_questions() if one not in behind)]

    def _behind_on_cards(self) -> list[str]:
        shown = sa.func.coalesce(INCIDENT_CARD.c.shown_version, 0)
        query = (
            sa.select(INCIDENT.c.id)
            .select_from(INCIDENT.outerjoin(INCIDENT_CARD, INCIDENT_CARD.c.incident_id == INCIDENT.c.id))
            .where(shown < INCIDENT.c.version, self._is_recent())
            .order_by(INCIDENT.c.opened_at, INCIDENT.c.id)
        )
        with self._database.reading() as connection:
            return [str(one) for one in connection.execute(query.limit(_LIMIT)).scalars()]

    def _behind_in_questions(self) -> list[str]:
        """Questions are few beside incidents: one a round of what grows only with a restart."""
        card = INCIDENT_CARD.c
        asked = sa.select(card.incident_id, card.shown_version).where(card.incident_id.contains(_ROUND))
        with self._database.reading() as connection:
            shown = [(str(one).partition(_ROUND)[0], int(version)) for one, version in connection.execute(asked)]
            if not shown:
                return []
            recent = sa.select(INCIDENT.c.id, INCIDENT.c.version).where(self._is_recent())
            versions = {str(one): int(version) for one, version in connection.execute(recent)}
        return list(dict.fromkeys(one for one, version in shown if version < versions.get(one, 0)))

    def _is_recent(self) -> sa.ColumnElement[bool]:
        return sa.or_(INCIDENT.c.closed_at.is_(None), INCIDENT.c.closed_at > write_time(self._clock.now() - _PAST))

    def _insert(self, rows: list[dict[str, object]]) -> sqlite.Insert | postgresql.Insert:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        return insert(INCIDENT_CARD).values(rows)
