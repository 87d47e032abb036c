"""The vault of keys that seal personal fields before they reach the log and open them for authorised readers.

AES-256-GCM. A key belongs to one person or one thing, in one stream (`domain.kernel.events.PersonalMark`). A table
outside the log stores it, wrapped by the master key. Destroying it makes its texts unreadable for ever, while the log's
bytes stay the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from domain.kernel.events import PersonalMark
from eventstore.records import Recorded
from eventstore.seals import (
    NONCE_BYTES,
    Key,
    Owner,
    open_text,
    opened,
    opened_in,
    owners,
    seal_text,
    sealed,
    sealed_with,
)

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
CREATE UNIQUE INDEX IF NOT EXISTS person_keys_in_use ON person_keys (person_id, originator_id)
    WHERE wrapped_key IS NOT NULL;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'person_keys_person_id_originator_id_key') THEN
        ALTER TABLE person_keys DROP CONSTRAINT person_keys_person_id_originator_id_key;
    END IF;
END $$;
CREATE INDEX IF NOT EXISTS person_keys_of_person ON person_keys (person_id);
CREATE INDEX IF NOT EXISTS person_keys_of_stream ON person_keys (originator_id);
CREATE INDEX IF NOT EXISTS person_keys_erased ON person_keys (erased_at) WHERE erased_at IS NOT NULL"""

_KNOWN = """
SELECT key_id, wrapped_key FROM person_keys WHERE person_id = %s AND originator_id = %s
ORDER BY wrapped_key IS NULL LIMIT 1"""
# The key reaches the disk no later than the event that it seals: PostgreSQL writes commits in order, and the event's
# commit waits for the disk.
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

_OF_STREAMS = """
SELECT uuid_send(originator_id), uuid_send(key_id), key_id::text, wrapped_key FROM person_keys
WHERE originator_id BETWEEN %s AND %s AND wrapped_key IS NOT NULL ORDER BY originator_id"""
#: Keys that are fetched at once.
_AT_ONCE = 2_000

#: Finds the keys of `sealed_with` that are not destroyed.
WRAPPED_KEYS = "SELECT key_id, wrapped_key FROM person_keys WHERE key_id = ANY(%(key_ids)s) AND wrapped_key IS NOT NULL"

Conn = Connection[Any]
#: The owner of the database's own key, which seals nobody's data and is rewrapped with all others.
_NOBODY = UUID(int=0)


class PersonErased(Exception):
    """A command would write personal data about a person whose key is destroyed."""


