"""The read model of structures' public contacts, apart from the structures: a sole trader's is personal."""

from __future__ import annotations

from domain.structures.structure import StructureContactSet, StructureWordsErased
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table


def _set(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, StructureContactSet)
    return {"structure_id": record.originator_id, "phone": fact.phone, "email": fact.email, "hours": fact.hours}


def _erased(row: Row | None, record: Recorded) -> None:
    return None


STRUCTURE_CONTACTS = Projection(
    name="structure_contacts",
    table=Table(
        columns={"structure_id": "uuid NOT NULL", **dict.fromkeys(("phone", "email", "hours"), "text")},
        key=("structure_id",),
    ),
    folds={StructureContactSet: _set, StructureWordsErased: _erased},
    opens_personal=True,
)
