"""The audit trail: one narrow row for each event, to find it by. What the event says is read from the log itself."""

from __future__ import annotations

from domain.kernel.events import Event, registered_events
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table

#: Of events that belong to no territory: an index answers for a value, not for none.
NO_TERRITORY = ""


def _position(record: Recorded) -> Key:
    return (record.position,)


#: As the index has it: an expression that finds days by this index must be the same.
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
        # Every event writes to each of these: one more costs every rebuild. Positions alone are the key's.
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
