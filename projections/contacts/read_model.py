"""The read models of contact lists: one row for each contact, and apart from it who it is."""

from __future__ import annotations

from domain.contacts.events import ContactAdded, ContactErased, ContactRemoved, ContactUnsubscribed
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table


def _of_contact(record: Recorded) -> Key:
    fact = record.event
    assert isinstance(fact, ContactAdded | ContactRemoved | ContactUnsubscribed | ContactErased)
    return (fact.contact_id,)


def _added(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, ContactAdded)
    return {
        "contact_id": fact.contact_id,
        "structure_id": fact.structure_id,
        "place": record.originator_version,
        "kind": fact.kind,
        "added_at": record.stamp.recorded_at,
        "unsubscribed_at": None,
    }


def _unsubscribed(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return {**row, "unsubscribed_at": record.stamp.recorded_at}


def _named(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, ContactAdded)
    return {"contact_id": fact.contact_id, "name": fact.name, "email": fact.email}


def _gone(row: Row | None, record: Recorded) -> None:
    return None


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
        key=("contact_id",),
        indexes=("(structure_id, place, contact_id)",),
    ),
    folds={
        ContactAdded: _added,
        ContactUnsubscribed: _unsubscribed,
        ContactRemoved: _gone,
        ContactErased: _gone,
    },
    key_of=_of_contact,
    opens_words=True,
)

CONTACT_PEOPLE = Projection(
    name="contact_people",
    table=Table(columns={"contact_id": "uuid NOT NULL", "name": "text", "email": "text"}, key=("contact_id",)),
    folds={ContactAdded: _named, ContactRemoved: _gone, ContactErased: _gone},
    key_of=_of_contact,
    opens_personal=True,
)