class Vault:
    """Seals and opens with keys wrapped by `master_key` (32 bytes)."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != 32:
            raise ValueError("the master key has 32 bytes")
        self._master = AESGCM(master_key)

    def seal(self, conn: Conn, records: Sequence[Recorded]) -> list[Recorded]:
        """Encrypt the records' personal fields, and create the owners' missing keys.

        Raise PersonErased if the key of a person is destroyed. No query if nothing is personal.
        """
        keys: dict[Owner, Key] = {}
        for record in records:
            for owner, mark in owners(record):
                if owner not in keys:
                    keys[owner] = self._key_for(conn, owner, mark, record.originator_version == 1)
        return [sealed(record, keys) for record in records] if keys else list(records)

    def seal_many(self, conn: Conn, records: Sequence[Recorded]) -> list[Recorded]:
        """Seal thousands of records in a few queries. Fails if somebody else seals in these streams meanwhile."""
        marks = {owner: mark for record in records for owner, mark in owners(record)}
        columns = [list(column) for column in zip(*marks, strict=True)] or [[], []]
        keys: dict[Owner, Key] = {}
        with conn.cursor(binary=True) as cursor:
            for person, stream, key_id, wrapped in cursor.execute(_KNOWN_OF_MANY, columns):
                if wrapped is not None:
                    keys[person, stream] = Key(str(key_id), self.unwrap(key_id.bytes, wrapped))
                elif marks[person, stream].of_person:
                    raise PersonErased
            rows = []
            for owner in marks.keys() - keys.keys():
                key_id, raw = uuid4(), AESGCM.generate_key(256)
                rows.append((key_id, *owner, self._wrap(key_id, raw)))
                keys[owner] = Key(str(key_id), AESGCM(raw))
            if rows:
                cursor.execute(_ADD_MANY, [list(column) for column in zip(*rows, strict=True)])
        return [sealed(record, keys) for record in records]

    def open(self, conn: Conn, records: Sequence[Recorded], of_persons: bool = True) -> list[Recorded]:
        """Return the records with their personal fields in clear, or their replacement if the key is destroyed.

        One query at most. Without `of_persons`, texts under a person's key stay sealed.
        """
        key_ids = sealed_with(records, of_persons)
        if not key_ids:
            return list(records)
        with conn.cursor(binary=True) as cursor:
            rows = cursor.execute(WRAPPED_KEYS, {"key_ids": key_ids}, prepare=True).fetchall()
        return self.opened(records, rows, of_persons)

    def opened(
        self, records: Sequence[Recorded], wrapped: Iterable[tuple[UUID, bytes]], of_persons: bool = True
    ) -> list[Recorded]:
        """Open the records with the keys that `WRAPPED_KEYS` returned."""
        keys = {str(key_id): self.unwrap(key_id.bytes, key) for key_id, key in wrapped}
        return [opened(record, keys, of_persons) if record.event.personal_fields else record for record in records]

    @contextmanager
    def beside(self, conn: Conn, first: UUID, last: UUID) -> Iterator[StreamKeys]:
        """Open the records of the streams with ids from `first` to `last`, which come in that order. One query."""
        with conn.transaction(), conn.cursor("keys_of_streams") as cursor:
            cursor.itersize = _AT_ONCE
            yield StreamKeys(self, iter(cursor.execute(_OF_STREAMS, (first, last), binary=True)))

    def seal_text(self, conn: Conn, owner: Owner, clear: str) -> str:
        """Seal a text that stands outside the log with the owner's key. Raises PersonErased if that is destroyed."""
        key_id, wrapped = self._known(conn, owner) or self._added(conn, owner)
        if wrapped is None:
            raise PersonErased
        return seal_text(Key(str(key_id), self.unwrap(key_id.bytes, wrapped)), owner, clear)

    def open_text(self, conn: Conn, owner: Owner, text: str) -> str | None:
        """Return what `seal_text` sealed; None once the owner's key is destroyed."""
        row = self._known(conn, owner)
        if row is None or row[1] is None:
            return None
        key_id, wrapped = row
        return open_text(Key(str(key_id), self.unwrap(key_id.bytes, wrapped)), owner, text)

    def own_secret(self, conn: Conn) -> bytes:
        """Return this database's own secret of 32 bytes, created at the first call. Rotation keeps it."""
        key_id, wrapped = self._known(conn, (_NOBODY, _NOBODY)) or self._added(conn, (_NOBODY, _NOBODY))
        return self._unwrapped(key_id.bytes, wrapped)

    def fits(self, conn: Conn) -> bool:
        """Return whether the master key unwraps the keys in this database; True if there are none."""
        with conn.cursor() as cursor:
            row = cursor.execute(
                "SELECT key_id, wrapped_key FROM person_keys WHERE wrapped_key IS NOT NULL LIMIT 1"
            ).fetchone()
        try:
            return row is None or self.unwrap(row[0].bytes, row[1]) is not None
        except InvalidTag:
            return False

    def rewrap(self, conn: Conn, new_master_key: bytes) -> int:
        """Wrap every key with the new master key, all or none, and return their number. The log does not change.

        From then on only processes with the new master key can seal and open: restart the others.
        """
        new = Vault(new_master_key)
        with conn.transaction(), conn.cursor() as cursor:
            cursor.execute("LOCK TABLE person_keys IN SHARE ROW EXCLUSIVE MODE")
            rows = cursor.execute(
                "SELECT key_id, wrapped_key FROM person_keys WHERE wrapped_key IS NOT NULL"
            ).fetchall()
            wrapped = [(new._wrap(key_id, self._unwrapped(key_id.bytes, key)), key_id) for key_id, key in rows]
            cursor.executemany("UPDATE person_keys SET wrapped_key = %s WHERE key_id = %s", wrapped)
        return len(wrapped)

    def _key_for(self, conn: Conn, owner: Owner, mark: PersonalMark, new: bool) -> Key:
        """Return the owner's key, created if missing. `new`: the stream begins, so a key is unlikely to exist."""
        row = None if new and not mark.of_person else self._known(conn, owner)
        if row is None:
            row = self._added(conn, owner)
        if row[1] is None:
            if mark.of_person:
                raise PersonErased
            row = self._added(conn, owner)
        return Key(str(row[0]), self.unwrap(row[0].bytes, row[1]))

    def _known(self, conn: Conn, owner: Owner) -> Any:
        """Return the key's id and wrapped bytes (None if it is destroyed), or None without a key."""
        with conn.cursor(binary=True) as cursor:
            return cursor.execute(_KNOWN, owner, prepare=True).fetchone()

    def _added(self, conn: Conn, owner: Owner) -> Any:
        """Add a key and return it, or return the key that somebody else has just added."""
        key_id = uuid4()
        wrapped = self._wrap(key_id, AESGCM.generate_key(256))
        added = conn.execute(_ADD, (key_id, *owner, wrapped), prepare=True).fetchone()
        return self._known(conn, owner) if added is None else (key_id, wrapped)

    def _wrap(self, key_id: UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, key_id.bytes)

    def unwrap(self, key_id: bytes, wrapped: bytes) -> AESGCM:
        return AESGCM(self._unwrapped(key_id, wrapped))

    def _unwrapped(self, key_id: bytes, wrapped: bytes) -> bytes:
        return self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id)


