"""The notary: signs by the clock, at once when somebody certifies, and never twice."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from uuid import UUID

import pytest

from application.followers.notary import look, notarising, utc_now, watch
from application.proof.checkpoints import CERTIFICATION, INTERVAL, ON_REQUEST, all_checkpoints
from application.proof.signing import make_checkpoint, take_up_key
from application.proof.tiles import tree_size
from eventstore.bulk import append_rows
from eventstore.locks import Lock, acquire
from tests.application.proof.conftest import KEY, NEXT_KEY, NOW, rows
from tests.support.conditions import until
from tests.support.world import EVENT_KEYS


def has_size(conn, size):
    return tree_size(conn)[0] == size


def kept(conn):
    return [(checkpoint.size, checkpoint.reason) for checkpoint in all_checkpoints(conn)]


def test_it_signs_what_is_there_then_at_once_what_is_certified(empty):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    with notarising(empty.info.dsn, KEY, 3_600):
        until(lambda: kept(empty) == [(5, INTERVAL)])
        append_rows(empty, EVENT_KEYS, rows(6, 8))
        until(lambda: tree_size(empty) == (8, 8))
        assert kept(empty) == [(5, INTERVAL)]
        append_rows(empty, EVENT_KEYS, [(UUID(int=99), 1, "service_dossier.certified", b"{}")])
        until(lambda: kept(empty) == [(5, INTERVAL), (9, CERTIFICATION)])


def test_what_was_certified_while_nobody_watched_is_signed_at_the_start(empty):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    make_checkpoint(empty, KEY, 5, ON_REQUEST, NOW)
    append_rows(empty, EVENT_KEYS, [(UUID(int=99), 1, "service_dossier.certified", b"{}")])
    with notarising(empty.info.dsn, KEY, 3_600):
        until(lambda: kept(empty) == [(5, ON_REQUEST), (6, CERTIFICATION)])


def test_of_two_notaries_one_stands_by_and_a_lost_connection_is_waited_out(empty):
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(notarising(empty.info.dsn, KEY, 3_600))
        for size in (200, 400, 600):
            append_rows(empty, EVENT_KEYS, rows(size - 199, size))
            until(partial(has_size, empty, size))
            empty.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'parentalite-notary' AND datname = current_database()"
            )
    assert [reason for _, reason in kept(empty)] == [INTERVAL]


def test_a_notary_whose_key_was_replaced_stops_and_says_so(empty, caplog: pytest.LogCaptureFixture):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    make_checkpoint(empty, KEY, 5, ON_REQUEST, NOW)
    take_up_key(empty, NEXT_KEY)
    append_rows(empty, EVENT_KEYS, rows(6, 9))
    with caplog.at_level(logging.ERROR), notarising(empty.info.dsn, KEY, 1):
        until(lambda: "notary stopped" in caplog.text)
    assert kept(empty) == [(5, ON_REQUEST)]


class CountedPauses(Event):
    """Counts how often it is waited for."""

    def __init__(self):
        super().__init__()
        self.pauses = 0

    def wait(self, timeout=None):
        self.pauses += 1
        return super().wait(timeout)


def test_a_hundred_commits_at_once_cost_one_pause_and_not_a_hundred(empty):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    stop = CountedPauses()
    watching = Thread(target=watch, args=(empty.info.dsn, KEY, 3_600, stop), daemon=True)
    watching.start()
    try:
        until(lambda: kept(empty) == [(5, INTERVAL)])
        empty.execute("SELECT pg_notify('stored_events', n::text) FROM generate_series(1, 100) AS n")
        append_rows(empty, EVENT_KEYS, [(UUID(int=99), 1, "service_dossier.certified", b"{}")])
        until(lambda: kept(empty) == [(5, INTERVAL), (6, CERTIFICATION)])
        assert stop.pauses < 10
    finally:
        stop.set()
        empty.execute("NOTIFY stored_events")
        watching.join(timeout=20)


def test_a_rebuild_that_goes_on_keeps_nothing_from_being_signed(empty):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    acquire(empty, Lock.REBUILD)
    with notarising(empty.info.dsn, KEY, 3_600):
        until(lambda: kept(empty) == [(5, INTERVAL)])


def test_a_clock_that_was_ahead_once_silences_no_checkpoint(empty):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    ahead = utc_now() + timedelta(days=365)
    look(empty, KEY, 600, ahead)
    append_rows(empty, EVENT_KEYS, rows(6, 9))
    look(empty, KEY, 600, ahead - timedelta(hours=1))
    assert kept(empty) == [(5, INTERVAL), (9, INTERVAL)]
    append_rows(empty, EVENT_KEYS, rows(10, 12))
    look(empty, KEY, 600, ahead - timedelta(minutes=59))
    assert kept(empty) == [(5, INTERVAL), (9, INTERVAL)]
