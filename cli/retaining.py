"""The retention of personal data: what is due, found in the read models, and erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from application.application import Application
from application.retention import forget_candidature, forget_registrant
from application.settings import Settings
from projections.generations import live_tables
from projections.queries import retention


@dataclass(frozen=True, slots=True)
class Due:
    """Registrations as (animation, registration), and candidatures, whose data are to be erased."""

    registrants: list[tuple[UUID, UUID]]
    candidatures: list[UUID]

    @property
    def count(self) -> int:
        return len(self.registrants) + len(self.candidatures)


def due(conn: Connection[Any], settings: Settings, now: datetime, most: int | None = None) -> Due:
    """What is due by now, as the read models know it; at most so many of each."""
    tables = live_tables(conn)

    def rows(query: str, kept_for: timedelta) -> list[Any]:
        with conn.cursor() as cursor:
            asked = {"ended_before": now - kept_for, "most": most}
            return cursor.execute(sql.SQL(query).format(**tables), asked).fetchall()

    return Due(
        [(row[0], row[1]) for row in rows(retention.REGISTRANTS, settings.registrants_kept_for)],
        [row[0] for row in rows(retention.CANDIDATURES, settings.candidatures_kept_for)],
    )


def erase_due(app: Application, found: Due, now: datetime) -> Iterator[int]:
    """Erases all of `found`, and tells after each one how many are done."""
    done = 0
    for animation_id, registration_id in found.registrants:
        forget_registrant(app, animation_id, registration_id, now)
        yield (done := done + 1)
    for candidature_id in found.candidatures:
        forget_candidature(app, candidature_id, now)
        yield (done := done + 1)
