"""The structure's single account, opened when its convention is signed (docs/glossary.md, "Convention and account")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, check_all, invalid, refuse
from domain.kernel.events import OF_THE_THING, Event, FreeText, PersonalMark, WordsErased, event
from domain.kernel.field_labels import sentence
from domain.kernel.place_search import compared
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason

#: The name of a structure once its own is erased; its SIRET identifies it.
ERASED_NAME = "Structure effacée"
#: A sole trader's name is personal.
_Name = Annotated[str, PersonalMark(OF_THE_THING, ERASED_NAME)]
_Contact = Annotated[str, PersonalMark(OF_THE_THING)]


@event("structure.account_opened", "Compte de la structure ouvert")
class AccountOpened(Event):
    siret: str = Field(title="SIRET")
    name: _Name = Field(title="nom")


def _renamed_by_a_signing(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "reason": None}


@event("structure.renamed", "Structure renommée", upcasters=(_renamed_by_a_signing,))
class StructureRenamed(Event):
    """`reason` is None in old events, when a signing could rename."""

    name: _Name
    reason: FreeText | None = Field(title="motif")


@event("structure.moved", "SIRET de la structure changé")
class StructureMoved(Event):
    """Recorded when it goes on under another SIRET: its account, people, contacts and history follow."""

    siret: str
    former_siret: str = Field(title="ancien SIRET")
    on: date
    reason: FreeText


@event("structure.words_erased", "Nom de la structure effacé")
class StructureWordsErased(WordsErased):
    """Erased: its name, wherever it stands, and its contact. A sole trader's are personal."""


@event("structure.convention_attached", "Convention rattachée au compte")
class ConventionAttached(Event):
    """The account has a further convention to work under."""

    convention_id: UUID = Field(title="convention")
    territory: str = Field(title="territoire")


@event("structure.contact_set", "Contact public de la structure indiqué")
class StructureContactSet(Event):
    """Whom the public may call or write to, all of it anew. Sealed, since a sole trader's is personal, under a
    key of its own: whose address it is may have it erased, and the structure's name stays.
    """

    person_id: UUID
    phone: _Contact | None = Field(None, title="téléphone")
    email: _Contact | None = Field(None, title="courriel")
    hours: _Contact | None = Field(None, title="horaires")


@dataclass(frozen=True, slots=True)
class Structure:
    id: UUID
    siret: str
    name: str
    #: (convention, territory) in the order of signing
    conventions: tuple[tuple[UUID, str], ...] = ()
    #: Every SIRET that it has had.
    sirets: frozenset[str] = frozenset()
    #: The day from which it has the last of them, where it has moved.
    moved_on: date | None = None

    @property
    def territories(self) -> frozenset[str]:
        return frozenset(territory for _, territory in self.conventions)

    @property
    def home(self) -> frozenset[str]:
        """The first territory that it signed in, which answers for the structure's name and people."""
        return frozenset(territory for _, territory in self.conventions[:1])

    @property
    def belongings(self) -> Belongings:
        return Belongings(self.id, self.territories, home=self.home)


def evolve(state: Structure | None, originator_id: UUID, fact: Event) -> Structure:
    if isinstance(fact, AccountOpened):
        return Structure(originator_id, fact.siret, fact.name, sirets=frozenset([fact.siret]))
    assert state is not None
    if isinstance(fact, StructureMoved):
        return replace(state, siret=fact.siret, sirets=state.sirets | {fact.siret}, moved_on=fact.on)
    if isinstance(fact, ConventionAttached):
        return replace(state, conventions=(*state.conventions, (fact.convention_id, fact.territory)))
    if isinstance(fact, StructureContactSet):
        return state
    if isinstance(fact, StructureWordsErased):
        return replace(state, name=ERASED_NAME)
    assert isinstance(fact, StructureRenamed)
    return replace(state, name=fact.name)


def open_account(state: Structure | None, siret: str, name: str) -> list[Event]:
    if state is not None:
        raise broken("Cette structure a déjà son compte : il n'y en a qu'un par structure.", "siret")
    return [AccountOpened(siret=siret, name=name)]


