"""An animation with a past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from application.animations.commands import AnimationModify, AnimationPublish, AttestationCorrect
from application.typology import TermRename
from domain.typology.typology import TermKind
from tests.api.past.past_story import head
from tests.support.api.asking import NATIONAL, TILLEULS, Town, structure


@pytest.fixture
def story(town: Town) -> dict[str, Any]:
    """An animation declared, published, renamed, attested, corrected, a day each; its theme is renamed."""
    town.signs()
    moments: dict[str, Any] = {"signed": head(town)}

    def then(name: str) -> None:
        moments[name] = head(town)
        town.now += timedelta(days=1)

    starts_at = town.now + timedelta(days=2, hours=4)
    moments["id"] = animation_id = town.declares(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    then("declared")
    town.asks("{ position }")
    town.does(AnimationPublish(animation_id=animation_id), NATIONAL)
    then("published")
    town.does(
        AnimationModify(animation_id=animation_id, changes={"title": "Atelier", "seats": 30}), structure(TILLEULS)
    )
    town.does(TermRename(kind=TermKind.THEME, code="ent-pronote", label="Espace numérique"), NATIONAL)
    then("renamed")
    town.attests(animation_id, 12)
    then("attested")
    correction = {"animation_id": animation_id, "parents": 14, "reason": "Recompté."}
    town.does(AttestationCorrect(**correction), structure(TILLEULS))
    then("corrected")
    return moments
