"""The pseudonyms of people in history: derived from their subject or address, and renewed by each erasure.

Pseudonyms are made with the database's own secret (`application.commanding.pseudonyms_and_links`): without it nobody
can test a guess. People with data under a pseudonym of the first scheme, which anybody can recompute
(`domain.kernel.identifiers.person_id`), keep it. People who were erased get new pseudonyms: they come back as somebody
new, tied to the old ones by this table alone. Only the time of the erasure remains, to end sessions begun before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

Conn = Connection[Any]

#: `root` is the pseudonym derived from the subject or address; the other columns are the current ones.
DDL = """
CREATE TABLE IF NOT EXISTS renewed_people (
    root uuid PRIMARY KEY,
    generation integer NOT NULL,
    person_id uuid NOT NULL,
    account_id uuid NOT NULL,
    erased_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS renewed_people_now ON renewed_people (person_id)"""

#: A relation of one row: the current identity and the time of the last erasure. Parameters as of `Keyed.called`.
WHO = """(
    SELECT CASE WHEN r.root IS NOT NULL THEN r.person_id
                WHEN former.lives THEN %(former_person)s ELSE %(person)s END AS person_id,
           CASE WHEN r.root IS NOT NULL THEN r.account_id
                WHEN former.lives THEN %(former_account)s ELSE %(account)s END AS account_id,
           coalesce(r.erased_at, CASE WHEN NOT former.lives THEN former.erased_at END) AS erased_at
    FROM (SELECT EXISTS (SELECT FROM person_keys WHERE person_id = %(former_person)s AND wrapped_key IS NOT NULL)
                 OR (NOT EXISTS (SELECT FROM person_keys WHERE person_id = %(former_person)s)
                     AND (EXISTS (SELECT FROM stored_events WHERE originator_id = %(former_account)s)
                          OR EXISTS (SELECT FROM notification_reads WHERE reader = %(former_person)s))) AS lives,
                 (SELECT max(erased_at) FROM person_keys WHERE person_id = %(former_person)s) AS erased_at) former
    LEFT JOIN LATERAL (SELECT * FROM renewed_people WHERE root IN (%(person)s, %(former_person)s)
                       ORDER BY erased_at DESC LIMIT 1) r ON true) who"""

_GENERATIONS = "SELECT root, generation FROM renewed_people WHERE root = ANY(%s)"
_ROOTS = "SELECT person_id, root, generation FROM renewed_people WHERE person_id = ANY(%s)"
_RENEW = """
INSERT INTO renewed_people (root, generation, person_id, account_id, erased_at) VALUES (%s, %s, %s, %s, now())
ON CONFLICT (root) DO UPDATE SET (generation, person_id, account_id, erased_at)
    = (excluded.generation, excluded.person_id, excluded.account_id, excluded.erased_at)"""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's pseudonyms. `account_id` is the stream of their account, which need not exist."""

    person_id: UUID
    account_id: UUID
    erased_at: datetime | None


def identity(conn: Conn, called: Mapping[str, Any]) -> Identity:
    with conn.cursor() as cursor:
        row = cursor.execute(f"SELECT person_id, account_id, erased_at FROM {WHO}", called, prepare=True).fetchone()
    assert row is not None
    return Identity(*row)


def generations(conn: Conn, roots: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of erasures of each root pseudonym, without those that have none."""
    with conn.cursor() as cursor:
        return dict(cursor.execute(_GENERATIONS, (list(roots),)).fetchall())


_WRITABLE = """
SELECT person_id, EXISTS (SELECT FROM person_keys k WHERE k.person_id = now.person_id AND originator_id = %(stream)s
                          AND erased_at IS NOT NULL)
FROM (SELECT coalesce((SELECT person_id FROM renewed_people WHERE root = %(person)s), %(person)s) AS person_id) now"""


def now_in(conn: Conn, person: UUID, stream: UUID) -> tuple[UUID, bool]:
    """Return the current pseudonym for this one, and whether their data in the stream were erased."""
    with conn.cursor() as cursor:
        row = cursor.execute(_WRITABLE, {"person": person, "stream": stream}, prepare=True).fetchone()
    assert row is not None
    return row[0], row[1]


def erased_in(conn: Conn, people: Sequence[UUID], stream: UUID) -> set[UUID]:
    """Return the people whose data in the stream were erased."""
    query = (
        "SELECT person_id FROM person_keys WHERE person_id = ANY(%s) AND originator_id = %s AND erased_at IS NOT NULL"
    )
    with conn.cursor() as cursor:
        return {row[0] for row in cursor.execute(query, (list(people), stream)).fetchall()}


def roots(conn: Conn, people: Sequence[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Return the root pseudonym of each, and the number of their erasures."""
    with conn.cursor() as cursor:
        former = {person: (root, count) for person, root, count in cursor.execute(_ROOTS, (list(people),)).fetchall()}
    counts = generations(conn, people)
    return {person: former.get(person, (person, counts.get(person, 0))) for person in people}


def renew(conn: Conn, root: UUID, generation: int, person_id: UUID, account_id: UUID) -> None:
    """Give the person new pseudonyms from now on."""
    conn.execute(_RENEW, (root, generation, person_id, account_id))
