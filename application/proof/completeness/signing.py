"""Sign the log so that its last leaf commits the map of all before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection

from application.proof.checkpoints import SignedCheckpoint
from application.proof.completeness.committing import Commit, CommitMap
from application.proof.notes import SigningKey
from application.proof.signing import check_may_sign, make_checkpoint, signing_transaction

Conn = Connection[Any]

#: For one bundle, on a log that never rests: the bundle then says which positions its map does not hold.
MOST_COMMITS = 3


def sign_with_map(
    conn: Conn, key: SigningKey, reason: str, now: datetime, commit_map: CommitMap
) -> SignedCheckpoint | None:
    """Commit the map and sign the log up to it. Return None if the log is empty. Raises SigningRefused."""
    signed = commit_and_sign(conn, key, reason, now, commit_map)
    return signed[1] if signed else None


def commit_and_sign(
    conn: Conn, key: SigningKey, reason: str, now: datetime, commit_map: CommitMap, most_commits: int = 1
) -> tuple[Commit, SignedCheckpoint] | None:
    """Do what `sign_with_map` does, and return the commit too.

    Commit again, `most_commits` times in all, where others recorded something between the map and its commit. Inside a
    transaction of the caller's, the stored map stays that of the commit until it ends.
    """
    with signing_transaction(conn, key):
        # Commit nothing to a log that must not be signed: each look would add a commit.
        check_may_sign(conn, key)
        commit = commit_map(conn, now)
        for _ in range(most_commits - 1):
            if commit is None or commit.position == commit.map_position + 1:
                break
            commit = commit_map(conn, now)
        if commit is None:
            return None
        checkpoint = make_checkpoint(conn, key, commit.position, reason, now)
        return (commit, checkpoint) if checkpoint else None
