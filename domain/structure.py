"""The structure's single account, opened when its convention is signed (domain.md, "Convention and account")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from domain.errors import broken
from domain.events import Event, event


@event("structure.account_opened")
class AccountOpened(Event):
    siret: str
    name: str


@event("structure.renamed")
class StructureRenamed(Event):
    name: str


@event("structure.convention_attached")
class ConventionAttached(Event):
    """The account knows the conventions that it may work under."""

    convention_id: UUID
    territory: str


@dataclass(frozen=True, slots=True)
class Structure:
    id: UUID
    siret: str
    name: str
    #: (convention, territory) in the order of signing
    conventions: tuple[tuple[UUID, str], ...] = ()

    @property
    def territories(self) -> frozenset[str]:
        return frozenset(territory for _, territory in self.conventions)


def evolve(state: Structure | None, originator_id: UUID, fact: Event) -> Structure:
    if isinstance(fact, AccountOpened):
        return Structure(originator_id, fact.siret, fact.name)
    assert state is not None
    if isinstance(fact, ConventionAttached):
        return replace(state, conventions=(*state.conventions, (fact.convention_id, fact.territory)))
    assert isinstance(fact, StructureRenamed)
    return replace(state, name=fact.name)


def open_account(state: Structure | None, siret: str, name: str) -> list[Event]:
    if state is not None:
        raise broken("Cette structure a déjà son compte : il n'y en a qu'un par structure.", "siret")
    return [AccountOpened(siret=siret, name=name)]


def attach_convention(
    state: Structure | None, siret: str, name: str, convention_id: UUID, territory: str
) -> list[Event]:
    """What a signing does to the account: opens it the first time, takes the latest name, knows the convention."""
    facts: list[Event] = []
    if state is None:
        facts += open_account(state, siret, name)
    elif state.name != name:
        facts.append(StructureRenamed(name=name))
    return [*facts, ConventionAttached(convention_id=convention_id, territory=territory)]
