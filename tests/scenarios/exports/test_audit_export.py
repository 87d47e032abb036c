"""The audit trail as a table for spreadsheets: the filters and the rights of the query, page after page."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from anyio import to_thread

from api.audit import downloads as audit_trail
from tests.support.people import (
    AUDITOR,
    CANDIDATURE,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Server

_ALL = "query ($where: AuditWhere) { auditTrail(where: $where, first: 100) { nodes { position type data } } }"


def _get(server: Server, who: str | None = AUDITOR, **params: Any) -> httpx.Response:
    headers = {} if who is None else {"authorization": f"Bearer {who}"}
    return server.http.get("/audit-trail.csv", params=params, headers=headers)


def _table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def _positions(answer: httpx.Response) -> list[int]:
    return [int(line["Position"]) for line in _table(answer)]


@pytest.fixture
def story(people: People) -> dict[str, str]:
    """A convention, an animation published a day later under a title that looks like a formula, a candidature."""
    convention = people.sign()["convention"]["id"]
    since = people.server.clock.now = people.server.clock.now + timedelta(days=1)
    animation = people.declare(title='=HYPERLINK("http://exemple.fr";"Café")')
    people.publish(animation)
    people.does("12-submit-a-candidature", PARENT, **CANDIDATURE)
    position = str(people.server.log_head())
    return {"animation": animation, "convention": convention, "since": since.isoformat(), "position": position}


def test_the_table_opens_in_a_french_spreadsheet(server, story):
    answer = _get(server, animationId=story["animation"])
    assert answer.content.startswith("\ufeffPosition;Enregistré le (UTC);Type d'événement;".encode())
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n") == 3
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == f'attachment; filename="Journal - position {story["position"]}.csv"'
    created, published = _table(answer)
    assert [created["Type d'événement"], published["Type d'événement"]] == ["animation.created", "animation.published"]
    assert (created["Objet"], created["Version de l'objet"]) == (story["animation"], "1")
    assert (created["Structure"], created["Territoire"]) == (STRUCTURE_ID, "34")
    assert json.loads(created["Données"])["title"].startswith("=HYPERLINK")


@pytest.mark.parametrize("page", [1, 2, 1_000])
@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({}, {}),
        ({"structureId": STRUCTURE_ID}, {"structureId": STRUCTURE_ID}),
        (
            {"type": ["animation.published", "convention.signed"]},
            {"type": ["animation.published", "convention.signed"]},
        ),
        ({"positionFrom": "5", "positionTo": "20"}, {"positionFrom": 5, "positionTo": 20}),
        ({"type": ""}, {}),
    ],
    ids=str,
)
def test_each_filter_gives_the_rows_of_the_query(server, story, monkeypatch, params, where, page):
    monkeypatch.setattr(audit_trail, "PAGE", page)
    expected = server.ask(_ALL, AUDITOR, where=where)["auditTrail"]["nodes"]
    assert _positions(_get(server, **params)) == [node["position"] for node in expected]


def test_dates_narrow_it_too(server, story):
    late = _positions(_get(server, recordedFrom=story["since"]))
    early = _positions(_get(server, recordedBefore=story["since"]))
    assert sorted([*early, *late]) == _positions(_get(server))
    assert len(late) == 3


def test_rights_are_those_of_the_query(server, story):
    assert len(_positions(_get(server, STRUCTURE))) == 5
    assert len(_positions(_get(server, COORDONNATEUR))) >= 6
    assert _positions(_get(server, OTHER_STRUCTURE)) == []
    assert _positions(_get(server, NATIONAL)) == _positions(_get(server, AUDITOR))
    for who, status, code in (
        (None, 401, "UNAUTHENTICATED"),
        (PARENT, 403, "FORBIDDEN"),
        ("x", 401, "UNAUTHENTICATED"),
    ):
        refused = _get(server, who)
        assert refused.status_code == status
        assert refused.json()["errors"][0]["extensions"]["code"] == code
    anothers = _get(server, OTHER_STRUCTURE, structureId=STRUCTURE_ID)
    assert anothers.status_code == 403


def test_what_is_personal_is_named_and_never_shown(server, story):
    (line,) = _table(_get(server, type="candidature.submitted"))
    assert "first_name" in line["Champs personnels (masqués)"]
    assert json.loads(line["Données"])["first_name"] is None
    assert "sealed" not in line["Données"]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"structureId": "x"}, "structureId"),
        ({"animationId": "1"}, "animationId"),
        ({"dossierId": "é"}, "dossierId"),
        ({"controlId": "2"}, "controlId"),
        ({"type": "a\x00"}, "type"),
        ({"type": ["animation.published", "unheard.of"]}, "type"),
        ({"recordedFrom": "hier"}, "recordedFrom"),
        ({"recordedBefore": "2026-10-05T18:00:00"}, "recordedBefore"),
        ({"positionFrom": "-1"}, "positionFrom"),
        ({"positionTo": "1e3"}, "positionTo"),
        ({"positionTo": "9" * 30}, "positionTo"),
        ({"structureId": [STRUCTURE_ID, STRUCTURE_ID]}, "structureId"),
        ({"structure": STRUCTURE_ID}, "structure"),
        ({"first": "5"}, "first"),
    ],
    ids=str,
)
def test_a_parameter_that_cannot_be_used_is_named(server, params, name):
    refused = _get(server, **params)
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert error["extensions"] == {"code": "INVALID", "field": [name]}
    assert error["message"].startswith(f"{name} : ")


def test_what_is_recorded_while_it_is_sent_is_left_out_and_no_connection_is_held_between_pages(
    server, people, story, monkeypatch
):
    read_page, waiting = audit_trail._page, []

    async def _page(context, filtered, after):
        if after is not None:
            # Nobody else asks for one meanwhile: all are back.
            stats = context.services.pool.get_stats()
            waiting.append(stats["pool_size"] - stats["pool_available"])
            await to_thread.run_sync(lambda: people.declare(title="Déclarée pendant l'envoi"))
        return await read_page(context, filtered, after)

    monkeypatch.setattr(audit_trail, "_page", _page)
    monkeypatch.setattr(audit_trail, "PAGE", 20)
    sent = _get(server)
    assert _positions(sent) == list(range(1, int(story["position"]) + 1))
    assert sent.headers["position"] == story["position"]
    assert server.log_head() > int(story["position"])
    assert waiting
    assert set(waiting) == {0}


def test_it_can_only_be_read(server):
    assert server.http.post("/audit-trail.csv").status_code == 405
