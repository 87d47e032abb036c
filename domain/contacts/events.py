"""What happens to a structure's contact list, as recorded: one stream for each structure."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, PersonalMark, PersonalText, event


@event("contact.added", "Contact ajouté à la liste de la structure")
class ContactAdded(Event):
    """`person_id` is the pseudonym of the address; `kind` says what it is: a school, a social centre…"""

    contact_id: UUID = Field(title="contact")
    structure_id: UUID
    person_id: UUID
    name: PersonalText = Field(title="nom")
    email: PersonalText = Field(title="courriel")
    kind: Annotated[str, PersonalMark(erased="autre")] = Field(title="genre")


@event("contact.removed", "Contact retiré de la liste")
class ContactRemoved(Event):
    contact_id: UUID


@event("contact.unsubscribed", "Contact désabonné des messages")
class ContactUnsubscribed(Event):
    """Recorded when somebody used the link of a letter: the contact stays in the list and gets no more letters."""

    contact_id: UUID


@event("contact.planning_sent", "Planning envoyé aux contacts")
class PlanningSent(Event):
    """The structure announced these coming animations to these contacts."""

    structure_id: UUID
    animation_ids: tuple[UUID, ...] = Field(title="animations")
    contact_ids: tuple[UUID, ...] = Field(title="contacts")


@event("contact.personal_data_erased", "Données personnelles du contact effacées")
class ContactErased(Event):
    """Recorded when the key of the address is destroyed: it can never be read again and gets no more letters."""

    contact_id: UUID
    person_id: UUID
