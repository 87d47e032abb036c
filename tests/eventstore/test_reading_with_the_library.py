"""The library's application, notification log and projections read and follow a log of ours as it is."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from random import Random
from threading import Event
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import MapperDeserialisationError, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic, resolve_topic
from psycopg import sql
from psycopg.conninfo import make_conninfo

from application.registrations import RegistrationSubmit
from domain.animations.events import AnimationCreated, AnimationPublished
from domain.catalogue import ANIMATION
from domain.kernel.actors import PUBLIC, SYSTEM
from domain.kernel.events import registered_events
from domain.registrations.events import RegistrationMade
from domain.typology.typology import TermRenamed
from eventstore.bulk import append_rows
from eventstore.log import LAST_POSITION, read_after, read_stream
from eventstore.mapper import record_of
from eventstore.persistence import _Subscription
from eventstore.seals import is_sealed
from tests.support.conditions import started
from tests.support.network.outages import terminate_all
from tests.support.world import EVENT_KEYS

SAMPLES = Path(__file__).parents[1] / "history" / "samples"


@pytest.fixture
def lived(world):
    """A log with something of everything."""
    random = Random(7)
    for _ in range(60):
        world.acts_at_random(random)
    return world


def _domain_events(library):
    notifications = library.recorder.select_notifications(start=1, limit=1000)
    return [library.mapper.to_domain_event(notification) for notification in notifications]


def test_every_event_of_a_log_is_read_as_ours_with_its_stamp_and_its_personal_fields(lived, library):
    with lived.app.pool.connection() as conn:
        records = lived.app.vault.open(conn, read_after(conn, 0, 1000))
    assert [record_of(event) for event in _domain_events(library)] == records
    assert len({record.event.topic for record in records}) > 10


def test_sections_of_the_notification_log_are_those_of_the_log(lived, library):
    section = library.notification_log["1,10"]
    with lived.app.pool.connection() as conn:
        assert [item.id for item in section.items] == [record.position for record in read_after(conn, 0, 10)]
    assert section.next_id is not None


def test_a_stream_folds_into_the_state_that_commands_decide_on(lived, library):
    animation_id = lived.animations[0]
    with lived.app.pool.connection() as conn:
        records = lived.app.vault.open(conn, read_stream(conn, animation_id))
    state = ANIMATION.fold(None, animation_id, [record.event for record in records])
    assert ANIMATION.fold(None, animation_id, library.events.get(animation_id)) == state

    def project(before, events):
        return ANIMATION.fold(before, animation_id, events)

    assert library.repository.get(animation_id, projector_func=project) == state
    with pytest.raises(AggregateNotFoundError):
        library.repository.get(UUID(int=0), projector_func=lambda before, _: before)


def test_events_of_earlier_versions_come_at_the_latest(world, library):
    with psycopg.connect(library.env["DATABASE_URL"]) as conn:
        state = (SAMPLES / "typology.term_renamed.v1.json").read_bytes().rstrip(b"\n")
        append_rows(conn, EVENT_KEYS, [(UUID(int=3), 1, TermRenamed.topic, state)])
    (event,) = library.events.get(UUID(int=3))
    assert type(event) is TermRenamed


def test_personal_fields_stay_sealed_without_the_master_key(world, env):
    world.creates()
    del env["PARENTALITE_MASTER_KEY"]
    with Application[UUID](env) as without_key:
        (created,) = [record_of(event).event for event in without_key.events.get(world.animations[0])]
    assert isinstance(created, AnimationCreated)
    assert is_sealed(created.description)
    assert created.title.startswith("Café")


def test_another_master_key_is_told_from_a_destroyed_one(world, env):
    world.creates()
    env["PARENTALITE_MASTER_KEY"] = b64encode(bytes(32)).decode()
    with Application[UUID](env) as other, pytest.raises(MapperDeserialisationError, match="master key"):
        list(other.events.get(world.animations[0]))


def test_what_was_erased_is_read_no_more(world, library):
    animation_id = world.creates()
    world.publishes(animation_id)
    who = {"first_name": "Anne", "last_name": "Bernard", "email": "anne@example.org"}
    world.does(RegistrationSubmit(animation_id=animation_id, **who), PUBLIC)
    assert _registration(library).first_name == "Anne"
    world.app.erase_person("anne@example.org", SYSTEM, world.now)
    assert _registration(library).first_name is None


def _registration(library):
    (made,) = [event for event in _domain_events(library) if isinstance(event, RegistrationMade)]
    return made


def test_an_event_of_a_topic_unknown_here_names_it_and_its_position(world, library):
    with psycopg.connect(library.env["DATABASE_URL"]) as conn:
        position = append_rows(conn, EVENT_KEYS, [(UUID(int=3), 1, "horoscope.read", b"{}")])
    with pytest.raises(MapperDeserialisationError, match=rf"position {position} \(horoscope.read\)"):
        _domain_events(library)


class Programme(PostgresTrackingRecorder):
    """A view as users of the library write it: what it counts is kept in the transaction of its position."""

    def __init__(self, datastore, **kwargs):
        super().__init__(datastore, **kwargs)
        table = "CREATE TABLE IF NOT EXISTS programme (animation uuid PRIMARY KEY, title text, published_by text)"
        self.sql_create_statements.append(sql.SQL(table).format())

    def add(self, tracking, animation, title):
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO programme VALUES (%s, %s)", (animation, title))

    def publish(self, tracking, animation, actor):
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("UPDATE programme SET published_by = %s WHERE animation = %s", (actor, animation))

    def rows(self):
        with self.datastore.transaction() as cursor:
            rows = cursor.execute("SELECT animation, title, published_by FROM programme").fetchall()
        return {row["animation"]: (row["title"], row["published_by"]) for row in rows}


class Announcing(Projection[Programme]):
    topics = (get_topic(AnimationCreated), get_topic(AnimationPublished))

    @singledispatchmethod
    def process_event(self, domain_event, tracking: Tracking) -> None:
        raise AssertionError("a topic that was not asked for")

    @process_event.register
    def _created(self, domain_event: AnimationCreated, tracking: Tracking) -> None:
        self.view.add(tracking, record_of(domain_event).originator_id, domain_event.title)

    @process_event.register
    def _published(self, domain_event: AnimationPublished, tracking: Tracking) -> None:
        record = record_of(domain_event)
        self.view.publish(tracking, record.originator_id, record.stamp.actor)


def _following(env):
    return ProjectionRunner(application_class=Application, projection_class=Announcing, view_class=Programme, env=env)


def test_a_projection_of_the_library_follows_commands_and_goes_on_where_it_stopped(world, env):
    first = world.creates(title="Avant")
    with _following(env) as runner:
        published = world.publishes(first)
        runner.wait(published.position, timeout=10)
        assert runner.projection.view.rows() == {first: ("Avant", "national")}
    second = world.creates(title="Entre-temps")
    with _following(env) as runner:
        runner.wait(world.publishes(second).position, timeout=10)
        assert runner.projection.view.rows() == {first: ("Avant", "national"), second: ("Entre-temps", "national")}


def test_what_is_recorded_after_the_first_look_and_before_it_listens_is_told_too(world, library, monkeypatch):
    world.creates()
    may_listen, listen = Event(), _Subscription._listen
    monkeypatch.setattr(_Subscription, "_listen", lambda self: may_listen.wait(30) and listen(self))
    last = library.recorder.max_notification_id()
    with library.recorder.subscribe(gt=last - 1) as subscription:
        assert next(subscription).id == last
        # Its first look is over. Nobody is notified of this one.
        world.creates()
        may_listen.set()
        assert started(lambda: next(subscription)).result(30).id == last + 1


def test_topics_and_classes_lead_to_each_other_by_the_librarys_own_functions():
    for topic, event_class in registered_events().items():
        assert (get_topic(event_class), resolve_topic(topic)) == (topic, event_class)


def test_who_may_only_read_opens_and_follows_the_log(env, fresh_url):
    name = f"reader_{uuid4().hex}"
    role = sql.Identifier(name)
    with psycopg.connect(fresh_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE ROLE {}").format(role))
        conn.execute(sql.SQL("GRANT SELECT ON stored_events, person_keys TO {}").format(role))
        try:
            env["DATABASE_URL"] = make_conninfo(fresh_url, options=f"-c role={name}")
            with Application[UUID](env) as reading, reading.recorder.subscribe(gt=0) as subscription:
                assert next(subscription).id == 1
        finally:
            conn.execute(sql.SQL("DROP OWNED BY {}").format(role))
            conn.execute(sql.SQL("DROP ROLE {}").format(role))


def test_connections_that_the_server_has_closed_are_replaced(world, library, fresh_url):
    animation_id = world.creates()
    stored_events = library.recorder.select_events(animation_id)
    for use in (
        library.recorder.max_notification_id,
        lambda: library.mapper.to_domain_event(stored_events[0]),
        lambda: library.notification_log["1,10"],
    ):
        terminate_all(fresh_url, "parentalite-library")
        assert use()


def test_a_log_that_is_not_there_yet_is_made_and_one_that_is_stays_as_it_is(database_url):
    env = {"PERSISTENCE_MODULE": "eventstore.persistence", "DATABASE_URL": database_url}
    written = "SELECT xmin::text FROM pg_proc WHERE proname = 'es_insert_events_uuid'"
    seen = []
    for _ in range(2):
        with Application[UUID](env) as opened, psycopg.connect(database_url) as conn:
            assert opened.recorder.max_notification_id() is None
            assert read_after(conn, 0, 1, LAST_POSITION) == []
            seen.append(conn.execute(written).fetchone())
    assert seen[0] == seen[1]
