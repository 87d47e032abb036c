"""Animations as tables beside GraphQL, with the filters and the rights of the queries."""

from __future__ import annotations

import csv
import io
from datetime import date, time, timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from api.animations import export_pages as pages
from api.downloads import workbook
from projections.engine.planning import Planning
from projections.engine.reading import Snapshot
from tests.support.people import (
    ANIMATION,
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    STRUCTURE,
    STRUCTURE_ID,
)
from tests.support.server import Server

OWN = f"/structures/{STRUCTURE_ID}/animations"


@pytest.fixture
def season(people: Any) -> dict[str, str]:
    """One published, one cancelled after that, one that waits; by title."""
    people.sign()
    animations = {title: people.declare(title=title) for title in ("Publiée", "=Annulée()", "En attente")}
    for title in ("Publiée", "=Annulée()"):
        people.publish(animations[title])
    document = 'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige"}) { position } }'
    people.server.ask(document, STRUCTURE, id=animations["=Annulée()"])
    return animations


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
    assert (row["Date"], row["Début"], row["Date de fin"], row["Fin"]) == ("15/03/2027", "18:00", "15/03/2027", "20:00")
    assert (row["SIRET"], row["Commune (INSEE)"]) == ('="21020001000010"', "34172")
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
    by_title = {row[headers.index("Titre")]: dict(zip(headers, row, strict=True)) for row in rows}
    assert set(by_title) == set(season)
    assert by_title["Publiée"]["Date"].date() == date(2027, 3, 15)
    assert (by_title["Publiée"]["Début"], by_title["Publiée"]["Fin"]) == (time(18), time(20))
    assert by_title["Publiée"]["Places"] == ANIMATION["seats"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_many_rows_come_page_by_page_in_order(people, server, monkeypatch):
    people.sign()
    monkeypatch.setattr(pages, "PAGE", 2)
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


def test_a_sheet_that_would_be_too_long_is_refused_whole(season, server, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    answer = _get(server, f"{OWN}.xlsx", STRUCTURE)
    assert answer.status_code == 400
    assert "CSV" in answer.json()["errors"][0]["message"]


def test_what_is_past_hangs_on_the_time_and_is_read_each_time(season, server):
    before = _get(server, f"{OWN}.csv", STRUCTURE, past="true")
    assert _rows(before) == []
    assert not {"etag", "last-modified"}.intersection(before.headers)
    server.clock.now += timedelta(days=100)
    assert len(_rows(_get(server, f"{OWN}.csv", STRUCTURE, past="true"))) == 3


def test_what_awaits_its_attestation_is_a_table_of_its_own(season, server):
    assert _rows(_get(server, f"{OWN}.csv", STRUCTURE, awaitingAttestation="true")) == []
    server.clock.now += timedelta(days=100)
    awaiting = _get(server, f"{OWN}.csv", STRUCTURE, awaitingAttestation="true")
    unattested = _get(server, f"{OWN}.csv", STRUCTURE, past="true", attested="false")
    assert not {"etag", "last-modified"}.intersection(awaiting.headers)
    assert 0 < len(_rows(awaiting)) < len(_rows(unattested)) + 1


def test_only_who_reads_everything_is_told_that_there_is_no_such_structure(season, server):
    nobody = "/structures/00000000-0000-4000-8000-000000000001/animations.csv"
    assert [_get(server, nobody, who).status_code for who in (AUDITOR, OTHER_STRUCTURE, None)] == [404, 403, 401]


def test_who_breaks_off_keeps_no_connection(people, server, monkeypatch):
    people.sign()
    for number in range(3):
        people.publish(people.declare(title=f"Café {number}"))
    monkeypatch.setattr(pages, "PAGE", 2)
    read, queries = Snapshot.sent, []

    async def failing(self: Snapshot, query: Any, params: Any = None, planning: Planning = Planning.CHOSEN) -> Any:
        if "cursor_values" in query.as_string(None):
            queries.append(query)
            if len(queries) % 2 == 0:
                raise ConnectionAbortedError
        return await read(self, query, params, planning)

    with monkeypatch.context() as broken:
        broken.setattr(Snapshot, "sent", failing)
        for _ in range(server.services.pool.max_size + 1):
            with pytest.raises(httpx.RemoteProtocolError):
                _get(server, "/animations.csv")
    assert len(_rows(_get(server, "/animations.csv"))) == 3
