"""A structure's contact list."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.catalogue import CONTACTS
from domain.contacts.contacts import (
    EMPTY,
    MOST_CONTACTS,
    EarlierPlanning,
    add,
    erase,
    remove,
    send_planning,
    unsubscribe,
)
from domain.contacts.events import (
    ContactAdded,
    ContactErased,
    ContactRemoved,
    ContactUnsubscribed,
    PlanningSent,
)
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, OURS, PARENT, STRUCTURE
from tests.support.domain.story import given

DUPLICATE, FORBIDDEN, RULE_BROKEN = ErrorCode.DUPLICATE, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
ANIMATION = UUID(int=9)


def contact(number: int) -> ContactAdded:
    values = {"name": f"École {number}", "email": f"ecole{number}@exemple.fr", "kind": "école"}
    return ContactAdded(contact_id=UUID(int=number), structure_id=OURS, person_id=UUID(int=1000 + number), **values)


def test_the_structure_adds_contacts_all_or_none():
    given().when(add, EMPTY, [contact(1), contact(2)], OURS, STRUCTURE).then(contact(1), contact(2))
    known = given(CONTACTS, contact(1))
    known.when(add, [contact(2), contact(1)], OURS, STRUCTURE).then_refused(DUPLICATE, "1.email", "déjà")
    given().when(add, EMPTY, [contact(1), contact(1)], OURS, STRUCTURE).then_refused(DUPLICATE, "1.email")


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, COORDONNATEUR, NATIONAL, PARENT])
def test_nobody_else_touches_its_list(who):
    given().when(add, EMPTY, [contact(1)], OURS, who).then_refused(FORBIDDEN)
    given(CONTACTS, contact(1)).when(remove, UUID(int=1), OURS, who).then_refused(FORBIDDEN)
    given(CONTACTS, contact(1)).when(send_planning, OURS, [ANIMATION], who).then_refused(FORBIDDEN)


def test_a_list_is_no_directory_of_the_country():
    many = [contact(number) for number in range(1, MOST_CONTACTS + 2)]
    given().when(add, EMPTY, many, OURS, STRUCTURE).then_refused(RULE_BROKEN, saying=str(MOST_CONTACTS))


def test_a_contact_is_removed_once_and_may_come_back():
    removed = ContactRemoved(contact_id=UUID(int=1))
    given(CONTACTS, contact(1)).when(remove, UUID(int=1), OURS, STRUCTURE).then(removed)
    given(CONTACTS, contact(1), removed).when(remove, UUID(int=1), OURS, STRUCTURE).then_refused(RULE_BROKEN)
    given(CONTACTS, contact(1), removed).when(add, [contact(1)], OURS, STRUCTURE).then_accepted()


def test_the_planning_goes_to_all_contacts_when_there_is_something_to_tell():
    sent = PlanningSent(structure_id=OURS, animation_ids=(ANIMATION,), contact_ids=(UUID(int=1), UUID(int=2)))
    given(CONTACTS, contact(1), contact(2)).when(send_planning, OURS, [ANIMATION], STRUCTURE).then(sent)
    given(CONTACTS, contact(1)).when(send_planning, OURS, [], STRUCTURE).then_refused(RULE_BROKEN, saying="à venir")
    given().when(send_planning, EMPTY, OURS, [ANIMATION], STRUCTURE).then_refused(RULE_BROKEN, saying="vide")


def test_an_erased_contact_is_in_the_list_no_more():
    erased = ContactErased(contact_id=UUID(int=1), person_id=UUID(int=1001))
    given(CONTACTS, contact(1)).when(erase, UUID(int=1)).then(erased)
    given(CONTACTS, contact(1), erased).when(erase, UUID(int=1)).then_refused(RULE_BROKEN)


def test_no_planning_goes_to_who_has_just_had_one_however_far_ahead_it_looks():
    sent = PlanningSent(structure_id=OURS, animation_ids=(ANIMATION, UUID(int=8)), contact_ids=(UUID(int=1),))
    before = [EarlierPlanning(sent, timedelta(minutes=2, seconds=5))]
    known = given(CONTACTS, contact(1), sent)
    refused = "envoyé il y a 2 minutes"
    for further in ([ANIMATION], [ANIMATION, UUID(int=8), UUID(int=9)], [UUID(int=7)]):
        known.when(send_planning, OURS, further, STRUCTURE, before).then_refused(RULE_BROKEN, saying=refused)
    late = PlanningSent(structure_id=OURS, animation_ids=(ANIMATION,), contact_ids=(UUID(int=2),))
    given(CONTACTS, contact(1), sent, contact(2)).when(send_planning, OURS, [ANIMATION], STRUCTURE, before).then(late)


def test_who_unsubscribed_stays_in_the_list_and_is_written_to_no_more():
    gone = ContactUnsubscribed(contact_id=UUID(int=1))
    given(CONTACTS, contact(1)).when(unsubscribe, UUID(int=1)).then(gone)
    given(CONTACTS, contact(1), gone).when(unsubscribe, UUID(int=1)).then_refused(RULE_BROKEN)
    alone = given(CONTACTS, contact(1), gone)
    alone.when(send_planning, OURS, [ANIMATION], STRUCTURE).then_refused(RULE_BROKEN, saying="désabonnés")
    sent = PlanningSent(structure_id=OURS, animation_ids=(ANIMATION,), contact_ids=(UUID(int=2),))
    given(CONTACTS, contact(1), contact(2), gone).when(send_planning, OURS, [ANIMATION], STRUCTURE).then(sent)


def test_removed_and_added_again_an_address_is_still_unsubscribed_but_who_was_erased_is_somebody_new():
    gone, removed = ContactUnsubscribed(contact_id=UUID(int=1)), ContactRemoved(contact_id=UUID(int=1))
    again = given(CONTACTS, contact(1), gone, removed)
    again.when(add, [contact(1)], OURS, STRUCTURE).then_refused(RULE_BROKEN, "0.email", "ne veut plus")
    erased = ContactErased(contact_id=UUID(int=1), person_id=UUID(int=1001))
    given(CONTACTS, contact(1), gone, erased).when(add, [contact(1)], OURS, STRUCTURE).then_accepted()
