"""A text that the national team has blanked is read by nobody else: not in the past, nor in the audit trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from application.animations.commands import AnimationModify, AnimationTextBlank
from domain.animations.texts import BLANKED_WORDS
from domain.kernel.actors import Actor
from domain.kernel.identifiers import structure_id
from tests.api.past.past_story import head
from tests.support.api.asking import AUDITOR, NATIONAL, TILLEULS, Town, coordonnateur, structure

WHY = "Une personne y était nommée"
SHOWN = "title description venueName address"
ONE = f"query ($id: ID!, $at: At) {{ animation(id: $id, at: $at) {{ {SHOWN} clonedFrom {{ {SHOWN} }} }} }}"
LIST = f"""query ($id: ID!, $at: At) {{ structure(id: $id, at: $at) {{
  animations(orderBy: [{{field: STARTS_AT, direction: ASC}}]) {{ nodes {{ {SHOWN} }} }}
  timeline(first: 50) {{ nodes {{ type data }} }} }} }}"""
TRAIL = "query ($where: AuditWhere) { auditTrail(where: $where, last: 50) { nodes { id type data } } }"
NODE = "query ($id: ID!) { node(id: $id) { ... on AuditEntry { type data } } }"
NAMED: dict[str, Any] = {
    "title": "Café chez Zoé Exemple",
    "description": "Appelez Zoé Exemple, 06 00 00 00 00",
    "venue_name": "Chez Zoé Exemple",
    "address": "1 rue de Zoé Exemple",
}
CORRECTED = {"title": "Café", "description": "Corrigé", "venue_name": "Salle A", "address": None}
#: Those who answer for the animation.
ANSWER = [structure(TILLEULS), coordonnateur("34")]
READ_ALL = [NATIONAL, AUDITOR]


@pytest.fixture
def blanked(town: Town) -> dict[str, Any]:
    """An animation with a name in every text: published, cloned, given other seats, corrected, blanked."""
    town.signs()
    starts_at = town.now + timedelta(days=20)
    animation = town.declares(published=True, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **NAMED)
    clone = town.clones(animation)
    for changes in ({"seats": 30}, CORRECTED):
        town.does(AnimationModify(animation_id=animation, changes=changes), structure(TILLEULS))
    town.does(AnimationModify(animation_id=clone, changes=CORRECTED), structure(TILLEULS))
    before = head(town) - 2
    town.does(AnimationTextBlank(animation_id=animation, version=3, reason=WHY), NATIONAL)
    return {"id": str(animation), "clone": str(clone), "before": before}


def _then(town: Town, who: Actor, animation: str, position: int) -> dict[str, Any]:
    shown: dict[str, Any] = town.asks(ONE, who, id=animation, at={"position": position}).data["animation"]
    return shown


@pytest.mark.parametrize("who", ANSWER, ids=lambda who: who.role)
def test_who_answers_for_it_reads_that_it_is_blanked_in_its_past_and_in_that_of_a_clone(
    town: Town, blanked: dict[str, Any], who: Actor
):
    then = _then(town, who, blanked["id"], blanked["before"])
    assert {then[name] for name in SHOWN.split()} == {BLANKED_WORDS}
    clone = _then(town, who, blanked["clone"], blanked["before"])
    assert {clone[name] for name in SHOWN.split()} == {BLANKED_WORDS}
    assert "Exemple" not in str(clone)


@pytest.mark.parametrize("who", READ_ALL, ids=lambda who: who.role)
def test_the_national_team_and_auditors_read_it(town: Town, blanked: dict[str, Any], who: Actor):
    for animation in (blanked["id"], blanked["clone"]):
        assert _then(town, who, animation, blanked["before"])["description"] == NAMED["description"]


@pytest.mark.parametrize("who", ANSWER, ids=lambda who: who.role)
def test_the_past_of_its_structure_hides_it(town: Town, blanked: dict[str, Any], who: Actor):
    of = {"id": str(structure_id(TILLEULS))}
    then = town.asks(LIST, who, **of, at={"position": blanked["before"]}).data["structure"]
    assert "Exemple" not in str(then)
    assert then["animations"]["nodes"][0]["title"] == BLANKED_WORDS
    assert "Exemple" not in str(town.asks(LIST, who, **of).data)


@pytest.mark.parametrize("who", ANSWER, ids=lambda who: who.role)
def test_the_audit_trail_hides_the_title_and_says_that_it_is_blanked_and_why(
    town: Town, blanked: dict[str, Any], who: Actor
):
    # What was read before by others is not what is read now.
    assert "Exemple" in str(town.asks(TRAIL, AUDITOR).data)
    entries = town.asks(TRAIL, who).data["auditTrail"]["nodes"]
    assert "Exemple" not in str(entries)
    declared, *_, blanking = [entry["data"] for entry in entries if entry["type"].startswith("animation.")]
    assert (declared["title"], declared["description"]) == (BLANKED_WORDS, None)
    assert blanking == {"version": 3, "reason": WHY}
    for entry in entries:
        assert "Exemple" not in str(town.asks(NODE, who, id=entry["id"]).data)


@pytest.mark.parametrize("who", READ_ALL, ids=lambda who: who.role)
def test_the_audit_trail_is_whole_for_who_controls(town: Town, blanked: dict[str, Any], who: Actor):
    assert "Exemple" not in str(town.asks(TRAIL, structure(TILLEULS)).data)
    entries = town.asks(TRAIL, who).data["auditTrail"]["nodes"]
    titles = [entry["data"].get("title") for entry in entries if entry["type"] == "animation.created"]
    assert titles == [NAMED["title"]] * 2
    assert [entry["data"]["reason"] for entry in entries if entry["type"].endswith("text_blanked")] == [WHY]
