"""A dossier as a table, over HTTP, for those who may read it."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.scenarios.service.dossiers_story import Claims
from tests.scenarios.service.test_service_dossiers_read import ELSEWHERE
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, PARENT, STRUCTURE, People
from tests.support.server import Server


@pytest.fixture
def claims(people: People) -> Claims:
    return Claims(people)


def fetched(server: Server, dossier: str, who: str | None = STRUCTURE, **headers: str) -> httpx.Response:
    sent = headers | ({"authorization": f"Bearer {who}"} if who else {})
    return server.http.get(f"/service-dossiers/{dossier}/dossier.csv", headers=sent)


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    (error,) = answer.json()["errors"]
    assert error["message"]
    return answer.status_code, error["extensions"]["code"]


def test_a_dossier_is_a_table_of_its_animations(claims: Claims, people: People, server: Server):
    day = {"startsAt": "2027-03-14T18:00:00+01:00", "endsAt": "2027-03-14T20:00:00+01:00"}
    formula = people.declare(title='=HYPERLINK("https://exemple.fr")', **day)
    people.publish(formula)
    (café,) = claims.held(1)
    claims.attest(formula, café)
    dossier = claims.certified(formula, café)
    answer = fetched(server, dossier)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="Animations du service fait - Centre social Les Tilleuls - 2027-01-01 au 2027-03-31.csv"'
    )
    assert answer.content.startswith(b"\xef\xbb\xbfDate;Titre;Lieu;Adresse;")
    assert answer.content.count(b"\r\n") == 3
    first, second = table(answer)
    assert first["Titre"] == '\'=HYPERLINK("https://exemple.fr")'
    assert second == {
        "Date": "15/03/2027",
        "Titre": "Café des parents : Pronote sans peine",
        "Lieu": "École Jean Jaurès",
        "Adresse": "1 rue de l'École, Montpellier",
        "Thèmes": "ENT - Pronote, Temps d'écran",
        "Type": second["Type"],
        "Parents (soumis)": "9",
        "Enfants (soumis)": "4",
        "Parents (attestés à ce jour)": "9",
        "Enfants (attestés à ce jour)": "4",
        "Feuille d'émargement (SHA-256)": "",
        "Montant par animation (€)": "150,00",
        "État du dossier": "Service fait certifié",
        "Montant du dossier (€)": "300,00",
        "Reste à recouvrer du dossier (€)": "0,00",
        "Recouvré du dossier (€)": "0,00",
    }


def test_both_figures_stand_in_it_after_an_amendment(claims: Claims, people: People, server: Server):
    (animation,) = claims.held(1)
    claims.attest(animation)
    dossier = claims.certified(animation)
    amendment: dict[str, Any] = {"animationId": animation, "parents": 7, "children": 3, "reason": "Doublon."}
    people.does("25-propose-an-amendment", STRUCTURE, dossierId=dossier, **amendment)
    position = people.does("26-accept-an-amendment", COORDONNATEUR, dossierId=dossier, number=1)["position"]
    (row,) = table(fetched(server, dossier, **{"min-position": str(position)}))
    figures = [row[f"{who} ({when})"] for when in ("soumis", "attestés à ce jour") for who in ("Parents", "Enfants")]
    assert figures == ["9", "4", "7", "3"]


def test_nothing_is_submitted_yet_in_a_dossier_in_preparation(claims: Claims, server: Server):
    claims.attest(*claims.held(1))
    (row,) = table(fetched(server, claims.open()["id"]))
    assert (row["Parents (soumis)"], row["Parents (attestés à ce jour)"]) == ("", "9")
    assert row["Montant par animation (€)"] == "150,00"


def test_it_is_for_those_who_may_read_the_dossier(claims: Claims, server: Server):
    claims.attest(*claims.held(1))
    dossier = claims.open()["id"]
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
        assert len(table(fetched(server, dossier, who))) == 1
    for who in (OTHER_STRUCTURE, ELSEWHERE, PARENT):
        assert refusal(fetched(server, dossier, who)) == (403, "FORBIDDEN")
    assert refusal(fetched(server, dossier, None)) == (401, "UNAUTHENTICATED")
    assert refusal(fetched(server, dossier, "faux")) == (401, "UNAUTHENTICATED")


def test_only_who_reads_everything_is_told_that_there_is_none(server: Server):
    absent = str(uuid4())
    assert refusal(fetched(server, absent, AUDITOR)) == (404, "NOT_FOUND")
    assert refusal(fetched(server, absent, STRUCTURE)) == (403, "FORBIDDEN")
    assert refusal(fetched(server, absent, None)) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("wrong", ["rien", "%00"])
def test_what_is_no_id_is_told_so(wrong: str, server: Server):
    assert refusal(fetched(server, wrong, AUDITOR)) == (400, "INVALID")
