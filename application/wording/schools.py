"""Name schools: in lists, and within sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from domain.animation_requests.events import RequestSent
from domain.animations.events import AnimationCreated, AnimationModified
from domain.candidatures.events import CandidatureSubmitted
from domain.catalogue import SCHOOL
from domain.kernel.departments import DEPARTMENTS
from domain.kernel.identifiers import department_of_school, school_id
from domain.kernel.place_search import folded
from domain.kernel.places import places
from domain.kernel.schools import Degree, named_lycees
from eventstore.log import state_after
from eventstore.records import Recorded

_KINDS = {Degree.FIRST: "École", Degree.SECOND: "Établissement du second degré", None: "Établissement"}
#: How names begin, and how they are taken into a sentence.
_ARTICLES = {"école": "l'école", "ecole": "l'école", "collège": "le collège", "college": "le collège"}
_ARTICLES |= {"lycée": "le lycée", "lycee": "le lycée", "cité": "la cité", "cite": "la cité"}


def label(uai: str, name: str | None, commune_code: str | None, degree: Degree | None) -> str:
    """Return what a school is called in a list: « École Jean Jaurès, Bourges »; without a name its UAI in brackets."""
    if name is None:
        department = DEPARTMENTS.get(department_of_school(uai) or "")
        return f"{_KINDS[degree]} ({', '.join(filter(None, (department, f'UAI {uai}')))})"
    commune = places().find(commune_code) if commune_code else None
    # Many names end with their commune's.
    return name if commune is None or commune.name.casefold() in name.casefold() else f"{name}, {commune.name}"


def venue_with_school(venue: str, school: str | None) -> str:
    """Return the venue with the label of the school, or that of both alone which names the other already."""
    if school is None:
        return venue
    place, name = (f" {folded(text)} " for text in (venue, school.rpartition(", ")[0] or school))
    if name in place:
        return venue
    return school if place.strip() and place in f" {folded(school)} " else f"{venue} – {school}"


def schools_named(streams: Iterable[Sequence[Recorded]]) -> set[UUID]:
    """Return the streams of the schools that these streams' candidatures are for, and that their animations name."""
    named = (_school(record) for records in streams for record in records)
    return {school_id(uai) for uai in named if uai is not None}


def _school(record: Recorded) -> str | None:
    match record.event:
        case CandidatureSubmitted(school_uai=uai) | RequestSent(school=uai):
            return uai
        case AnimationCreated(school=named) | AnimationModified(school=named):
            return named
    return None


def labels_of(uais: Iterable[str | None], streams: Mapping[UUID, Sequence[Recorded]]) -> dict[str, str]:
    """Return what schools are called in a list today, by UAI; `streams` may hold their own."""
    return {uai: _label(uai, streams, None) for uai in uais if uai is not None}


def school_of(fact: CandidatureSubmitted, streams: Mapping[UUID, Sequence[Recorded]]) -> str:
    """Name the school of a candidature within a sentence, as it is called today; `streams` may hold its own."""
    return in_sentence(_label(fact.school_uai, streams, fact.degree))


def _label(uai: str, streams: Mapping[UUID, Sequence[Recorded]], degree: Degree | None) -> str:
    school = state_after(SCHOOL, streams.get(school_id(uai), ())) or named_lycees().get(uai)
    name, commune_code = (None, None) if school is None else (school.name, school.commune_code)
    return label(uai, name, commune_code, degree)


def in_sentence(label: str) -> str:
    """Return a school's label as it stands within a sentence: « l'école Jean Jaurès, Bourges »."""
    first, _, rest = label.partition(" ")
    if (article := _ARTICLES.get(first.casefold())) is not None:
        return f"{article} {rest}".rstrip()
    return f"l'{label[:1].lower()}{label[1:]}" if label.startswith("Établissement") else f"l'établissement « {label} »"
