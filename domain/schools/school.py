"""A school that the programme knows by name: its state, and the decision that describes it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.errors import invalid
from domain.kernel.events import Event
from domain.kernel.identifiers import department_of_school
from domain.kernel.places import Places
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.schools import Degree, lycees, named_lycees
from domain.schools.events import SchoolDescribed
from domain.typology.territory import Territory


@dataclass(frozen=True, slots=True)
class School:
    uai: str
    name: str
    commune_code: str
    degree: Degree


def evolve(state: School | None, originator_id: UUID, fact: Event) -> School:
    if isinstance(fact, SchoolDescribed):
        return School(fact.uai, fact.name, fact.commune_code, fact.degree)
    raise TypeError(f"not a school's event: {fact!r}")


def describe(state: School | None, school: School, territory: Territory, places: Places, actor: Actor) -> list[Event]:
    """Describe the school anew; nothing where it is described so already."""
    authorize(actor, Action.SCHOOLS_IMPORT, Belongings(territories=frozenset([territory.code])))
    if department_of_school(school.uai) != territory.code:
        called = f"{territory.name} ({territory.code})"
        raise invalid(f"établissement du territoire {called} attendu, « {school.uai} » n'en est pas.", "uai")
    commune = places.find(school.commune_code)
    if commune is None or commune.department != territory.code:
        raise invalid(f"commune du territoire {territory.name} ({territory.code}) attendue.", "commune")
    if school.uai in lycees() and school.degree is Degree.FIRST:
        raise invalid("cet établissement est un lycée : second degré attendu.", "degree")
    if school == (state or _listed(school.uai)):
        return []
    return [SchoolDescribed(uai=school.uai, name=school.name, commune_code=school.commune_code, degree=school.degree)]


def _listed(uai: str) -> School | None:
    """Return a lycée as the shipped list describes it, where nobody has described it otherwise."""
    listed = named_lycees().get(uai)
    if listed is None or listed.commune_code is None:
        return None
    return School(uai, listed.name, listed.commune_code, Degree.SECOND)
