"""Loading by COPY: in the order given, under the commands' lock, and no reader passes over anything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event as Signal
from uuid import UUID, uuid4

import psycopg
import pytest

from application.application import open_application
from application.typology import TerritoryJoin
from domain.animations.events import AnimationPublished
from domain.kernel.actors import SYSTEM, Role
from domain.kernel.departments import DEPARTMENTS
from eventstore.bulk import append_in_bulk, append_rows
from eventstore.log import head, read_after, read_stream
from eventstore.recorder import EVENTS_CHANNEL
from eventstore.records import Stamp, encode
from tests.support.world import EVENT_KEYS

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.fixture
def app(database_url):
    with open_application(database_url, b"k" * 32, EVENT_KEYS) as opened:
        yield opened


@pytest.fixture
def conn(app, database_url):
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


def _row(stream: UUID, version: int = 1) -> tuple[UUID, int, str, bytes]:
    stamp = Stamp(recorded_at=NOW, actor="loader", role=Role.SYSTEM, command_id=uuid4(), cause="command:test")
    return stream, version, AnimationPublished.topic, encode(AnimationPublished(), stamp)


def test_rows_get_positions_in_the_order_given(conn):
    streams = [uuid4() for _ in range(50)]
    last = append_rows(conn, EVENT_KEYS, [_row(stream) for stream in streams])
    records = read_after(conn, 0, 100)
    assert [record.originator_id for record in records] == streams
    assert [record.position for record in records] == list(range(records[0].position, last + 1))


def test_a_group_is_never_divided_between_transactions(conn):
    groups = [[_row(uuid4()) for _ in range(3)] for _ in range(5)]
    assert [step.events for step in append_in_bulk(conn, EVENT_KEYS, groups, per_transaction=4)] == [6, 12, 15]


def test_the_head_reached_is_told_after_each_transaction(conn):
    for step in append_in_bulk(conn, EVENT_KEYS, ([_row(uuid4())] for _ in range(7)), per_transaction=3):
        assert step.position == head(conn)


def test_a_version_that_the_stream_has_already_is_refused_and_nothing_is_appended(conn):
    stream = uuid4()
    append_rows(conn, EVENT_KEYS, [_row(stream)])
    with pytest.raises(psycopg.errors.UniqueViolation):
        append_rows(conn, EVENT_KEYS, [_row(uuid4()), _row(stream)])
    assert len(read_after(conn, 0, 10)) == 1


def test_each_transaction_notifies_once(conn, database_url):
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute(f"LISTEN {EVENTS_CHANNEL}")
        list(append_in_bulk(conn, EVENT_KEYS, ([_row(uuid4())] for _ in range(6)), per_transaction=3))
        assert len(list(listener.notifies(timeout=5, stop_after=2))) == 2
        assert not list(listener.notifies(timeout=0))


def test_rows_wait_for_a_command_that_is_being_recorded(conn, database_url):
    with ThreadPoolExecutor(1) as thread, psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        loading = thread.submit(append_rows, conn, EVENT_KEYS, [_row(uuid4())])
        other.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (%s, %s, %s, %s)",
            _row(first := uuid4()),
        )
        assert not loading.done()
        other.commit()
        assert loading.result(10) == head(conn)
    assert read_after(conn, 0, 10)[0].originator_id == first


def test_a_tailing_reader_passes_over_nothing_while_commands_and_loads_write_together(app, database_url):
    done = Signal()

    def command(number: int) -> None:
        for code in sorted(DEPARTMENTS)[15 * number : 15 + 15 * number]:
            app.execute(TerritoryJoin(code=code, name=DEPARTMENTS[code], time_zone="Europe/Paris"), SYSTEM, NOW)

    def load(_: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            list(append_in_bulk(own, EVENT_KEYS, ([_row(uuid4())] for _ in range(200)), per_transaction=20))

    def tail() -> list[int]:
        seen: list[int] = []
        with psycopg.connect(database_url, autocommit=True) as own:
            while True:
                finished = done.is_set()
                records = read_after(own, seen[-1] if seen else 0, 100)
                seen += [record.position for record in records]
                if finished and not records:
                    return seen

    with ThreadPoolExecutor(9) as threads:
        reader = threads.submit(tail)
        writers = [threads.submit(work, number) for number in range(4) for work in (command, load)]
        try:
            for writer in writers:
                writer.result(60)
        finally:
            done.set()
        seen = reader.result(60)
    with app.pool.connection() as own:
        everything = [record.position for record in read_after(own, 0, 10_000)]
    assert seen == everything
    assert len(seen) == 4 * 15 + 4 * 200


def test_what_was_loaded_is_read_back_as_a_stream(conn):
    stream = uuid4()
    append_rows(conn, EVENT_KEYS, [_row(stream, version) for version in (1, 2, 3)])
    assert [record.originator_version for record in read_stream(conn, stream)] == [1, 2, 3]
