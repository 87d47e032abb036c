"""The past with the rights of today, and the moments that can be named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from application.conventions import ConventionSign
from application.service_dossiers.commands import (
    ServiceDossierGather,
    ServiceDossierOpen,
    ServiceDossierSubmit,
)
from domain.kernel.actors import PUBLIC
from domain.kernel.identifiers import structure_id
from tests.api.past.past_story import ANIMATION, OF_STRUCTURE, head
from tests.support.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    NATIONAL,
    TILLEULS,
    Town,
    coordonnateur,
    structure,
)
from tests.support.api.reading import refusals


def test_a_coordonnateur_of_a_territory_that_came_later_reads_the_past_of_the_structure(town, story):
    town.signs(territory="971")
    document = f'query ($at: At) {{ structure(siret: "{TILLEULS}", at: $at) {{ conventions {{ territory }} }} }}'
    at = {"position": story["signed"]}
    assert town.asks(document, coordonnateur("971"), at=at).data == {"structure": {"conventions": []}}
    assert town.asks(document, coordonnateur("34"), at=at).data == {"structure": {"conventions": [{"territory": "34"}]}}
    assert town.asks(document, coordonnateur("02"), at=at).codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("at", "field"),
    [
        ({"position": 0}, "position"),
        ({"position": -5}, "position"),
        ({"position": 2**31 - 1}, "position"),
        ({"instant": "2026-09-01T10:00:00"}, "instant"),
        ({"instant": "2099-01-01T00:00:00Z"}, "instant"),
        ({"day": "demain"}, "day"),
        ({"day": "2099-01-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
    ],
    ids=str,
)
def test_a_moment_that_cannot_be_is_named(town, story, at, field):
    for document, variables in ((ANIMATION, {"id": str(story["id"])}), (OF_STRUCTURE, {"siret": TILLEULS})):
        answer = town.asks(document, NATIONAL, at=at, **variables)
        assert refusals(answer) == [{"code": "INVALID", "field": ["at", field]}]
        assert answer.messages[0].startswith(f"at.{field} : ")


@pytest.mark.parametrize("at", [{}, {"position": 3, "day": "2026-09-01"}, {"position": None}], ids=str)
def test_exactly_one_way_to_name_the_moment_is_taken(town, at):
    assert town.asks(OF_STRUCTURE, NATIONAL, siret=TILLEULS, at=at).codes == ["GRAPHQL_INVALID"]


def test_what_never_existed_has_no_past(town, story):
    assert town.asks(ANIMATION, NATIONAL, id=str(uuid4()), at={"position": 5}).data == {"animation": None}


DOSSIER = """query ($id: ID!, $at: At) { serviceDossier(id: $id, at: $at) {
  status animationCount amount convention { ratePerAnimation plannedAnimations } structure { name }
  lines { animation { title } current { parents } } missing { kind animation { title } }
  allowedActions { action } } }"""


def test_a_dossier_is_told_as_it_was_then(town: Town):

    signed = ConventionSign(
        siret=TILLEULS,
        structure_name="Les Tilleuls",
        territory="34",
        coordonnateur="coordination-34",
        signed_on=town.now.date(),
        valid_from=town.now.date(),
        valid_until=datetime(2027, 8, 31, tzinfo=UTC).date(),
        rate_per_animation=Decimal("150.00"),
    )
    convention = town.does(signed, NATIONAL)
    starts_at = town.now + timedelta(hours=1)
    first, second = (
        town.declares(title=title, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), published=True)
        for title in ("Un", "Deux")
    )
    town.now += timedelta(days=1)
    town.attests(first, 7)
    opened = ServiceDossierOpen(
        structure_id=structure_id(TILLEULS),
        convention_id=convention,
        period_from=datetime(2026, 9, 1, tzinfo=UTC).date(),
        period_until=datetime(2026, 9, 1, tzinfo=UTC).date(),
        animation_ids=(first,),
    )
    dossier = town.does(opened, structure(TILLEULS))
    opened_at = head(town)
    town.now += timedelta(days=1)
    town.attests(second, 9)
    town.does(ServiceDossierGather(dossier_id=dossier, animation_ids=(first, second)), structure(TILLEULS))
    gathered_at = head(town)
    town.does(ServiceDossierSubmit(dossier_id=dossier), structure(TILLEULS))

    def then(who: Any, at: dict[str, Any]) -> Any:
        return town.asks(DOSSIER, who, id=str(dossier), at=at).data["serviceDossier"]

    early, late = then(AUDITOR, {"position": opened_at}), then(coordonnateur("34"), {"position": gathered_at})
    assert (early["status"], early["animationCount"], early["amount"]) == ("OPEN", 1, "150.00")
    assert early["lines"] == [{"animation": {"title": "Un"}, "current": {"parents": 7}}]
    assert {"kind": "UNATTESTED", "animation": {"title": "Deux"}} in early["missing"]
    assert (late["status"], late["animationCount"], late["amount"]) == ("OPEN", 2, "300.00")
    assert "UNATTESTED" not in [missing["kind"] for missing in late["missing"]]
    assert late["allowedActions"] == []
    assert then(AUDITOR, {"position": 1}) is None
    assert then(structure(BASSE_TERRE), {"position": gathered_at}) is None
    assert then(PUBLIC, {"position": gathered_at}) is None
    trail = "query ($where: AuditWhere) { auditTrail(where: $where, first: 100) { nodes { subject } totalCount } }"

    def subjects(who: Any, **where: Any) -> list[str]:
        page = town.asks(trail, who, where={"dossierId": str(dossier), **where}).data["auditTrail"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["subject"] for node in page["nodes"]]

    # Its own events, and all those of the animations that it holds.
    assert set(subjects(AUDITOR)) == {str(dossier), str(first), str(second)}
    assert subjects(coordonnateur("34"), type=["animation.attested"]) == [str(first), str(second)]
    assert subjects(structure(TILLEULS), animationId=str(first), type=["animation.created"]) == [str(first)]
    # Who may read nothing of it is answered as for what does not exist.
    assert town.asks(trail, coordonnateur("971"), where={"dossierId": str(dossier)}).codes == ["INVALID"]
