"""The typology: lists of choices that change over the years, while history keeps what was declared.

One stream holds all of it. `Typology` answers two questions: may this code be used today, and (for read models) what
has become of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from domain.actors import Actor
from domain.errors import DomainError, ErrorCode, Problem, broken, invalid, not_found
from domain.events import Event, event
from domain.rights import Action, Belongings, authorize


class TermKind(StrEnum):
    THEME = "THEME"
    ANIMATION_TYPE = "ANIMATION_TYPE"
    VENUE_TYPE = "VENUE_TYPE"
    AUDIENCE = "AUDIENCE"


class ThemeFamily(StrEnum):
    """The two families of themes (decided in domain.md)."""

    SCHOOL_TOOLS = "SCHOOL_TOOLS"
    DIGITAL_PARENTING = "DIGITAL_PARENTING"


@event("typology.term_added")
class TermAdded(Event):
    kind: TermKind
    code: str
    label: str
    description: str | None = None
    family: ThemeFamily | None = None
    admits_children: bool = False


@event("typology.term_renamed")
class TermRenamed(Event):
    kind: TermKind
    code: str
    label: str


@event("typology.term_merged")
class TermMerged(Event):
    kind: TermKind
    code: str
    into: str


@event("typology.term_retired")
class TermRetired(Event):
    kind: TermKind
    code: str


@dataclass(frozen=True, slots=True)
class Term:
    kind: TermKind
    code: str
    label: str
    description: str | None = None
    family: ThemeFamily | None = None
    admits_children: bool = False
    retired: bool = False
    merged_into: str | None = None


TermKey = tuple[TermKind, str]


@dataclass(frozen=True, slots=True)
class Typology:
    terms: Mapping[TermKey, Term] = field(default_factory=dict)

    def in_use(self, kind: TermKind) -> list[str]:
        return [term.code for term in self.terms.values() if term.kind is kind and not term.retired]

    def problem_with(self, kind: TermKind, code: str, *path: str) -> Problem | None:
        """Why the code cannot be used for something new; the answer names what would be accepted."""
        term = self.terms.get((kind, code))
        accepted = ", ".join(self.in_use(kind))
        if term is None:
            return Problem(
                ErrorCode.INVALID, f"« {code} » n'existe pas dans la typologie ; valeurs acceptées : {accepted}.", path
            )
        if term.retired:
            return Problem(
                ErrorCode.RULE_BROKEN, f"« {term.label} » n'est plus proposé ; valeurs acceptées : {accepted}.", path
            )
        return None

    def admits_children(self, animation_type: str) -> bool:
        term = self.terms.get((TermKind.ANIMATION_TYPE, animation_type))
        return term is not None and term.admits_children


def evolve(state: Typology | None, originator_id: UUID, fact: Event) -> Typology:
    terms = dict(state.terms) if state else {}
    match fact:
        case TermAdded():
            terms[fact.kind, fact.code] = Term(
                fact.kind, fact.code, fact.label, fact.description, fact.family, fact.admits_children
            )
        case TermRenamed():
            terms[fact.kind, fact.code] = replace(terms[fact.kind, fact.code], label=fact.label)
        case TermMerged():
            merged = replace(terms[fact.kind, fact.code], retired=True, merged_into=fact.into)
            terms[fact.kind, fact.code] = merged
        case TermRetired():
            terms[fact.kind, fact.code] = replace(terms[fact.kind, fact.code], retired=True)
    return Typology(terms)


def _living(state: Typology, kind: TermKind, code: str, path: str) -> Term:
    term = state.terms.get((kind, code))
    if term is None:
        raise not_found(f"Terme « {code} »", path)
    if term.retired:
        raise broken(f"Le terme « {term.label} » est déjà retiré.", path)
    return term


def add(state: Typology, actor: Actor, added: TermAdded) -> list[Event]:
    authorize(actor, Action.TERM_ADD, Belongings())
    if (added.kind, added.code) in state.terms:
        raise broken(f"Le terme « {added.code} » existe déjà : un code ne sert qu'une fois.", "code")
    if added.kind is not TermKind.ANIMATION_TYPE and added.admits_children:
        raise invalid("seul un type d'animation dit si des enfants participent.", "admits_children")
    if (added.kind is TermKind.THEME) != (added.family is not None):
        raise invalid("chaque thème, et lui seul, appartient à une des deux familles.", "family")
    return [added]


def rename(state: Typology, actor: Actor, kind: TermKind, code: str, label: str) -> list[Event]:
    authorize(actor, Action.TERM_RENAME, Belongings())
    if _living(state, kind, code, "code").label == label:
        raise broken("Le terme porte déjà ce libellé.", "label")
    return [TermRenamed(kind=kind, code=code, label=label)]


def merge(state: Typology, actor: Actor, kind: TermKind, code: str, into: str) -> list[Event]:
    authorize(actor, Action.TERM_MERGE, Belongings())
    if code == into:
        raise broken("Un terme ne peut pas être fusionné avec lui-même.", "into")
    _living(state, kind, code, "from")
    _living(state, kind, into, "into")
    return [TermMerged(kind=kind, code=code, into=into)]


def retire(state: Typology, actor: Actor, kind: TermKind, code: str) -> list[Event]:
    authorize(actor, Action.TERM_RETIRE, Belongings())
    _living(state, kind, code, "code")
    return [TermRetired(kind=kind, code=code)]


def check_terms(typology: Typology, chosen: list[tuple[TermKind, str, tuple[str, ...]]]) -> None:
    """Raises every problem with the chosen (kind, code, field path) at once."""
    found = [typology.problem_with(kind, code, *path) for kind, code, path in chosen]
    if problems := [problem for problem in found if problem is not None]:
        raise DomainError(problems)
