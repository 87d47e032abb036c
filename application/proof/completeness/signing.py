"""Sign the log so that its last leaf commits the map of all before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection

from application.proof.checkpoints import SignedCheckpoint
from application.proof.completeness.committing import CommitMap
from application.proof.notes import SigningKey
from application.proof.signing import check_new_events, make_checkpoint, signing_transaction

Conn = Connection[Any]


def sign_with_map(
    conn: Conn, key: SigningKey, reason: str, now: datetime, commit_map: CommitMap
) -> SignedCheckpoint | None:
    """Commit the map and sign the log up to it. Return None if the log is empty. Raises SigningRefused."""
    with signing_transaction(conn, key):
        check_new_events(conn, key)
        commit = commit_map(conn, now)
        return None if commit is None else make_checkpoint(conn, key, commit.position, reason, now)