class StreamKeys:
    """The keys of streams in ascending order: of one stream at a time, so that memory stays flat."""

    def __init__(self, vault: Vault, rows: Iterator[tuple[bytes, bytes, str, bytes]]) -> None:
        self._vault, self._rows, self._next = vault, rows, next(rows, None)
        self._stream: UUID | None = None
        self._name = b""
        self._keys: dict[str, AESGCM] = {}
        self._last: tuple[Recorded, Recorded] | None = None

    def opened(self, record: Recorded) -> Recorded:
        """Return the record with its personal fields in clear, or their replacement if the key is destroyed."""
        if not record.event.personal_fields:
            return record
        if self._last is not None and self._last[0] is record:
            return self._last[1]
        # One stream's records share its id.
        if record.originator_id is not self._stream and record.originator_id != self._stream:
            self._stream, self._name = record.originator_id, str(record.originator_id).encode()
            self._keys = dict(self._keys_of(self._stream.bytes))
        self._last = record, opened_in(self._name, record, self._keys)
        return self._last[1]

    def _keys_of(self, stream: bytes) -> Iterator[tuple[str, AESGCM]]:
        while self._next is not None and self._next[0] <= stream:
            of_stream, key_id, name, wrapped = self._next
            if of_stream == stream:
                yield name, self._vault.unwrap(key_id, wrapped)
            self._next = next(self._rows, None)


def erase_stream(conn: Conn, originator_id: UUID) -> None:
    """Destroy every key in the stream of one person."""
    conn.execute(
        "UPDATE person_keys SET wrapped_key = NULL, erased_at = now() WHERE originator_id = %s AND erased_at IS NULL",
        (originator_id,),
    )


def erase_key(conn: Conn, person_id: UUID, originator_id: UUID) -> None:
    """Destroy the person's key in one stream."""
    conn.execute(
        "UPDATE person_keys SET wrapped_key = NULL, erased_at = now()"
        " WHERE person_id = %s AND originator_id = %s AND erased_at IS NULL",
        (person_id, originator_id),
    )
