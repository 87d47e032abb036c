"""The degree of a school, as far as it is known: by the list of lycées, its description, or the staff bound to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.candidatures.events import Degree
from domain.kernel.actors import Role
from domain.kernel.errors import invalid
from domain.kernel.schools import lycees
from domain.schools.school import School

#: Directors and inspectors answer for écoles, heads for collèges and lycées.
_TAUGHT: Mapping[Role, Degree] = {
    Role.DIRECTOR: Degree.FIRST,
    Role.INSPECTOR: Degree.FIRST,
    Role.HEAD: Degree.SECOND,
}
_WORDS: Mapping[Degree, str] = {
    Degree.FIRST: "une école, du premier degré",
    Degree.SECOND: "un collège ou un lycée, du second degré",
}


def degree_of(uai: str, staff: Collection[Role], described: School | None = None) -> Degree | None:
    """Return the degree of a school to which people of these roles are bound; None if it is not known for certain."""
    if uai in lycees():
        return Degree.SECOND
    if described is not None:
        return described.degree
    degrees = {_TAUGHT[role] for role in staff if role in _TAUGHT}
    return degrees.pop() if len(degrees) == 1 else None


def check_staff_role(role: str, schools: Mapping[str, School | None]) -> None:
    """Raise INVALID where a director is bound to a collège or lycée, or a head to an école.

    `schools`: what is described of each, by its UAI. Those of unknown degree are for whoever binds to know.
    """
    if role not in (Role.DIRECTOR, Role.HEAD):
        return
    for uai, described in schools.items():
        degree = degree_of(uai, (), described)
        if degree not in (None, _TAUGHT[Role(role)]):
            called = uai if described is None else f"« {described.name} »"
            expected = "directeur d'école" if degree is Degree.FIRST else "chef d'établissement"
            raise invalid(f"L'établissement {called} est {_WORDS[degree]} : {expected} attendu.", "staff_role")


@dataclass(frozen=True, slots=True)
class ChosenSchool:
    """The school that a candidate names, with the degree that they say, its description and who works in it."""

    uai: str
    degree: Degree | None
    staff: Collection[Role] = ()
    description: School | None = None


def checked_degree(school: ChosenSchool) -> Degree:
    """Return the degree of the school. Raise DomainError where the candidate says another, or nothing tells it."""
    degree, of_school = school.degree, degree_of(school.uai, school.staff, school.description)
    called = school.uai if school.description is None else f"« {school.description.name} »"
    if of_school is not None and degree not in (None, of_school):
        raise invalid(
            f"L'établissement {called} est {_WORDS[of_school]} : corrigez le degré, ou choisissez un autre"
            " établissement.",
            "degree",
        )
    if (degree := of_school or degree) is None:
        raise invalid(
            "Indiquez le degré de l'établissement, que le programme ne connaît pas : premier degré pour une école,"
            " second degré pour un collège ou un lycée.",
            "degree",
        )
    return degree
