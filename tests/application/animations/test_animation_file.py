"""A table of animations as people make it: dates, themes, communes and columns in their own words."""

from __future__ import annotations

from datetime import datetime

import pytest

from application.animations.animation_file import COLUMNS, Words, find_commune, read_animations
from application.animations.animation_row import AnimationRow
from application.animations.school_by_name import NamedSchool, SchoolsByName
from domain.animations.events import AnimationContent
from domain.catalogue import TYPOLOGY
from domain.typology.typology import TermAdded, TermKind, TermRetired, ThemeFamily
from tests.support.domain.builders import TERMS
from tests.support.domain.story import fold

NETWORKS = TermAdded(
    kind=TermKind.THEME,
    code="reseaux-sociaux-donnees",
    label="Réseaux sociaux, données personnelles",
    family=ThemeFamily.DIGITAL_PARENTING,
)
GONE = TermAdded(kind=TermKind.VENUE_TYPE, code="mairie-annexe", label="Mairie annexe")
RAMP = TermAdded(kind=TermKind.ACCESSIBILITY, code="fauteuil", label="Accessible en fauteuil")
TYPOLOGY_NOW = fold(TYPOLOGY, *TERMS, NETWORKS, RAMP, GONE, TermRetired(kind=TermKind.VENUE_TYPE, code="mairie-annexe"))
WORDS = Words(TYPOLOGY_NOW)


HEADER = "Titre;Description;Type de lieu;Lieu;Public visé;Type;Thème(s);Nombre de places;"
REST = "Café;Échanger;ECOLE;Jaurès;parents;café des parents;{themes};12;"


def row(columns: str, cells: str, themes: str = "ENT - Pronote") -> AnimationRow:
    (only,) = read_animations(f"{HEADER}{columns}\n{REST.format(themes=themes)}{cells}\n", WORDS).rows
    return only


def problems(read: AnimationRow) -> dict[str, str]:
    return {".".join(problem.field): problem.message for problem in read.problems}


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("Début;Fin", "12/03/2027 18h30;12/03/2027 20h30"),
        ("Date;Heure de début;Heure de fin", "12/03/2027;18h30;20:30"),
        ("Date;Début;Date de fin;Fin", "12/03/2027;18:30;12/03/2027;20:30"),
        ("Date;Horaires", "vendredi 12 mars 2027;18h30 - 20h30"),
        ("Début;Durée", "12/03/2027 18:30;2h"),
        ("DATE ET HEURE DE DEBUT;Durée", "12/03/2027 18:30;120 min"),
        ("Date", "12/03/2027 de 18h30 à 20h30"),
        ("Date;Horaires", "12/03/2027;18:30/20:30"),
    ],
)
def test_start_and_end_stand_in_one_column_or_several(columns: str, cells: str):
    read = row(columns, cells)
    assert (read.values["starts_at"], read.values["ends_at"]) == (
        datetime(2027, 3, 12, 18, 30),
        datetime(2027, 3, 12, 20, 30),
    )
    assert read.problems == []


def test_numbers_of_a_spreadsheet_are_the_times_of_a_row():
    read = row("Date;Heure;Durée", "12/03/2027;0.7708333333;0.0625")
    assert read.values["starts_at"] == datetime(2027, 3, 12, 18, 30)
    assert read.values["ends_at"] == datetime(2027, 3, 12, 20)


def test_more_than_a_beginning_and_an_end_are_never_cut_down_to_the_first_two():
    (problem,) = row("Date;Horaires", "12/03/2027;14h-16h et 18h-20h").problems
    assert "mettez chaque animation sur sa ligne" in problem.message


@pytest.mark.parametrize(
    "themes",
    [
        "Réseaux sociaux, données personnelles, ENT - Pronote",
        "reseaux sociaux, donnees personnelles / ent-pronote",
        "reseaux-sociaux-donnees | ENT – PRONOTE",
    ],
)
def test_a_cell_holds_several_themes_by_label_or_code_and_a_comma_within_a_label(themes: str):
    assert row("Date", "12/03/2027 18h30-20h", themes).values["themes"] == ("reseaux-sociaux-donnees", "ent-pronote")


def test_terms_are_known_whatever_their_accents_and_those_that_are_not_are_named_with_what_is_accepted():
    read = row("Date", "12/03/2027 18h30-20h", "ENT, Jardinage")
    assert {name: read.values[name] for name in ("venue_type", "audience", "type", "seats")} == {
        "venue_type": "ecole",
        "audience": "parents",
        "type": "cafe-des-parents",
        "seats": "12",
    }
    words = [problem.message for problem in read.problems]
    assert [message.partition(" n'est pas")[0] for message in words] == [
        "Thème(s) : « ENT »",
        "Thème(s) : « Jardinage »",
    ]
    assert "le plus proche : « ENT - Pronote »" in words[0]
    assert "valeurs acceptées : « ENT - Pronote »" in words[1]
    assert WORDS.code(TermKind.VENUE_TYPE, "Mairie annexe") == "mairie-annexe"
    assert "annexe" not in WORDS.labels(TermKind.VENUE_TYPE)


