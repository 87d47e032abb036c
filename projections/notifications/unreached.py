"""The read model of letters that reached nobody: one row for each subject of letters."""

from __future__ import annotations

from domain.notifications.events import LetterRefused
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, by_fields

UNREACHED = Projection(
    name="unreached",
    table=Table(
        columns={"about_id": "uuid NOT NULL", "reason": "text NOT NULL", "since": "timestamptz NOT NULL"},
        key=("about_id",),
    ),
    key_of=by_fields("about_id"),
)


@UNREACHED.creates(LetterRefused)
def refused(fact: LetterRefused, record: Recorded) -> Row:
    return {"reason": fact.reason.value, "since": record.stamp.recorded_at}
