"""Drafts of declarations: what somebody has typed for a structure and not sent yet.

They are no events: nothing has happened. Each account keeps one for a structure, sealed with a key of that person's
own, so that erasing the person makes it unreadable, as it does what the log holds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from domain.kernel.actors import Actor
from domain.kernel.errors import forbidden, in_figures, invalid
from domain.kernel.rights import Action, Belongings, authorize, may
from eventstore.sessions.ddl import create_missing
from eventstore.vault import Vault

Conn = Connection[Any]

#: How long a draft that nobody takes up again is kept.
DRAFTS_KEPT = "60 days"
#: Characters of a draft: several times the longest declaration.
LONGEST = 20_000

_DDL = """
CREATE TABLE IF NOT EXISTS animation_drafts (
    draft_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    content text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS animation_drafts_by_age ON animation_drafts (saved_at)"""

_KEEP = """
INSERT INTO animation_drafts (draft_id, person_id, content) VALUES (%s, %s, %s)
ON CONFLICT (draft_id) DO UPDATE SET (content, saved_at) = (excluded.content, now())"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, in the client's own words, and when it was last kept."""

    content: str
    saved_at: datetime
    draft_id: UUID


def create_tables(conn: Conn) -> None:
    create_missing(conn, _DDL)


def keep(conn: Conn, vault: Vault, actor: Actor, structure_id: UUID, content: str | None) -> None:
    """Keep the actor's draft for a structure in place of the former one; without content, delete it.

    Raises FORBIDDEN for whoever does not declare for the structure, and INVALID for more than anybody types.
    """
    person, draft_id = _own(actor, structure_id)
    if not content:
        conn.execute("DELETE FROM animation_drafts WHERE draft_id = %s", (draft_id,))
        return
    if len(content) > LONGEST:
        raise invalid(f"Le brouillon est trop long : {in_figures(LONGEST)} caractères au plus.", "content")
    sealed = vault.seal_text(conn, (person, draft_id), content.replace("\0", ""))
    conn.execute(_KEEP, (draft_id, person, sealed))


def kept(conn: Conn, vault: Vault, actor: Actor, structure_id: UUID) -> Draft | None:
    """Return the actor's draft for a structure; None for whoever does not declare for it."""
    if not may(actor, Action.ANIMATION_DRAFT_KEEP, Belongings(structure_id=structure_id)):
        return None
    person, draft_id = _own(actor, structure_id)
    with conn.cursor() as cursor:
        row = cursor.execute(
            "SELECT content, saved_at FROM animation_drafts WHERE draft_id = %s", (draft_id,)
        ).fetchone()
    content = vault.open_text(conn, (person, draft_id), row[0]) if row else None
    return Draft(content, row[1], draft_id) if row and content is not None else None


def forget(conn: Conn, people: list[UUID]) -> int:
    """Delete every draft of these people, whose keys are destroyed. Return how many there were."""
    return conn.execute("DELETE FROM animation_drafts WHERE person_id = ANY(%s)", (people,)).rowcount


def kept_in(conn: Conn, vault: Vault, streams: Collection[tuple[UUID, UUID]]) -> list[Draft]:
    """Return the drafts among what is held of people, each named by its person and its id, the oldest first."""
    with conn.cursor() as cursor:
        rows = cursor.execute(
            "SELECT person_id, draft_id, content, saved_at FROM animation_drafts WHERE draft_id = ANY(%s)"
            " ORDER BY saved_at, draft_id",
            ([draft_id for _, draft_id in streams],),
        ).fetchall()
    opened = [(vault.open_text(conn, (person, each), sealed), at, each) for person, each, sealed, at in rows]
    return [Draft(content, at, each) for content, at, each in opened if content is not None]


def _own(actor: Actor, structure_id: UUID) -> tuple[UUID, UUID]:
    """Return whose draft it is, and its id."""
    authorize(actor, Action.ANIMATION_DRAFT_KEEP, Belongings(structure_id=structure_id))
    if actor.person_id is None:
        raise forbidden()
    return actor.person_id, draft_id_of(actor.person_id, structure_id)


def draft_id_of(person: UUID, structure_id: UUID) -> UUID:
    return uuid5(structure_id, f"draft of {person}")
