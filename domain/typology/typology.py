"""The typology: lists of choices that change over the years, while history keeps what was declared.

One stream holds all of it. `Typology` answers two questions: may this code be used today, and (for read models) which
codes replace it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, invalid, not_found
from domain.kernel.events import Event, event
from domain.kernel.rights import Action, Belongings, authorize


class TermKind(StrEnum):
    THEME = "THEME"
    ANIMATION_TYPE = "ANIMATION_TYPE"
    VENUE_TYPE = "VENUE_TYPE"
    AUDIENCE = "AUDIENCE"
    ACCESSIBILITY = "ACCESSIBILITY"


#: The venue type of what takes place on the web.
ONLINE = "en-ligne"
#: The audiences that rules tell apart: who registers, and for whom schools ask.
AUDIENCES = ("parents", "mediateurs")


class ThemeFamily(StrEnum):
    """The two families of themes (docs/glossary.md, "Typology")."""

    SCHOOL_TOOLS = "SCHOOL_TOOLS"
    DIGITAL_PARENTING = "DIGITAL_PARENTING"


@event("typology.term_added", "Terme ajouté à la typologie")
class TermAdded(Event):
    kind: TermKind = Field(title="genre")
    code: str = Field(title="code")
    label: str = Field(title="libellé")
    description: str | None = Field(None, title="description")
    family: ThemeFamily | None = Field(None, title="famille")
    admits_children: bool = Field(False, title="enfants admis")


def _renamed_for_all_history(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "since": None}


@event("typology.term_renamed", "Terme renommé", upcasters=(_renamed_for_all_history,))
class TermRenamed(Event):
    """Animations that start before `since` keep the former label; None renames all history."""

    kind: TermKind
    code: str
    label: str
    since: date | None = Field(None, title="à compter du")


@event("typology.term_merged", "Terme fusionné dans un autre")
class TermMerged(Event):
    """Animations that start before `since` keep the term; None counts all history with the other."""

    kind: TermKind
    code: str
    into: str = Field(title="dans")
    since: date | None = None


class SplitPart(BaseModel):
    """The animations that go to `into`: those of these types (empty: any) that start in this span of days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    into: str
    animation_types: tuple[str, ...] = Field((), title="pour les types")
    starts_from: date | None = Field(None, title="à partir du")
    starts_before: date | None = Field(None, title="avant le")

    def takes(self, animation_type: str, day: date) -> bool:
        return (
            (not self.animation_types or animation_type in self.animation_types)
            and (self.starts_from is None or day >= self.starts_from)
            and (self.starts_before is None or day < self.starts_before)
        )

    @property
    def takes_all(self) -> bool:
        return not self.animation_types and self.starts_from is None and self.starts_before is None


@event("typology.term_split", "Terme divisé en plusieurs")
class TermSplit(Event):
    """The first part that takes an animation gets it; the last takes the rest. `since` as in a merge."""

    kind: TermKind
    code: str
    parts: tuple[SplitPart, ...] = Field(title="parties")
    since: date | None = None


@event("typology.term_retired", "Terme retiré")
class TermRetired(Event):
    """The term may still be chosen for animations that start before `since`."""

    kind: TermKind
    code: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Term:
    kind: TermKind
    code: str
    label: str
    description: str | None = None
    family: ThemeFamily | None = None
    admits_children: bool = False
    retired: bool = False
    #: The first day of start for which it is retired; None: every day.
    since: date | None = None
    #: The codes that replace it, after a merge or a split.
    became: tuple[str, ...] = ()

    def offered_on(self, day: date) -> bool:
        """Return whether an animation that starts on that local day may be declared with it."""
        return not self.retired or (self.since is not None and day < self.since)


TermKey = tuple[TermKind, str]


@dataclass(frozen=True, slots=True)
class Typology:
    terms: Mapping[TermKey, Term] = field(default_factory=dict)

    def offered(self, kind: TermKind, day: date) -> list[str]:
        return [term.code for term in self.terms.values() if term.kind is kind and term.offered_on(day)]

    def problem_with(self, kind: TermKind, code: str, day: date, *path: str) -> Problem | None:
        """Return why the code cannot be declared for that local day, with the accepted codes, or None."""
        term = self.terms.get((kind, code))
        if term is not None and term.offered_on(day):
            return None
        offered = self.offered(kind, day)
        if term is None:
            # People know labels, programs codes.
            accepted = ", ".join(f"« {self.terms[kind, each].label} » ({each})" for each in offered)
            return Problem(
                ErrorCode.INVALID, f"« {code} » n'existe pas dans la typologie ; valeurs acceptées : {accepted}.", path
            )
        labels = ", ".join(f"« {self.terms[kind, each].label} »" for each in offered)
        return Problem(
            ErrorCode.RULE_BROKEN, f"« {term.label} » n'est plus proposé ; valeurs acceptées : {labels}.", path
        )

    def in_force(self, kind: TermKind, code: str, day: date) -> str:
        """Return what a term became by merges, for an animation that starts on that local day.

        A term that was retired or split stands for nothing: somebody has to choose.
        """
        term = self.terms.get((kind, code))
        while term is not None and not term.offered_on(day) and len(term.became) == 1:
            term = self.terms.get((kind, term.became[0]))
        return code if term is None or not term.offered_on(day) else term.code

    def admits_children(self, animation_type: str) -> bool:
        term = self.terms.get((TermKind.ANIMATION_TYPE, animation_type))
        return term is not None and term.admits_children

    def is_online(self, venue_type: str) -> bool:
        """Return whether it is `ONLINE`, or what that became."""
        term = self.terms.get((TermKind.VENUE_TYPE, ONLINE))
        return venue_type == ONLINE or (term is not None and venue_type in term.became)


