"""Animations that no convention covers are found among the few that are not attested, whatever the order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domain.kernel.actors import Actor
from tests.api.lists.plans import ANIMATIONS, STRUCTURES_ADDED, many_animations, nodes_of, plans_of, rows_read
from tests.support.api.asking import NATIONAL, coordonnateur
from tests.support.api.reading import Reader

MANAGED = """query ($orderBy: [AnimationOrder!]) {
  managedAnimations(where: {withoutConvention: true}, orderBy: $orderBy, first: 20) { totalCount nodes { id } } }"""
#: A fifth is not attested. The first titles of these have a convention, the last ones have none: a list by title would
#: pass over all others.
_ATTESTED = "UPDATE read_models.animations_g1 SET attested = title_key BETWEEN '28' AND 'fa'"
_COVERED = """
UPDATE read_models.animations_g1 a SET structure_id = o.structure_id, territory = o.territory, day = o.day
FROM read_models.animations_g1 o WHERE length(o.title_key) < 32 AND a.title_key < '28'"""


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    name = f"api_managed_{worker_id}"
    with many_animations(server_url, name, founded_name, STRUCTURES_ADDED, _ATTESTED, _COVERED) as reader:
        yield reader


@pytest.mark.parametrize("actor", [NATIONAL, coordonnateur("34"), coordonnateur("34", "02", "13")])
@pytest.mark.parametrize("field", [None, "TITLE", "PUBLISHED_AT", "TYPE"])
def test_what_lacks_a_convention_is_found_in_any_order(season: Reader, actor: Actor, field: str | None):
    variables: dict[str, Any] = {"orderBy": [{"field": field, "direction": "ASC"}] if field else None}
    for plan in plans_of(season, MANAGED, actor, variables):
        read = [node for node in nodes_of(plan) if node.get("Relation Name") == "animations_g1"]
        assert max(map(rows_read, read), default=0) < ANIMATIONS / 4, read
    if actor is NATIONAL:
        assert season.asks(MANAGED, actor, **variables).data["managedAnimations"]["totalCount"] > 50
