"""Every way of appending gives each event an authenticator that only a holder of the key can make."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import Application

from application.application import open_application
from domain.animations.events import AnimationPublished
from eventstore.authenticators import KEY_BYTES, EventKeys, authenticator, is_authentic, read_event_keys
from eventstore.bulk import VersionMissing, append_rows
from eventstore.mapper import AppendRefused, place
from eventstore.recording.batches import Decided, Outcome, Outdated
from tests.eventstore.test_appending_with_the_library import STAMP
from tests.support.world import EVENT_KEYS, MASTER_KEY

STREAM = UUID(int=1)
ROW = (STREAM, 2, "animation.published", b"{}")
ROWS = "SELECT originator_id, originator_version, topic, state, authenticator FROM stored_events ORDER BY 1, 2"


def _all_authentic(app) -> int:
    """Count the events, each of which is authentic."""
    with app.pool.connection() as conn:
        rows = conn.execute(ROWS).fetchall()
    before: dict[UUID, bytes | None] = {}
    for stream, version, topic, state, stored in rows:
        assert is_authentic(EVENT_KEYS.current, (stream, version, topic, state), before.get(stream), stored)
        before[stream] = stored
    return len(rows)


def test_what_commands_record_is_authentic(app, world):
    before = _all_authentic(app)
    world.publishes(world.creates())
    assert _all_authentic(app) == before + 2


def _published(stream: UUID, *versions: int) -> Decided:
    events = [(stream, version, "animation.published", b"{}") for version in versions]
    return Decided(stream, events, {stream: versions[0] - 1})


def test_events_of_one_decision_are_chained_and_the_next_goes_on_from_them(app):
    before = _all_authentic(app)
    app.recorder.record([_published(STREAM, 1, 2), _published(uuid4(), 1)])
    app.recorder.record([_published(STREAM, 3)])
    assert _all_authentic(app) == before + 4


def test_a_process_that_wrote_nothing_of_a_stream_goes_on_from_what_another_wrote(app):
    app.recorder.record([_published(STREAM, 1, 2)])
    with open_application(app.pool.conninfo, MASTER_KEY, EVENT_KEYS) as other:
        other.recorder.record([_published(STREAM, 3)])
    app.recorder.record([_published(STREAM, 4)])
    _all_authentic(app)


def test_a_decision_that_reads_what_another_of_its_batch_writes_decides_again(app):
    before = _all_authentic(app)
    verdicts = app.recorder.record([_published(STREAM, 1), _published(STREAM, 2), _published(STREAM, 1)])
    assert [type(verdict) for verdict in verdicts] == [Outcome, Outdated, Outdated]
    assert verdicts[1].streams == [STREAM]
    assert _all_authentic(app) == before + 1


def test_what_is_loaded_in_bulk_is_authentic_and_goes_on_from_what_is_there(app, world):
    animation_id = world.creates()
    before = _all_authentic(app)
    with app.pool.connection() as conn:
        append_rows(conn, EVENT_KEYS, [(animation_id, version, "animation.published", b"{}") for version in (2, 3)])
        append_rows(conn, EVENT_KEYS, [(animation_id, 4, "animation.ended", b"{}"), (uuid4(), 1, "any", b"{}")])
    assert _all_authentic(app) == before + 4


def test_what_is_loaded_in_bulk_leaves_no_version_out(app, world):
    animation_id = world.creates()
    with app.pool.connection() as conn:
        for versions in ((3,), (2, 4)):
            with pytest.raises(VersionMissing):
                append_rows(conn, EVENT_KEYS, [(animation_id, version, "any", b"{}") for version in versions])


def test_what_the_library_saves_is_authentic(app, world, library):
    animation_id = world.creates()
    before = _all_authentic(app)
    library.save(place(AnimationPublished(), animation_id, 2, STAMP))
    assert _all_authentic(app) == before + 1


def test_without_the_key_the_library_reads_and_appends_nothing(app, world, env):
    animation_id = world.creates()
    del env["PARENTALITE_EVENT_KEY"]
    env.pop("PARENTALITE_MASTER_KEY", None)
    with Application[UUID](env) as reader:
        assert len(list(reader.events.get(animation_id))) == 1
        with pytest.raises(AppendRefused, match="PARENTALITE_EVENT_KEY"):
            reader.save(place(AnimationPublished(), animation_id, 2, STAMP))


@pytest.mark.parametrize(
    "changed",
    [
        (UUID(int=2), 2, "animation.published", b"{}"),
        (STREAM, 3, "animation.published", b"{}"),
        (STREAM, 2, "animation.refused", b"{}"),
        (STREAM, 2, "animation.published", b"{ }"),
        # The same bytes in a row, cut elsewhere.
        (STREAM, 2, "animation.publishe", b"d{}"),
    ],
    ids=["stream", "version", "topic", "state", "bytes moved from topic to state"],
)
def test_an_authenticator_is_that_of_one_event_alone(changed):
    own = authenticator(b"k" * 32, *ROW, b"p" * 32)
    assert is_authentic(b"k" * 32, ROW, b"p" * 32, own)
    assert not is_authentic(b"k" * 32, changed, b"p" * 32, own)


@pytest.mark.parametrize("predecessor", [None, b"q" * 32])
def test_an_authenticator_holds_its_place_after_the_predecessor(predecessor):
    assert not is_authentic(b"k" * 32, ROW, predecessor, authenticator(b"k" * 32, *ROW, b"p" * 32))


def test_another_key_makes_no_authenticator():
    assert not is_authentic(b"k" * 32, ROW, None, authenticator(b"l" * 32, *ROW, None))
    assert not is_authentic(b"k" * 32, ROW, None, None)


def test_each_key_authenticates_up_to_its_last_position():
    keys = EventKeys(b"c" * 32, ((10, b"a" * 32), (20, b"b" * 32)))
    assert [keys.at(position)[:1] for position in (1, 10, 11, 20, 21)] == [b"a", b"a", b"b", b"b", b"c"]


def test_keys_are_read_with_the_last_position_of_each_earlier_one():
    first, second = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=", "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI="
    assert read_event_keys(f"{second}\n{first}@7\n") == EventKeys(b"b" * 32, ((7, b"a" * 32),))
    assert b"b" * 32 not in repr(read_event_keys(second)).encode()


def test_the_column_is_added_to_a_log_that_has_none(database_url):
    with open_application(database_url, MASTER_KEY, EVENT_KEYS), psycopg.connect(database_url) as conn:
        conn.execute("ALTER TABLE stored_events DROP COLUMN authenticator")
    with open_application(database_url, MASTER_KEY, EVENT_KEYS) as app, app.pool.connection() as conn:
        append_rows(conn, EVENT_KEYS, [(STREAM, 1, "animation.published", b"{}")])
        assert _all_authentic(app) == 1


def test_without_a_key_of_its_own_it_follows_from_the_master_key_and_is_another_one():
    derived = EventKeys.derived(MASTER_KEY)
    assert derived == EventKeys.derived(MASTER_KEY)
    assert len(derived.current) == KEY_BYTES
    assert derived.current not in (MASTER_KEY, EventKeys.derived(b"m" * 32).current)
    assert read_event_keys(derived.encoded) == derived
