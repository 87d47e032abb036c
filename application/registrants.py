"""Recognise registrants who register again."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from application.commanding.pseudonyms_and_links import Keyed, address_of
from domain.kernel.people import name_comparison_form, phone_comparison_form
from domain.registrations.registration_book import RegistrationBook


class Registering(Protocol):
    """A registrant, and what they are registered for."""

    @property
    def animation_id(self) -> UUID: ...
    @property
    def first_name(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def email(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...


def contact_of(person: Registering, author: str, book: RegistrationBook, keyed: Keyed) -> UUID:
    """Return the pseudonym that a person is known again by: of the address, else of name and telephone.

    Without both it is that of the name and of `author`, who wrote it down: others may have registered a namesake.
    Forms are filled in with given name and family name in each other's place: that is the same person.
    """
    within = f"contact:{person.animation_id}"
    if person.email:
        return keyed.pseudonym(f"{within}:{address_of(person.email)}")
    beside = f"by {author}" if person.phone is None else phone_comparison_form(person.phone)
    names = person.first_name, person.last_name
    contact, swapped = (
        keyed.pseudonym(f"{within}:{name_comparison_form(*order)}:{beside}") for order in (names, names[::-1])
    )
    return swapped if swapped in book.contacts else contact
