"""The read model of whom no letter reaches: one row for each thing that they are written to about."""

from __future__ import annotations

from domain.notifications.events import LetterRefused
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table


def _of_thing(record: Recorded) -> Key:
    assert isinstance(record.event, LetterRefused)
    return (record.event.about_id,)


def _refused(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, LetterRefused)
    return {"about_id": fact.about_id, "reason": fact.reason.value, "since": record.stamp.recorded_at}


UNREACHED = Projection(
    name="unreached",
    table=Table(
        columns={"about_id": "uuid NOT NULL", "reason": "text NOT NULL", "since": "timestamptz NOT NULL"},
        key=("about_id",),
    ),
    folds={LetterRefused: _refused},
    key_of=_of_thing,
)
