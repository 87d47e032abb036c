"""What happens to a structure's contact list, as recorded: one stream for each structure."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from domain.kernel.events import Event, PersonalMark, PersonalText, event


@event("contact.added")
class ContactAdded(Event):
    """`person_id` is the pseudonym of the address; `kind` says what it is: a school, a social centre…"""

    contact_id: UUID
    structure_id: UUID
    person_id: UUID
    name: PersonalText
    email: PersonalText
    kind: Annotated[str, PersonalMark(erased="autre")]


@event("contact.removed")
class ContactRemoved(Event):
    contact_id: UUID


@event("contact.unsubscribed")
class ContactUnsubscribed(Event):
    """By whoever holds the link of a letter: the contact stays in the list, and is written to no more."""

    contact_id: UUID


@event("contact.planning_sent")
class PlanningSent(Event):
    """These coming animations are made known to these contacts."""

    structure_id: UUID
    animation_ids: tuple[UUID, ...]
    contact_ids: tuple[UUID, ...]


@event("contact.personal_data_erased")
class ContactErased(Event):
    """The key of the address is destroyed: it can never be read again, and is written to no more."""

    contact_id: UUID
    person_id: UUID
