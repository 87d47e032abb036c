"""Two programs that read the same bytes of an event see the same: whatever has a second reading is refused in words."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from eventstore.records import UnreadableEvent, decode
from eventstore.strict_reading import StrictReading, read_strictly
from tests.support.samples import SAMPLES

STREAM = UUID(int=1)
ATTESTED = SAMPLES["animation.attested.v1"]
SIGNED = SAMPLES["convention.signed.v1"]


def read(topic: str, state: bytes) -> StrictReading:
    return read_strictly(7, STREAM, 2, topic, state)


def refusal(topic: str, state: bytes) -> str:
    with pytest.raises(UnreadableEvent) as refused:
        read(topic, state)
    assert (refused.value.position, refused.value.topic) == (7, topic)
    assert "position 7" in str(refused.value)
    return str(refused.value)


def put(state: bytes, path: str, value: object) -> bytes:
    """The state with another value at that path."""
    content = json.loads(state)
    *outer, last = path.split(".")
    place = content
    for name in outer:
        place = place[name]
    place[last] = value
    return json.dumps(content, separators=(",", ":")).encode()


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_whatever_was_ever_written_is_read_strictly_too_and_as_the_service_reads_it(name: str):
    topic = name.rpartition(".v")[0]
    reading = read(topic, SAMPLES[name])
    assert reading.record == decode(7, STREAM, 2, topic, SAMPLES[name])
    assert reading.warnings == ()


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_one_field_more_or_less_is_refused_in_every_event_of_every_version(name: str):
    topic, state = name.rpartition(".v")[0], SAMPLES[name]
    assert "has a field data.surprise" in refusal(topic, put(state, "data.surprise", 1))
    assert "has a field stamp.surprise" in refusal(topic, put(state, "stamp.surprise", 1))
    assert "has a field surprise" in refusal(topic, put(state, "surprise", 1))
    for part in ("schema_version", "stamp", "data"):
        content = json.loads(state)
        del content[part]
        assert f"{part} is missing" in refusal(topic, json.dumps(content).encode())


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        (b'"parents":', b'"parents":160,"parents":', "the key parents stands twice"),
        (b'"actor":', b'"actor":"a","actor":', "the key actor stands twice"),
        (b'"data":', b'"data":{},"data":', "the key data stands twice"),
        (b'{"schema', b'\xef\xbb\xbf{"schema', "byte order mark"),
        (b'"answers":["', b'"answers":["\xff', "not UTF-8"),
        (b'"answers":["', b'"answers":["\\ud800', "not Unicode"),
        (b'"answers":["', b'"answers":["\\u0000', "U+0000"),
        (b'"data":{', b'"data":{"deep":' + b"[" * 5_000 + b"]" * 5_000 + b",", "nested too deeply"),
        (b'"schema_version":1', b'"schema_version":1.0', "1.0 is not a whole number"),
        (b'"schema_version":1', b'"schema_version":"1"', "schema version is not a whole number"),
        (b'"schema_version":1', b'"schema_version":true', "schema version is not a whole number"),
        (b'"schema_version":1', b'"schema_version":0', "schema version 0; version 1 alone"),
        (b'"schema_version":1', b'"schema_version":2', "schema version 2; version 1 alone"),
        (b'"schema_version":1', b'"schema_version":-1', "schema version -1"),
        (b'"data":', b'"data":[],"x":', "field x"),
        (b"}", b"", "not JSON"),
    ],
)
def test_what_has_a_second_reading_is_refused_in_plain_words(written: bytes, instead: bytes, words: str):
    assert written in ATTESTED
    assert words in refusal("animation.attested", ATTESTED.replace(written, instead, 1))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"1.6e1", "1.6e1 is not a whole number in digits"),
        (b"16.0", "16.0 is not a whole number in digits"),
        (b"-0", "-0 is written 0"),
        (b'"16"', "a count is a number in digits, never a text"),
        (b"true", "data.parents is not a number"),
        (b"null", "data.parents is not a number"),
        (b"NaN", "NaN is not a whole number"),
        (b"Infinity", "Infinity is not a whole number"),
        (b"100000000000000000000000000000016", "does not fit 64 bits"),
        (b"9223372036854775808", "does not fit 64 bits"),
        (b"1" * 10_000, "does not fit 64 bits"),
        (b"016", "not JSON"),
    ],
)
def test_a_count_is_a_whole_number_in_digits_that_fits_64_bits(value: bytes, words: str):
    before = json.dumps(json.loads(ATTESTED)["data"]["parents"]).encode()
    assert words in refusal("animation.attested", ATTESTED.replace(b'"parents":' + before, b'"parents":' + value, 1))


@pytest.mark.parametrize(
    "amount",
    [
        *("150.000000001", "150.005", "0150.00", "+150.00", "1_50.00", "٣٠.٠٠", "NaN", "Infinity", "-0.00"),
        *("1e3", "1.5E-3", "1E+300", "11111111111111111111.00"),
    ],
)
def test_an_amount_that_was_never_written_is_refused(amount: str):
    assert "rate_per_animation" in refusal("convention.signed", put(SIGNED, "data.rate_per_animation", amount))


@pytest.mark.parametrize("amount", [150, True])
def test_an_amount_is_a_text(amount: object):
    assert "rate_per_animation" in refusal("convention.signed", put(SIGNED, "data.rate_per_animation", amount))


@pytest.mark.parametrize(
    ("amount", "cents"), [("150", "150.00"), ("150.5", "150.50"), ("150.500", "150.50"), ("1E+3", "1000.00")]
)
def test_an_amount_from_before_they_had_one_form_is_read_with_a_warning(amount: str, cents: str):
    (warning,) = read("convention.signed", put(SIGNED, "data.rate_per_animation", amount)).warnings
    assert warning.startswith("event at position 7 (convention.signed): data.rate_per_animation is ")
    assert warning.endswith(cents)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("stamp.recorded_at", "0"),
        ("stamp.recorded_at", "2026-11-26 10:00:00Z"),
        ("stamp.command_id", "3F0C9A52-0D0E-4D6E-9A5E-5F1F5F3F0A01"),
        ("stamp.command_id", "3f0c9a520d0e4d6e9a5e5f1f5f3f0a01"),
        ("stamp.command_id", "urn:uuid:3f0c9a52-0d0e-4d6e-9a5e-5f1f5f3f0a01"),
    ],
)
def test_days_instants_and_identifiers_have_one_form(path: str, value: str):
    assert path in refusal("animation.attested", put(ATTESTED, path, value))


def test_an_earlier_version_has_its_own_fields_and_no_later_ones():
    state = put(SAMPLES["structure.renamed.v1"], "data.reason", "Parce que")
    assert "structure.renamed has not in schema version 1" in refusal("structure.renamed", state)


def test_a_line_of_an_earlier_version_has_no_later_field_either():
    state = json.loads(SAMPLES["service_dossier.submitted.v1"])
    state["data"]["lines"][0]["rate"] = "9999.00"
    words = refusal("service_dossier.submitted", json.dumps(state).encode())
    assert "data.lines.0.rate, which service_dossier.submitted has not in schema version 1" in words


def test_a_refusal_names_no_value_that_may_be_personal():
    state = put(ATTESTED, "stamp.actor", ["Marie Dupont"])
    assert "Dupont" not in refusal("animation.attested", state)
