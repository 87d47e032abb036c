"""What people paste holds characters that nobody sees: they are left out, and keep nobody from being understood."""

from __future__ import annotations

import pytest

from tests.support.people import SCHOOL, People
from tests.support.server import Server
from tests.support.visitor import Visitor
from web.core.forms import Field
from web.core.typed import iso_day, readable, readable_line, readable_lines, wrong_day

FROM_AN_ADDRESS_BOOK = "\u202a06 12 34 56 78\u202c"


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        (FROM_AN_ADDRESS_BOOK, "06 12 34 56 78"),
        ("\ufeffCa\u00adfé\u200b des\tparents\v", "Café des parents "),
        ("Jean\u200c-Luc, محمد, \U0001f469\u200d\U0001f467", "Jean\u200c-Luc, محمد, \U0001f469\u200d\U0001f467"),
        ("un\u2028deux\r\ntrois\0", "un deux trois"),
    ],
)
def test_a_line_keeps_what_shows_and_what_words_need(pasted: str, read: str):
    assert readable_line(pasted) == read


def test_a_text_keeps_its_lines_and_the_marks_that_other_scripts_need():
    assert readable("un\vdeux\rtrois\r\n\u202equatre\u200f\x07") == "un\ndeux\ntrois\nquatre\u200f"
    assert readable_lines("a\u200b\r\nb\u202e") == "a\nb"


def test_who_pastes_a_telephone_number_with_marks_around_it_is_registered(
    server: Server, people: People, visitor: Visitor
):
    animation = people.declare()
    people.publish(animation)
    typed = {"firstName": "\u200eLé\u00ada", "lastName": "Martin", "email": "\ufefflea@exemple.fr\u200b"}
    page = visitor.sees(f"/animations/{animation}")
    assert "C'est fait" in visitor.sends(page, values={**typed, "phone": FROM_AN_ADDRESS_BOOK})
    assert "prénom\0" not in visitor.sends(page, values={"firstName": "prénom\0"}, status=422)


def test_a_place_that_is_pasted_with_a_mark_is_found(visitor: Visitor, people: People):
    assert visitor.http.get("/animations?lieu=34000%E2%80%8E").headers["location"].endswith("commune=34172")
    suggestions = visitor.http.get("/communes.json?texte=Mont%00pelli%E2%80%8B")
    assert (suggestions.status_code, "Montpellier" in suggestions.text) == (200, True)
    page = visitor.signs_in("DIRECTOR").sees(f"/ecole/demandes?etablissement={SCHOOL}%E2%80%8B")
    assert "n'est pas compris" not in page


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        *((text, "2026-12-03") for text in ("jeudi, 3 décembre 2026", "le 3/12/26", "Date : jeudi 3/12/2026.")),
        *((text, "2026-12-03") for text in ("3 / 12 / 26,", "3-déc-2026", "2026-12-03,", "(du 3.12.2026)")),
        *((text, "2027-03-01") for text in ("1 er mars 2027", "1ᵉʳ mars 27", "lundi, le 1er mars 2027")),
        *((text, text) for text in ("3 au 5 décembre 2026", "vendredi 3/12/2026", "réunion 3/12/2026", "le")),
    ],
)
def test_a_day_that_is_pasted_with_marks_and_words_around_it_is_read(pasted: str, read: str):
    assert iso_day(pasted) == read


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        ("jeudi, 3 décembre", "l'année manque, par exemple 15 janvier 2027"),
        ("vendredi 3/12/2026", "ce jour est un jeudi : vérifiez la date"),
        ("réunion 3/12/2026", "une date est attendue, par exemple 15/01/2027"),
    ],
)
def test_what_keeps_a_day_from_being_read_is_named(day: str, wrong: str):
    assert wrong_day(iso_day(day)) == wrong


@pytest.mark.parametrize("typed", ["12.505", "12,505 €", " 12.505 euros"])
def test_an_amount_that_reads_in_two_ways_is_refused_with_both_ways_to_write_it(typed: str):
    field = Field("amount", "Montant", "amount")
    problem = str(field.problem(field.value(typed)))
    assert "écrivez 12 505,00" in problem
    assert problem.endswith("par exemple 12,50")


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12.505,00 €", "12505.00"), ("12 505", "12505"), ("1.200.000", "1200000"), ("12,50", "12.50")],
)
def test_an_amount_that_reads_in_one_way_is_taken(typed: str, read: str):
    field = Field("amount", "Montant", "amount")
    assert (field.value(typed), field.problem(field.value(typed))) == (read, None)


@pytest.mark.parametrize(("kind", "typed"), [("percent", "12,5 %"), ("number", "12,5"), ("number", "12,5 %")])
def test_a_part_of_a_number_is_refused_by_calling_for_a_whole_one(kind: str, typed: str):
    field = Field("share", "Part", kind)
    assert "un nombre entier est attendu" in str(field.problem(field.value(typed)))
