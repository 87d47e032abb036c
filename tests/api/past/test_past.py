"""Things as they were known at a moment: folded from the events alone, read with the rights of today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from application.animations.commands import AnimationPublish
from application.typology import TermMerge
from domain.kernel.actors import PUBLIC
from domain.typology.typology import TermKind
from projections.engine.rebuild import rebuild
from tests.api.past.past_story import ANIMATION, OF_STRUCTURE, head
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

AS_IT_IS = ANIMATION.replace(", $at: At", "").replace(", at: $at", "")


def _merges(town: Town) -> int:
    town.does(TermMerge(kind=TermKind.THEME, source="ent-pronote", into="temps-ecran"), NATIONAL)
    return head(town)


def _at(town: Town, story: dict[str, Any], name: str, who: Any = NATIONAL) -> Any:
    return town.asks(ANIMATION, who, id=str(story["id"]), at={"position": story[name]}).data["animation"]


def test_an_animation_is_told_as_it_was_known_at_each_position(town, story):
    assert _at(town, story, "signed") is None
    declared, published, renamed, attested, corrected = (
        _at(town, story, name) for name in ("declared", "published", "renamed", "attested", "corrected")
    )
    assert [state["status"] for state in (declared, published)] == ["SUBMITTED", "PUBLISHED"]
    assert (declared["title"], declared["seats"], declared["publishedAt"]) == ("Café des parents", 12, None)
    assert (renamed["title"], renamed["seats"], renamed["attestation"]) == ("Atelier", 30, None)
    assert attested["attestation"] == {"parents": 12, "corrections": 0}
    assert corrected["attestation"] == {"parents": 14, "corrections": 1}
    assert [state["version"] for state in (declared, published, renamed, attested, corrected)] == [1, 2, 3, 4, 5]


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
        shown = town.asks(ANIMATION, NATIONAL, id=str(story["id"]), at=at).data["animation"]
        return shown and (shown["title"], shown["status"])

    assert title(instant="2026-09-01T07:59:59Z") is None
    assert title(instant="2026-09-01T10:00:00+02:00") == ("Café des parents", "SUBMITTED")
    assert title(day="2026-08-31") is None
    assert title(day="2026-09-01") == ("Café des parents", "SUBMITTED")
    assert title(day="2026-09-02") == ("Café des parents", "PUBLISHED")
    assert title(day="2026-09-03") == ("Atelier", "PUBLISHED")


def test_what_is_recorded_after_midnight_in_paris_is_of_the_next_day_there(town):
    town.signs()
    town.now += timedelta(hours=13, minutes=59)
    animation_id = town.declares()
    town.now += timedelta(minutes=1)
    town.does(AnimationPublish(animation_id=animation_id), NATIONAL)
    # 21:59 and 22:00 UTC, in summer.
    for day, status in (("2026-09-01", "SUBMITTED"), ("2026-09-02", "PUBLISHED")):
        town.now += timedelta(days=1)
        then = town.asks(ANIMATION, NATIONAL, id=str(animation_id), at={"day": day}).data["animation"]
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
    answer = town.asks(anyone, PUBLIC, id=str(hidden), at={"position": head(town)})
    assert answer.data == {"animation": None}
