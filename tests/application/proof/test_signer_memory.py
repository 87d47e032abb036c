"""The signer's memory: no key signs two histories, whatever becomes of the database."""

from __future__ import annotations

import logging
import os
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from application.files import held_lock
from application.followers.notary import look
from application.hosting.database import temporary_database
from application.proof.checkpoints import all_checkpoints, latest
from application.proof.signer import troubles
from application.proof.signer.naming import log_name, name_anew, name_first_log, name_log
from application.proof.signer_memory import (
    LogUnnamed,
    RememberingKey,
    SignerMemory,
    SigningRefused,
    Tree,
)
from application.proof.signing import check_log_is_the_signed_one, take_up_key
from application.proof.tiles import grow
from eventstore.bulk import append_rows
from eventstore.log import head
from tests.application.proof.conftest import (
    EVENTS,
    KEY,
    NOW,
    findings,
    grown,
    last_size,
    record,
    rows,
    sign,
    without_guard,
)
from tests.support.world import EVENT_KEYS, LOG_NAME

ALTERED = "UPDATE stored_events SET state = state || ' '::bytea WHERE notification_id = 300"
LOST_PROOF = ("DELETE FROM proof.checkpoints", "DELETE FROM proof.tiles")


def test_an_older_installation_is_taken_up_from_its_database_once_and_that_is_told(
    conn: Connection, key: RememberingKey, caplog: pytest.LogCaptureFixture
):
    assert key.memory.read() is None
    with caplog.at_level(logging.WARNING):
        take_up_key(conn, key)
    assert "taken up from the database" in caplog.text
    last = latest(conn)
    assert last is not None
    assert record(key).signed == Tree(EVENTS, last.root)
    assert [known.public_key for known in record(key).keys] == [KEY.public]
    caplog.clear()
    take_up_key(conn, key)
    assert caplog.text == ""
    assert findings(conn, key) == []


def test_what_is_signed_is_remembered_and_the_file_is_for_its_owner_alone(remembered: Connection, key: RememberingKey):
    made = sign(grown(remembered), key)
    assert made is not None
    assert (record(key).signed, record(key).pending) == (Tree(EVENTS + 5, made.root), None)
    assert record(key).position == made.position
    # Positions are skipped after a restore, so that their number is not the last; older memories tell the number alone.
    remembers = replace(record(key), signed=Tree(5, made.root, made.position + 10_000))
    key.memory.write(remembers)
    assert record(key).position == made.position + 10_000
    key.memory.path.write_text(re.sub(r',\s*"position": \d+', "", key.memory.path.read_text()))
    assert record(key).position == 5
    key.memory.write(replace(remembers, signed=Tree(EVENTS + 5, made.root, made.position)))
    assert key.memory.path.stat().st_mode & 0o077 == 0
    assert findings(remembered, key) == []


