"""Keep a list of erasures outside of the database: an older backup holds the keys that an erasure destroyed since."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import class_row

Conn = Connection[Any]

_ERASED = """
SELECT key_id, person_id, originator_id, erased_at FROM person_keys WHERE erased_at >= %s ORDER BY erased_at, key_id"""
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
#: How much later than it says an erasure may be committed.
_OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Erasure:
    """A destroyed key, by the pseudonym that it belonged to and the stream that it sealed: nothing of the person."""

    key_id: UUID
    person_id: UUID
    originator_id: UUID
    erased_at: datetime


def erasures_of(conn: Conn, since: datetime = _EVER) -> list[Erasure]:
    """Return every key that was destroyed, oldest first."""
    with conn.cursor(row_factory=class_row(Erasure)) as cursor:
        return cursor.execute(_ERASED, (since,)).fetchall()


def keep_erasures(path: Path, conn: Conn) -> int:
    """Add what was destroyed since to the list outside of the database. Return how many it did not hold yet."""
    earlier = read_erasures(path) if path.exists() else []
    since = max((erasure.erased_at for erasure in earlier), default=_EVER + _OVERLAP) - _OVERLAP
    listed = {erasure.key_id for erasure in earlier}
    new = [erasure for erasure in erasures_of(conn, since) if erasure.key_id not in listed]
    if new:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.writelines(line_of(erasure) for erasure in new)
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def write_erasures(path: Path, erasures: Iterable[Erasure]) -> None:
    """Write a list of destroyed keys, a line of JSON for each; it is on the disk when this returns."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.writelines(line_of(erasure) for erasure in erasures)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def line_of(erasure: Erasure) -> bytes:
    return orjson.dumps(erasure, option=orjson.OPT_APPEND_NEWLINE)


def read_erasures(path: Path) -> list[Erasure]:
    """Raises ValueError, with the number of the line, where the file is no such list; OSError where it is not there."""
    erasures = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            row = orjson.loads(line)
            key_id, person_id, stream = (UUID(row[name]) for name in ("key_id", "person_id", "originator_id"))
            erasures.append(Erasure(key_id, person_id, stream, datetime.fromisoformat(row["erased_at"])))
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path}, line {number}: no destroyed key") from None
    return erasures
