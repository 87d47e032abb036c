"""What the signer's record knows besides the tree: keys, and what is signed beside each checkpoint."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import Connection

from application.proof.checking import check_log
from application.proof.checkpoints import keys
from application.proof.notes import Checkpoint
from application.proof.signer_memory import KeyRetired, RememberingKey, SigningRefused
from application.proof.signing import objection, take_up_key
from eventstore.bulk import append_rows
from tests.application.proof.conftest import (
    EVENTS,
    KEY,
    NEXT_KEY,
    findings,
    grown,
    last_size,
    record,
    rows,
    sign,
    without_guard,
)
from tests.support.world import EVENT_KEYS, LOG_NAME


def test_the_record_knows_the_keys_which_nobody_can_add_in_the_database(remembered: Connection, key: RememberingKey):
    next_key = RememberingKey(NEXT_KEY.private, memory=key.memory)
    take_up_key(remembered, next_key)
    assert [(known.public_key, known.until_size) for known in keys(remembered)] == [
        *((KEY.public, EVENTS), (NEXT_KEY.public, None))
    ]
    with pytest.raises(KeyRetired):
        sign(grown(remembered), key)
    remembered.execute("DELETE FROM proof.keys")
    with pytest.raises(KeyRetired):
        take_up_key(remembered, key)
    take_up_key(remembered, next_key)
    assert [known.until_size for known in keys(remembered)] == [EVENTS, None]


def test_keys_that_are_gone_are_told_and_not_taken_for_rolled_back(remembered: Connection, key: RememberingKey):
    remembered.execute("DELETE FROM proof.keys")
    named = findings(remembered, key)
    assert any("gone from the database" in text for text in named)
    assert not any("rolled-back" in text for text in named)
    assert keys(remembered) == []


def test_two_processes_sign_one_after_the_other(remembered: Connection, key: RememberingKey):
    append_rows(remembered, EVENT_KEYS, rows(EVENTS + 1, EVENTS + 60))

    def sign_apart(number: int) -> int:
        with psycopg.connect(remembered.info.dsn, autocommit=True) as own:
            made = sign(own, RememberingKey.beside(KEY.seed, key.memory.path), EVENTS + 10 * number)
            assert made is not None
            return int(made.size)

    with ThreadPoolExecutor(6) as pool:
        assert max(pool.map(sign_apart, range(1, 7))) == EVENTS + 60
    signed = record(key).signed
    assert signed is not None
    assert (signed.size, objection(remembered, record(key))) == (EVENTS + 60, None)


@pytest.mark.parametrize("content", ["", "{}", '{"version": 2}', "[]", "null", '{"version": 1, "log": "x"}'])
def test_a_damaged_memory_stops_the_signing(remembered: Connection, key: RememberingKey, content: str):
    key.memory.path.write_text(content)
    with pytest.raises(SigningRefused, match="put it back from a backup"):
        sign(grown(remembered), key)
    assert last_size(remembered) == EVENTS


def test_a_memory_that_cannot_be_written_stops_the_signing(remembered: Connection, key: RememberingKey, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SigningRefused, match="nothing is signed without it"):
        sign(grown(remembered), key)


@pytest.mark.parametrize(
    "change", ["reason = 'rotation'", "made_at = '2020-01-01'", "position = position - 1", "statement = NULL"]
)
def test_what_stands_beside_a_checkpoint_is_signed_too(remembered: Connection, key: RememberingKey, change: str):
    sign(grown(remembered), key)
    without_guard(remembered, f"UPDATE proof.checkpoints SET {change} WHERE size > {EVENTS}")
    expected = f"checkpoint of size {EVENTS + 5}: its position, reason and time"
    assert any(expected in text for text in findings(remembered, key))


def test_positions_of_the_tiles_are_compared_too(remembered: Connection, key: RememberingKey):
    without_guard(remembered, "UPDATE proof.tiles SET positions[3] = 4 WHERE level = 0 AND index = 2")
    assert findings(remembered, key) != []


def test_a_copy_with_another_root_of_a_signed_size_is_not_placed_in_an_impossible_range(
    remembered: Connection, key: RememberingKey
):
    foreign = KEY.sign(Checkpoint(LOG_NAME, EVENTS, b"x" * 32).text, LOG_NAME)
    with psycopg.connect(remembered.info.dsn, autocommit=True) as own:
        report = check_log(own, remembered, [KEY.public], [foreign])
    assert any(f"has another root at size {EVENTS}" in text for text in report.findings)
    assert not any("between leaf" in text for text in report.findings)
