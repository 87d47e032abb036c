"""Signing the log: its tree as a checkpoint, by a key that signs nothing but what continues what it signed before."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

from psycopg import Connection

from application.proof.checkpoints import (
    CERTIFICATION,
    SignedCheckpoint,
    certifies,
    keys,
    latest,
    origin,
    statement_text,
    with_size,
)
from application.proof.merkle import consistency_proof, verifies_consistency
from application.proof.notes import BadNote, Checkpoint, SigningKey
from application.proof.public_keys import open_checkpoint
from application.proof.signer.naming import NAME_IT, copy_name, log_name
from application.proof.signer_memory import (
    LogUnnamed,
    Record,
    SignerMemory,
    SigningRefused,
    Tree,
    check_events,
    memory_of,
    with_key,
)
from application.proof.tiles import StoredTree, grow, tree_size
from eventstore.log import head

log = logging.getLogger(__name__)
Conn = Connection[Any]


#: The way on for an operator whose log is no longer the one that was signed.
WAYS_ON = (
    "put back the database that holds them, or, after an honest restore, parentalite audit name-log --after-restore"
)


_KEEP = """
INSERT INTO proof.checkpoints (size, position, root, note, reason, made_at, statement)
VALUES (%s, %s, %s, %s, %s, %s, %s)"""
_KEEP_KEY = """
INSERT INTO proof.keys (public_key, since_size, until_size) VALUES (%s, %s, %s)
ON CONFLICT (public_key) DO UPDATE SET since_size = EXCLUDED.since_size, until_size = EXCLUDED.until_size
WHERE (proof.keys.since_size, proof.keys.until_size) IS DISTINCT FROM (EXCLUDED.since_size, EXCLUDED.until_size)"""
_DROP_OTHER_KEYS = "DELETE FROM proof.keys WHERE public_key <> ALL(%s)"


def take_up_key(conn: Conn, key: SigningKey) -> Record:
    """Make `key` the signing key; the previous key ends at the size of its last checkpoint.

    Raises KeyRetired if `key` was itself replaced earlier, LogUnnamed if nothing was named that it could sign.
    """
    with signing_transaction(conn, key):
        return _take_up(conn, key)


@contextmanager
def signing_transaction(conn: Conn, key: SigningKey) -> Iterator[None]:
    """Keep other signers out, and record all or nothing. May be nested in another one of the same thread.

    The memory's lock is taken first and released last: whoever waits for it holds nothing in the database.
    """
    memory = memory_of(key)
    with memory.held() if memory else nullcontext(True) as outermost:
        with conn.transaction():
            yield
        if memory and outermost:
            _confirm(conn, memory)


def _confirm(conn: Conn, memory: SignerMemory) -> None:
    """Note that the checkpoint which was to be signed is stored."""
    record = memory.read()
    if record is None or record.pending is None:
        return
    checkpoint = with_size(conn, record.pending.size)
    if checkpoint is not None and checkpoint.root == record.pending.root:
        memory.write(replace(record, signed=record.pending, pending=None))


def _take_up(conn: Conn, key: SigningKey) -> Record:
    conn.execute("LOCK TABLE proof.keys IN EXCLUSIVE MODE")
    memory = memory_of(key)
    before = recall(conn, memory) if memory else _without_memory(conn)
    record = with_key(before, key.public)
    if memory and record != before:
        memory.write(record)
    if (name := log_name(conn)) is None or (name != record.log and name in record.names()):
        # The tables were dropped, or the log has another name since: the record knows. `objection` names any other.
        copy_name(conn, record.log)
    for signer in record.keys:
        conn.execute(_KEEP_KEY, (signer.public_key, signer.since_size, signer.until_size))
    conn.execute(_DROP_OTHER_KEYS, ([signer.public_key for signer in record.keys],))
    return record


def _without_memory(conn: Conn) -> Record:
    last = latest(conn)
    return Record(origin(conn), Tree(last.size, last.root, last.position) if last else None, None, tuple(keys(conn)))


def recall(conn: Conn, memory: SignerMemory) -> Record:
    """Return the record beside the key. In an older installation it is taken up from the database, once.

    Raises LogUnnamed where neither knows anything that was signed.
    """
    if (record := memory.read()) is not None:
        return record
    record = _from_database(conn)
    memory.write(record)
    log.warning(
        "the signer's memory was missing: taken up from the database",
        extra={"file": str(memory.path), "log_name": record.log, "size": record.size},
    )
    return record


def _from_database(conn: Conn) -> Record:
    name, last, known = log_name(conn), latest(conn), keys(conn)
    if name is None or last is None:
        raise LogUnnamed(f"nothing is signed of this log, and no record of it stands beside the key: {NAME_IT}")
    try:
        checkpoint, _ = open_checkpoint(last.note, known)
    except BadNote as bad:
        raise SigningRefused(f"the last checkpoint in the database does not hold: {bad}") from None
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (name, last.size, last.root):
        raise SigningRefused("the last checkpoint in the database says something else than what is kept beside it")
    return Record(name, Tree(last.size, last.root, last.position), None, tuple(known), statements_since=last.size)


def objection(conn: Conn, record: Record) -> str | None:
    """Return why the log in the database is not the one that was signed, by the key's own record; None if it is.

    Looks at the stored tree, not at every event: see `checking`.
    """
    name = log_name(conn)
    if name not in (None, record.log):
        return f"the database says that the log is {name}, the key's own record that it is {record.log}"
    if not record.trees:
        return None
    signed = f"{record.size} events were signed, by the key's own record"
    size, position = tree_size(conn)
    if size < record.size:
        return f"{signed}, and the log's tree holds {size}"
    if head(conn) < position:
        return f"{signed}, and events at the end of the log are gone"
    tree = StoredTree(conn)
    for earlier in record.trees:
        if tree.root(earlier.size) != earlier.root:
            return f"{signed}, and the log does not begin with them as they were"
    if record.signed and ((stored := with_size(conn, record.signed.size)) is None or stored.root != record.signed.root):
        return f"{signed}, and the checkpoint of that size is gone"
    return None


def check_log_is_the_signed_one(conn: Conn, key: SigningKey) -> None:
    """Raise SigningRefused if the log is not the one that the key remembers to have signed. Writes nothing."""
    memory = memory_of(key)
    record = memory.read() if memory else None
    if record is not None and (why := objection(conn, record)):
        raise SigningRefused(f"{why}: nothing is signed; {WAYS_ON}")


def check_new_events(conn: Conn, key: SigningKey) -> None:
    """Raise SigningRefused at an event that must not be signed, before anything of it enters the tree or the map."""
    check_events(conn, key, tree_size(conn)[0], head(conn), signing=False)


def check_may_sign(conn: Conn, key: SigningKey) -> None:
    """Raise what `make_checkpoint` would raise, before anything is recorded for its sake."""
    take_up_key(conn, key)
    check_log_is_the_signed_one(conn, key)
    check_new_events(conn, key)


def make_checkpoint(conn: Conn, key: SigningKey, until: int, reason: str, now: datetime) -> SignedCheckpoint | None:
    """Sign the tree of all events up to position `until`, in one transaction. Return None if the log is empty.

    An existing checkpoint of that size stays as it is. Raises SigningRefused if the tree does not begin with what was
    signed before, by the key's own memory, which holds the new tree before the signature leaves this function.
    """
    with signing_transaction(conn, key):
        record = _take_up(conn, key)
        check_events(conn, key, record.size, until)
        size = grow(conn, until)
        if memory_of(key) and (why := objection(conn, record)):
            raise SigningRefused(f"{why}: nothing is signed; {WAYS_ON}")
        if size == 0:
            return None
        tree = Tree(size, StoredTree(conn).root(size), tree_size(conn)[1])
        if (stored := with_size(conn, size)) is None:
            _sign(conn, key, record, tree, reason, now)
        elif stored.root != tree.root:
            raise SigningRefused(f"the checkpoint of size {size} that is kept has another root than the log")
        elif (memory := memory_of(key)) and record.signed != tree:
            # Another process with the same key has signed it.
            memory.write(replace(record, pending=tree))
        return with_size(conn, size)


def _sign(conn: Conn, key: SigningKey, record: Record, signed: Tree, reason: str, now: datetime) -> None:
    tree, size = StoredTree(conn), signed.size
    for earlier in record.trees if memory_of(key) else ():
        proof = consistency_proof(earlier.size, size, tree.subtree)
        if not verifies_consistency(earlier.size, size, proof, earlier.root, signed.root):
            raise SigningRefused(
                f"{earlier.size} events were signed, by the key's own record, and the tree of {size} does not begin "
                f"with them: nothing is signed; {WAYS_ON}"
            )
    _, position = tree_size(conn)
    last = latest(conn)
    if certifies(conn, last.position if last else 0, position):
        reason = CERTIFICATION
    if memory := memory_of(key):
        # Before the signature exists: whatever fails afterwards, the key does not forget what it may have signed.
        memory.write(replace(record, pending=signed))
    note = key.sign(Checkpoint(record.log, size, signed.root).text, record.log)
    statement = key.sign(statement_text(record.log, signed, position, reason, now), record.log)
    conn.execute(_KEEP, (size, position, signed.root, note, reason, now, statement))
