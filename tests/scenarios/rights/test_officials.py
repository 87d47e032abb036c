"""Who acts by a mandate is named as the official that they are, and those who check payments can tell who that was."""

from __future__ import annotations

from typing import Any

import pytest

from application.people.officials import name_lookup
from domain.kernel.actors import Role
from tests.scenarios.service.dossiers_story import Claims
from tests.support.papers.pdf_text import text
from tests.support.people import (
    AUDITOR,
    CONVENTION,
    COORDONNATEUR,
    NATIONAL,
    PARENT,
    REASONS,
    SCHOOL,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Server, token

NATHALIE = token(Role.PARENT, "nathalie.coordo")
VIEWER = "{ viewer { role actor mandates { accountId } } }"
OFFICIAL = "query($name: String!) { official(name: $name) { accountId role subject } }"
DOSSIER = "query($id: ID!) { serviceDossier(id: $id) { certifiedBy certifiedByName } }"

TRAIL = "query($where: AuditWhere) { auditTrail(where: $where) { nodes { actorName actorFunction } } }"
AGENTS = "query($id: ID!) { serviceDossier(id: $id) { agents { type sentence function name } } }"


@pytest.fixture
def claims(people: People) -> Claims:
    return Claims(people)


def _viewer(server: Server) -> dict[str, Any]:
    viewer: dict[str, Any] = server.ask(VIEWER, NATHALIE)["viewer"]
    return viewer


def _name(server: Server, role: str) -> str:
    viewer = _viewer(server)
    assert viewer["actor"] == f"{role}:{viewer['mandates'][0]['accountId']}"
    return str(viewer["actor"])


def test_who_certifies_by_a_mandate_is_told_to_those_who_check_the_payment(claims, people, server):
    people.does("54-appoint-a-coordonnateur", NATIONAL, subject="nathalie.coordo", territories=["34"])
    name = _name(server, "coordonnateur")
    held = claims.held()
    claims.attest(*held)
    dossier = str(claims.open(animationIds=held)["id"])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    people.does("21-certify-the-service", NATHALIE, dossierId=dossier, **REASONS)
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
        seen = server.ask(DOSSIER, who, id=dossier)["serviceDossier"]
        assert seen == {"certifiedBy": name, "certifiedByName": "nathalie.coordo"}
        printed = server.http.get(
            f"/service-dossiers/{dossier}/dossier.pdf", headers={"authorization": f"Bearer {who}"}
        )
        assert "nathalie.coordo (coordonnateur)" in text(printed.content).replace("\u00a0", " ") or (
            "nathalie.coordo" in text(printed.content) and name not in text(printed.content)
        )
    (entry,) = people.history(AUDITOR, type=["service_dossier.certified"])
    assert (entry["actor"], entry["role"]) == (name, "coordonnateur")
    acted = {"actorName": "nathalie.coordo", "actorFunction": "coordonnateur"}
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
        entries = server.ask(TRAIL, who, where={"type": ["service_dossier.certified"]})["auditTrail"]["nodes"]
        assert entries == [acted]
        agents = server.ask(AGENTS, who, id=dossier)["serviceDossier"]["agents"]
        assert agents[-1] == {
            "type": "service_dossier.certified",
            "sentence": "Service fait certifié",
            "function": "coordonnateur",
            "name": "nathalie.coordo",
        }
        assert {agent["name"] for agent in agents[:-1]} == {"Les Tilleuls"}
    exported = server.http.get("/audit-trail.csv", headers={"authorization": f"Bearer {AUDITOR}"}).text
    (line,) = [line for line in exported.splitlines() if ";service_dossier.certified;" in line]
    assert line.endswith("coordonnateur;nathalie.coordo")
    account = name.partition(":")[2]
    people.does("57-end-a-mandate", NATHALIE, accountId=account, mandateId=_mandate(server))
    for who in (AUDITOR, NATIONAL):
        official = server.ask(OFFICIAL, who, name=name)["official"]
        assert official == {"accountId": account, "role": "COORDONNATEUR", "subject": "nathalie.coordo"}
    for other in (None, PARENT, STRUCTURE, COORDONNATEUR):
        assert server.errors(OFFICIAL, other, name=name)
    assert server.ask(OFFICIAL, AUDITOR, name=_viewer(server)["actor"])["official"] is None, (
        "a parent is nobody's to tell"
    )


def _mandate(server: Server) -> str:
    (mandate,) = server.ask("{ viewer { mandates { id } } }", NATHALIE)["viewer"]["mandates"]
    return str(mandate["id"])


def test_in_every_office_that_is_given_nobody_is_a_parent_by_name(people, server):
    people.sign()
    subject = "nathalie.coordo"
    people.does("56-admit-an-auditor", NATIONAL, subject=subject, until="2027-06-01T00:00:00Z")
    _name(server, "auditor")
    people.does("55-bind-school-staff", NATIONAL, subject=subject, staffRole="HEAD", territory="34", schools=[SCHOOL])
    _name(server, "head")
    people.does("53-register-as-mediateur", NATHALIE, structureId=STRUCTURE_ID)
    _name(server, "mediateur")
    link = people.does(
        "50-invite-somebody-to-speak-for-a-structure", STRUCTURE, structureId=STRUCTURE_ID, email="n@example.org"
    )["link"]
    people.does("51-accept-an-invitation", NATHALIE, link=link)
    _name(server, "structure")


def test_an_auditor_reads_who_was_given_what(people, server):
    people.sign()
    people.does("54-appoint-a-coordonnateur", NATIONAL, subject="nathalie.coordo", territories=["34"])
    (mandate,) = server.ask("{ mandates(role: COORDONNATEUR) { subject accountId } }", AUDITOR)["mandates"]
    assert mandate == {"subject": "nathalie.coordo", "accountId": _viewer(server)["mandates"][0]["accountId"]}


def test_older_events_that_name_an_official_as_a_parent_are_shown_through_the_mandate(people, server):
    people.does("54-appoint-a-coordonnateur", NATIONAL, subject="nathalie.coordo", territories=["34"])
    people.does("01-sign-a-convention", NATHALIE, **CONVENTION)
    with server.application.pool.connection() as conn:
        (person,) = conn.execute(
            "SELECT person_id FROM person_keys k JOIN stored_events e USING (originator_id)"
            " WHERE e.topic = 'account.coordonnateur_appointed'"
        ).fetchone()
        name_of = name_lookup(conn, server.application.vault)
        assert name_of(f"parent:{person}", "coordonnateur") == "nathalie.coordo"
        assert name_of(f"parent:{person}", "parent") == f"parent:{person}"
