"""The book of an animation's registrations: seats, the waiting list, and the people whose data are kept.

A book may hold thousands. `fold` copies its tables once for a whole history, never once for each event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from domain.kernel.events import Event
from domain.registrations.events import (
    QuestionWithdrawn,
    RegistrantErased,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationMade,
    RegistrationRemoved,
    RegistrationRepeated,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A valid registration, with a seat or waiting for one."""

    contact: UUID | None
    seated: bool
    questioned: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationBook:
    """All registrations for one animation. `places` and `waiting` are in the order of registering."""

    places: Mapping[UUID, Place] = field(default_factory=dict)
    #: The person of each registration whose data are kept, cancelled ones included.
    people: Mapping[UUID, UUID] = field(default_factory=dict)
    #: The registration of each contact that has a place.
    contacts: Mapping[UUID, UUID] = field(default_factory=dict)
    waiting: Mapping[UUID, None] = field(default_factory=dict)
    #: Repetitions: they look like registrations to the people who made them, and hold nothing.
    repeated: Mapping[UUID, Place] = field(default_factory=dict)

    @property
    def seated(self) -> int:
        return len(self.places) - len(self.waiting)


EMPTY = RegistrationBook()


def evolve(state: RegistrationBook | None, originator_id: UUID, fact: Event) -> RegistrationBook:
    return fold(state, originator_id, [fact])


def fold(state: RegistrationBook | None, originator_id: UUID, facts: Iterable[Event]) -> RegistrationBook:
    """Return the book after these events."""
    draft = _Draft(state or EMPTY)
    for fact in facts:
        assert isinstance(fact, RegistrationEvent), f"not a registration's event: {fact!r}"
        draft.take(fact)
    return RegistrationBook(draft.places, draft.people, draft.contacts, draft.waiting, draft.repeated)


class _Draft:
    """A mutable copy of a book, which events are applied to."""

    def __init__(self, book: RegistrationBook) -> None:
        self.places, self.people = dict(book.places), dict(book.people)
        self.contacts, self.waiting = dict(book.contacts), dict(book.waiting)
        self.repeated = dict(book.repeated)

    def take(self, fact: RegistrationEvent) -> None:
        registration_id = fact.registration_id
        match fact:
            case RegistrationRepeated():
                self.repeated[registration_id], self.people[registration_id] = Place(None, fact.seated), fact.person_id
            case RegistrationMade():
                self.places[registration_id], self.people[registration_id] = (
                    Place(fact.contact, fact.seated),
                    fact.person_id,
                )
                if fact.contact is not None:
                    self.contacts[fact.contact] = registration_id
                if not fact.seated:
                    self.waiting[registration_id] = None
            case SeatObtained():
                self._change(registration_id, seated=True)
                self.waiting.pop(registration_id, None)
            case SeatQuestioned():
                self._change(registration_id, questioned=True)
            case SeatKept() | QuestionWithdrawn():
                self._change(registration_id, questioned=False)
            case RegistrationCancelled() | RegistrationRemoved():
                self._give_up(registration_id)
            case RegistrantErased():
                self._give_up(registration_id)
                self.people.pop(registration_id, None)
            case _:
                raise TypeError(f"not a registration's event: {fact!r}")

    def _change(self, registration_id: UUID, **changes: Any) -> None:
        table = self.repeated if registration_id in self.repeated else self.places
        table[registration_id] = replace(table[registration_id], **changes)

    def _give_up(self, registration_id: UUID) -> None:
        self.repeated.pop(registration_id, None)
        place = self.places.pop(registration_id, None)
        self.waiting.pop(registration_id, None)
        if place is not None and place.contact is not None and self.contacts.get(place.contact) == registration_id:
            del self.contacts[place.contact]