def attach_convention(
    state: Structure | None, siret: str, name: str, convention_id: UUID, territory: str
) -> list[Event]:
    """Record a signing in the account, and open the account at the first one.

    A structure with an account keeps its name: otherwise anybody who signs with it could rename it.
    """
    opened = open_account(state, siret, name) if state is None else []
    return [*opened, ConventionAttached(convention_id=convention_id, territory=territory)]


def rename(state: Structure, actor: Actor, name: str, reason: str, others: Iterable[Structure] = ()) -> list[Event]:
    """Rename the structure, with a reason. `others`: structures that may be called so already."""
    authorize(actor, Action.STRUCTURE_RENAME, state.belongings)
    check_all(lambda: _check_new_name(state, name, others), lambda: required_reason(reason))
    return [StructureRenamed(name=name, reason=required_reason(reason))]


def move(
    state: Structure,
    actor: Actor,
    siret: str,
    on: date,
    reason: str,
    today: date,
    is_taken: bool,
    not_before: date | None = None,
) -> list[Event]:
    """Give the structure another SIRET, with a reason.

    `is_taken`: the SIRET belongs to another account. `not_before`: the day from which it is known to have its present
    one; None judges an event of when no such day was asked for.
    """
    authorize(actor, Action.STRUCTURE_MOVE, state.belongings)
    check_all(
        lambda: _check_new_siret(state, siret, is_taken),
        lambda: _check_day_of_move(on, not_before, today),
        lambda: required_reason(reason),
    )
    return [StructureMoved(siret=siret, former_siret=state.siret, on=on, reason=required_reason(reason))]


def check_contact(phone: str | None, email: str | None) -> None:
    """Raise INVALID for a contact that nobody can reach: it is said as a whole, so hours alone would erase the rest."""
    if phone is None and email is None:
        words = "indiquez un téléphone ou un courriel, ou les deux : ce qui n'est pas indiqué n'est plus montré"
        raise DomainError(
            Problem(ErrorCode.INVALID, sentence((field,), words), (field,)) for field in ("phone", "email")
        )


def _check_new_name(state: Structure, name: str, others: Iterable[Structure]) -> None:
    if name == state.name:
        raise broken("La structure porte déjà ce nom.", "name")
    for other in others:
        if other.id != state.id and other.territories & state.territories and compared(other.name) == compared(name):
            raise broken(
                f"Une autre structure du territoire s'appelle déjà ainsi (SIRET {other.siret}). Ajoutez ce qui les"
                " distingue, par exemple la commune.",
                "name",
            )


def _check_new_siret(state: Structure, siret: str, is_taken: bool) -> None:
    if siret == state.siret:
        raise broken("La structure a déjà ce SIRET.", "siret")
    if is_taken:
        raise refuse(ErrorCode.DUPLICATE, "Ce SIRET est celui d'un autre compte.", "siret")


def _check_day_of_move(on: date, not_before: date | None, today: date) -> None:
    if on > today:
        message = f"Ce jour est à venir : indiquez le SIRET une fois qu'il vaut, le {today:%d/%m/%Y} au plus tard."
        raise invalid(message, "on")
    if not_before is not None and on < not_before:
        message = (
            f"Ce jour est trop ancien : le SIRET actuel valait encore le {not_before:%d/%m/%Y}. Indiquez un jour du"
            f" {not_before:%d/%m/%Y} au {today:%d/%m/%Y}."
        )
        raise invalid(message, "on")


def speaker_obstacle(structure_id: UUID, actor: Actor, has_acted: bool) -> str | None:
    """Return why the actor does not decide on the structure's conventions (French), or None.

    They speak for it by their token or a mandate, or have acted for it before.
    """
    if has_acted or structure_id in actor.structures | actor.speaks_for:
        return "Nul ne décide des conditions d'une convention pour la structure au nom de laquelle il agit ou a agi."
    return None
