"""Animations beside GraphQL: tables and a calendar, with the filters and the rights of the queries."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from openpyxl import load_workbook  # type: ignore[import-untyped]

from api.exports import animations as exports
from projections.reading import Snapshot
from tests.scenarios.people import ANIMATION, AUDITOR, COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, STRUCTURE, STRUCTURE_ID
from tests.scenarios.server import Server

OWN = f"/structures/{STRUCTURE_ID}/animations"


@pytest.fixture
def season(people: Any) -> dict[str, str]:
    """One published, one cancelled after that, one that waits; by title."""
    people.sign()
    found = {title: people.declare(title=title) for title in ("Publiée", "=Annulée()", "En attente")}
    for title in ("Publiée", "=Annulée()"):
        people.publish(found[title])
    document = 'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige"}) { position } }'
    people.server.ask(document, STRUCTURE, id=found["=Annulée()"])
    return found


def _get(server: Server, path: str, who: str | None = None, etag: str = "", **params: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {who}"} if who else {}
    known = {"if-none-match": etag} if etag else {}
    answer: httpx.Response = server.http.get(path, params=params, headers=headers | known)
    return answer


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_listing_as_a_table_tells_what_is_public_of_what_is_published(season, server):
    (row,) = _rows(_get(server, "/animations.csv"))
    assert (row["Date"], row["Début"], row["Fin"]) == ("15/03/2027", "18:00", "20:00")
    assert (row["Titre"], row["Structure"], row["Territoire"]) == ("Publiée", "Centre social Les Tilleuls", "Hérault")
    assert row["Thèmes"] == "ENT - Pronote, Temps d'écran"
    assert row["Places restantes"] == str(ANIMATION["seats"])
    assert "État" not in row


def test_own_animations_are_told_in_every_status_to_those_who_answer_for_them(season, server):
    rows = {row["Titre"]: row["État"] for row in _rows(_get(server, f"{OWN}.csv", STRUCTURE))}
    assert rows == {"Publiée": "publiée", "'=Annulée()": "annulée", "En attente": "à publier"}
    for who in (COORDONNATEUR, NATIONAL, AUDITOR):
        assert len(_rows(_get(server, f"{OWN}.csv", who))) == 3
    assert [row["Titre"] for row in _rows(_get(server, f"{OWN}.csv", STRUCTURE, status="SUBMITTED"))] == ["En attente"]
    assert _get(server, f"{OWN}.csv", OTHER_STRUCTURE).status_code == 403
    assert _get(server, f"{OWN}.csv").status_code == 401
    assert _get(server, "/structures/00000000-0000-4000-8000-000000000001/animations.csv", STRUCTURE).status_code == 403


def test_the_workbook_holds_real_dates_and_numbers_and_no_formula(season, server):
    answer = _get(server, f"{OWN}.xlsx", STRUCTURE)
    sheet = load_workbook(io.BytesIO(answer.content)).active
    headers, *rows = sheet.iter_rows(values_only=True)
    found = {row[headers.index("Titre")]: dict(zip(headers, row, strict=True)) for row in rows}
    assert set(found) == set(season)
    assert found["Publiée"]["Date"].date() == date(2027, 3, 15)
    assert found["Publiée"]["Places"] == ANIMATION["seats"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_calendar_marks_what_is_cancelled_and_keeps_local_times(season, server):
    answer = _get(server, "/animations.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    entries = {str(entry["summary"]): entry for entry in calendar.walk("VEVENT")}
    assert set(entries) == {"Publiée", "Annulée : =Annulée()"}
    published, cancelled = entries["Publiée"], entries["Annulée : =Annulée()"]
    assert (published["status"], cancelled["status"]) == ("CONFIRMED", "CANCELLED")
    assert published["dtstart"].params["TZID"] == "Europe/Paris"
    assert published.decoded("dtstart").isoformat() == "2027-03-15T18:00:00+01:00"
    assert published["uid"] == f"{season['Publiée']}@parentalite.example.org"
    assert cancelled.decoded("sequence") > published.decoded("sequence")
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]


@pytest.mark.parametrize(
    "path", ["/animations.csv", "/animations.xlsx", "/animations.ics", f"{OWN}.csv", f"{OWN}.xlsx"]
)
def test_as_long_as_nothing_moves_nothing_is_read_or_sent_again(season, people, server, path, monkeypatch):
    first = _get(server, path, STRUCTURE)
    read = Snapshot.rows
    pages: list[str] = []

    async def noted(self: Snapshot, query: Any, params: Any = None) -> Any:
        if "cursor_values" in query.as_string(None):
            pages.append(path)
        return await read(self, query, params)

    monkeypatch.setattr(Snapshot, "rows", noted)
    again = _get(server, path, STRUCTURE, first.headers["etag"])
    assert (again.status_code, again.content, pages) == (304, b"", [])
    assert _get(server, path, NATIONAL, first.headers["etag"]).status_code == 200, "another asker"
    people.declare(title="Encore une")
    assert _get(server, path, STRUCTURE, first.headers["etag"]).status_code == 200


def test_many_rows_come_page_by_page_in_order(people, server, monkeypatch):
    people.sign()
    monkeypatch.setattr(exports, "PAGE", 2)
    titles = [f"Café {number}" for number in range(5)]
    for number, title in enumerate(titles):
        day = f"2027-03-{10 + number}"
        people.publish(people.declare(title=title, startsAt=f"{day}T18:00:00+01:00", endsAt=f"{day}T19:00:00+01:00"))
    assert [row["Titre"] for row in _rows(_get(server, "/animations.csv"))] == titles


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"unknown": "x"}, "unknown"),
        ({"startsFrom": "demain"}, "startsFrom"),
        ({"seatsLeft": "oui"}, "seatsLeft"),
        ({"structureId": "x"}, "structureId"),
        ({"text": "x" * 400}, "text"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(server, params, name):
    answer = _get(server, "/animations.csv", **params)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert error["message"].startswith(f"{name} : ")


def test_the_filters_are_those_of_the_query(season, server):
    assert len(_rows(_get(server, "/animations.csv", territory="34", text="publiee"))) == 1
    assert _rows(_get(server, "/animations.csv", territory="02")) == []
    answer = server.http.get("/animations.csv", params=[("territory", "02"), ("territory", "34")])
    assert len(_rows(answer)) == 1
