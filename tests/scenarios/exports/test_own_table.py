"""A structure's own table: what it attested, in the order that it asks for, ready to be read and filtered."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from tests.support.people import NATIONAL, STRUCTURE, STRUCTURE_ID
from tests.support.server import Server

OWN = f"/structures/{STRUCTURE_ID}/animations"
FIRST = ("Qu'est-ce qui a marché ?", "Combien de nouveaux ?")
SECOND = ("Combien de nouveaux ?", "Avec qui ?")


def _get(server: Server, path: str, who: str | None = STRUCTURE, **params: Any) -> Any:
    headers = {"authorization": f"Bearer {who}"} if who else {}
    return server.http.get(path, params=params, headers=headers)


def _titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    return [row["Titre"] for row in rows]


def _word(server: Server, questions: tuple[str, ...]) -> None:
    document = """mutation($input: AttestationFormWordInput!) {
      attestationFormWord(input: $input) { errors { message } } }"""
    assert server.ask(document, NATIONAL, input={"questions": list(questions)})["attestationFormWord"]["errors"] == []


@pytest.fixture
def attested(people: Any, server: Server) -> None:
    """Two attested under one form each, one that is not attested."""
    people.sign()
    animations = []
    for number, title in enumerate(("Bac", "Abc", "Cab")):
        hours = {"startsAt": f"2027-03-{15 + number}T22:00", "endsAt": f"2027-03-{16 + number}T00:30"}
        animations.append(people.declare(title=title, **hours))
        people.publish(animations[-1])
    server.clock.now = datetime(2027, 4, 1, tzinfo=UTC)
    for animation, questions, answers in (
        (animations[0], FIRST, ["=Tout", "3"]),
        (animations[1], SECOND, ["02", "L'école"]),
    ):
        _word(server, questions)
        people.does("08-attest-who-came", STRUCTURE, animationId=animation, parents=4, children=2, answers=answers)


def test_each_question_has_a_column_whatever_the_version_of_its_form(attested, server):
    answer = _get(server, f"{OWN}.csv")
    headers, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert headers[-3:] == [*FIRST, "Avec qui ?"]
    assert [line[-3:] for line in lines] == [["'=Tout", "3", ""], ["", '="02"', "L'école"], ["", "", ""]]


def test_what_ends_after_midnight_says_on_which_day(attested, server):
    answer = _get(server, f"{OWN}.csv")
    row, *_ = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert [row[name] for name in ("Date", "Début", "Date de fin", "Fin")] == [
        *("15/03/2027", "22:00"),
        *("16/03/2027", "00:30"),
    ]


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        ([], ["Bac", "Abc", "Cab"]),
        (["TITLE"], ["Abc", "Bac", "Cab"]),
        (["STARTS_AT:DESC"], ["Cab", "Abc", "Bac"]),
        (["ATTESTED", "TITLE:DESC"], ["Cab", "Bac", "Abc"]),
    ],
)
def test_the_order_is_that_asked_for(attested, server, order, titles, monkeypatch):
    monkeypatch.setattr("api.animations.export_pages.PAGE", 2)
    assert _titles(_get(server, f"{OWN}.csv", orderBy=order)) == titles
    sheet = load_workbook(io.BytesIO(_get(server, f"{OWN}.xlsx", orderBy=order).content)).active
    headers, *rows = sheet.iter_rows(values_only=True)
    assert [row[headers.index("Titre")] for row in rows] == titles


@pytest.mark.parametrize("wrong", ["DATE", "TITLE:DOWN", "title"])
def test_an_order_that_there_is_not_is_refused_with_those_there_are(attested, server, wrong):
    for path in (f"{OWN}.csv", "/animations.csv"):
        answer = _get(server, path, orderBy=wrong)
        assert answer.status_code == 400
        assert "orderBy : valeurs acceptées : STARTS_AT, TITLE" in answer.json()["errors"][0]["message"]


def test_the_workbook_is_as_wide_as_its_content_and_can_be_filtered(attested, server):
    sheet = load_workbook(io.BytesIO(_get(server, f"{OWN}.xlsx").content)).active
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.freeze_panes == "A2"
    widths = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]}
    assert widths["Identifiant"] > 36 > widths["Places"] > 7
    assert len(set(widths.values())) > 5
    (siret,) = {row[list(widths).index("SIRET")].value for row in sheet.iter_rows(min_row=2)}
    assert siret == "21020001000010"
