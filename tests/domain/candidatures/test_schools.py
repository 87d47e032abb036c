"""The degree of a candidature follows from its school, where that is known."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from domain.candidatures.candidature import Applicant, submit
from domain.candidatures.events import CandidatureSubmitted, Degree
from domain.candidatures.schools import ChosenSchool, check_staff_role, degree_of
from domain.kernel.actors import PUBLIC, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.schools import lycees
from domain.schools.school import School
from domain.typology.territory import Territory
from tests.support.domain.builders import PERSON
from tests.support.domain.story import given

FIRST, SECOND = Degree.FIRST, Degree.SECOND
CHER = Territory("18", "Cher", "Europe/Paris", runs_candidatures=True)
LYCEE, ECOLE = "0180025E", "0180766K"
APPLICANT = Applicant("Inès", "Inventée", "ines@example.org", None, "Aider.")


def applying(school: str, degree: Degree | None, staff: Collection[Role] = ()) -> Any:
    return given().when(submit, APPLICANT, CHER, ChosenSchool(school, degree, staff), PERSON, PUBLIC)


def degree(school: str, chosen: Degree | None, staff: Collection[Role] = ()) -> Degree:
    (fact,) = applying(school, chosen, staff).then_accepted()
    assert isinstance(fact, CandidatureSubmitted)
    return fact.degree


def test_a_listed_lycee_is_of_the_second_degree():
    assert len(lycees()) > 500
    assert LYCEE in lycees()
    assert degree(LYCEE, None) is degree(LYCEE, SECOND) is SECOND
    applying(LYCEE, FIRST).then_refused(ErrorCode.INVALID, "degree", "est un collège ou un lycée, du second degré")


@pytest.mark.parametrize("staff", [(Role.DIRECTOR,), (Role.INSPECTOR,), (Role.DIRECTOR, Role.INSPECTOR)])
def test_a_school_with_a_director_or_an_inspector_is_of_the_first_degree(staff: tuple[Role, ...]):
    assert degree(ECOLE, None, staff) is degree(ECOLE, FIRST, staff) is FIRST
    applying(ECOLE, SECOND, staff).then_refused(
        ErrorCode.INVALID, "degree", f"{ECOLE} est une école, du premier degré : corrigez le degré"
    )


def test_a_school_with_a_head_is_of_the_second_degree():
    assert degree(ECOLE, None, (Role.HEAD,)) is SECOND
    applying(ECOLE, FIRST, (Role.HEAD,)).then_refused(ErrorCode.INVALID, "degree")


def test_a_school_that_is_described_is_of_its_degree_whoever_is_bound_to_it():
    school = School(ECOLE, "École Jean Jaurès", "18033", FIRST)
    assert degree_of(ECOLE, (Role.HEAD,), school) is FIRST
    refused = given().when(submit, APPLICANT, CHER, ChosenSchool(ECOLE, SECOND, (), school), PERSON, PUBLIC)
    refused.then_refused(ErrorCode.INVALID, "degree", "« École Jean Jaurès » est une école")


@pytest.mark.parametrize("staff", [(), (Role.DIRECTOR, Role.HEAD)], ids=["nobody bound", "both"])
def test_of_a_school_that_is_not_known_the_candidate_says_the_degree(staff: tuple[Role, ...]):
    assert degree_of(ECOLE, staff) is None
    assert (degree(ECOLE, FIRST, staff), degree(ECOLE, SECOND, staff)) == (FIRST, SECOND)
    applying(ECOLE, None, staff).then_refused(ErrorCode.INVALID, "degree", "Indiquez le degré")


@pytest.mark.parametrize(("role", "school"), [("director", LYCEE), ("head", ECOLE)])
def test_directors_answer_for_ecoles_and_heads_for_the_second_degree(role, school):
    described = {LYCEE: None, ECOLE: School(ECOLE, "École Jean Jaurès", "18033", FIRST)}
    with pytest.raises(DomainError) as refusal:
        check_staff_role(role, {school: described[school]})
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field) == (ErrorCode.INVALID, ("staff_role",))
    for fitting in ("inspector", "teacher", "director" if role == "head" else "head"):
        check_staff_role(fitting, {school: described[school]})
    check_staff_role(role, {"0180001A": None})
