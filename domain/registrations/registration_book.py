"""The book of an animation's registrations: seats, the waiting list, and the people whose data are kept.

A book may hold thousands. `fold` copies its tables once for a whole history, never once for each event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.kernel.events import Event
from domain.registrations.events import (
    BookEvent,
    PresenceTicked,
    QuestionWithdrawn,
    RegistrantErased,
    RegistrantsReminded,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationMade,
    RegistrationRemoved,
    RegistrationRepeated,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
    WalkInsCounted,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A valid registration, with a seat or waiting for one."""

    contact: UUID | None
    seated: bool
    questioned: bool = False
    children: int = 0
    #: The registration that this one repeats.
    repeats: UUID | None = None


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
    #: The people ticked on the day: present or absent, and with how many children. Erasures leave them.
    presences: Mapping[UUID, tuple[bool, int]] = field(default_factory=dict)
    #: Parents and children who came without registering, once they are counted.
    walk_ins: tuple[int, int] | None = None
    #: The start that registrants were last reminded of.
    reminded_of: datetime | None = None

    @property
    def seated(self) -> int:
        return len(self.places) - len(self.waiting)

    @property
    def came(self) -> int | None:
        """Return how many parents were ticked as present or counted; None while nobody was."""
        if not self.presences and self.walk_ins is None:
            return None
        parents, _ = self.walk_ins or (0, 0)
        return parents + sum(present for present, _ in self.presences.values())

    def standing_id(self, registration_id: UUID) -> UUID:
        """Return the registration itself, or that which it repeats."""
        place = self.repeated.get(registration_id)
        return registration_id if place is None or place.repeats is None else place.repeats


EMPTY = RegistrationBook()


def evolve(state: RegistrationBook | None, originator_id: UUID, fact: Event) -> RegistrationBook:
    return fold(state, originator_id, [fact])


def fold(state: RegistrationBook | None, originator_id: UUID, facts: Iterable[Event]) -> RegistrationBook:
    """Return the book after these events."""
    draft = _Draft(state or EMPTY)
    for fact in facts:
        assert isinstance(fact, BookEvent), f"not a registration's event: {fact!r}"
        draft.take(fact)
    tables = (draft.places, draft.people, draft.contacts, draft.waiting, draft.repeated, draft.presences)
    return RegistrationBook(*tables, draft.walk_ins, draft.reminded_of)


class _Draft:
    """A mutable copy of a book, which events are applied to."""

    def __init__(self, book: RegistrationBook) -> None:
        self.places, self.people = dict(book.places), dict(book.people)
        self.contacts, self.waiting = dict(book.contacts), dict(book.waiting)
        self.repeated, self.presences = dict(book.repeated), dict(book.presences)
        self.walk_ins, self.reminded_of = book.walk_ins, book.reminded_of

    def take(self, fact: BookEvent) -> None:
        match fact:
            case WalkInsCounted():
                self.walk_ins = fact.parents, fact.children
            case RegistrantsReminded():
                self.reminded_of = fact.starts_at
            case RegistrationEvent():
                self._take(fact, fact.registration_id)
            case _:
                raise TypeError(f"not a registration's event: {fact!r}")

    def _take(self, fact: RegistrationEvent, registration_id: UUID) -> None:
        match fact:
            case RegistrationRepeated():
                place = Place(None, fact.seated, children=fact.children, repeats=fact.repeats)
                self.repeated[registration_id], self.people[registration_id] = place, fact.person_id
            case RegistrationMade():
                self.places[registration_id], self.people[registration_id] = (
                    Place(fact.contact, fact.seated, children=fact.children),
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
            case PresenceTicked():
                self.presences[registration_id] = fact.present, fact.children
            case RegistrationCancelled() | RegistrationRemoved():
                self._give_up(registration_id)
                self.presences.pop(registration_id, None)
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
