"""Limits that hold for all processes together: token buckets in the database, by kind and by a digest of the key.

For what must not be tried more often because there are more processes: secret codes. The
table is not logged: after a crash of the database all buckets are full again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed
from eventstore.sessions.ddl import create_missing

Conn = Connection[Any]

#: No bucket takes longer until it is full again.
KEPT = "2 days"

_DDL = """
CREATE UNLOGGED TABLE IF NOT EXISTS attempt_buckets (
    bucket bytea PRIMARY KEY,
    tokens double precision NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS attempt_buckets_by_age ON attempt_buckets (at)"""

_LEFT = "least(%(burst)s, kept.tokens + %(rate)s * extract(epoch FROM clock_timestamp() - kept.at))"
#: Answers a row if there was a token. The row is locked meanwhile, so that parallel attempts count in full.
_TAKE = f"""
INSERT INTO attempt_buckets AS kept (bucket, tokens, at) VALUES (%(bucket)s, %(burst)s - 1, clock_timestamp())
ON CONFLICT (bucket) DO UPDATE SET tokens = {_LEFT} - 1, at = clock_timestamp() WHERE {_LEFT} >= 1
RETURNING tokens"""
_TOKENS = f"SELECT {_LEFT}::float FROM attempt_buckets AS kept WHERE bucket = %(bucket)s"
_GIVE_BACK = "UPDATE attempt_buckets SET tokens = tokens + 1 WHERE bucket = %s"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Attempts that are counted together: `burst` at once, and then `per_minute`.

    The key may be personal: it is not kept.
    """

    kind: str
    key: str
    per_minute: float
    burst: int

    def digest(self, keyed: Keyed) -> bytes:
        return keyed.digest(f"attempts: {self.kind} {self.key}")


def create_tables(conn: Conn) -> None:
    create_missing(conn, _DDL)


def take(conn: Conn, keyed: Keyed, bucket: Bucket) -> float:
    """Take one token and return 0, or take none and return the seconds until the next one."""
    rate = bucket.per_minute / 60
    params = {"bucket": bucket.digest(keyed), "burst": float(bucket.burst), "rate": rate}
    if conn.execute(_TAKE, params).fetchone() is not None:
        return 0.0
    row = conn.execute(_TOKENS, params).fetchone()
    return (1 - row[0]) / rate if row is not None and row[0] < 1 else 1.0


def give_back(conn: Conn, keyed: Keyed, bucket: Bucket) -> None:
    """Return a token that should not count."""
    conn.execute(_GIVE_BACK, [bucket.digest(keyed)])
