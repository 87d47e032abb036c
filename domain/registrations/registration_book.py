"""The book of an animation's registrations: who has a seat, who waits, and whose data are kept.

A book may hold thousands. Its tables are copied once for each decision, and once for a whole history (`fold`): never
once for each event of it.
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
    """A registration that holds: with a seat, or waiting for one."""

    contact: UUID | None
    seated: bool
    questioned: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationBook:
    """All registrations for one animation. `places` are in the order of registering, and so are those `waiting`."""

    places: Mapping[UUID, Place] = field(default_factory=dict)
    #: Whose personal data are kept, by registration: also those that were cancelled.
    people: Mapping[UUID, UUID] = field(default_factory=dict)
    #: The contacts of those who hold a place.
    contacts: Mapping[UUID, UUID] = field(default_factory=dict)
    waiting: Mapping[UUID, None] = field(default_factory=dict)
    #: Those that repeat another: they look as a registration does to who made them, and hold nothing.
    repeated: Mapping[UUID, Place] = field(default_factory=dict)

    @property
    def seated(self) -> int:
        return len(self.places) - len(self.waiting)


EMPTY = RegistrationBook()


def evolve(state: RegistrationBook | None, originator_id: UUID, fact: Event) -> RegistrationBook:
    return fold(state, originator_id, [fact])


def fold(state: RegistrationBook | None, originator_id: UUID, facts: Iterable[Event]) -> RegistrationBook:
    """The book after these events."""
    draft = _Draft(state or EMPTY)
    for fact in facts:
        assert isinstance(fact, RegistrationEvent), f"not a registration's event: {fact!r}"
        draft.take(fact)
    return RegistrationBook(draft.places, draft.people, draft.contacts, draft.waiting, draft.repeated)


class _Draft:
    """A copy that events are written into."""

    def __init__(self, book: RegistrationBook) -> None:
        self.places, self.people = dict(book.places), dict(book.people)
        self.contacts, self.waiting = dict(book.contacts), dict(book.waiting)
        self.repeated = dict(book.repeated)

    def take(self, fact: RegistrationEvent) -> None:
        one = fact.registration_id
        match fact:
            case RegistrationRepeated():
                self.repeated[one], self.people[one] = Place(None, fact.seated), fact.person_id
            case RegistrationMade():
                self.places[one], self.people[one] = Place(fact.contact, fact.seated), fact.person_id
                if fact.contact is not None:
                    self.contacts[fact.contact] = one
                if not fact.seated:
                    self.waiting[one] = None
            case SeatObtained():
                self._change(one, seated=True)
                self.waiting.pop(one, None)
            case SeatQuestioned():
                self._change(one, questioned=True)
            case SeatKept() | QuestionWithdrawn():
                self._change(one, questioned=False)
            case RegistrationCancelled() | RegistrationRemoved():
                self._give_up(one)
            case RegistrantErased():
                self._give_up(one)
                self.people.pop(one, None)
            case _:
                raise TypeError(f"not a registration's event: {fact!r}")

    def _change(self, one: UUID, **said: Any) -> None:
        table = self.repeated if one in self.repeated else self.places
        table[one] = replace(table[one], **said)

    def _give_up(self, one: UUID) -> None:
        self.repeated.pop(one, None)
        place = self.places.pop(one, None)
        self.waiting.pop(one, None)
        if place is not None and place.contact is not None and self.contacts.get(place.contact) == one:
            del self.contacts[place.contact]
