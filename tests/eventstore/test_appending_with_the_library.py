"""What the library appends to a log of ours has its stamp and follows its stream, or is refused and leaves nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import InfrastructureFactoryError, IntegrityError, StoredEvent, Tracking
from eventsourcing.projection import EventSourcedProjection, EventSourcedProjectionRunner
from eventsourcing.utils import Environment

from application.animations.commands import AnimationPublish
from application.candidatures import CandidatureSubmit
from domain.animations.events import AnimationAttested, AnimationEnded, AnimationPublished, AnimationRefused
from domain.candidatures.events import CandidatureSubmitted, CandidatureWithdrawn, Degree
from domain.kernel.actors import PUBLIC, SYSTEM, Role
from domain.kernel.errors import DomainError
from eventstore.log import head, read_stream
from eventstore.mapper import AppendRefused, place, record_of
from eventstore.persistence import Factory
from eventstore.records import Stamp, encode
from eventstore.seals import is_sealed
from tests.support.world import FOUNDED_AT, NATIONAL, UAI

STAMP = Stamp(
    recorded_at=FOUNDED_AT, actor="reprise", role=Role.NATIONAL, command_id=UUID(int=5), cause="command:import"
)


@pytest.fixture
def animation_id(world):
    """A stream at version 1."""
    return world.creates()


@pytest.fixture
def nothing_is_appended(app):
    with app.pool.connection() as conn:
        before = head(conn)
        yield
        assert head(conn) == before


def test_what_is_saved_has_its_stamp_and_the_bytes_that_commands_record(app, library, animation_id):
    (recording,) = library.save(place(AnimationPublished(), animation_id, 2, STAMP))
    assert recording.notification.state == encode(AnimationPublished(), STAMP)
    with app.pool.connection() as conn:
        record = read_stream(conn, animation_id)[-1]
    assert (record.position, record.originator_version) == (recording.notification.id, 2)
    assert (record.stamp, record.event) == (STAMP, AnimationPublished())


def test_personal_fields_are_sealed_before_they_reach_the_log(app, library, animation_id):
    refused = AnimationRefused(reason="à préciser")
    library.save(place(refused, animation_id, 2, STAMP))
    with app.pool.connection() as conn:
        recorded = read_stream(conn, animation_id)[-1].event
    assert isinstance(recorded, AnimationRefused)
    assert is_sealed(recorded.reason)
    assert [record_of(event).event for event in library.events.get(animation_id, gt=1)] == [refused]


def test_commands_decide_on_what_was_appended(world, library, animation_id):
    library.save(place(AnimationPublished(), animation_id, 2, STAMP))
    with pytest.raises(DomainError):
        world.does(AnimationPublish(animation_id=animation_id), NATIONAL)


@pytest.mark.parametrize("version", [1, 3])
def test_a_version_that_does_not_follow_is_refused(library, animation_id, version, nothing_is_appended):
    with pytest.raises(IntegrityError, match=f"version {version} does not follow 1"):
        library.save(place(AnimationPublished(), animation_id, version, STAMP))


def test_of_several_that_append_the_same_version_at_once_one_succeeds(library, animation_id):
    def append(_):
        try:
            return library.save(place(AnimationPublished(), animation_id, 2, STAMP))
        except IntegrityError:
            return None

    with ThreadPoolExecutor(5) as threads:
        assert len([saved for saved in threads.map(append, range(5)) if saved]) == 1


def test_appending_waits_for_whoever_is_recording(library, app, animation_id):
    with ThreadPoolExecutor(1) as thread, app.pool.connection() as conn:
        with conn.transaction():
            conn.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
            saving = thread.submit(library.save, place(AnimationPublished(), animation_id, 2, STAMP))
            with pytest.raises(TimeoutError):
                saving.result(timeout=0.5)
        (recording,) = saving.result(timeout=10)
        assert recording.notification.id == head(conn)


def test_an_event_without_a_stamp_is_refused(library, animation_id, nothing_is_appended):
    bare = AnimationPublished()
    vars(bare).update(originator_id=animation_id, originator_version=2)
    with pytest.raises(AppendRefused, match=r"animation.published has no stamp"):
        library.save(bare)


def test_an_event_of_no_topic_of_ours_is_refused(library, nothing_is_appended):
    with pytest.raises(AppendRefused, match=r"Aggregate.Created is no event of this log"):
        library.save(Aggregate())


def test_versions_begin_at_1(library, animation_id, nothing_is_appended):
    with pytest.raises(AppendRefused, match="begin at 1"):
        library.save(place(AnimationPublished(), UUID(int=9), 0, STAMP))


@pytest.mark.parametrize("text", ["nul\0", "half \ud83d"])
def test_text_that_no_table_can_keep_is_refused(library, animation_id, text, nothing_is_appended):
    attested = AnimationAttested(parents=1, children=1, form_version=1, answers=()).model_copy(
        update={"answers": (text,)}
    )
    with pytest.raises(AppendRefused, match=r"animation.attested holds"):
        library.save(place(attested, animation_id, 2, STAMP))


def test_nothing_personal_is_appended_without_the_master_key(env, animation_id, nothing_is_appended):
    del env["PARENTALITE_MASTER_KEY"]
    with Application[UUID](env) as without_key, pytest.raises(AppendRefused, match="without the master key"):
        without_key.save(place(AnimationRefused(reason="à préciser"), animation_id, 2, STAMP))


def test_nothing_personal_is_appended_about_who_was_erased(world, library):
    who = {"first_name": "Anne", "last_name": "Bernard", "email": "anne@example.org", "motivation": "Aider."}
    where = {"territory": "971", "school_uai": UAI, "degree": Degree.SECOND}
    candidature_id = world.does(CandidatureSubmit(**where, **who), PUBLIC).subject_id
    submitted = record_of(next(library.events.get(candidature_id))).event
    assert isinstance(submitted, CandidatureSubmitted)
    world.app.erase_person(str(candidature_id), SYSTEM, world.now)
    last = [event.originator_version for event in library.events.get(candidature_id)][-1]
    withdrawn = CandidatureWithdrawn(person_id=submitted.person_id, reason="déménagement")
    with pytest.raises(AppendRefused, match="erased"):
        library.save(place(withdrawn, candidature_id, last + 1, STAMP))


class Ending(EventSourcedProjection[UUID]):
    """A process of the library: what it appends and how far it has come are one transaction."""

    topics = (AnimationPublished.topic,)

    def policy(self, domain_event, processing_event):
        record = record_of(domain_event)
        cause = f"event:{record.event.topic}:{record.originator_id}:{record.originator_version}"
        stamp = STAMP.model_copy(update={"cause": cause})
        processing_event.collect_events(
            place(AnimationEnded(), record.originator_id, record.originator_version + 1, stamp)
        )


def test_a_process_of_the_library_appends_once_for_each_event(world, env, library, animation_id):
    position = world.publishes(animation_id).position
    for _ in range(2):
        with EventSourcedProjectionRunner(application_class=Application, projection_class=Ending, env=env) as runner:
            runner.wait(position, timeout=10)
    events = [record_of(event) for event in library.events.get(animation_id)]
    assert [record.event.topic.split(".")[1] for record in events] == ["created", "published", "ended"]
    assert events[2].stamp.cause == f"event:animation.published:{animation_id}:2"


class Counting(EventSourcedProjection[UUID]):
    """A process of the library that keeps a log of its own."""

    topics = (AnimationPublished.topic,)

    def policy(self, domain_event, processing_event):
        processing_event.collect_events(Aggregate())


def test_a_process_of_the_library_may_keep_its_log_elsewhere(world, env, animation_id):
    env["COUNTING_PERSISTENCE_MODULE"] = "eventsourcing.popo"
    position = world.publishes(animation_id).position
    with EventSourcedProjectionRunner(application_class=Application, projection_class=Counting, env=env) as runner:
        runner.wait(position, timeout=10)
        assert runner.projection.recorder.max_notification_id() == 1
        assert runner.app.recorder.max_notification_id() == position


def test_what_a_process_cannot_append_it_has_not_processed(env, animation_id, nothing_is_appended):
    with Factory(Environment("Ending", env)) as factory:
        recorder = factory.process_recorder()
        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent(animation_id, 3, "any", b"{}")], tracking=Tracking("Application", 7))
        assert recorder.max_tracking_id("Application") is None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("DATABASE_URL", "", "names no database"),
        ("PARENTALITE_MASTER_KEY", "short", "base64 of exactly 32 bytes"),
        ("PARENTALITE_MASTER_KEY", "c2hvcnQ=", "base64 of exactly 32 bytes"),
        ("COMPRESSOR_TOPIC", "zlib", "in one way alone"),
        ("CIPHER_KEY", "a key", "in one way alone"),
        ("TRANSCODER_TOPIC", "json", "in one way alone"),
        ("APPLICATION_RECORDER_TOPIC", "eventsourcing.postgres:PostgresApplicationRecorder", "in one way alone"),
        ("IS_SNAPSHOTTING_ENABLED", "yes", "keeps no snapshots"),
    ],
)
def test_settings_that_this_log_cannot_follow_are_refused_by_name(env, name, value, why):
    with pytest.raises(InfrastructureFactoryError, match=f"^{name}: .*{why}"):
        Application[UUID]({**env, name: value})
