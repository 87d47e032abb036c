"""The notary: follows the log, grows the tree, and signs checkpoints at intervals and at every certification."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any

from psycopg import Connection

from application.proof.checkpoints import CERTIFICATION, INTERVAL, ON_REQUEST, announces, certifies, latest
from application.proof.completeness.committing import MapCommits, check_older_events
from application.proof.completeness.signing import sign_with_map
from application.proof.notes import SigningKey
from application.proof.signer import troubles
from application.proof.signer_memory import KeyRetired, SigningRefused, lost_start
from application.proof.signing import check_log_is_the_signed_one, check_new_events, make_checkpoint
from application.proof.stamping import Authority, stamp_checkpoints
from application.proof.tiles import grow, tree_size
from application.proof.witnessing.asking import ask_witnesses
from application.proof.witnessing.policy import Policy
from eventstore.leasing.leased_work import Work, keep_at, working_at
from eventstore.locks import Lock
from eventstore.log import head
from eventstore.recorder import EVENTS_CHANNEL

log = logging.getLogger(__name__)
Conn = Connection[Any]
Clock = Callable[[], datetime]

IDLE_SECONDS = 5.0
#: Events come in bursts, which are hashed together.
PAUSE_SECONDS = 0.5
#: Between two looks for checkpoints without a stamp.
STAMPING_SECONDS = 2.0
#: Between two looks for witnesses that have not cosigned the last checkpoint.
ASKING_SECONDS = 1.0


def utc_now() -> datetime:
    return datetime.now(UTC)


def watch(
    database_url: str,
    key: SigningKey,
    interval_seconds: float,
    stop: Event,
    clock: Clock = utc_now,
    commit_map: MapCommits | None = None,
) -> None:
    """Watch until `stop` is set. Wait out lost connections; end with an error if the key was replaced."""
    keep_at(database_url, _notary(key, interval_seconds, clock, commit_map), stop)


def _notary(key: SigningKey, interval_seconds: float, clock: Clock, commit_map: MapCommits | None) -> Work:
    def sign(conn: Conn) -> float:
        look(conn, key, interval_seconds, clock(), commit_map)
        return min(IDLE_SECONDS, interval_seconds)

    return Work("notary", Lock.NOTARY, sign, EVENTS_CHANNEL, pause_seconds=PAUSE_SECONDS, final=(KeyRetired,))


def look(
    conn: Conn,
    key: SigningKey,
    interval_seconds: float,
    now: datetime,
    commit_map: MapCommits | None = None,
) -> None:
    """Add new events to the tree, and sign it after a certification or when the interval has passed.

    With `commit_map`, the root of the map enters the log before each signature, and is covered by it. What must not be
    signed is not, and that is told until the log is right again. Each look compares some older events with what was
    signed. Raises KeyRetired.
    """
    _watch_start(conn, key, now)
    try:
        if (reason := _reason_to_sign(conn, interval_seconds, now)) is not None:
            _sign(conn, key, head(conn), reason, now, commit_map)
        else:
            until = head(conn)
            check_new_events(conn, key)
            if tree_size(conn)[1] < until:
                grow(conn, until)
            check_log_is_the_signed_one(conn, key)
            if commit_map is not None:
                check_older_events(conn, commit_map.rounds, now)
    except KeyRetired:
        raise
    except SigningRefused as refused:
        _tell(conn, troubles.SIGNING, str(refused), now, "the log is not signed")
    else:
        troubles.clear(conn, troubles.SIGNING)


def _reason_to_sign(conn: Conn, interval_seconds: float, now: datetime) -> str | None:
    last = latest(conn)
    since = last.position if last else 0
    if (until := head(conn)) == since:
        return None
    if certifies(conn, since, until):
        return CERTIFICATION
    if announces(conn, since, until):
        return ON_REQUEST
    # A last checkpoint in the future also counts: the clock was ahead then.
    is_due = last is None or not 0 <= (now - last.made_at).total_seconds() < interval_seconds
    return INTERVAL if is_due else None


def _sign(conn: Conn, key: SigningKey, until: int, reason: str, now: datetime, commit_map: MapCommits | None) -> None:
    if commit_map is None:
        make_checkpoint(conn, key, until, reason, now)
    else:
        sign_with_map(conn, key, reason, now, commit_map)


def _watch_start(conn: Conn, key: SigningKey, now: datetime) -> None:
    """Tell at once, not only when something is to be signed, that the file with the start of authenticators is lost."""
    if (reason := lost_start(key)) is None:
        troubles.clear(conn, troubles.AUTHENTICATORS)
    else:
        _tell(conn, troubles.AUTHENTICATORS, reason, now, "it is lost where authenticators begin")


def _tell(conn: Conn, work: str, reason: str, now: datetime, message: str) -> None:
    trouble = troubles.trouble_of(conn, work)
    if trouble is None or trouble.reason != reason:
        log.error(message, extra={"reason": reason})
        troubles.tell(conn, work, reason, now)


@contextmanager
def notarising(
    database_url: str,
    key: SigningKey,
    interval_seconds: float,
    authority: Authority | None = None,
    commit_map: MapCommits | None = None,
    policy: Policy | None = None,
) -> Iterator[None]:
    """Run the notary in a thread of its own for as long as the context lasts, the stamping and the witnesses beside."""
    with ExitStack() as stack:
        stack.enter_context(working_at(database_url, _notary(key, interval_seconds, utc_now, commit_map)))
        if authority is not None:
            stack.enter_context(working_at(database_url, _stamping(authority)))
        if policy is not None:
            stack.enter_context(working_at(database_url, _asking(policy)))
        yield


def _stamping(authority: Authority) -> Work:
    """Return the stamping, in a thread apart: a slow authority must not delay the signing."""

    def stamp(conn: Conn) -> float:
        stamp_checkpoints(conn, authority, utc_now())
        return STAMPING_SECONDS

    return Work("stamping", Lock.STAMPING, stamp)


def _asking(policy: Policy) -> Work:
    """Return the asking of witnesses, in a thread apart, as the stamping is."""

    def ask(conn: Conn) -> float:
        ask_witnesses(conn, policy, utc_now())
        return ASKING_SECONDS

    return Work("witnesses", Lock.WITNESSES, ask)
