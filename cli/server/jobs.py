"""What the scheduler does: see `application.followers.scheduling`."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from psycopg import sql

from application import founding
from application.animations.commands import AnimationEnd
from application.application import Application
from application.files.store import FileStore
from application.followers.scheduling import Job, each
from application.followers.tidying import tidy
from application.hosting.settings import Settings
from cli.people.forgetting import forget
from cli.people.retaining import due, erasures
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError, ErrorCode
from projections.animations import queries
from projections.engine.generations import live_tables

#: What one run does at most; what is left is done by the next.
MOST_AT_ONCE = 500


def jobs(app: Application, settings: Settings) -> list[Job]:
    return [
        Job("animations-ended", timedelta(seconds=30), lambda now, since: end_animations(app, now, since)),
        Job("retention", timedelta(days=1), lambda now, since: retain(app, settings, now)),
        # A long history is taken in before somebody asks to be erased, not while they wait.
        Job("people-index", timedelta(minutes=5), lambda now, since: app.index_people()),
        Job("tidying", timedelta(hours=1), lambda now, since: tidied(app)),
        Job("forgetting", timedelta(hours=1), lambda now, since: forget(str(app.pool.conninfo), settings.master_key)),
    ]


def end_animations(app: Application, now: datetime, since: datetime) -> int:
    """Records that the end of animations has passed, which invites their structures to attest.

    Once each, however many processes run: the animation itself refuses a second time.
    """
    with app.pool.connection() as conn:
        query = sql.SQL(queries.ENDED).format(**live_tables(conn))
        found = conn.execute(query, {"since": since, "now": now, "most": MOST_AT_ONCE}).fetchall()
    return each(partial(_end, app, animation_id, now) for (animation_id,) in found)


def _end(app: Application, animation_id: UUID, now: datetime) -> bool:
    """False where it was cancelled, moved or ended since the read model was written."""
    try:
        app.execute(AnimationEnd(animation_id=animation_id), SYSTEM, now)
    except DomainError as error:
        if error.code is not ErrorCode.RULE_BROKEN:
            raise
        return False
    return True


def retain(app: Application, settings: Settings, now: datetime) -> int:
    """Erases all that has been kept for as long as it may be."""
    store = FileStore(settings.files)
    with app.pool.connection() as conn:
        found = due(conn, store, settings.retention, now)
    return each(erasures(app, store, found, now))


def tidied(app: Application) -> int:
    """Deletes what is no longer of use to anybody."""
    with app.pool.connection() as conn:
        return tidy(conn, founding.keys())