def test_who_waits_in_vain_for_the_memory_says_which_process_holds_it(
    remembered: Connection, key: RememberingKey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(held_lock, "PATIENCE_SECONDS", 0.05)
    with ThreadPoolExecutor(1) as other:
        hold = key.memory.held()
        other.submit(hold.__enter__).result()
        with pytest.raises(SigningRefused, match=f"^process {os.getpid()} on {socket.gethostname()} has held"):
            take_up_key(remembered, key)
        other.submit(hold.__exit__, None, None, None).result()
    take_up_key(remembered, key)


def test_the_memory_holds_the_tree_before_the_signature_is_stored(
    remembered: Connection, key: RememberingKey, monkeypatch: pytest.MonkeyPatch
):
    grown(remembered)

    def fail(*_: object) -> None:
        raise OSError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(SignerMemory, "write", fail)
        with pytest.raises(OSError, match="power"):
            sign(remembered, key)
    assert [mark.size for mark in all_checkpoints(remembered)][-1] == EVENTS

    with monkeypatch.context() as patched:
        patched.setattr("application.proof.signing._KEEP", "SELECT 1 / 0, %s, %s, %s, %s, %s, %s, %s")
        with pytest.raises(psycopg.errors.DivisionByZero):
            sign(remembered, key)
    # It may have signed that tree: every later one must begin with it, though no checkpoint of it is kept.
    pending = record(key).pending
    assert pending is not None
    assert (record(key).size, last_size(remembered)) == (EVENTS + 5, EVENTS)
    made = sign(grown(remembered), key)
    assert made is not None
    assert made.size == EVENTS + 10
    assert record(key).pending is None
    key.memory.write(replace(record(key), pending=replace(pending, root=b"x" * 32)))
    with pytest.raises(SigningRefused, match=f"{EVENTS + 10} events were signed"):
        sign(grown(remembered), key)


def test_two_trees_of_one_size_are_never_signed(
    conn: Connection, key: RememberingKey, signed_url: str, server_url: str, worker_id: str
):
    take_up_key(conn, key)
    conn.close()
    template = signed_url.rpartition("/")[2].partition("?")[0]
    with (
        temporary_database(server_url, f"fork_{worker_id}", template) as earlier,
        psycopg.connect(signed_url, autocommit=True) as now,
        psycopg.connect(earlier, autocommit=True) as before,
    ):
        assert sign(grown(now), key) is not None
        others = [(UUID(int=9_000 + number), 1, "animation.published", b"{}") for number in range(5)]
        append_rows(before, EVENT_KEYS, others)
        with pytest.raises(SigningRefused, match=f"{EVENTS + 5} events were signed, by the key's own record"):
            sign(before, key)
        assert last_size(before) == EVENTS
        assert f"{EVENTS + 5} events were signed, by the key's own record" in "".join(findings(before, key))
        assert sign(grown(now), key) is not None


@pytest.mark.parametrize(
    "statements",
    [
        (ALTERED, *LOST_PROOF),
        LOST_PROOF,
        ("DELETE FROM proof.checkpoints",),
        ("DELETE FROM proof.checkpoints WHERE size = 2000",),
        (
            "DELETE FROM stored_events WHERE notification_id > 1900",
            "DELETE FROM proof.checkpoints WHERE size > 1500",
            "DELETE FROM proof.tiles WHERE level = 0 AND index > 5",
            "DELETE FROM proof.tiles WHERE level = 1",
        ),
        ("DELETE FROM stored_events WHERE notification_id > 1999",),
        (ALTERED, "DROP SCHEMA proof CASCADE"),
        ("DROP SCHEMA proof CASCADE",),
    ],
)
def test_what_was_signed_is_told_whatever_is_deleted(
    remembered: Connection, key: RememberingKey, statements: tuple[str, ...]
):
    without_guard(remembered, *statements)
    assert any(f"{EVENTS} events were signed, by the key's own record" in text for text in findings(remembered, key))


@pytest.mark.parametrize("statements", [(ALTERED, *LOST_PROOF), LOST_PROOF, ("DELETE FROM proof.checkpoints",)])
def test_nothing_is_signed_anew_after_the_proof_was_deleted(
    remembered: Connection, key: RememberingKey, statements: tuple[str, ...]
):
    without_guard(remembered, *statements)
    with pytest.raises(SigningRefused, match=f"{EVENTS} events were signed, by the key's own record.*name-log"):
        sign(grown(remembered), key)
    assert all_checkpoints(remembered) == []
    assert record(key).signed is not None


def test_the_notary_tells_that_it_does_not_sign_until_the_log_is_right_again(
    remembered: Connection, key: RememberingKey, caplog: pytest.LogCaptureFixture
):
    without_guard(remembered, "CREATE TABLE kept AS SELECT * FROM proof.checkpoints", "DELETE FROM proof.checkpoints")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            look(remembered, key, 600, NOW)
    assert caplog.text.count("the log is not signed") == 1
    (trouble,) = troubles.troubles(remembered)
    assert (trouble.work, f"{EVENTS} events were signed" in trouble.reason) == (troubles.SIGNING, True)
    remembered.execute("INSERT INTO proof.checkpoints SELECT * FROM kept")
    look(remembered, key, 600, NOW)
    assert troubles.troubles(remembered) == []


def test_a_lost_event_at_the_end_is_noticed_without_a_signature(remembered: Connection, key: RememberingKey):
    grow(grown(remembered), head(remembered))
    without_guard(remembered, f"DELETE FROM stored_events WHERE notification_id > {EVENTS}")
    with pytest.raises(SigningRefused, match="end of the log are gone"):
        check_log_is_the_signed_one(remembered, key)


def test_a_log_is_named_once(empty: Connection, key: RememberingKey):
    empty.execute("DELETE FROM proof.log")
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    with pytest.raises(LogUnnamed, match="name-log"):
        sign(empty, key)
    assert not name_first_log(empty, key.memory)
    with pytest.raises(SigningRefused, match="no spaces"):
        name_log(empty, "two words", key.memory)
    name_log(empty, "example.org/log", key.memory)
    with pytest.raises(SigningRefused, match=r"named .* already"):
        name_log(empty, "example.org/other", key.memory)
    made = sign(empty, key)
    assert made is not None
    assert made.note.startswith("example.org/log\n5\n")


def test_a_database_that_was_just_made_is_named_and_no_other(empty: Connection, key: RememberingKey):
    empty.execute("DELETE FROM proof.log")
    assert name_first_log(empty, key.memory)
    assert log_name(empty) == record(key).log
    assert not name_first_log(empty, key.memory)


def test_a_dropped_schema_gets_no_new_name(remembered: Connection, key: RememberingKey):
    remembered.execute("DELETE FROM proof.log")
    sign(grown(remembered), key)
    assert log_name(remembered) == LOG_NAME == record(key).log


def test_another_name_in_the_database_is_refused(remembered: Connection, key: RememberingKey):
    remembered.execute("UPDATE proof.log SET origin = 'other.org/log'")
    with pytest.raises(SigningRefused, match=r"other\.org/log, the key's own record"):
        sign(grown(remembered), key)
    assert any("other.org/log" in text for text in findings(remembered, key))


def test_after_an_honest_restore_the_log_goes_on_under_a_new_name(remembered: Connection, key: RememberingKey):
    without_guard(
        remembered,
        "DELETE FROM stored_events WHERE notification_id > 1500",
        "DELETE FROM proof.checkpoints WHERE size > 1500",
        "DELETE FROM proof.tiles",
    )
    with pytest.raises(SigningRefused):
        sign(remembered, key)
    ended = name_anew("example.org/second", key.memory, "the disk of Tuesday")
    assert (ended.name, ended.signed.size if ended.signed else None) == (LOG_NAME, EVENTS)
    assert sign(remembered, key, 1_500) is not None
    made = sign(grown(remembered), key)
    assert made is not None
    assert made.note.startswith("example.org/second\n1505\n")
    assert findings(remembered, key) == []
    with pytest.raises(SigningRefused, match="earlier log"):
        name_anew(LOG_NAME, key.memory, "back again")
