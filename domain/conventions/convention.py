"""The convention between a structure and a coordonnateur (docs/glossary.md, "Convention and account")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.conventions.rates import AgreedRate, rate_on
from domain.kernel.actors import Actor
from domain.kernel.departments import named_with_code
from domain.kernel.errors import DomainError, ErrorCode, broken, check_all, invalid, refuse
from domain.kernel.euros import Amount, Euros
from domain.kernel.events import ERASED_WORDS, Event, FreeText, PersonalMark, WordsErased, event
from domain.kernel.identifiers import Siret, structure_id
from domain.kernel.people import Name
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import Label, TerritoryCode
from domain.structures.structure import ERASED_NAME


class PaymentTerms(BaseModel):
    """Agreed locally, all optional: number of animations planned, euros for one animation, pieces required."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    planned_animations: Annotated[int, Field(ge=1, le=100_000)] | None = None
    rate_per_animation: Euros | None = None
    required_pieces: Annotated[tuple[Label, ...], Field(max_length=20)] = ()


class ConventionTerms(PaymentTerms):
    """The terms that the two parties sign. Dates are calendar days in the territory, both ends included."""

    siret: Siret
    structure_name: Name
    territory: TerritoryCode
    coordonnateur: Name
    signed_on: date
    valid_from: date
    valid_until: date


#: A sole trader's name is personal. It is erased with the structure's own name, under the same key.
StructureName = Annotated[str, PersonalMark("structure_id", ERASED_NAME)]


@event("convention.signed", "Convention signée")
class ConventionSigned(Event):
    structure_id: UUID
    siret: str = Field(title="SIRET")
    structure_name: StructureName = Field(title="structure")
    territory: str = Field(title="territoire")
    coordonnateur: FreeText = Field(title="coordonnateur")
    signed_on: date = Field(title="signée le")
    valid_from: date = Field(title="valable du")
    valid_until: date = Field(title="jusqu'au")
    planned_animations: int | None = Field(title="animations prévues")
    rate_per_animation: Amount | None = Field(title="tarif par animation (€)")
    required_pieces: tuple[str, ...] = Field(title="pièces demandées")


def _whenever(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "effective_from": None, "reason": None, "uncovered": []}


@event("convention.amended", "Convention modifiée par avenant", upcasters=(_whenever,))
class ConventionAmended(Event):
    """The terms in force after the amendment, whole; `changed` names those that are new.

    A new rate holds from `effective_from` on; without it, from the first day, as every rate did in old events.
    `uncovered`: attested animations that the new validity leaves out, as whoever amends it acknowledged.
    """

    coordonnateur: FreeText
    valid_from: date
    valid_until: date
    planned_animations: int | None
    rate_per_animation: Amount | None
    required_pieces: tuple[str, ...]
    changed: tuple[str, ...]
    effective_from: date | None = Field(title="à compter du")
    reason: FreeText | None
    uncovered: tuple[UUID, ...]


def _uncovering_nothing(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "uncovered": []}


@event("convention.terminated", "Convention résiliée", upcasters=(_uncovering_nothing,))
class ConventionTerminated(Event):
    """`terminated_on` is the last day that the convention covers; `uncovered` is as in `ConventionAmended`."""

    terminated_on: date = Field(title="dernier jour")
    reason: FreeText = Field(title="motif")
    uncovered: tuple[UUID, ...] = Field(title="animations non couvertes")


@event("convention.words_erased", "Textes de la convention effacés")
class ConventionWordsErased(WordsErased):
    """Erased: the coordonnateur's name and the reasons of amendments and of the termination."""


@event("convention.service_certified", "Service fait compté sur la convention")
class ServiceCertified(Event):
    """A dossier of the convention was certified: so many of the planned animations are done."""

    dossier_id: UUID = Field(title="dossier")
    animations: int = Field(title="animations certifiées")
    amount: Amount = Field(title="montant (€)")


@event("convention.service_withdrawn", "Service fait retiré du compte de la convention")
class ServiceWithdrawn(Event):
    """Recorded when so many certified animations of a dossier no longer count: all of them, or some."""

    dossier_id: UUID
    animations: int
    amount: Amount


#: Fields of an amendment beside the terms.
_OF_AMENDMENT = {"changed", "effective_from", "reason", "uncovered"}
AMENDABLE = tuple(name for name in ConventionAmended.model_fields if name not in _OF_AMENDMENT)
_TERMS = {"structure_id", "territory", *AMENDABLE} - {"rate_per_animation"}
_SIGNED_TERMS = _TERMS | {"signed_on"}


