"""Lists of animations begin with what is to come, and still hold everything: forwards, backwards, in both executors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.animations.commands import AnimationPublish
from domain.kernel.actors import PUBLIC, Actor
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import AUDITOR, BASSE_TERRE, NATIONAL, TILLEULS, coordonnateur, order, structure
from tests.support.api.both_executors import ask_both
from tests.support.api.documents import Drawn
from tests.support.api.reading import Reader, opened_town, reading

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
PAGE = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }"
ARGUMENTS = "(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before)"
PAGING = "$orderBy: [AnimationOrder!], $first: Int, $after: String, $last: Int, $before: String"
LISTING = f"query ($where: AnimationWhere, {PAGING}) {{ list: animations{ARGUMENTS} {{ {PAGE} }} }}"
OWN = (
    f'query ($where: OwnAnimationWhere, {PAGING}) {{ structure(siret: "{TILLEULS}") {{'
    f" list: animations{ARGUMENTS} {{ {PAGE} }} }} }}"
)
MANAGED = f"query ($where: ManagedAnimationWhere, {PAGING}) {{ list: managedAnimations{ARGUMENTS} {{ {PAGE} }} }}"

Row = dict[str, Any]
#: Each list: its document, who asks, and what it holds.
LISTS: dict[str, tuple[str, Actor, Callable[[Row], bool]]] = {
    "listing": (LISTING, PUBLIC, lambda row: row["status"] == "PUBLISHED"),
    "own": (OWN, structure(TILLEULS), lambda row: row["structure_id"] == structure_id(TILLEULS)),
    "of the country": (MANAGED, NATIONAL, lambda row: True),
    "of a territory": (MANAGED, coordonnateur("971"), lambda row: row["territory"] == "971"),
    "of two territories": (MANAGED, coordonnateur("971", "34"), lambda row: True),
}


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    """Animations before and after an instant, several at once, one that begins on the instant, one that is going on."""
    with opened_town(server_url, f"api_coming_{worker_id}", founded_name) as town:
        town.signs()
        town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
        random = Random(7)
        starts = [NOW + timedelta(hours=random.choice((-300, -48, -1, 0, 1, 30, 31, 700))) for _ in range(28)]
        for place, starts_at in enumerate([NOW, NOW - timedelta(minutes=30), *starts]):
            siret, territory = (TILLEULS, "34") if place % 3 else (BASSE_TERRE, "971")
            published = random.random() < 0.7
            town.declares(siret, territory=territory, starts_at=starts_at, published=published)
        town.now = NOW
        with reading(town) as reader:
            yield reader


def _place(row: Row) -> tuple[datetime, UUID]:
    return row["starts_at"], row["animation_id"]


def _expected(reader: Reader, holds: Callable[[Row], bool]) -> list[str]:
    rows = [row for row in reader.animations() if holds(row)]
    coming = sorted((row for row in rows if row["starts_at"] >= NOW), key=_place)
    gone = sorted((row for row in rows if row["starts_at"] < NOW), key=_place, reverse=True)
    assert coming
    assert gone
    return [str(row["animation_id"]) for row in coming + gone]


def _is_of(structure: UUID, row: Row) -> bool:
    return bool(row["structure_id"] == structure)


def _page(reader: Reader, what: str, **variables: Any) -> dict[str, Any]:
    document, actor, _ = LISTS[what]
    data = reader.asks(document, actor, **variables).data
    page: dict[str, Any] = data["structure"]["list"] if what == "own" else data["list"]
    return page


def _walk(reader: Reader, what: str, size: int, backwards: bool, between: Callable[[], object] = int) -> list[str]:
    walked: list[str] = []
    cursor = None
    while True:
        arguments = {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
        page = _page(reader, what, **arguments)
        ids = [edge["node"]["id"] for edge in page["edges"]]
        assert not {*ids} & {*walked}, "it walks in circles"
        walked = ids + walked if backwards else walked + ids
        if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
            return walked
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
        between()


@pytest.mark.parametrize("what", LISTS)
def test_what_is_to_come_leads_and_everything_follows_however_it_is_paged(season: Reader, what: str):
    expected = _expected(season, LISTS[what][2])
    page = _page(season, what, first=100)
    assert [edge["node"]["id"] for edge in page["edges"]] == expected
    assert page["totalCount"] == len(expected)
    for size in (1, 3, 7):
        assert _walk(season, what, size, backwards=False) == expected
        assert _walk(season, what, size, backwards=True) == expected


def test_a_walk_keeps_the_instant_that_it_began_at(season: Reader, monkeypatch):
    expected = _expected(season, LISTS["listing"][2])

    def later() -> None:
        monkeypatch.setattr(season.town, "now", season.town.now + timedelta(hours=20))

    monkeypatch.setattr(season.town, "now", NOW)
    assert _walk(season, "listing", 2, backwards=False, between=later) == expected


@pytest.mark.parametrize("what", LISTS)
def test_a_list_whose_time_or_order_is_named_is_in_that_order(season: Reader, what: str):
    holds = LISTS[what][2]
    rows = sorted(filter(holds, season.animations()), key=_place)
    everything = [str(row["animation_id"]) for row in rows]
    for variables in (
        {"orderBy": order("STARTS_AT")},
        {"where": {"startsFrom": "2026-01-01T00:00:00Z"}},
        {"where": {"startsBefore": "2030-01-01T00:00:00Z"}},
    ):
        assert [edge["node"]["id"] for edge in _page(season, what, first=100, **variables)["edges"]] == everything
    for upcoming in (True, False):
        page = _page(season, what, first=100, where={"upcoming": upcoming})
        ids = [str(row["animation_id"]) for row in rows if (row["starts_at"] >= NOW) == upcoming]
        assert ([edge["node"]["id"] for edge in page["edges"]], page["totalCount"]) == (ids, len(ids))


def test_both_executors_answer_alike(season: Reader):
    cursor = _page(season, "of two territories", first=12)["pageInfo"]["endCursor"]
    drawn = [
        (Drawn(LISTS[what][0], variables), LISTS[what][1])
        for what in LISTS
        for variables in ({"first": 4}, {"last": 4}, {"first": 9, "after": cursor}, {"last": 9, "before": cursor})
    ]
    for compiled, core, has_errors in ask_both(season.town, drawn):
        assert not has_errors
        assert compiled is not None
        assert json.loads(compiled)["data"] == json.loads(core)["data"]


def test_pages_of_several_structures_are_ordered_each_for_itself(season: Reader):
    document = "{ structures { nodes { siret animations(first: 100) { totalCount nodes { id } } } } }"
    for node in season.asks(document, NATIONAL).data["structures"]["nodes"]:
        own = structure_id(node["siret"])
        expected = _expected(season, partial(_is_of, own))
        assert [each["id"] for each in node["animations"]["nodes"]] == expected
        assert node["animations"]["totalCount"] == len(expected)


def test_only_who_answers_for_a_territory_reads_what_is_not_public(season: Reader):
    count = "{ managedAnimations(first: 1) { totalCount } }"
    assert season.asks(count, AUDITOR).data["managedAnimations"]["totalCount"] == len(season.animations())
    assert season.asks(count, structure(TILLEULS)).codes == ["FORBIDDEN"]
    assert season.asks(count, PUBLIC).codes == ["UNAUTHENTICATED"]
    assert season.asks(count, coordonnateur("02")).data["managedAnimations"]["totalCount"] == 0


def test_managed_animations_are_counted_by_the_rollup_as_they_are_shown(season: Reader):
    document = (
        "query ($where: ManagedAnimationWhere) { managedAnimations(where: $where, first: 100)"
        " { totalCount nodes { id } } }"
    )
    filters: list[dict[str, Any]] = [
        {},
        {"status": ["SUBMITTED"]},
        {"status": ["PUBLISHED", "REFUSED"], "territory": ["34"]},
        {"attested": False, "type": ["cafe-des-parents"]},
        {"attested": True},
        {"audience": ["parents"], "venueType": ["mairie"]},
        {"text": "café"},
        {"structureId": str(structure_id(TILLEULS))},
        {"theme": ["ent-pronote"], "past": True},
    ]
    for actor in (NATIONAL, coordonnateur("971"), coordonnateur("34", "971")):
        for where in filters:
            page = season.asks(document, actor, where=where).data["managedAnimations"]
            assert page["totalCount"] == len(page["nodes"]), where


def test_what_is_to_be_published_can_be_filtered_and_ordered(season: Reader):
    document = (
        "query ($where: ManagedAnimationWhere, $orderBy: [AnimationOrder!]) {"
        " animationsToPublish(where: $where, orderBy: $orderBy, first: 100) { totalCount nodes { id } } }"
    )
    rows = [row for row in season.animations() if row["status"] == "SUBMITTED"]
    by_start = sorted(rows, key=_place)
    coming = [str(row["animation_id"]) for row in by_start if row["starts_at"] >= NOW and row["territory"] == "34"]
    where = {"upcoming": True, "territory": ["34"]}
    page = season.asks(document, NATIONAL, where=where, orderBy=order("STARTS_AT")).data["animationsToPublish"]
    assert ([node["id"] for node in page["nodes"]], page["totalCount"]) == (coming, len(coming))


def test_animations_are_found_by_the_commune_that_they_name(town):
    town.signs()
    town.declares(title="Bourges", commune_code="34172", published=True)
    town.declares(title="Sans commune", published=True)
    other = town.declares(title="Ailleurs", commune_code="34003")
    assert town.listing(where={"commune": ["34172", "34003"]}) == ["Bourges"]
    document = (
        "query ($where: OwnAnimationWhere) {"
        f' structure(siret: "{TILLEULS}") {{ animations(where: $where) {{ nodes {{ id }} }} }} }}'
    )
    own = town.asks(document, structure(TILLEULS), where={"commune": ["34003"]}).data["structure"]["animations"]
    assert own["nodes"] == [{"id": str(other)}]
    town.does(AnimationPublish(animation_id=other), NATIONAL)
    assert town.listing(where={"commune": ["34003"]}) == ["Ailleurs"]