@pytest.mark.parametrize(
    ("columns", "cells", "code"),
    [
        ("Commune", "Montpellier", "34172"),
        ("Ville", "saint-georges-d'orques", "34259"),
        ("Commune (INSEE)", "34172", "34172"),
        ("Commune", "34172", "34172"),
        ("Commune;Code postal", "Saint-Denis;93200", "93066"),
        ("Commune;Code postal", "Bourg-en-Bresse;1000", "01053"),
        ("Commune", "1053", "01053"),
        ("Ville", "34000 Montpellier", "34172"),
        ("Commune", "Saint-Denis (93200)", "93066"),
        ("Commune", "Montpellier (34)", "34172"),
        ("Commune", "34920", "34090"),
        ("Commune", "Montpellier Cedex 5", "34172"),
        ("Commune;Code postal", "Montpellier;34961", "34172"),
        ("Commune (INSEE)", "Sète", "34301"),
        ("Ville", "Marseille 13008", "13208"),
        ("Code postal", "34200", "34301"),
        ("communeCode", "13001", "13001"),
    ],
)
def test_a_commune_is_named_by_its_code_or_its_name(columns: str, cells: str, code: str):
    read = row(f"Date;{columns}", f"12/03/2027 18h30-20h;{cells}")
    find_commune(read, "34")
    assert (read.values["commune_code"], problems(read)) == (code, {})


@pytest.mark.parametrize(
    ("name", "department", "why"),
    [
        ("Trifouilly", "34", "aucune commune ne s'appelle ainsi ; indiquez son code INSEE"),
        ("Saint-Denis", "34", "plusieurs communes répondent à cela : Saint-Denis (11339), "),
        ("Saint-Jean-de", "34", "aucune commune ne s'appelle ainsi : Saint-Jean-de-Védas (34270), "),
        ("34070", "34", "Montpellier (34172), Cébazan (34070)"),
        ("13001", "13", "Marseille 1er Arrondissement (13201), Aix-en-Provence (13001)"),
    ],
)
def test_a_name_of_no_commune_or_of_several_is_refused_with_those_that_may_be_meant(
    name: str, department: str, why: str
):
    read = row("Date;Commune", f"12/03/2027 18h30-20h;{name}")
    find_commune(read, department)
    assert why in problems(read)["commune_code"]


@pytest.mark.parametrize(
    ("header", "cell", "name", "value"),
    [
        ("Téléphone du contact", "04 67 00 00 00", "contact_phone", "04 67 00 00 00"),
        # A spreadsheet takes it for a number.
        ("Tél.", "467000000", "contact_phone", "0467000000"),
        ("Courriel", "a@example.org", "contact_email", "a@example.org"),
        ("Horaires du contact", "le matin", "contact_hours", "le matin"),
        ("Lien visio", "https://visio.example.org/1", "online_link", "https://visio.example.org/1"),
        ("Accessibilité", "accessible en fauteuil", "accessibility", ("fauteuil",)),
        ("Langue(s)", "arabe, Turc / en", "languages", ("ar", "tr", "en")),
        ("Adresse", "1 rue X", "address", "1 rue X"),
    ],
)
def test_what_else_an_animation_says_is_taken_too(header: str, cell: str, name: str, value: object):
    read = row(f"Date;{header}", f"12/03/2027 18h30-20h;{cell}")
    assert (read.values[name], read.problems) == (value, [])


SCHOOLS = SchoolsByName(
    [
        NamedSchool("0340766Y", "École Jean Jaurès", "34172"),
        NamedSchool("0340767Z", "École Jean Jaurès", "34301"),
        NamedSchool("0340768A", "Collège Jules Verne", "34301"),
        NamedSchool("0180035L", "École du Cher", "18033"),
    ]
)


@pytest.mark.parametrize(
    ("columns", "cells", "uai"),
    [
        ("UAI", "0340766Y", "0340766Y"),
        ("Établissement", "École Jean Jaurès (0349999 x)", "0349999 x"),
        ("École", "COLLEGE JULES-VERNE", "0340768A"),
        ("Établissement", "École Jean Jaurès, Sète", "0340767Z"),
        ("Établissement;Commune", "École Jean Jaurès;Montpellier", "0340766Y"),
    ],
)
def test_a_school_is_named_by_its_uai_or_its_name(columns: str, cells: str, uai: str):
    read = row(f"Date;{columns}", f"12/03/2027 18h30-20h;{cells}")
    find_commune(read, "34")
    SCHOOLS.find(read, "34")
    assert (read.values["school"], problems(read)) == (uai, {})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("École Jean Jaurès", "plusieurs établissements s'appellent ainsi : Montpellier (0340766Y), Sète (0340767Z)"),
        ("École du Cher", "aucun établissement connu ne s'appelle ainsi dans ce territoire"),
    ],
)
def test_a_name_of_no_school_or_of_several_is_refused(name: str, why: str):
    read = row("Date;Établissement", f"12/03/2027 18h30-20h;{name}")
    SCHOOLS.find(read, "34")
    assert why in problems(read)["school"]


