"""Advisory locks have one table, one number each, and no other way to be taken."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from eventstore.locks import Lock, acquire, acquire_in_transaction, holders, releasing, try_acquire

ROOT = Path(__file__).parents[2]
_LOCKING = re.compile(r"pg_\w*advisory|'advisory'|hashtext", re.IGNORECASE)


def test_no_other_module_takes_an_advisory_lock():
    sources = [path for path in ROOT.rglob("*.py") if ".venv" not in path.parts and path != Path(__file__)]
    assert [path for path in sources if _LOCKING.search(path.read_text())] == [ROOT / "eventstore" / "locks.py"]


def test_processes_of_the_versions_before_mean_the_same_locks(database_url):
    with psycopg.connect(database_url) as conn:
        for lock in (Lock.TABLES, Lock.DEMONSTRATION, Lock.SEASON):
            row = conn.execute("SELECT hashtext(%s)", (f"parentalite.{lock.name.lower()}",)).fetchone()
            assert row == (lock,)


def test_a_session_holds_a_lock_until_it_is_released(database_url):
    with psycopg.connect(database_url, autocommit=True) as first, psycopg.connect(database_url) as second:
        with releasing(first, Lock.REBUILD):
            acquire(first, Lock.REBUILD)
            assert not try_acquire(second, Lock.REBUILD)
            assert try_acquire(second, Lock.PROJECTOR)
        assert try_acquire(second, Lock.REBUILD)


def test_a_transaction_holds_a_lock_until_its_end(database_url):
    with psycopg.connect(database_url) as first, psycopg.connect(database_url) as second:
        acquire_in_transaction(first, Lock.PROOF_TREE)
        assert not try_acquire(second, Lock.PROOF_TREE)
        first.commit()
        assert try_acquire(second, Lock.PROOF_TREE)


def test_the_holders_of_a_lock_are_those_of_this_database(database_url, server_url):
    with psycopg.connect(database_url) as here, psycopg.connect(server_url) as elsewhere:
        for conn in (here, elsewhere):
            with releasing(conn, Lock.TABLES):
                acquire(conn, Lock.TABLES)
                pids = conn.execute(f"SELECT pid FROM {holders(Lock.TABLES)} AS holder").fetchall()
                assert pids == [(conn.info.backend_pid,)]
