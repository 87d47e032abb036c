"""The public sees in the past only what is public today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from application.animations.commands import AnimationCancel, AnimationModify, AnimationPublish
from application.conventions import StructureRename
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.identifiers import structure_id
from tests.api.past.past_story import head
from tests.support.api.asking import AUDITOR, BASSE_TERRE, NATIONAL, TILLEULS, Town, coordonnateur, structure

SHOWN = """version status title description startsAt endsAt venueType { code } venueName address communeCode seats
  audience { code } type { code } themes { code } cancellationReason structure { name }"""
DOCUMENT = f"query ($id: ID!, $at: At) {{ animation(id: $id, at: $at) {{ {SHOWN} clonedFrom {{ {SHOWN} }} }} }}"
PARENT = Actor(Role.PARENT, "parent:x")
FIRST: dict[str, Any] = {
    "title": "Café chez Zoé Exemple",
    "description": "Appelez Zoé Exemple, 06 00 00 00 00",
    "venue_name": "Chez Zoé Exemple",
    "address": "1 rue de Zoé Exemple",
    "commune_code": "34172",
    "seats": 7,
    "audience": "parents",
}
PROGRESS = {"version", "status", "cancellationReason"}


@pytest.fixture
def corrected(town: Town) -> dict[str, Any]:
    """An animation that was published with a name in every text, is corrected, and cancelled."""
    town.signs()
    starts_at = town.now + timedelta(days=20)
    animation = town.declares(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **FIRST)
    town.does(AnimationPublish(animation_id=animation), NATIONAL)
    published = head(town)
    town.clones(animation)
    cloned = head(town)
    changes = {
        "title": "Café",
        "description": "Corrigé",
        "venue_name": "Salle A",
        "address": None,
        "seats": 12,
        "starts_at": starts_at + timedelta(days=1),
        "ends_at": starts_at + timedelta(days=1, hours=2),
    }
    town.does(AnimationModify(animation_id=animation, changes=changes), structure(TILLEULS))
    town.does(AnimationCancel(animation_id=animation, reason="Malade"), structure(TILLEULS))
    return {"id": str(animation), "published": published, "cloned": cloned}


def _sees(town: Town, who: Actor, story: dict[str, Any], at: int | None) -> Any:
    moment = None if at is None else {"position": at}
    return town.asks(DOCUMENT, who, id=story["id"], at=moment).data["animation"]


@pytest.mark.parametrize(
    "who", [PUBLIC, PARENT, structure(BASSE_TERRE), coordonnateur("971")], ids=lambda who: who.role
)
def test_who_has_no_right_to_it_reads_no_text_that_was_replaced(town: Town, corrected: dict[str, Any], who: Actor):
    today, then = _sees(town, who, corrected, None), _sees(town, who, corrected, corrected["published"])
    assert (then["version"], then["status"], then["cancellationReason"]) == (2, "PUBLISHED", None)
    assert "Exemple" not in str(then)
    assert {name for name in then if then[name] != today[name]} <= PROGRESS


@pytest.mark.parametrize("who", [NATIONAL, AUDITOR, structure(TILLEULS), coordonnateur("34")], ids=lambda who: who.role)
def test_who_answers_for_it_reads_history(town: Town, corrected: dict[str, Any], who: Actor):
    then = _sees(town, who, corrected, corrected["published"])
    assert (then["title"], then["description"], then["seats"]) == (FIRST["title"], FIRST["description"], 7)


def test_a_structure_is_known_to_the_public_by_its_name_of_today_alone(town: Town):
    town.signs()
    signed = head(town)
    town.does(StructureRename(structure_id=structure_id(TILLEULS), name="Les Lilas", reason="Nom erroné"), NATIONAL)
    named = "query ($siret: String!, $at: At) { structure(siret: $siret, at: $at) { name } }"

    def name(who: Actor) -> str:
        return str(town.asks(named, who, siret=TILLEULS, at={"position": signed}).data["structure"]["name"])

    assert name(PUBLIC) == name(structure(BASSE_TERRE)) == "Les Lilas"
    assert name(AUDITOR) == name(structure(TILLEULS)) != "Les Lilas"
