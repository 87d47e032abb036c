"""What people paste holds characters that nobody sees: they are left out, and keep nobody from being understood."""

from __future__ import annotations

import pytest

from tests.support.people import SCHOOL, People
from tests.support.server import Server
from tests.support.visitor import Visitor
from web.core.typed import readable, readable_line, readable_lines

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
