"""How many the public listing holds is added up beforehand: the number is that of what is shown."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from application.animations.commands import AnimationModify, AnimationPublish
from application.typology import TermMerge
from domain.kernel.actors import PUBLIC
from domain.typology.typology import TermKind
from projections.engine.rebuild import rebuild
from tests.support.api.asking import BASSE_TERRE, MASTER_KEY, NATIONAL, TILLEULS, Town, structure
from tests.support.api.both_executors import Both, catch_up_with
from tests.support.api.documents import Drawn
from tests.support.api.reading import executed, reading

COUNT = "query ($where: AnimationWhere) { animations(where: $where, first: 100) { totalCount nodes { id } } }"
#: None: not filtered by it; a collection of none narrows nothing, and two values mean either.
FILTERS: dict[str, list[list[str] | None]] = {
    "territory": [None, [], ["34"], ["34", "971"], ["18"]],
    "type": [None, ["seminaire"], ["cafe-des-parents", "seminaire"]],
    "audience": [None, ["mediateurs"]],
    "venueType": [None, ["ecole"], ["mairie"]],
    "theme": [None, ["temps-ecran"]],
    "text": [None],
}


@pytest.fixture
def town(town: Town) -> Town:
    """Animations of every kind, some of them not published, or no more, or not as they were."""
    town.signs()
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    for siret, territory in ((TILLEULS, "34"), (BASSE_TERRE, "971")):
        kinds = itertools.product(("cafe-des-parents", "seminaire"), ("parents", "mediateurs"), ("ecole", "mairie"))
        for kind, audience, venue in kinds:
            of_kind: dict[str, Any] = {"type": kind, "audience": audience, "venue_type": venue, "territory": territory}
            published = [town.declares(siret, published=True, **of_kind) for _ in range(3)]
            town.cancels(published[0])
            town.refuses(town.declares(siret, **of_kind))
            moved = town.declares(siret, **of_kind)
            town.does(AnimationModify(animation_id=moved, changes={"venue_type": "mediatheque"}), structure(siret))
            town.does(AnimationPublish(animation_id=moved), NATIONAL)
    return town


def _questions() -> Iterator[dict[str, Any]]:
    for chosen in itertools.product(*FILTERS.values()):
        yield {name: value for name, value in zip(FILTERS, chosen, strict=True) if value is not None}


async def _differences(town: Town) -> list[Any]:
    """The questions whose count is not how many there are, however they are answered."""
    async with AsyncConnectionPool(town.url, min_size=1, max_size=2, open=False) as pool:
        both, differences = Both(town, pool), []
        for where in _questions():
            drawn = Drawn(COUNT, {"where": where})
            for answer in (await both.compiled(drawn, PUBLIC), (await both.core(drawn, PUBLIC))[0]):
                assert answer is not None
                page = json.loads(answer)["data"]["animations"]
                if page["totalCount"] != len(page["nodes"]):
                    differences.append((where, page["totalCount"], len(page["nodes"])))
        return differences


def test_the_number_is_that_of_what_is_shown_whatever_it_is_filtered_by(town: Town):
    catch_up_with(town)
    assert asyncio.run(_differences(town)) == []


def test_the_number_is_that_of_what_is_shown_after_terms_were_merged(town: Town):
    town.does(TermMerge(kind=TermKind.VENUE_TYPE, source="mairie", into="ecole"), NATIONAL)
    catch_up_with(town)
    assert asyncio.run(_differences(town)) == []
    rebuild(town.url, MASTER_KEY)
    assert asyncio.run(_differences(town)) == []


def test_what_is_narrowed_by_places_and_kinds_alone_is_not_counted_animation_by_animation(town: Town):
    document = "query ($where: AnimationWhere) { animations(where: $where) { totalCount } }"
    counts = []
    with reading(town) as reader:
        for where in ({}, {"territory": ["34"], "type": ["seminaire"]}, {"text": "café"}):
            with executed() as statements:
                assert reader.asks(document, where=where).data["animations"]["totalCount"] > 0
            (total,) = (query.as_string(None) for query, _ in statements if "AS total" in query.as_string(None))
            counts.append(("count(*)" in total, "listed_animations" in total))
    assert counts == [(False, True), (False, True), (True, False)]
