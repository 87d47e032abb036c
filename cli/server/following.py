"""What jobs find by following the log: they read what has happened since, not all that ever did."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from psycopg import sql
from psycopg_pool import ConnectionPool

from cli.composition import Conn
from domain.animation_requests.events import RequestAnswered
from domain.animations.events import AnimationCancelled, AnimationModified, AnimationRefused
from projections.animation_requests.queries import TO_REOPEN
from projections.engine.generations import live_tables

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
#: What may leave a request without its animation. An answer counts too: the animation may have changed before it.
_LEAVES_UNANSWERED = [kind.topic for kind in (RequestAnswered, AnimationModified, AnimationRefused, AnimationCancelled)]


def position_of(conn: Conn, job: str) -> int:
    """Return the position up to which the job has followed the log."""
    row = conn.execute(_POSITION, (job,)).fetchone()
    return row[0] if row else 0


def move(conn: Conn, job: str, position: int) -> None:
    conn.execute(_MOVE, (job, position))


def reached_by(conn: Conn, *read_models: str) -> int:
    """Return the position that all of these read models have reached."""
    row = conn.execute(_REACHED, (list(read_models),)).fetchone()
    assert row is not None
    return int(row[0])


def answered_no_longer(pool: ConnectionPool[Conn], after: int, until: int) -> Iterator[UUID]:
    """Yield answered requests that their animation answers no more, since something happened after a position."""
    while after < until:
        with pool.connection() as conn:
            events = conn.execute(_STREAMS, (after, until, _LEAVES_UNANSWERED, _BATCH)).fetchall()
            query = sql.SQL(TO_REOPEN).format(**live_tables(conn))
            streams = list({stream for _, stream in events})
            rows = conn.execute(query, {"streams": streams}).fetchall() if streams else []
        after = events[-1][0] if len(events) == _BATCH else until
        yield from (request_id for (request_id,) in rows)
