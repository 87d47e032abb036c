"""Personal fields: sealed with a person's key before they reach the log, opened for those who may read them.

AES-256-GCM. Each key belongs to one person in one stream, stands in a table outside the log, wrapped by the master
key, and can be destroyed: then what it sealed is lost for ever while the log's bytes stay as they are.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from application.eventstore.records import Recorded
from domain.events import Event

_NONCE_BYTES = 12  # NIST SP 800-38D, section 5.2.1.1: 96 bits
SEAL = "sealed:1:"

DDL = """
CREATE TABLE IF NOT EXISTS person_keys (
    key_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    originator_id uuid NOT NULL,
    wrapped_key bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    UNIQUE (person_id, originator_id),
    CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL))
)"""

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

    def seal(self, conn: Conn, event: Event, originator_id: UUID) -> Event:
        """The event with its personal fields encrypted; a person's first one in a stream makes their key.

        Raises PersonErased when that key is already destroyed.
        """
        present = [name for name in event.personal_fields if getattr(event, name) is not None]
        if not present:
            return event
        key_id, key = self._key_for(conn, event.person_id, originator_id)  # type: ignore[attr-defined]
        sealed = {
            name: _seal(key_id, key, _context(event, name, originator_id), getattr(event, name)) for name in present
        }
        return event.model_copy(update=sealed)

    def open(self, conn: Conn, records: Sequence[Recorded]) -> list[Recorded]:
        """The records with their personal fields in clear, or None where the key is destroyed. One query at most."""
        personal = [record.event for record in records if record.event.personal_fields]
        wanted = {key_id for event in personal for key_id in _key_ids(event)}
        if not wanted:
            return list(records)
        keys = self._keys(conn, wanted)
        return [_opened(record, keys) if record.event.personal_fields else record for record in records]

    def own_secret(self, conn: Conn) -> bytes:
        """32 bytes that this database keeps for itself, made when first asked for. Rotation leaves them as they are."""
        return self._raw_key(conn, _NOBODY, _NOBODY)[1]

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

    def _key_for(self, conn: Conn, person_id: UUID, originator_id: UUID) -> tuple[UUID, AESGCM]:
        key_id, raw = self._raw_key(conn, person_id, originator_id)
        return key_id, AESGCM(raw)

    def _raw_key(self, conn: Conn, person_id: UUID, originator_id: UUID) -> tuple[UUID, bytes]:
        key_id = uuid4()
        wrapped = self._wrap(key_id, AESGCM.generate_key(256))
        conn.execute(
            "INSERT INTO person_keys (key_id, person_id, originator_id, wrapped_key) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (person_id, originator_id) DO NOTHING",
            (key_id, person_id, originator_id, wrapped),
        )
        with conn.cursor() as cursor:
            row = cursor.execute(
                "SELECT key_id, wrapped_key FROM person_keys WHERE person_id = %s AND originator_id = %s",
                (person_id, originator_id),
            ).fetchone()
        assert row is not None
        if row[1] is None:
            raise PersonErased
        return row[0], self._unwrapped(row[0], row[1])

    def _keys(self, conn: Conn, key_ids: set[UUID]) -> dict[UUID, AESGCM]:
        with conn.cursor() as cursor:
            rows = cursor.execute(
                "SELECT key_id, wrapped_key FROM person_keys WHERE key_id = ANY(%s) AND wrapped_key IS NOT NULL",
                (list(key_ids),),
            ).fetchall()
        return {key_id: self._unwrap(key_id, wrapped) for key_id, wrapped in rows}

    def _wrap(self, key_id: UUID, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, key_id.bytes)

    def _unwrap(self, key_id: UUID, wrapped: bytes) -> AESGCM:
        return AESGCM(self._unwrapped(key_id, wrapped))

    def _unwrapped(self, key_id: UUID, wrapped: bytes) -> bytes:
        return self._master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], key_id.bytes)


def erase_keys(conn: Conn, person_id: UUID) -> list[UUID]:
    """Destroys the person's keys. Returns every stream that ever spoke of them, also those erased before."""
    if person_id == _NOBODY:
        return []
    conn.execute(
        "UPDATE person_keys SET wrapped_key = NULL, erased_at = now() WHERE person_id = %s AND erased_at IS NULL",
        (person_id,),
    )
    with conn.cursor() as cursor:
        rows = cursor.execute("SELECT originator_id FROM person_keys WHERE person_id = %s", (person_id,)).fetchall()
    return [row[0] for row in rows]


def erase_key(conn: Conn, person_id: UUID, originator_id: UUID) -> None:
    """Destroys the person's key in one stream."""
    conn.execute(
        "UPDATE person_keys SET wrapped_key = NULL, erased_at = now()"
        " WHERE person_id = %s AND originator_id = %s AND erased_at IS NULL",
        (person_id, originator_id),
    )


def is_sealed(value: object) -> bool:
    return isinstance(value, str) and value.startswith(SEAL)


def _context(event: Event, name: str, originator_id: UUID) -> bytes:
    """Bound to the ciphertext, so that it cannot be moved to another field, event kind or stream."""
    return f"{event.topic}:{name}:{originator_id}".encode()


def _seal(key_id: UUID, key: AESGCM, context: bytes, clear: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    return f"{SEAL}{key_id}:{b64encode(nonce + key.encrypt(nonce, clear.encode(), context)).decode()}"


def _key_ids(event: Event) -> list[UUID]:
    values = (getattr(event, name) for name in event.personal_fields)
    return [UUID(value.split(":")[2]) for value in values if is_sealed(value)]


def _opened(record: Recorded, keys: Mapping[UUID, AESGCM]) -> Recorded:
    event = record.event
    clear: dict[str, str | None] = {}
    for name in event.personal_fields:
        if is_sealed(value := getattr(event, name)):
            _, _, key_id, sealed = value.split(":")
            key, raw = keys.get(UUID(key_id)), b64decode(sealed)
            context = _context(event, name, record.originator_id)
            clear[name] = key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context).decode() if key else None
    return replace(record, event=event.model_copy(update=clear))