def evolve(state: Typology | None, originator_id: UUID, fact: Event) -> Typology:
    terms = dict(state.terms) if state else {}
    match fact:
        case TermAdded():
            terms[fact.kind, fact.code] = Term(
                fact.kind, fact.code, fact.label, fact.description, fact.family, fact.admits_children
            )
        case TermRenamed():
            terms[fact.kind, fact.code] = replace(terms[fact.kind, fact.code], label=fact.label)
        case TermMerged() | TermSplit() | TermRetired():
            gone = replace(terms[fact.kind, fact.code], retired=True, since=fact.since, became=_successors(fact))
            terms[fact.kind, fact.code] = gone
    return Typology(terms)


def _successors(fact: TermMerged | TermSplit | TermRetired) -> tuple[str, ...]:
    match fact:
        case TermMerged():
            return (fact.into,)
        case TermSplit():
            return tuple(dict.fromkeys(part.into for part in fact.parts))
    return ()


def _living(state: Typology, kind: TermKind, code: str, *path: str) -> Term:
    term = state.terms.get((kind, code))
    if term is None:
        raise not_found(f"Choix « {code} »", *path)
    if term.retired:
        raise broken(f"Le choix « {term.label} » est déjà retiré.", *path)
    return term


def add(state: Typology, actor: Actor, added: TermAdded) -> list[Event]:
    authorize(actor, Action.TERM_ADD, Belongings())
    if (added.kind, added.code) in state.terms:
        raise broken(f"Le choix « {added.code} » existe déjà : un code ne sert qu'une fois.", "code")
    if added.kind is not TermKind.ANIMATION_TYPE and added.admits_children:
        raise invalid("seul un type d'animation dit si des enfants participent.", "admits_children")
    if (added.kind is TermKind.THEME) != (added.family is not None):
        raise invalid("chaque thème, et lui seul, appartient à une des deux familles.", "family")
    return [added]


def rename(
    state: Typology, actor: Actor, kind: TermKind, code: str, label: str, since: date | None = None
) -> list[Event]:
    authorize(actor, Action.TERM_RENAME, Belongings())
    if _living(state, kind, code, "code").label == label:
        raise broken("Le choix porte déjà ce nom.", "label")
    return [TermRenamed(kind=kind, code=code, label=label, since=since)]


def merge(
    state: Typology, actor: Actor, kind: TermKind, code: str, into: str, since: date | None = None
) -> list[Event]:
    authorize(actor, Action.TERM_MERGE, Belongings())
    if code == into:
        raise broken("Un choix ne peut pas être fusionné avec lui-même.", "into")
    _living(state, kind, code, "from")
    _living(state, kind, into, "into")
    return [TermMerged(kind=kind, code=code, into=into, since=since)]


def split(
    state: Typology, actor: Actor, kind: TermKind, code: str, parts: Sequence[SplitPart], since: date | None = None
) -> list[Event]:
    """Split a term into several, by animation type or day of start."""
    authorize(actor, Action.TERM_SPLIT, Belongings())
    _living(state, kind, code, "code")
    if len({part.into for part in parts}) < 2:
        raise broken("Une scission mène à deux choix au moins.", "parts")
    if not parts[-1].takes_all:
        raise broken("La dernière part prend tout le reste : elle ne porte pas de condition.", "parts")
    for place, part in enumerate(parts):
        if part.into == code:
            raise broken("Un choix ne peut pas être scindé vers lui-même.", "parts", str(place), "into")
        _living(state, kind, part.into, "parts", str(place), "into")
        for animation_type in part.animation_types:
            if (TermKind.ANIMATION_TYPE, animation_type) not in state.terms:
                raise not_found(f"Type d'animation « {animation_type} »", "parts", str(place), "animation_types")
    return [TermSplit(kind=kind, code=code, parts=tuple(parts), since=since)]


def retire(state: Typology, actor: Actor, kind: TermKind, code: str, since: date | None = None) -> list[Event]:
    authorize(actor, Action.TERM_RETIRE, Belongings())
    _living(state, kind, code, "code")
    return [TermRetired(kind=kind, code=code, since=since)]


def check_spared(state: Typology, kind: TermKind, code: str, path: str = "code") -> None:
    """Refuse to retire what every declaration needs. Apart from the decision: earlier ones were recorded."""
    term = state.terms[kind, code]
    if kind is TermKind.AUDIENCE and code in AUDIENCES:
        raise broken(
            f"« {term.label} » ne peut être ni retiré, ni fusionné, ni scindé : les inscriptions et les demandes"
            " des écoles en dépendent. Vous pouvez le renommer.",
            path,
        )
    others = (each for key, each in state.terms.items() if key != (kind, code))
    if kind is not TermKind.ACCESSIBILITY and not any(each.kind is kind and not each.retired for each in others):
        raise broken(
            f"« {term.label} » est le dernier choix de sa liste : ajoutez-en un autre avant de le retirer.", path
        )


def check_terms(typology: Typology, chosen: Sequence[tuple[TermKind, str, tuple[str, ...]]], day: date) -> None:
    """Raise every problem with the chosen (kind, code, field path) at once, for an animation of that local day."""
    problems = [typology.problem_with(kind, code, day, *path) for kind, code, path in chosen]
    if refusals := [problem for problem in problems if problem is not None]:
        raise DomainError(refusals)
