"""Which pseudonyms a person has in history: those that follow from what they are called by, until they are erased.

Pseudonyms are made with the database's own secret (`application.commanding.pseudonyms_and_links`): without it no guess
can be tested. Two things are kept of the ways before. Who has data under a pseudonym of the first scheme, which anybody
can recompute (`domain.kernel.identifiers.person_id`), keeps it. And who was erased has further ones from then on: they
come back as somebody new, whom nothing ties to what was before but this table, and of the erasure its time alone
remains: who signed in before it is signed in no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

Conn = Connection[Any]

#: `root` is the pseudonym that follows from what a person is called by; the others are those that they have now.
DDL = """
CREATE TABLE IF NOT EXISTS renewed_people (
    root uuid PRIMARY KEY,
    generation integer NOT NULL,
    person_id uuid NOT NULL,
    account_id uuid NOT NULL,
    erased_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS renewed_people_now ON renewed_people (person_id)"""

#: A relation of one row: who that is now, and when they were last erased. Its parameters are those of `Keyed.called`.
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
    """`account_id` is the stream of their account, whether there is one or not."""

    person_id: UUID
    account_id: UUID
    erased_at: datetime | None


def identity(conn: Conn, called: Mapping[str, Any]) -> Identity:
    with conn.cursor() as cursor:
        row = cursor.execute(f"SELECT person_id, account_id, erased_at FROM {WHO}", called, prepare=True).fetchone()
    assert row is not None
    return Identity(*row)


def generations(conn: Conn, roots: Sequence[UUID]) -> dict[UUID, int]:
    """How often those were erased who have these pseudonyms at first; none for those who never were."""
    with conn.cursor() as cursor:
        return dict(cursor.execute(_GENERATIONS, (list(roots),)).fetchall())


_WRITABLE = """
SELECT person_id, EXISTS (SELECT FROM person_keys k WHERE k.person_id = now.person_id AND originator_id = %(stream)s
                          AND erased_at IS NOT NULL)
FROM (SELECT coalesce((SELECT person_id FROM renewed_people WHERE root = %(person)s), %(person)s) AS person_id) now"""


def now_in(conn: Conn, person: UUID, stream: UUID) -> tuple[UUID, bool]:
    """The pseudonym that this one leads to, and whether what the stream said of them was erased."""
    with conn.cursor() as cursor:
        row = cursor.execute(_WRITABLE, {"person": person, "stream": stream}, prepare=True).fetchone()
    assert row is not None
    return row[0], row[1]


def erased_in(conn: Conn, people: Sequence[UUID], stream: UUID) -> set[UUID]:
    """Of whom the stream said what is erased."""
    asked = (
        "SELECT person_id FROM person_keys WHERE person_id = ANY(%s) AND originator_id = %s AND erased_at IS NOT NULL"
    )
    with conn.cursor() as cursor:
        return {row[0] for row in cursor.execute(asked, (list(people), stream)).fetchall()}


def roots(conn: Conn, people: Sequence[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """The first pseudonym of each, and how often they were erased."""
    with conn.cursor() as cursor:
        found = {person: (root, count) for person, root, count in cursor.execute(_ROOTS, (list(people),)).fetchall()}
    counts = generations(conn, people)
    return {person: found.get(person, (person, counts.get(person, 0))) for person in people}


def renew(conn: Conn, root: UUID, generation: int, person_id: UUID, account_id: UUID) -> None:
    """From now on they are somebody new."""
    conn.execute(_RENEW, (root, generation, person_id, account_id))
