"""Whatever somebody inserts, copies, moves or removes who can write in the database and has no key is named."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from application.proof.authenticity.judging import EventJudge, defects
from domain.animations.events import AnimationPublished
from eventstore.authenticators import EventKeys
from eventstore.bulk import append_rows
from eventstore.records import encode
from tests.application.proof.authenticity.conftest import Database
from tests.eventstore.test_appending_with_the_library import STAMP
from tests.support.world import EVENT_KEYS

PAYMENT = {"paid_on": "2026-11-25", "reference": "FAUX", "amount": "99999.00"}
CERTIFICATION = {
    **{"animations": 1, "rate_per_animation": "150.00", "amount": "150.00", "planned_animations": 20},
    **{"already_certified": 0, "overrun_reason": None},
}


def findings(database: Database, keys: EventKeys = EVENT_KEYS, start: int = 0) -> list[str]:
    return [str(defect) for defect in defects(database, EventJudge(keys, start), 0, database.head(), 10)]


def test_what_the_system_recorded_has_no_defect(database):
    assert findings(database) == []


def _payment(db: Database) -> int:
    return db.inserts(db.stream_with("service_dossier.certified"), "service_dossier.paid", PAYMENT)


def _certification(db: Database) -> int:
    stream = db.stream_with("service_dossier.submitted", without="service_dossier.certified")
    return db.inserts(stream, "service_dossier.certified", CERTIFICATION)


def _versions_ahead(db: Database) -> int:
    stream = db.stream_with("service_dossier.certified")
    return db.inserts(stream, "service_dossier.paid", {"this": "is no payment"}, ahead=7)


def _copied_authenticator(db: Database) -> int:
    (copied,) = db.execute("SELECT authenticator FROM stored_events ORDER BY 1 LIMIT 1").fetchone() or (b"",)
    stream = db.stream_with("service_dossier.certified")
    return db.inserts(stream, "service_dossier.paid", PAYMENT, authenticator=copied)


def _no_authenticator_at_all(db: Database) -> int:
    stream = db.stream_with("service_dossier.certified")
    return db.inserts(stream, "service_dossier.paid", PAYMENT, authenticator=b"")


def _another_key(db: Database) -> int:
    return append_rows(db, EventKeys(b"x" * 32), [(uuid4(), 1, "animation.published", b"{}")])


def _from_another_stream(db: Database) -> int:
    """A certification is played again in the stream of the other dossier, authenticator and all."""
    (topic, state, authenticator) = db.execute(
        "SELECT topic, state, authenticator FROM stored_events WHERE topic = 'service_dossier.certified'"
    ).fetchone() or ("", b"", b"")
    stream = db.stream_with("service_dossier.submitted", without="service_dossier.certified")
    (version,) = db.execute(
        "SELECT max(originator_version) + 1 FROM stored_events WHERE originator_id = %s", (stream,)
    ).fetchone() or (0,)
    db.execute(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state, authenticator)"
        " VALUES (%s, %s, %s, %s, %s)",
        (stream, version, topic, state, authenticator),
    )
    return db.head()


def _twice_in_its_stream(db: Database) -> int:
    """The last event of a stream once more, as the version after it."""
    position = db.position_of("service_dossier.certified")
    db.execute(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state, authenticator) SELECT"
        " originator_id, originator_version + 1, topic, state, authenticator FROM stored_events"
        " WHERE notification_id = %s",
        (position,),
    )
    return db.head()


def _changed(db: Database) -> int:
    position = db.position_of("service_dossier.certified")
    db.execute(
        "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), '\"150.00\"', '\"9150.00\"'),"
        " 'UTF8') WHERE notification_id = %s",
        (position,),
    )
    return position


def _changed_by_a_space(db: Database) -> int:
    db.execute("UPDATE stored_events SET state = state || ' '::bytea WHERE notification_id = 30")
    return 30


def _authenticator_taken_away(db: Database) -> int:
    position = db.position_of("service_dossier.certified")
    db.execute("UPDATE stored_events SET authenticator = NULL WHERE notification_id = %s", (position,))
    return position


def _without_a_state(db: Database) -> int:
    db.execute("UPDATE stored_events SET state = NULL WHERE notification_id = 30")
    return 30


def _without_a_topic(db: Database) -> int:
    db.execute("UPDATE stored_events SET topic = NULL WHERE notification_id = 30")
    return 30


def _in_a_gap(db: Database) -> int:
    """Numbers that a transaction lost may lie between others."""
    db.execute("SELECT nextval('stored_events_notification_id_seq')")
    gap = db.head() + 1
    append_rows(db, EVENT_KEYS, [(uuid4(), 1, AnimationPublished.topic, encode(AnimationPublished(), STAMP))])
    stream = db.stream_with("service_dossier.certified")
    return db.inserts(stream, "service_dossier.paid", PAYMENT, notification_id=gap)


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (_payment, "carries no authenticator"),
        (_certification, "carries no authenticator"),
        (_versions_ahead, "carries no authenticator"),
        (_copied_authenticator, "does not fit"),
        (_no_authenticator_at_all, "does not fit"),
        (_another_key, "does not fit"),
        (_from_another_stream, "does not fit"),
        (_twice_in_its_stream, "does not fit"),
        (_changed, "does not fit"),
        (_changed_by_a_space, "does not fit"),
        (_authenticator_taken_away, "carries no authenticator"),
        (_without_a_state, "it has no state"),
        (_without_a_topic, "it has no topic"),
        (_in_a_gap, "carries no authenticator"),
    ],
)
def test_an_attempt_is_named_at_its_position(database: Database, attempt: Callable[[Database], int], reason: str):
    position = attempt(database)
    first, *_ = findings(database)
    assert first.startswith(f"position {position}: ")
    assert reason in first


@pytest.mark.parametrize("position", [0, -1, -(2**63)])
def test_what_stands_where_nobody_reads_is_named(database, position):
    stream = database.stream_with("convention.signed")
    database.inserts(stream, "convention.amended", {"rate_per_animation": "9999.00"}, notification_id=position)
    (finding,) = findings(database)
    assert finding.startswith(f"position {position}: version 3 of {stream} stands where nobody reads")


def test_an_event_without_a_position_is_named(database):
    database.execute("ALTER TABLE stored_events ALTER notification_id DROP NOT NULL")
    database.execute("UPDATE stored_events SET notification_id = NULL WHERE notification_id = 30")
    assert findings(database)[0].startswith("an event without a position: ")


def test_a_removed_version_is_named_by_the_one_after_it(database):
    """Also if it stood at position 0 for a while, and decisions rest on it."""
    stream = database.stream_with("service_dossier.certified")
    database.execute("DELETE FROM stored_events WHERE originator_id = %s AND originator_version = 2", (stream,))
    (finding,) = findings(database)
    assert finding.endswith(f"it is version 3 of {stream}, and version 2 is missing")


def test_events_that_changed_places_are_named(database):
    stream = database.stream_with("service_dossier.certified")
    database.execute("DROP INDEX stored_events_notification_id_idx")
    database.execute(
        "UPDATE stored_events SET notification_id = (SELECT sum(notification_id) FROM stored_events WHERE"
        " originator_id = %(stream)s AND originator_version IN (1, 2)) - notification_id"
        " WHERE originator_id = %(stream)s AND originator_version IN (1, 2)",
        {"stream": stream},
    )
    assert f"it is version 2 of {stream}, and version 1 comes after it" in findings(database)[0]


def test_a_state_that_no_schema_reads_is_named_though_the_key_made_its_authenticator(database):
    position = append_rows(database, EVENT_KEYS, [(UUID(int=5), 1, "service_dossier.paid", b'{"this": "is none"}')])
    (finding,) = findings(database)
    assert finding.startswith(f"position {position}: ")
    assert "cannot be read" in finding


def test_a_version_0_is_named(database):
    state = encode(AnimationPublished(), STAMP)
    append_rows(database, EVENT_KEYS, [(UUID(int=5), 0, AnimationPublished.topic, state)])
    assert "versions begin at 1" in findings(database)[0]


def test_events_of_before_need_no_authenticator_and_all_else(database):
    database.execute("UPDATE stored_events SET authenticator = NULL")
    last = database.head()
    assert findings(database, start=last) == []
    assert findings(database, start=last - 1)[0].startswith(f"position {last}: ")
    database.execute("DELETE FROM stored_events WHERE originator_version = 2")
    assert "is missing" in findings(database, start=last)[0]


def test_what_follows_events_of_before_is_authentic(database):
    database.execute("UPDATE stored_events SET authenticator = NULL")
    last, stream = database.head(), database.stream_with("animation.created")
    (version,) = database.execute(
        "SELECT max(originator_version) FROM stored_events WHERE originator_id = %s", (stream,)
    ).fetchone() or (0,)
    state = encode(AnimationPublished(), STAMP)
    append_rows(database, EVENT_KEYS, [(stream, version + 1, AnimationPublished.topic, state)])
    assert findings(database, start=last) == []


def test_an_earlier_key_is_believed_up_to_its_end_and_no_further(database):
    last = database.head()
    new = EventKeys(b"n" * 32, ((last, EVENT_KEYS.current),))
    state = encode(AnimationPublished(), STAMP)
    append_rows(database, new, [(UUID(int=5), 1, AnimationPublished.topic, state)])
    assert findings(database, new) == []
    position = append_rows(database, EVENT_KEYS, [(UUID(int=6), 1, AnimationPublished.topic, state)])
    assert [finding.partition(":")[0] for finding in findings(database, new)] == [f"position {position}"]


def test_an_authenticator_that_is_copied_from_another_event_does_not_fit(database):
    forged, honest = (database.position_of(topic) for topic in ("service_dossier.submitted", "animation.attested"))
    database.execute(
        "UPDATE stored_events SET authenticator = (SELECT authenticator FROM stored_events WHERE notification_id = %s)"
        " WHERE notification_id = %s",
        (honest, forged),
    )
    # The next event of the stream is made over the authenticator that was there.
    first, *others = findings(database)
    assert first.startswith(f"position {forged}: ")
    assert "carries an authenticator that does not fit" in first
    assert len(others) <= 1
