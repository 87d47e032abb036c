"""The log's name: chosen once, by a command of its own, kept beside the key, and copied into the database."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from psycopg import Connection

from application.proof.notes import is_key_name
from application.proof.signer_memory import EndedLog, LogUnnamed, Record, SignerMemory, SigningRefused
from eventstore.log import head

Conn = Connection[Any]

_NAME = "INSERT INTO proof.log (origin) VALUES (%s) ON CONFLICT (only_one) DO UPDATE SET origin = EXCLUDED.origin"
#: The way on for a log without a name.
NAME_IT = "parentalite audit name-log names it, once"


def log_name(conn: Conn) -> str | None:
    """Return the log's name as the database has it, or None."""
    row = conn.execute("SELECT origin FROM proof.log").fetchone()
    return None if row is None else str(row[0])


def copy_name(conn: Conn, name: str) -> None:
    """Let the database say the name, too."""
    conn.execute(_NAME, (name,))


def new_name() -> str:
    return f"parentalite.log/{secrets.token_hex(8)}"


def name_log(conn: Conn, name: str, memory: SignerMemory | None = None) -> None:
    """Name a log that has none. Raises SigningRefused if it has one, or if anything of it was signed."""
    _check(name)
    if memory is None:
        copy_name(conn, name)
        return
    with memory.held():
        if (record := memory.read()) is not None:
            raise SigningRefused(f"the log is named {record.log} already, and a name is for ever")
        memory.write(Record(name))
        copy_name(conn, name)


def name_anew(name: str, memory: SignerMemory, reason: str) -> EndedLog:
    """Let the log go on under a new name, since it no longer begins with what was signed under the old one.

    The old one stays in the record with its last tree: what was signed under it can be told from what follows. The
    database hears of the new name when the key is taken up.
    """
    _check(name)
    with memory.held():
        if (record := memory.read()) is None:
            raise LogUnnamed(f"there is no record of a log beside the key, in {memory.path}: {NAME_IT}")
        if name in record.names():
            raise SigningRefused(f"{name} was the name of an earlier log: another one is needed")
        ended = EndedLog(record.log, record.pending or record.signed, reason, record.keys)
        keys = tuple(replace(key, since_size=0) for key in record.keys if key.until_size is None)
        memory.write(Record(name, keys=keys, ended=(*record.ended, ended)))
    return ended


def _check(name: str) -> None:
    if not is_key_name(name):
        raise SigningRefused(f"{name!r} names no log: no spaces and no plus are admitted, as in example.org/log")


def name_first_log(conn: Conn, memory: SignerMemory) -> bool:
    """Name the log of an empty database that was just made; return whether it was. Any other is named by a command."""
    if memory.read() is not None or log_name(conn) is not None or head(conn) > 0:
        return False
    name_log(conn, new_name(), memory)
    return True
