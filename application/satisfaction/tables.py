"""Where answers wait until five people have answered: added up as they come, outside the log.

A row counts the answers to one form for one owner: an animation, or a structure's small animations together. There is
no row of a person, and so neither order nor time nor what one person answered together. A packet that is taken out
stays until it is recorded; its id is the idempotency key of its command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from eventstore.sessions.ddl import create_missing

Conn = Connection[Any]

_DDL = """
CREATE TABLE IF NOT EXISTS questionnaire_tallies (
    owner_id uuid NOT NULL,
    form_version integer NOT NULL,
    answers integer NOT NULL DEFAULT 0,
    tally jsonb NOT NULL DEFAULT '{}',
    -- Answers taken out before: together they are bounded.
    taken integer NOT NULL DEFAULT 0,
    structure_id uuid,
    territory text,
    day date,
    PRIMARY KEY (owner_id, form_version)
);
CREATE TABLE IF NOT EXISTS questionnaire_packets (
    packet_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    form_version integer NOT NULL,
    answers integer NOT NULL,
    tally jsonb NOT NULL,
    structure_id uuid,
    territory text,
    day date
);
CREATE TABLE IF NOT EXISTS questionnaire_keys (digest bytea PRIMARY KEY)"""

_COLUMNS = "owner_id, form_version, answers, tally, structure_id, territory, day"
_TAKEN = "SELECT coalesce(sum(answers + taken), 0) FROM questionnaire_tallies WHERE owner_id = %s"
_BEGIN = "INSERT INTO questionnaire_tallies (owner_id, form_version) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_LOCK = "SELECT tally FROM questionnaire_tallies WHERE owner_id = %s AND form_version = %s FOR UPDATE"
_ADD = """
UPDATE questionnaire_tallies SET answers = answers + %(answers)s, tally = %(tally)s
WHERE owner_id = %(owner_id)s AND form_version = %(form_version)s"""
_OWN = """
UPDATE questionnaire_tallies
SET structure_id = %(structure_id)s, territory = %(territory)s, day = greatest(day, %(day)s)
WHERE owner_id = %(owner_id)s AND form_version = %(form_version)s"""
# Everything is read where it is locked: an answer that comes meanwhile waits, and is counted in the next packet.
_TAKE_OUT = f"""
WITH full_ones AS (
    SELECT {_COLUMNS} FROM questionnaire_tallies WHERE answers >= %(fewest)s
    ORDER BY owner_id, form_version FOR UPDATE
), packets AS (
    INSERT INTO questionnaire_packets (packet_id, {_COLUMNS}) SELECT gen_random_uuid(), {_COLUMNS} FROM full_ones
)
UPDATE questionnaire_tallies t SET taken = t.taken + f.answers, answers = t.answers - f.answers, tally = '{{}}'
FROM full_ones f WHERE (t.owner_id, t.form_version) = (f.owner_id, f.form_version)"""
_PACKETS = f"SELECT packet_id, {_COLUMNS} FROM questionnaire_packets ORDER BY packet_id"
_OF_ANIMATIONS = """
SELECT owner_id, form_version FROM questionnaire_tallies WHERE structure_id IS NULL ORDER BY owner_id, form_version"""
_REMOVE = "DELETE FROM questionnaire_tallies WHERE owner_id = %s AND form_version = %s RETURNING answers, tally"


class Outcome(Enum):
    """What became of one person's answers."""

    COUNTED = "COUNTED"
    #: Their key was counted before.
    REPEATED = "REPEATED"
    #: As many as there may be were counted before.
    FULL = "FULL"


@dataclass(frozen=True, slots=True)
class Packet:
    packet_id: UUID
    owner_id: UUID
    form_version: int
    answers: int
    tally: Mapping[str, int]
    structure_id: UUID | None
    territory: str | None
    day: date | None


@dataclass(frozen=True, slots=True)
class SmallAnimations:
    """The animations of a structure in a territory that fewer than five people answered for."""

    id: UUID
    structure_id: UUID
    territory: str
    day: date


def create_tables(conn: Conn) -> None:
    create_missing(conn, _DDL)


def is_counted(conn: Conn, key: bytes) -> bool:
    """Return whether answers with this key were counted today."""
    return conn.execute("SELECT 1 FROM questionnaire_keys WHERE digest = %s", (key,)).fetchone() is not None


def add_answer(
    conn: Conn, animation_id: UUID, version: int, tally: Mapping[str, int], most: int, key: bytes
) -> Outcome:
    """Count one person's answers, once for each key and `most` times in all."""
    with conn.transaction():
        if not conn.execute("INSERT INTO questionnaire_keys VALUES (%s) ON CONFLICT DO NOTHING", (key,)).rowcount:
            return Outcome.REPEATED
        before = _locked(conn, animation_id, version)
        (answers,) = conn.execute(_TAKEN, (animation_id,)).fetchone() or (0,)
        if answers >= most:
            conn.execute("DELETE FROM questionnaire_keys WHERE digest = %s", (key,))
            return Outcome.FULL
        _add(conn, animation_id, version, before, tally, 1)
    return Outcome.COUNTED


def take_out_packets(conn: Conn, fewest: int) -> list[Packet]:
    """Make a packet of every tally of at least `fewest` answers. Return all packets that are still to be recorded."""
    conn.execute(_TAKE_OUT, {"fewest": fewest})
    with conn.cursor(row_factory=class_row(Packet)) as cursor:
        return cursor.execute(_PACKETS).fetchall()


def forget_packet(conn: Conn, packet_id: UUID) -> None:
    """Remove a packet that is recorded."""
    conn.execute("DELETE FROM questionnaire_packets WHERE packet_id = %s", (packet_id,))


def forget_keys(conn: Conn) -> None:
    """Forget which requests were counted: a client repeats one within minutes."""
    conn.execute("DELETE FROM questionnaire_keys")


def waiting_animations(conn: Conn) -> list[tuple[UUID, int]]:
    """Return the animations that have a tally, with its form's version."""
    return conn.execute(_OF_ANIMATIONS).fetchall()


def put_with_small(conn: Conn, animation_id: UUID, version: int, small: SmallAnimations | None) -> None:
    """End the tally of an animation whose questionnaire is closed, and add it to that of the small ones, if any."""
    with conn.transaction():
        row = conn.execute(_REMOVE, (animation_id, version)).fetchone()
        if row is None or small is None or not row[0]:
            return
        before = _locked(conn, small.id, version)
        _add(conn, small.id, version, before, row[1], row[0])
        owner = {"structure_id": small.structure_id, "territory": small.territory, "day": small.day}
        conn.execute(_OWN, {**owner, "owner_id": small.id, "form_version": version})


def _locked(conn: Conn, owner_id: UUID, version: int) -> Mapping[str, int]:
    """Return the tally, locked until the transaction ends."""
    conn.execute(_BEGIN, (owner_id, version))
    (tally,) = conn.execute(_LOCK, (owner_id, version)).fetchone() or ({},)
    before: Mapping[str, int] = tally
    return before


def _add(
    conn: Conn, owner_id: UUID, version: int, before: Mapping[str, int], tally: Mapping[str, int], answers: int
) -> None:
    after = Jsonb(dict(sorted((Counter(before) + Counter(tally)).items())))
    conn.execute(_ADD, {"owner_id": owner_id, "form_version": version, "answers": answers, "tally": after})
