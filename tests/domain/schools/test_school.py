"""Describing a school: who may, and what cannot be true of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from application.wording.schools import in_sentence, label
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.places import places
from domain.kernel.schools import Degree, named_lycees
from domain.schools.events import SchoolDescribed
from domain.schools.school import School, describe
from domain.typology.territory import Territory

CHER = Territory("18", "Cher", "Europe/Paris", runs_candidatures=True)
JAURES = School("0180766K", "École Jean Jaurès", "18033", Degree.FIRST)
COORDONNATEUR = Actor(Role.COORDONNATEUR, "Coordination 18", territories=frozenset(["18"]))
LYCEE = next(uai for uai in sorted(named_lycees()) if uai.startswith("018"))


def test_a_school_is_described_once():
    described = SchoolDescribed(uai="0180766K", name="École Jean Jaurès", commune_code="18033", degree=Degree.FIRST)
    assert describe(None, JAURES, CHER, places(), COORDONNATEUR) == [described]
    assert describe(JAURES, JAURES, CHER, places(), COORDONNATEUR) == []
    renamed = replace(JAURES, name="École Rosa Parks")
    anew = described.model_copy(update={"name": "École Rosa Parks"})
    assert describe(JAURES, renamed, CHER, places(), COORDONNATEUR) == [anew]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"uai": "0130043B"}, "uai"), ({"commune_code": "13055"}, "commune"), ({"uai": LYCEE}, "degree")],
)
def test_what_cannot_be_true_of_a_school_is_refused(change, field):
    with pytest.raises(DomainError) as refused:
        describe(None, replace(JAURES, **change), CHER, places(), COORDONNATEUR)
    assert refused.value.problems[0].field == (field,)


def test_another_territorys_coordonnateur_describes_none():
    with pytest.raises(DomainError) as refused:
        describe(None, JAURES, CHER, places(), replace(COORDONNATEUR, territories=frozenset(["13"])))
    assert refused.value.code is ErrorCode.FORBIDDEN


def test_nearly_every_shipped_lycee_has_a_commune_and_a_name_in_words():
    lycees = named_lycees().values()
    assert len([lycee for lycee in lycees if lycee.commune_code is None]) < 5
    assert {lycee.name.split()[0] for lycee in lycees} == {"Lycée"}


@pytest.mark.parametrize(
    ("school", "in_a_list", "in_words"),
    [
        (("École Jean Jaurès", "18033"), "École Jean Jaurès, Bourges", "l'école Jean Jaurès, Bourges"),
        (("Collège de Bourges", "18033"), "Collège de Bourges", "le collège de Bourges"),
        (("SEP Jules Verne", "18033"), "SEP Jules Verne, Bourges", "l'établissement « SEP Jules Verne, Bourges »"),
        ((None, None), "École (Cher, UAI 0180766K)", "l'école (Cher, UAI 0180766K)"),
    ],
)
def test_a_school_is_called_by_its_name_and_commune(school, in_a_list, in_words):
    name, commune = school
    called = label("0180766K", name, commune, Degree.FIRST)
    assert (called, in_sentence(called)) == (in_a_list, in_words)
