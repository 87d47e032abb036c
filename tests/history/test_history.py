"""Whatever was ever written can still be read, byte for byte, and later versions are reached by upcasters."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from domain.kernel.events import Event, registered_events
from eventstore.records import UnreadableEvent, decode, encode, upcast
from tests.support.samples import SAMPLES

TOPICS = sorted(registered_events())


def test_there_is_a_sample_of_every_version_of_every_event_and_no_other() -> None:
    expected = {
        f"{topic}.v{version}"
        for topic in TOPICS
        for version in range(1, registered_events()[topic].schema_version() + 1)
    }
    assert set(SAMPLES) == expected


@pytest.mark.parametrize("topic", TOPICS)
def test_samples_are_read_as_the_current_version_of_their_event_which_is_written_as_its_sample_stands(
    topic: str,
) -> None:
    event_class, wrong = registered_events()[topic], []
    for name in sorted(name for name in SAMPLES if name.rpartition(".v")[0] == topic):
        try:
            record = decode(7, UUID(int=1), 2, topic, SAMPLES[name])
        except UnreadableEvent as error:
            wrong.append(f"{name} is not read: {error}")
            continue
        if type(record.event) is not event_class:
            wrong.append(f"{name} is read as {type(record.event).__name__}")
        if name == f"{topic}.v{event_class.schema_version()}" and encode(record.event, record.stamp) != SAMPLES[name]:
            wrong.append(f"{name} is written as {encode(record.event, record.stamp)!r}")
    assert not wrong, "\n".join(wrong)


IN_OFFICE = (Path(__file__).parent / "stamps" / "animation.published.in-office.json").read_bytes().rstrip(b"\n")


def test_a_stamp_of_who_acts_in_office_has_one_form_and_without_person_and_token_that_of_before() -> None:
    record = decode(7, UUID(int=1), 2, "animation.published", IN_OFFICE)
    assert (record.stamp.person, record.stamp.token) == ("q83vEjRWeJCrze8SNFZ4kA", "AAECAwQFBgcICQoLDA0ODw")
    assert encode(record.event, record.stamp) == IN_OFFICE
    nobody = record.stamp.model_copy(update={"person": None, "token": None})
    before = IN_OFFICE.replace(b',"person":"q83vEjRWeJCrze8SNFZ4kA","token":"AAECAwQFBgcICQoLDA0ODw"', b"")
    assert encode(record.event, nobody) == before


@pytest.mark.parametrize(
    "person", ["jean", "q83vEjRWeJCrze8SNFZ4kB", "q83vEjRWeJCrze8SNFZ4kA=", "q83vEjRWeJCrze8SNFZ4k\\n"]
)
def test_a_person_is_a_digest_in_its_one_spelling(person: str) -> None:
    with pytest.raises(UnreadableEvent):
        decode(7, UUID(int=1), 2, "animation.published", IN_OFFICE.replace(b"q83vEjRWeJCrze8SNFZ4kA", person.encode()))


def _seats_were_places(data: dict) -> dict:
    return {**{name: value for name, value in data.items() if name != "places"}, "seats": data["places"]}


def _seats_may_be_reserved(data: dict) -> dict:
    return {**data, "reserved": 0}


class Counted(Event):
    topic = "test.counted"
    upcasters = (_seats_were_places, _seats_may_be_reserved)

    seats: int
    reserved: int


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the length of a test there is one more kind of event, in its third version."""
    monkeypatch.setitem(registered_events(), Counted.topic, Counted)


STAMP = (
    b'"stamp":{"recorded_at":"2026-11-23T09:30:15Z","actor":"x","role":"system",'
    b'"command_id":"3f0c9a52-0d0e-4d6e-9a5e-5f1f5f3f0a01","cause":"command:test"}'
)


@pytest.mark.parametrize(
    ("version", "data"), [(1, b'{"places":4}'), (2, b'{"seats":4}'), (3, b'{"seats":4,"reserved":0}')]
)
def test_each_earlier_version_is_brought_up_step_by_step(counted, version: int, data: bytes) -> None:
    state = b'{"schema_version":%d,%b,"data":%b}' % (version, STAMP, data)
    assert decode(1, UUID(int=1), 1, "test.counted", state).event == Counted(seats=4, reserved=0)


def test_an_event_written_by_newer_code_is_refused_and_its_position_named(counted) -> None:
    state = b'{"schema_version":4,%b,"data":{"seats":4,"reserved":0}}' % STAMP
    with pytest.raises(UnreadableEvent, match="position 9"):
        decode(9, UUID(int=1), 1, "test.counted", state)


def test_upcasting_leaves_the_stored_state_as_it_is() -> None:
    state = {"schema_version": 1, "data": {"places": 4}}
    upcast(Counted, state)
    assert state == {"schema_version": 1, "data": {"places": 4}}


def test_an_unknown_topic_is_refused_and_its_position_named() -> None:
    with pytest.raises(UnreadableEvent, match="position 9"):
        decode(9, UUID(int=1), 1, "animation.teleported", b"{}")
