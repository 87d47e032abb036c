"""Name schools: in lists, and within sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from domain.candidatures.events import CandidatureSubmitted
from domain.catalogue import SCHOOL
from domain.kernel.departments import DEPARTMENTS
from domain.kernel.identifiers import department_of_school, school_id
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


def schools_named(streams: Iterable[Sequence[Recorded]]) -> set[UUID]:
    """Return the streams of the schools that these streams' candidatures are for."""
    submitted = (records[0].event for records in streams if records)
    return {school_id(fact.school_uai) for fact in submitted if isinstance(fact, CandidatureSubmitted)}


def school_of(fact: CandidatureSubmitted, streams: Mapping[UUID, Sequence[Recorded]]) -> str:
    """Name the school of a candidature within a sentence, as it is called today; `streams` may hold its own."""
    described = state_after(SCHOOL, streams.get(school_id(fact.school_uai), ()))
    school = described or named_lycees().get(fact.school_uai)
    name, commune_code = (None, None) if school is None else (school.name, school.commune_code)
    return in_sentence(label(fact.school_uai, name, commune_code, fact.degree))


def in_sentence(label: str) -> str:
    """Return a school's label as it stands within a sentence: « l'école Jean Jaurès, Bourges »."""
    first, _, rest = label.partition(" ")
    if (article := _ARTICLES.get(first.casefold())) is not None:
        return f"{article} {rest}".rstrip()
    return f"l'{label[:1].lower()}{label[1:]}" if label.startswith("Établissement") else f"l'établissement « {label} »"
