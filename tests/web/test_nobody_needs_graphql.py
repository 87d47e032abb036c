"""What the API can do, pages can; what people typed is shown with its lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import web
from api.schema import schema
from web.core.french import came, day, free, typography, written

_WEB = Path(web.__file__).parent
_TYPED = re.compile(r"\{\{ *[\w.]*(?:[Rr]eason|[Cc]omment|[Nn]ote|\.answer) *\}\}")
#: A sentence that the API makes, not somebody.
_OURS = ("may.reason", "attach.reason", "questionnaire.closedReason")


def test_every_mutation_is_sent_by_a_page() -> None:
    documents = " ".join(path.read_text() for path in _WEB.rglob("*.graphql"))
    mutation = schema._schema.mutation_type
    assert mutation is not None
    assert [name for name in mutation.fields if not re.search(rf"\b{name}\b", documents)] == []


def test_what_was_typed_in_several_lines_is_shown_in_several_lines() -> None:
    shown = {
        f"{path.relative_to(_WEB)}: {match[0]}"
        for path in _WEB.rglob("*.html")
        for match in _TYPED.finditer(path.read_text())
        if match[0].strip("{} ") not in _OURS
    }
    assert shown == set()
    assert written("Une <b>feuille</b>\r\nmanque.\n") == "Une &lt;b&gt;feuille&lt;/b&gt;<br>manque."


@pytest.mark.parametrize(
    ("children", "admitted", "words"),
    [(0, False, "1\N{NO-BREAK SPACE}parent"), (0, True, "1\N{NO-BREAK SPACE}parent et 0\N{NO-BREAK SPACE}enfant")],
)
def test_children_are_told_of_where_some_came_or_could(children: int, admitted: bool, words: str) -> None:
    animation = {"audience": {"code": "parents"}, "type": {"admitsChildren": admitted}}
    assert came({"parents": 1, "children": children}, animation) == words
    assert "2\N{NO-BREAK SPACE}enfants" in came({"parents": 1, "children": 2}, animation)


def test_places_are_told_of_as_free() -> None:
    assert [free(number, 15) for number in (0, 1, 15)] == [
        "Complet",
        "1\N{NO-BREAK SPACE}place libre sur 15",
        "15\N{NO-BREAK SPACE}places libres sur 15",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("La publication « « Né avec » »", "La publication «_“Né avec”_»"),
        ("« Dire « non » à table » et « oui »", "«_Dire “non” à table_» et «_oui_»"),
        ("« « Seul »", "«_«_Seul_»"),
        ("100 % des 12 €", "100_% des 12_€"),
    ],
)
def test_quotes_within_quotes_have_marks_of_their_own(text: str, shown: str) -> None:
    assert typography(text) == shown.replace("_", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("value", "zone", "shown"),
    [
        ("2026-11-27T23:30:00Z", "Europe/Paris", "samedi 28"),
        ("2026-11-28T01:30:00+00:00", "America/Guadeloupe", "vendredi 27"),
        # What is in the local time of its place stays, as does a day.
        ("2026-11-27T23:30:00-04:00", "Europe/Paris", "vendredi 27"),
        ("2026-11-27", "America/Guadeloupe", "vendredi 27"),
    ],
)
def test_an_instant_is_of_the_day_that_it_was_where_it_is_read(value: str, zone: str, shown: str) -> None:
    assert day(value, zone).startswith(shown)
