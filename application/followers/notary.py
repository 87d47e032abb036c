"""The notary: follows the log, grows the tree, and signs checkpoints at intervals and at every certification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any

from psycopg import Connection

from application.proof.checkpoints import CERTIFICATION, INTERVAL, KeyRetired, latest, make_checkpoint
from application.proof.completeness.committing import CommitMap
from application.proof.completeness.signing import sign_with_map
from application.proof.notes import SigningKey
from application.proof.stamping import Authority, stamp_checkpoints
from application.proof.tiles import grow, tree_size
from eventstore.leased_work import Work, keep_at, working_at
from eventstore.locks import Lock
from eventstore.log import head
from eventstore.recorder import EVENTS_CHANNEL

Conn = Connection[Any]
Clock = Callable[[], datetime]

#: Each of these causes a checkpoint at once.
CERTIFYING_TOPICS = ("service_dossier.certified", "service_dossier.paid")
IDLE_SECONDS = 5.0
#: Events come in bursts, which are hashed together.
PAUSE_SECONDS = 0.5
#: Between two looks for checkpoints without a stamp.
STAMPING_SECONDS = 2.0

_CERTIFIED = "SELECT EXISTS (SELECT FROM stored_events WHERE notification_id > %s AND topic = ANY(%s))"


def utc_now() -> datetime:
    return datetime.now(UTC)


def watch(
    database_url: str,
    key: SigningKey,
    interval_seconds: float,
    stop: Event,
    clock: Clock = utc_now,
    commit_map: CommitMap | None = None,
) -> None:
    """Watch until `stop` is set. Wait out lost connections; end with an error if the key was replaced."""
    keep_at(database_url, _notary(key, interval_seconds, clock, commit_map), stop)


def _notary(key: SigningKey, interval_seconds: float, clock: Clock, commit_map: CommitMap | None) -> Work:
    def sign(conn: Conn) -> float:
        look(conn, key, interval_seconds, clock(), commit_map)
        return min(IDLE_SECONDS, interval_seconds)

    return Work("notary", Lock.NOTARY, sign, EVENTS_CHANNEL, pause_seconds=PAUSE_SECONDS, final=(KeyRetired,))


def look(
    conn: Conn, key: SigningKey, interval_seconds: float, now: datetime, commit_map: CommitMap | None = None
) -> None:
    """Add new events to the tree, and sign it after a certification or when the interval has passed.

    With `commit_map`, the root of the map enters the log before each signature, and is covered by it.
    """
    last = latest(conn)
    since = last.position if last else 0
    until = head(conn)
    if until == since:
        return
    certified = conn.execute(_CERTIFIED, (since, list(CERTIFYING_TOPICS)), prepare=True).fetchone()
    if certified and certified[0]:
        _sign(conn, key, until, CERTIFICATION, now, commit_map)
    elif last is None or not 0 <= (now - last.made_at).total_seconds() < interval_seconds:
        # A last checkpoint in the future also counts: the clock was ahead then.
        _sign(conn, key, until, INTERVAL, now, commit_map)
    elif tree_size(conn)[1] < until:
        grow(conn, until)


def _sign(conn: Conn, key: SigningKey, until: int, reason: str, now: datetime, commit_map: CommitMap | None) -> None:
    if commit_map is None:
        make_checkpoint(conn, key, until, reason, now)
    else:
        sign_with_map(conn, key, reason, now, commit_map)


@contextmanager
def notarising(
    database_url: str,
    key: SigningKey,
    interval_seconds: float,
    authority: Authority | None = None,
    commit_map: CommitMap | None = None,
) -> Iterator[None]:
    """Run the notary in a thread of its own for as long as the context lasts, and the stamping in another."""
    with ExitStack() as stack:
        stack.enter_context(working_at(database_url, _notary(key, interval_seconds, utc_now, commit_map)))
        if authority is not None:
            stack.enter_context(working_at(database_url, _stamping(authority)))
        yield


def _stamping(authority: Authority) -> Work:
    """Return the stamping, in a thread apart: a slow authority must not delay the signing."""

    def stamp(conn: Conn) -> float:
        stamp_checkpoints(conn, authority)
        return STAMPING_SECONDS

    return Work("stamping", Lock.STAMPING, stamp)
