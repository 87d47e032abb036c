"""The read models of Parents Ressource at work: named by animations, and what they did in their missions."""

from __future__ import annotations

from domain.animations.events import AnimationVolunteersNamed
from domain.candidatures.events import AccompanimentCorrected, AccompanimentRecorded
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table

ANIMATION_VOLUNTEERS = Projection(
    name="animation_volunteers",
    table=Table(
        columns={"animation_id": "uuid NOT NULL", "volunteers": "uuid[] NOT NULL"},
        key=("animation_id",),
    ),
)


@ANIMATION_VOLUNTEERS.upserts(AnimationVolunteersNamed)
def named(row: Row | None, fact: AnimationVolunteersNamed, record: Recorded) -> Row:
    return {"volunteers": list(fact.volunteers)}


def _each(record: Recorded) -> Key:
    """Return the candidature and its version with the record, which corrections name."""
    corrects = record.event.number if isinstance(record.event, AccompanimentCorrected) else record.originator_version
    return (record.originator_id, corrects)


ACCOMPANIMENTS = Projection(
    name="accompaniments",
    table=Table(
        columns={
            "candidature_id": "uuid NOT NULL",
            "number": "integer NOT NULL",
            "territory": "text NOT NULL",
            "day": "date NOT NULL",
            "mission": "text NOT NULL",
            "parents": "integer NOT NULL",
        },
        key=("candidature_id", "number"),
        indexes=("(territory, day)", "(day)", "(candidature_id, day)"),
    ),
    key_of=_each,
)


@ACCOMPANIMENTS.creates(AccompanimentRecorded)
def recorded(fact: AccompanimentRecorded, record: Recorded) -> Row:
    return {
        "territory": fact.territory,
        "day": fact.on,
        "mission": fact.mission.value,
        "parents": fact.parents,
    }


@ACCOMPANIMENTS.on(AccompanimentCorrected)
def corrected(row: Row, fact: AccompanimentCorrected, record: Recorded) -> Row:
    return row | {"day": fact.on, "mission": fact.mission.value, "parents": fact.parents}
