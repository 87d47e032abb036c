"""The read model of structures' public contacts, apart from the structures: a sole trader's is personal."""

from __future__ import annotations

from domain.structures.structure import StructureContactSet, StructureWordsErased
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table

STRUCTURE_CONTACTS = Projection(
    name="structure_contacts",
    table=Table(
        columns={"structure_id": "uuid NOT NULL", **dict.fromkeys(("phone", "email", "hours"), "text")},
        key=("structure_id",),
    ),
    opens_personal=True,
)


@STRUCTURE_CONTACTS.creates(StructureContactSet)
def contact_set(fact: StructureContactSet, record: Recorded) -> Row:
    return {"phone": fact.phone, "email": fact.email, "hours": fact.hours}


STRUCTURE_CONTACTS.removes(StructureWordsErased)
