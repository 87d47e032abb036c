"""A table of animations in the words of whoever made it: they are read, or answered with what helps."""

from __future__ import annotations

from datetime import datetime

import pytest

from application.animations.animation_file import Words, read_animations
from application.animations.animation_row import AnimationRow
from application.animations.close_labels import closest_labels
from domain.catalogue import TYPOLOGY
from domain.kernel.errors import DomainError
from tests.support.domain.builders import TERMS
from tests.support.domain.story import fold

WORDS = Words(fold(TYPOLOGY, *TERMS))
HEADER = "Titre;Description;Type de lieu;Lieu;Public;Type;Thème;Places"


def row(columns: str, cells: str, seats: str = "12") -> AnimationRow:
    rest = f"Café;Échanger;ECOLE;Jaurès;parents;café des parents;ENT - Pronote;{seats}"
    (only,) = read_animations(f"{HEADER};{columns}\n{rest};{cells}\n", WORDS).rows
    return only


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("écrans", ["Temps d'écran"]),
        ("harcèlement", ["Cyberharcèlement"]),
        ("jeu video", ["Jeux vidéo"]),
        ("café parents", ["Café des parents"]),
        ("atelier", ["Atelier parents", "Atelier parents-enfants"]),
        ("écolle", ["École"]),
        ("mjc du val", ["MJC"]),
        ("cybersécurité", []),
        ("Jardinage", []),
    ],
)
def test_free_words_are_answered_with_the_labels_that_are_meant_perhaps(text: str, labels: list[str]):
    every = ["Cyberharcèlement", "Jeux vidéo", "Temps d'écran", "École", "MJC"]
    assert closest_labels(text, [*every, "Atelier parents", "Atelier parents-enfants", "Café des parents"]) == labels


@pytest.mark.parametrize(
    ("typed", "seats"), [("12 max", "12"), ("max. 12", "12"), ("12 pers.", "12"), ("1 200 places", "1200")]
)
def test_seats_are_read_as_they_are_written(typed: str, seats: str):
    assert row("Date;Horaires", "12/03/2027;18h30-20h", typed).values["seats"] == seats


def test_seats_that_are_no_number_are_quoted():
    (problem,) = row("Date;Horaires", "12/03/2027;18h30-20h", "env. 12").problems
    assert problem.message == "Places : « env. 12 » : un nombre est attendu, par exemple 12."


@pytest.mark.parametrize("day", ["12/03", "12-mars", "vendredi 12 mars", "le 1er avril"])
def test_a_day_without_its_year_is_told_what_it_lacks(day: str):
    (problem,) = row("Date;Horaires", f"{day};18h30-20h").problems
    assert problem.message == f"Date : « {day} » : l'année manque, date attendue, par exemple 12/03/2027."


def test_a_day_is_read_as_excel_shows_it():
    assert row("Date;Horaires", "12-mars-27;18h30-20h").values["starts_at"] == datetime(2027, 3, 12, 18, 30)


def test_a_table_below_a_title_is_told_which_columns_it_lacks_in_its_own_line():
    table = "Planning 2027;;;\n;;;\nIntitulé;Descriptif;Jour;Où\nCafé;Échanger;12/03/2027;École\n"
    with pytest.raises(DomainError) as refused:
        read_animations(table, WORDS)
    message = refused.value.problems[0].message
    assert message.startswith(
        "ligne 3 : colonnes « type de lieu », « lieu », « public », « type », « thèmes », « places »"
    )
    assert " ; pas de colonne de ce nom : « Où » ; " in message
