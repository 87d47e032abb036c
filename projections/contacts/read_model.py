"""The read models of contact lists: one row for each contact. Names and addresses have a table of their own."""

from __future__ import annotations

from domain.contacts.events import ContactAdded, ContactErased, ContactRemoved, ContactUnsubscribed
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, by_fields

CONTACTS = Projection(
    name="contacts",
    table=Table(
        columns={
            "contact_id": "uuid NOT NULL",
            "structure_id": "uuid NOT NULL",
            "place": "integer NOT NULL",
            "kind": "text NOT NULL",
            "added_at": "timestamptz NOT NULL",
            "unsubscribed_at": "timestamptz",
        },
        labels={
            "structure_id": "structure",
            "added_at": "ajouté le",
            "unsubscribed_at": "désabonné le",
        },
        key=("contact_id",),
        indexes=("(structure_id, place, contact_id)",),
    ),
    key_of=by_fields("contact_id"),
    opens_words=True,
)

CONTACT_PEOPLE = Projection(
    name="contact_people",
    table=Table(columns={"contact_id": "uuid NOT NULL", "name": "text", "email": "text"}, key=("contact_id",)),
    key_of=by_fields("contact_id"),
    opens_personal=True,
)


@CONTACTS.creates(ContactAdded)
def added(fact: ContactAdded, record: Recorded) -> Row:
    return {
        "structure_id": fact.structure_id,
        "place": record.originator_version,
        "kind": fact.kind,
        "added_at": record.stamp.recorded_at,
        "unsubscribed_at": None,
    }


@CONTACT_PEOPLE.creates(ContactAdded)
def named(fact: ContactAdded, record: Recorded) -> Row:
    return {"name": fact.name, "email": fact.email}


@CONTACTS.on(ContactUnsubscribed)
def unsubscribed(row: Row, fact: ContactUnsubscribed, record: Recorded) -> Row:
    return row | {"unsubscribed_at": record.stamp.recorded_at}


CONTACTS.removes(ContactRemoved, ContactErased)
CONTACT_PEOPLE.removes(ContactRemoved, ContactErased)
