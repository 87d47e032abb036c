"""Let jobs follow the log: they read what has happened since, not all that ever did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg import sql
from psycopg_pool import ConnectionPool

from application.animation_requests import AnimationRequestReopen
from application.animations.commands import AnimationResume
from application.commanding.commands import Command
from cli.composition import Conn
from domain.animation_requests.events import RequestAnswered
from domain.animations.events import AnimationCancelled, AnimationModified, AnimationRefused, AnimationSuspended
from domain.conventions.convention import ConventionAmended, ConventionSigned, ConventionTerminated
from domain.kernel.events import Event
from projections.animation_requests.queries import TO_REOPEN
from projections.animations.queries import TO_RESUME
from projections.engine.generations import live_tables


@dataclass(frozen=True, slots=True)
class Following:
    """A job's look at what has happened since its last one, and the command on what is found.

    `query` finds among streams with such events what is to be commanded, by these read models.
    """

    job: str
    kinds: tuple[type[Event], ...]
    read_models: tuple[str, ...]
    query: LiteralString
    command: Callable[[UUID], Command]


#: Schools' requests go back to their structures whose animations do not answer them any more. An answer counts too: the
#: animation may have changed before it.
REOPENED = Following(
    job="requests-reopened",
    kinds=(RequestAnswered, AnimationModified, AnimationRefused, AnimationCancelled),
    read_models=("animations", "animation_requests"),
    query=TO_REOPEN,
    command=lambda request_id: AnimationRequestReopen(request_id=request_id),
)
#: Suspended animations go on that a convention covers again. A suspension counts too: the convention may have changed
#: before it.
RESUMED = Following(
    job="animations-resumed",
    kinds=(ConventionSigned, ConventionAmended, ConventionTerminated, AnimationSuspended),
    read_models=("animations", "conventions"),
    query=TO_RESUME,
    command=lambda animation_id: AnimationResume(animation_id=animation_id),
)

_POSITION = "SELECT position FROM job_positions WHERE job = %s"
_MOVE = """
INSERT INTO job_positions (job, position) VALUES (%s, %s)
ON CONFLICT (job) DO UPDATE SET position = EXCLUDED.position"""
_REACHED = "SELECT coalesce(min(position), 0) FROM read_models.generations WHERE state = 'live' AND name = ANY(%s)"
#: Events read at once.
_BATCH = 2_000
_STREAMS = """
SELECT notification_id, originator_id FROM stored_events
WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s) ORDER BY notification_id LIMIT %s"""


def position_of(conn: Conn, job: str) -> int:
    """Return the position up to which the job has followed the log."""
    row = conn.execute(_POSITION, (job,)).fetchone()
    return row[0] if row else 0


def move(conn: Conn, job: str, position: int) -> None:
    conn.execute(_MOVE, (job, position))


def reached_by(conn: Conn, following: Following) -> int:
    """Return the position that all of its read models have reached."""
    row = conn.execute(_REACHED, (list(following.read_models),)).fetchone()
    assert row is not None
    return int(row[0])


def to_command(pool: ConnectionPool[Conn], following: Following, after: int, until: int) -> Iterator[UUID]:
    """Yield what is to be commanded, since something happened after a position."""
    topics = [kind.topic for kind in following.kinds]
    while after < until:
        with pool.connection() as conn:
            events = conn.execute(_STREAMS, (after, until, topics, _BATCH)).fetchall()
            query = sql.SQL(following.query).format(**live_tables(conn))
            streams = list({stream for _, stream in events})
            rows = conn.execute(query, {"streams": streams}).fetchall() if streams else []
        after = events[-1][0] if len(events) == _BATCH else until
        yield from (each for (each,) in rows)
