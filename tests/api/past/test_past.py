"""Things as they were known at a moment: folded from the events alone, read with the rights of today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from application.animations.commands import AnimationModify, AnimationPublish, AttestationCorrect
from application.conventions import ConventionSign
from application.service_dossiers.commands import (
    ServiceDossierGather,
    ServiceDossierOpen,
    ServiceDossierSubmit,
)
from application.typology import TermMerge, TermRename
from domain.kernel.actors import PUBLIC
from domain.kernel.identifiers import structure_id
from domain.typology.typology import TermKind
from projections.engine.rebuild import rebuild
from tests.support.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    MASTER_KEY,
    NATIONAL,
    TILLEULS,
    Town,
    coordonnateur,
    structure,
)
from tests.support.api.reading import refusals

ANIMATION = """query ($id: ID!, $at: At) { animation(id: $id, at: $at) {
  id version status title seats publishedAt type { code label } themes { code label retired }
  attestation { parents corrections } allowedActions { action allowed }
  structure { name siret conventions { id version } animations { totalCount nodes { title status } } }
  clonedFrom { title status structure { name } } } }"""
OF_STRUCTURE = """query ($siret: String!, $at: At) { structure(siret: $siret, at: $at) {
  name conventions { territory terminatedOn } timeline(first: 100) { nodes { type } totalCount }
  dashboard { animations published attested parents byTheme { term { label } animations } }
  animations(orderBy: [{field: TITLE, direction: DESC}], where: {attested: false}) { nodes { title } } } }"""
AS_IT_IS = ANIMATION.replace(", $at: At", "").replace(", at: $at", "")


@pytest.fixture
def story(town: Town) -> dict[str, Any]:
    """An animation declared, published, renamed, attested, corrected, a day each; its theme is renamed."""
    town.signs()
    moments: dict[str, Any] = {"signed": head(town)}

    def then(name: str) -> None:
        moments[name] = head(town)
        town.now += timedelta(days=1)

    starts_at = town.now + timedelta(days=2, hours=4)
    moments["id"] = found = town.declares(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    then("declared")
    town.asks("{ position }")
    town.does(AnimationPublish(animation_id=found), NATIONAL)
    then("published")
    town.does(AnimationModify(animation_id=found, changes={"title": "Atelier", "seats": 30}), structure(TILLEULS))
    town.does(TermRename(kind=TermKind.THEME, code="ent-pronote", label="Espace numérique"), NATIONAL)
    then("renamed")
    town.attests(found, 12)
    then("attested")
    correction = {"animation_id": found, "parents": 14, "reason": "Recompté."}
    town.does(AttestationCorrect(**correction), structure(TILLEULS))
    then("corrected")
    return moments


def _merges(town: Town) -> int:
    town.does(TermMerge(kind=TermKind.THEME, source="ent-pronote", into="temps-ecran"), NATIONAL)
    return head(town)


def head(town: Town) -> int:
    with town.app.pool.connection() as conn:
        (position,) = conn.execute("SELECT max(notification_id) FROM stored_events").fetchone() or (0,)
    return int(position)


def _at(town: Town, story: dict[str, Any], name: str, who: Any = NATIONAL) -> Any:
    return town.asks(ANIMATION, who, id=str(story["id"]), at={"position": story[name]}).data["animation"]


def test_an_animation_is_told_as_it_was_known_at_each_position(town, story):
    assert _at(town, story, "signed") is None
    declared, published, renamed, attested, corrected = (
        _at(town, story, name) for name in ("declared", "published", "renamed", "attested", "corrected")
    )
    assert [one["status"] for one in (declared, published)] == ["SUBMITTED", "PUBLISHED"]
    assert (declared["title"], declared["seats"], declared["publishedAt"]) == ("Café des parents", 12, None)
    assert (renamed["title"], renamed["seats"], renamed["attestation"]) == ("Atelier", 30, None)
    assert attested["attestation"] == {"parents": 12, "corrections": 0}
    assert corrected["attestation"] == {"parents": 14, "corrections": 1}
    assert [one["version"] for one in (declared, published, renamed, attested, corrected)] == [1, 2, 3, 4, 5]


def test_terms_are_told_with_the_typology_of_the_moment(town, story):
    assert _at(town, story, "published")["themes"] == [
        {"code": "ent-pronote", "label": "ENT - Pronote", "retired": False}
    ]
    assert _at(town, story, "renamed")["themes"][0]["label"] == "Espace numérique"
    assert [theme["code"] for theme in _at(town, story, "corrected")["themes"]] == ["ent-pronote"]
    story["merged"] = _merges(town)
    assert [theme["code"] for theme in _at(town, story, "merged")["themes"]] == ["temps-ecran"]


def test_the_latest_moment_is_what_stands_today(town, story):
    story["merged"] = _merges(town)
    rebuild(town.url, MASTER_KEY, workers=1)
    today = town.asks(AS_IT_IS, NATIONAL, id=str(story["id"])).data["animation"]
    assert today.pop("allowedActions") != []
    past = _at(town, story, "merged")
    assert past.pop("allowedActions") == []
    assert past == today


def test_a_moment_may_be_an_instant_or_a_day_of_paris(town, story):
    def title(**at: str) -> Any:
        found = town.asks(ANIMATION, NATIONAL, id=str(story["id"]), at=at).data["animation"]
        return found and (found["title"], found["status"])

    assert title(instant="2026-09-01T07:59:59Z") is None
    assert title(instant="2026-09-01T10:00:00+02:00") == ("Café des parents", "SUBMITTED")
    assert title(day="2026-08-31") is None
    assert title(day="2026-09-01") == ("Café des parents", "SUBMITTED")
    assert title(day="2026-09-02") == ("Café des parents", "PUBLISHED")
    assert title(day="2026-09-03") == ("Atelier", "PUBLISHED")


def test_what_is_recorded_after_midnight_in_paris_is_of_the_next_day_there(town):
    town.signs()
    town.now += timedelta(hours=13, minutes=59)
    found = town.declares()
    town.now += timedelta(minutes=1)
    town.does(AnimationPublish(animation_id=found), NATIONAL)
    # 21:59 and 22:00 UTC, in summer.
    for day, status in (("2026-09-01", "SUBMITTED"), ("2026-09-02", "PUBLISHED")):
        town.now += timedelta(days=1)
        then = town.asks(ANIMATION, NATIONAL, id=str(found), at={"day": day}).data["animation"]
        assert then["status"] == status


def test_what_stands_beside_a_thing_is_of_then_too(town, story):
    town.clones(story["id"])
    cloned_at = head(town)
    (clone,) = [
        node["id"]
        for node in town.asks(
            f'{{ structure(siret: "{TILLEULS}") {{ animations {{ nodes {{ id status }} }} }} }}', NATIONAL
        ).data["structure"]["animations"]["nodes"]
        if node["status"] == "SUBMITTED"
    ]
    town.now += timedelta(days=1)
    town.renames("Les Tilleuls")
    then = town.asks(ANIMATION, NATIONAL, id=clone, at={"position": cloned_at}).data["animation"]
    assert then["structure"]["name"] == "Centre social Les Tilleuls"
    assert then["clonedFrom"] == {
        "title": "Atelier",
        "status": "PUBLISHED",
        "structure": {"name": "Centre social Les Tilleuls"},
    }
    assert then["structure"]["animations"]["totalCount"] == 2
    assert len(then["structure"]["conventions"]) == 1
    now = town.asks(AS_IT_IS, NATIONAL, id=clone).data["animation"]
    assert now["structure"]["name"] == "Les Tilleuls"


def test_a_structure_is_told_with_its_conventions_figures_and_history_of_then(town, story):
    town.renames("Les Tilleuls")

    def then(name: str) -> Any:
        return town.asks(OF_STRUCTURE, AUDITOR, siret=TILLEULS, at={"position": story[name]}).data["structure"]

    published, attested = then("published"), then("attested")
    assert published["name"] == "Centre social Les Tilleuls"
    assert published["timeline"]["totalCount"] == 5
    assert [node["type"] for node in published["timeline"]["nodes"]][-1] == "animation.published"
    assert published["dashboard"] == {
        "animations": 1,
        "published": 1,
        "attested": 0,
        "parents": 0,
        "byTheme": [{"term": {"label": "ENT - Pronote"}, "animations": 1}],
    }
    assert published["animations"]["nodes"] == [{"title": "Café des parents"}]
    assert (attested["dashboard"]["parents"], attested["animations"]["nodes"]) == (12, [])
    assert town.asks(OF_STRUCTURE, AUDITOR, siret=TILLEULS, at={"position": 1}).data == {"structure": None}


def test_rights_are_those_of_today_and_never_more_than_then(town, story):
    anyone = "query ($id: ID!, $at: At) { animation(id: $id, at: $at) { title attestation { parents } } }"

    def sees(who: Any, name: str) -> Any:
        return town.asks(anyone, who, id=str(story["id"]), at={"position": story[name]}).data["animation"]

    assert sees(PUBLIC, "declared") is None
    assert sees(PUBLIC, "attested") == {"title": "Atelier", "attestation": None}
    for who in (structure(TILLEULS), coordonnateur("34"), AUDITOR):
        assert sees(who, "declared") == {"title": "Café des parents", "attestation": None}
        assert sees(who, "attested") == {"title": "Atelier", "attestation": {"parents": 12}}
    assert sees(structure(BASSE_TERRE), "declared") is None
    hidden = town.declares(starts_at=town.now + timedelta(days=1), ends_at=town.now + timedelta(days=1, hours=1))
    asked = town.asks(anyone, PUBLIC, id=str(hidden), at={"position": head(town)})
    assert asked.data == {"animation": None}


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
        asked = town.asks(document, NATIONAL, at=at, **variables)
        assert refusals(asked) == [{"code": "INVALID", "field": ["at", field]}]
        assert asked.messages[0].startswith(f"at.{field} : ")


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
    assert "UNATTESTED" not in [one["kind"] for one in late["missing"]]
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
    assert subjects(coordonnateur("971")) == []
