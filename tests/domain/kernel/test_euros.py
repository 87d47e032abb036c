"""An amount has one form, whoever typed it and whenever it was recorded."""

import re
from decimal import Decimal
from uuid import UUID

import orjson
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.kernel.euros import MOST_EUROS, Amount, Euros
from eventstore.records import UnreadableEvent, decode, encode
from tests.support.samples import SAMPLES

#: As the samples hold them.
_AMOUNT = re.compile(rb'"\d+\.\d\d"')
EUROS, AMOUNT = TypeAdapter(Euros), TypeAdapter(Amount)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("150", "150.00"), ("150.5", "150.50"), ("150.05", "150.05"), ("007", "7.00"), (150, "150.00")],
)
def test_what_is_typed_is_kept_with_two_decimals(typed, kept):
    assert str(EUROS.validate_python(typed)) == kept


@for_any(st.decimals("0.01", MOST_EUROS, places=2))
def test_every_amount_is_read_again_as_it_is_written(amount):
    kept = EUROS.validate_python(f"{amount:f}")
    assert (kept, kept.as_tuple().exponent) == (amount, -2)
    assert EUROS.validate_python(str(kept)) == kept


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [("1E+3", "1000.00"), ("9999999.990", "9999999.99"), ("30", "30.00"), ("0.1E-1", "0.01"), (" 150", "150.00")],
)
@pytest.mark.parametrize("topic", ["convention.signed", "convention.amended", "service_dossier.submitted"])
def test_what_was_recorded_in_another_form_is_shown_in_this_one(topic, recorded, shown):
    state = orjson.loads(SAMPLES[f"{topic}.v1"])
    state["data"]["rate_per_animation"] = recorded
    event = decode(1, UUID(int=1), 1, topic, orjson.dumps(state)).event
    assert event.model_dump(mode="json")["rate_per_animation"] == shown


def test_a_recorded_amount_with_parts_of_a_cent_is_unreadable():
    state = orjson.loads(SAMPLES["service_dossier.paid.v1"])
    state["data"]["amount"] = "300.001"
    with pytest.raises(UnreadableEvent, match="position 7"):
        decode(7, UUID(int=1), 1, "service_dossier.paid", orjson.dumps(state))


@pytest.mark.parametrize("name", [name for name in SAMPLES if _AMOUNT.search(SAMPLES[name])])
def test_every_amount_of_every_event_has_that_form(name):
    topic = name.rpartition(".v")[0]
    record = decode(1, UUID(int=1), 1, topic, _AMOUNT.sub(b'"1E+3"', SAMPLES[name]))
    assert b"E+3" not in encode(record.event, record.stamp)


def test_amounts_are_exact():
    assert AMOUNT.validate_python(Decimal("300")) * 3 == Decimal("900.00")