@dataclass(frozen=True, slots=True)
class Convention:
    id: UUID
    structure_id: UUID
    territory: str
    coordonnateur: str
    valid_from: date
    valid_until: date
    planned_animations: int | None
    required_pieces: tuple[str, ...]
    #: In the order of agreement, the first as signed.
    rates: tuple[AgreedRate, ...]
    terminated_on: date | None = None
    #: Over all its dossiers.
    certified_animations: int = 0
    signed_on: date | None = None

    @property
    def belongings(self) -> Belongings:
        return Belongings(structure_id=self.structure_id, territories=frozenset([self.territory]))

    @property
    def rate_per_animation(self) -> Decimal | None:
        """The rate agreed last, which may hold from a later day on."""
        return self.rates[-1].rate

    def rate_on(self, day: date) -> Decimal | None:
        return rate_on(self.rates, day)

    @property
    def last_day(self) -> date:
        return self.valid_until if self.terminated_on is None else min(self.valid_until, self.terminated_on)

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.last_day

    def shares_days(self, first: date, last: date) -> bool:
        return max(first, self.valid_from) <= min(last, self.last_day)

    def coverage_obstacle(self, day: date) -> str | None:
        """Return why the convention does not cover the day (French), or None."""
        if day < self.valid_from:
            return f"avant le premier jour que couvre la convention ({self.valid_from:%d/%m/%Y})"
        if day > self.last_day:
            return f"après le dernier jour que couvre la convention ({self.last_day:%d/%m/%Y})"
        return None


def evolve(state: Convention | None, originator_id: UUID, fact: Event) -> Convention:
    match fact:
        case ConventionSigned():
            rates = (AgreedRate(fact.rate_per_animation),)
            return Convention(id=originator_id, rates=rates, **fact.model_dump(include=_SIGNED_TERMS))
        case ConventionAmended():
            assert state is not None
            amended = replace(state, **fact.model_dump(include=_TERMS))
            if "rate_per_animation" not in fact.changed:
                return amended
            agreed = AgreedRate(fact.rate_per_animation, fact.effective_from)
            return replace(amended, rates=(*state.rates, agreed))
        case ConventionTerminated():
            assert state is not None
            return replace(state, terminated_on=fact.terminated_on)
        case ServiceCertified():
            assert state is not None
            return replace(state, certified_animations=state.certified_animations + fact.animations)
        case ServiceWithdrawn():
            assert state is not None
            return replace(state, certified_animations=state.certified_animations - fact.animations)
        case ConventionWordsErased():
            assert state is not None
            return replace(state, coordonnateur=ERASED_WORDS)
    raise TypeError(f"not a convention's event: {fact!r}")


def sign(terms: ConventionTerms, actor: Actor, today: date, account: UUID | None = None) -> list[Event]:
    """Sign a convention, on paper today or before. `today` is the day in the territory.

    `account` is that of the structure, where it has moved to this SIRET.
    """
    authorize(actor, Action.CONVENTION_SIGN, Belongings(territories=frozenset([terms.territory])))
    check_terms(terms, today)
    return [ConventionSigned(structure_id=account or structure_id(terms.siret), **terms.model_dump())]


def check_terms(terms: ConventionTerms, today: date) -> None:
    check_all(lambda: check_period(terms.valid_from, terms.valid_until), lambda: _check_signed(terms.signed_on, today))


def _check_signed(signed_on: date, today: date) -> None:
    if signed_on > today + timedelta(days=1):
        raise invalid("la date de signature est dans le futur.", "signed_on")


def check_agreed_once(terms: ConventionTerms, others: Sequence[Convention]) -> None:
    """Raise DUPLICATE if one of the structure's `others` covers any of the days in the same territory."""
    for other in others:
        if other.territory == terms.territory and other.shares_days(terms.valid_from, terms.valid_until):
            raise agreed_already(other)


def agreed_already(other: Convention, field: str = "valid_from") -> DomainError:
    """Return the refusal of days that another convention covers, which names it and says what to do."""
    return refuse(
        ErrorCode.DUPLICATE,
        f"Une convention de cette structure sur le territoire {named_with_code(other.territory)} vaut déjà du"
        f" {other.valid_from:%d/%m/%Y} au {other.last_day:%d/%m/%Y} : changez-la par avenant,"
        " résiliez-la, ou choisissez d'autres jours.",
        field,
    )


def covering(conventions: Sequence[Convention], territory: str, day: date) -> Convention:
    """Return the convention of that territory that covers the day, the latest signed if several do.

    Raise RULE_BROKEN if none does: an animation's convention must cover its date.
    """
    for convention in reversed(conventions):
        if convention.territory == territory and convention.covers(day):
            return convention
    raise broken(
        f"Aucune convention de la structure sur le territoire {named_with_code(territory)} ne couvre le"
        f" {day:%d/%m/%Y}.",
        "starts_at",
    )


def check_period(valid_from: date, valid_until: date) -> None:
    if valid_until < valid_from:
        raise invalid("la fin de validité précède son début.", "valid_until")
