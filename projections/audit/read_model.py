"""The audit trail: one narrow row for each event, for searching. The event's content stays in the log."""

from __future__ import annotations

from domain.kernel.events import Event, registered_events
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table

#: The territory of events without one: the index needs a value.
NO_TERRITORY = ""


def _position(record: Recorded) -> Key:
    return (record.position,)


#: The index's expression: queries must use the same to find days by it.
RECORDED_DAY = "((recorded_at AT TIME ZONE 'UTC')::date)"

AUDIT_TRAIL = Projection(
    name="audit_trail",
    table=Table(
        columns={
            "position": "bigint NOT NULL",
            "recorded_at": "timestamptz NOT NULL",
            "type": "text NOT NULL",
            "subject_id": "uuid NOT NULL",
            "structure_id": "uuid",
            "territory": "text NOT NULL",
        },
        key=("position",),
        # Every event writes to each index, so one more slows every rebuild. The key serves positions alone.
        indexes=(
            # One animation, convention, candidature; a dossier with its animations.
            "(subject_id, position)",
            # A structure, with or without any other condition: none has more than a few thousand events.
            "(structure_id, position)",
            # Types, territories, and types in territories: every combination of their few values is looked up.
            "(territory, type, position)",
            # Where in the log a period begins and ends.
            f"({RECORDED_DAY}, position)",
        ),
    ),
    key_of=_position,
    append_only=True,
)


@AUDIT_TRAIL.creates(*registered_events().values())
def entry(fact: Event, record: Recorded) -> Row:
    return {
        "recorded_at": record.stamp.recorded_at,
        "type": fact.topic,
        "subject_id": record.originator_id,
        "structure_id": record.stamp.structure_id,
        "territory": record.stamp.territory or NO_TERRITORY,
    }
