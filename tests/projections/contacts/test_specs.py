"""What each event does to the rows of contacts."""

from __future__ import annotations

import pytest

from domain.contacts.events import ContactAdded, ContactErased, ContactRemoved, ContactUnsubscribed
from tests.support.domain.builders import OURS, PERSON
from tests.support.projection_spec import Spec, at

ADDED = ContactAdded(contact_id=PERSON, structure_id=OURS, person_id=PERSON, name="École", email="e@x.fr", kind="école")
SPECS = [
    Spec(
        "contacts",
        "a contact has a place in the list",
        [],
        ADDED,
        {"structure_id": OURS, "place": 1, "kind": "école", "added_at": at(1)},
    ),
    Spec(
        "contacts",
        "a contact that unsubscribes stays in the list",
        [ADDED],
        ContactUnsubscribed(contact_id=PERSON),
        {"unsubscribed_at": at(2)},
    ),
    Spec(
        "contacts",
        "a contact that is removed has no row",
        [ADDED],
        ContactRemoved(contact_id=PERSON),
        None,
    ),
    Spec(
        "contacts",
        "a contact that is erased has no row",
        [ADDED],
        ContactErased(contact_id=PERSON, person_id=PERSON),
        None,
    ),
    Spec(
        "contact_people",
        "who a contact is stands apart",
        [],
        ADDED,
        {"name": "École", "email": "e@x.fr"},
    ),
    Spec(
        "contact_people",
        "a contact that is removed has no row",
        [ADDED],
        ContactRemoved(contact_id=PERSON),
        None,
    ),
    Spec(
        "contact_people",
        "a contact that is erased has no row",
        [ADDED],
        ContactErased(contact_id=PERSON, person_id=PERSON),
        None,
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
