"""What the scheduler does: see `application.scheduling`."""

from __future__ import annotations

from datetime import datetime, timedelta

from psycopg import sql

from application.animations import AnimationEnd
from application.application import Application
from application.scheduling import Job
from application.settings import Settings
from cli.retaining import due, erase_due
from domain.actors import SYSTEM
from domain.errors import DomainError, ErrorCode
from projections.generations import live_tables
from projections.queries import animations as queries

#: What one run does at most; what is left is done by the next.
MOST_AT_ONCE = 500


def jobs(app: Application, settings: Settings) -> list[Job]:
    return [
        Job("animations-ended", timedelta(seconds=30), lambda now, since: end_animations(app, now, since)),
        Job("retention", timedelta(days=1), lambda now, since: retain(app, settings, now)),
    ]


def end_animations(app: Application, now: datetime, since: datetime) -> int:
    """Records that the end of animations has passed, which invites their structures to attest.

    Once each, however many processes run: the animation itself refuses a second time.
    """
    with app.pool.connection() as conn:
        query = sql.SQL(queries.ENDED).format(**live_tables(conn))
        found = conn.execute(query, {"since": since, "now": now, "most": MOST_AT_ONCE}).fetchall()
    did = 0
    for (animation_id,) in found:
        try:
            app.execute(AnimationEnd(animation_id=animation_id), SYSTEM, now)
            did += 1
        except DomainError as error:
            # Cancelled, moved or ended since the read model was written.
            if error.code is not ErrorCode.RULE_BROKEN:
                raise
    return did


def retain(app: Application, settings: Settings, now: datetime) -> int:
    """Erases personal data that have been kept for as long as they may be."""
    with app.pool.connection() as conn:
        found = due(conn, settings, now, MOST_AT_ONCE)
    return sum(1 for _ in erase_due(app, found, now))
