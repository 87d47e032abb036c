"""Personal fields: sealed with somebody's key before they reach the log, opened for those who may read them.

AES-256-GCM. Each key belongs to one person, or to one thing, in one stream (`domain.kernel.events.PersonalMark`),
stands in a table outside the log, wrapped by the master key, and can be destroyed: then what it sealed is lost for ever
while the log's bytes stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from domain.kernel.events import PersonalMark
from eventstore.records import Recorded
from eventstore.seals import NONCE_BYTES, Key, Owner, opened, owners, sealed, sealed_with

DDL = """
CREATE TABLE IF NOT EXISTS person_keys (
    key_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    originator_id uuid NOT NULL,
    wrapped_key bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL))
);
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'person_keys_person_id_originator_id_key') THEN
        ALTER TABLE person_keys DROP CONSTRAINT person_keys_person_id_originator_id_key;
    END IF;
END $$;
CREATE UNIQUE INDEX IF NOT EXISTS person_keys_in_use ON person_keys (person_id, originator_id)
    WHERE wrapped_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS person_keys_of_person ON person_keys (person_id);
CREATE INDEX IF NOT EXISTS person_keys_of_stream ON person_keys (originator_id)"""

_KNOWN = """
SELECT key_id, wrapped_key FROM person_keys WHERE person_id = %s AND originator_id = %s
ORDER BY wrapped_key IS NULL LIMIT 1"""
# The key is on the disk with the event that it seals, at the latest: PostgreSQL writes what it commits in order, and
# the event's own commit waits for the disk.
_ADD = """
WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO person_keys (key_id, person_id, originator_id, wrapped_key) SELECT %s, %s, %s, %s FROM unhurried
ON CONFLICT (person_id, originator_id) WHERE wrapped_key IS NOT NULL DO NOTHING RETURNING key_id"""
_KNOWN_OF_MANY = """
SELECT DISTINCT ON (person_id, originator_id) person_id, originator_id, key_id, wrapped_key
FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (person_id, originator_id) JOIN person_keys
USING (person_id, originator_id) ORDER BY person_id, originator_id, wrapped_key IS NULL"""
_ADD_MANY = """
INSERT INTO person_keys (key_id, person_id, originator_id, wrapped_key)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bytea[])"""

#: Those of `sealed_with` that are not destroyed.
WRAPPED_KEYS = "SELECT key_id, wrapped_key FROM person_keys WHERE key_id = ANY(%(key_ids)s) AND wrapped_key IS NOT NULL"

Conn = Connection[Any]
#: Whose key is ours: it wraps nobody's data, and is wrapped anew with all others.
_NOBODY = UUID(int=0)


class PersonErased(Exception):
    """Something personal was to be written about a person whose key is destroyed."""


class Vault:
    """Seals and opens with keys wrapped by `master_key` (32 bytes)."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != 32:
            raise ValueError("the master key has 32 bytes")
        self._master = AESGCM(master_key)

    def seal(self, conn: Conn, records: Sequence[Recorded]) -> list[Recorded]:
        """The records with their personal fields encrypted; the first of an owner in a stream makes their key.

        Raises PersonErased when the key of a person is already destroyed. No query when nothing is personal.
        """
        keys: dict[Owner, Key] = {}
        for record in records:
            for owner, mark in owners(record):
                if owner not in keys:
                    keys[owner] = self._key_for(conn, owner, mark, record.originator_version == 1)
        return [sealed(record, keys) for record in records] if keys else list(records)

    def seal_many(self, conn: Conn, records: Sequence[Recorded]) -> list[Recorded]:
        """The same for thousands of records, in a few queries. Whoever else seals in these streams makes it fail."""
        wanted = {owner: mark for record in records for owner, mark in owners(record)}
        columns = [list(column) for column in zip(*wanted, strict=True)] or [[], []]
        keys: dict[Owner, Key] = {}
        with conn.cursor(binary=True) as cursor:
            for person, stream, key_id, wrapped in cursor.execute(_KNOWN_OF_MANY, columns):
                if wrapped is not None:
                    keys[person, stream] = Key(str(key_id), self._unwrap(key_id, wrapped))
                elif wanted[person, stream].of_person:
                    raise PersonErased
            rows = []
            for owner in wanted.keys() - keys.keys():
                key_id, raw = uuid4(), AESGCM.generate_key(256)
                rows.append((key_id, *owner, self._wrap(key_id, raw)))
                keys[owner] = Key(str(key_id), AESGCM(raw))
            if rows:
                cursor.execute(_ADD_MANY, [list(column) for column in zip(*rows, strict=True)])
        return [sealed(record, keys) for record in records]

    def open(self, conn: Conn, records: Sequence[Recorded], of_persons: bool = True) -> list[Recorded]:
        """The records with their personal fields in clear, or what stands for them where the key is destroyed.

        One query at most. Without `of_persons`, what is sealed with the key of a person stays so.
        """
        wanted = sealed_with(records, of_persons)
        if not wanted:
            return list(records)
        with conn.cursor(binary=True) as cursor:
            rows = cursor.execute(WRAPPED_KEYS, {"key_ids": wanted}, prepare=True).fetchall()
        return self.opened(records, rows, of_persons)

    def opened(
        self, records: Sequence[Recorded], wrapped: Iterable[tuple[UUID, bytes]], of_persons: bool = True
    ) -> list[Recorded]:
        """The same with the keys that `WRAPPED_KEYS` found."""
        keys = {str(key_id): self._unwrap(key_id, key) for key_id, key in wrapped}
        return [opened(record, keys, of_persons) if record.event.personal_fields else record for record in records]

    def own_secret(self, conn: Conn) -> bytes:
        """32 bytes that this database keeps for itself, made when first asked for. Rotation leaves them as they are."""
        key_id, wrapped = self._known(conn, (_NOBODY, _NOBODY)) or self._added(conn, (_NOBODY, _NOBODY))
        return self._unwrapped(key_id, wrapped)

    def fits(self, conn: Conn) -> bool:
        """Whether the master key is the one that the keys in this database are wrapped with; so if there is none."""
        with conn.cursor() as cursor:
            row = cursor.execute(
                "SELECT key_id, wrapped_key FROM person_keys WHERE wrapped_key IS NOT NULL LIMIT 1"
            ).fetchone()
        try:
            return row is None or self._unwrap(*row) is not None
        except InvalidTag:
            return False

    def rewrap(self, conn: Conn, new_master_key: bytes) -> int:
        """Wraps every key anew, all or none; the log is not touched. Returns how many.

        From then on only processes with the new master key can seal and open: the others must be started again.
        """
        new = Vault(new_master_key)
        with conn.transaction(), conn.cursor() as cursor:
            cursor.execute("LOCK TABLE person_keys IN SHARE ROW EXCLUSIVE MODE")
            rows = cursor.execute(
                "SELECT key_id, wrapped_key FROM person_keys WHERE wrapped_key IS NOT NULL"
            ).fetchall()
            wrapped = [(new._wrap(key_id, self._unwrapped(key_id, key)), key_id) for key_id, key in rows]
            cursor.executemany("UPDATE person_keys SET wrapped_key = %s WHERE key_id = %s", wrapped)
        return len(wrapped)

    def _key_for(self, conn: Conn, owner: Owner, mark: PersonalMark, new: bool) -> Key:
        """`new`: the stream begins, so there hardly is a key yet."""
        known = None if new and not mark.of_person else self._known(conn, owner)
        if known is None:
            known = self._added(conn, owner)
        if known[1] is None:
            if mark.of_person:
                raise PersonErased
            known = self._added(conn, owner)
        return Key(str(known[0]), self._unwrap(*known))

    def _known(self, conn: Conn, owner: Owner) -> Any:
        """Its id and wrapping, or its id alone where it is destroyed."""
        with conn.cursor(binary=True) as cursor:
            return cursor.execute(_KNOWN, owner, prepare=True).fetchone()

    def _added(self, conn: Conn, owner: Owner) -> Any:
        """A new key, or the one that somebody else has just added."""
        key_id = uuid4()
        wrapped = self._wrap(key_id, AESGCM.generate_key(256))
        added = conn.execute(_ADD, (key_id, *owner, wrapped), prepare=True).fetchone()
        return self._known(conn, owner) if added is None else (key_id, wrapped)

    def _wrap(self, key_id: UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, key_id.bytes)

    def _unwrap(self, key_id: UUID, wrapped: bytes) -> AESGCM:
        return AESGCM(self._unwrapped(key_id, wrapped))

    def _unwrapped(self, key_id: UUID, wrapped: bytes) -> bytes:
        return self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.bytes)


def erase_stream(conn: Conn, originator_id: UUID) -> None:
    """Destroys every key in a stream that is of one person."""
    conn.execute(
        "UPDATE person_keys SET wrapped_key = NULL, erased_at = now() WHERE originator_id = %s AND erased_at IS NULL",
        (originator_id,),
    )


def erase_key(conn: Conn, person_id: UUID, originator_id: UUID) -> None:
    """Destroys the person's key in one stream."""
    conn.execute(
        "UPDATE person_keys SET wrapped_key = NULL, erased_at = now()"
        " WHERE person_id = %s AND originator_id = %s AND erased_at IS NULL",
        (person_id, originator_id),
    )