@pytest.mark.parametrize(
    ("columns", "cells", "words"),
    [
        ("Date;Horaires", "31/02/2027;18h30-20h30", ["Date : « 31/02/2027 » : ce jour n'existe pas, date attendue"]),
        (
            "Date;Horaires",
            "12/03/2027;le soir",
            ["Horaires : « le soir » : heures attendues, par exemple 18 h 30 - 20"],
        ),
        ("Date;Horaires", "demain;18h30-20h30", ["Date : « demain » : date attendue"]),
        (
            "Début;Fin",
            "31/02/2027 18h;tard",
            ["Début : « 31/02/2027 18h » : ce jour", "Fin : « tard » : date et heure"],
        ),
        ("Date;Horaires", ";18h30-20h30", ["Date : date attendue"]),
        ("Date;Horaires", "12/03/2027;", ["Horaires : heure attendue", "Horaires : heure de fin attendue"]),
        ("Date;Horaires", ";", ["Date et Horaires : date et heure attendues", "Horaires : heure de fin attendue"]),
        ("Jour;De;À", "12/03/2027;18h30;tard", ["À : « tard » : heure de fin attendue"]),
        ("Date fin;Début", "12/13/2027;12/03/2027 18h30", ["Date fin : « 12/13/2027 » : ce jour n'existe pas"]),
        ("Heure;Date;Durée", "18h30;12/03/2027;longue", ["Durée : « longue » : durée attendue"]),
        ("Date", "12/03/2027 18h30", ["colonne « fin » absente : heure de fin attendue"]),
        ("Date;Thème 2", "12/03/2027 18h30-20h;Chant", ["Thème(s) et Thème 2 : « Chant » n'est pas reconnu"]),
        ("Date;VILLE ;CP", "12/03/2027 18h30-20h;Trifouilly;34070", ["VILLE et CP : « Trifouilly 34070 » : "]),
        ("Date;Code  INSEE", "12/03/2027 18h30-20h;Trifouilly", ["Code INSEE : « Trifouilly » : aucune commune"]),
        ("Date;Langue(s)", "12/03/2027 18h30-20h;elfique", ["Langue(s) : « elfique » n'est pas reconnu"]),
        ("Date;École", "12/03/2027 18h30-20h;Poudlard", ["École : « Poudlard » : aucun établissement"]),
    ],
)
def test_what_is_wrong_is_named_by_the_columns_as_they_stand_in_the_table(columns: str, cells: str, words: list[str]):
    read = row(columns, cells)
    find_commune(read, "34")
    SCHOOLS.find(read, "34")
    messages = [problem.message for problem in read.problems]
    assert [message[: len(start)] for message, start in zip(messages, words, strict=True)] == words


def test_every_column_that_a_declaration_has_may_stand_in_a_table():
    columns = {"start": "starts_at", "end": "ends_at", "commune": "commune_code"}
    assert set(AnimationContent.model_fields) <= {columns.get(name, name) for name in COLUMNS.headers}


def test_a_day_of_the_week_that_is_not_that_of_the_date_is_refused_with_the_right_one():
    (row,) = read_animations(
        "titre;date;description;type de lieu;lieu;public;type;thèmes;places\nCafé;jeudi 12 mars 2027 18h30", WORDS
    ).rows
    assert any("le 12/03/2027 est un vendredi" in problem.message for problem in row.problems)


@pytest.mark.parametrize(
    ("columns", "cells", "named"),
    [
        ("Date;Horaires", "12/03/2027;22h-1h", "Horaires : « 22h-1h » : la fin"),
        ("Date;Début;Fin", "12/03/2027;22h;1h", "Fin : la fin"),
        ("Date;Horaires;date fin", "12/03/2027;22h-1h;", "Horaires : « 22h-1h » : la fin"),
    ],
)
def test_an_end_before_its_start_says_which_column_would_hold_the_day_after(columns: str, cells: str, named: str):
    message = problems(row(columns, cells))["ends_at"]
    assert message.startswith(f"{named} doit suivre le début.")
    assert f"colonne « {'date fin' if 'date fin' in columns else 'Date de fin'} »" in message
    assert problems(row("Date;Horaires;Date de fin", "12/03/2027;22h-1h;13/03/2027")) == {}
