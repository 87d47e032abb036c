"""What anybody looks up: structures by name, the public lists, local times, merged terms, and things by their id."""

from __future__ import annotations

import pytest

from application.typology import TermMerge
from domain.kernel.identifiers import structure_id
from domain.typology.typology import TermKind
from projections.engine.rebuild import rebuild
from tests.support.api.asking import BASSE_TERRE, MASTER_KEY, NATIONAL, TILLEULS, Town, coordonnateur, walk


@pytest.fixture
def town(town: Town) -> Town:
    town.signs()
    return town


def test_structures_are_found_by_territory_and_by_what_their_name_holds(town: Town):
    town.signs(BASSE_TERRE, "Médiathèque de l'Étang", "971")
    document = "query ($where: StructureWhere, $first: Int, $after: String) { structures(where: $where, first: $first, after: $after) { nodes { id name } totalCount pageInfo { hasNextPage endCursor } } }"  # noqa: E501
    tilleuls, etang = ["Centre social Les Tilleuls"], ["Médiathèque de l'Étang"]
    for where, expected in [
        ({}, tilleuls + etang),
        ({"territory": ["971"]}, etang),
        ({"text": "etang"}, etang),
        ({"text": "ÉTANG mediatheque"}, etang),
        ({"text": "tilleuls social"}, tilleuls),
        ({"text": "%"}, []),
        ({"territory": ["34"], "text": "etang"}, []),
    ]:
        page = town.asks(document, where=where).data["structures"]
        assert ([node["name"] for node in page["nodes"]], page["totalCount"]) == (expected, len(expected)), where
    walked = walk(town, document, ["structures"], 1, NATIONAL)
    assert walked == [str(structure_id(TILLEULS)), str(structure_id(BASSE_TERRE))]


def test_territories_and_terms_are_public(town: Town):
    data = town.asks("{ territories { code name timeZone } typology(kind: AUDIENCE) { kind code label retired } }").data
    zones = {territory["code"]: territory["timeZone"] for territory in data["territories"]}
    assert len(zones) == 12
    assert (zones["971"], zones["34"]) == ("America/Guadeloupe", "Europe/Paris")
    assert [term["code"] for term in data["typology"]] == ["parents", "mediateurs"]
    assert town.asks('{ territory(code: "99") { name } }').data == {"territory": None}
    assert (
        town.asks("{ typology { kind } attestationForm { version questions } }").data["attestationForm"]["version"] == 1
    )


def test_times_are_those_of_the_territorys_clocks(town: Town):
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    here, there = town.declares(published=True), town.declares(BASSE_TERRE, territory="971", published=True)
    document = "query ($id: ID!) { animation(id: $id) { startsAt endsAt } }"
    assert town.asks(document, id=str(here)).data["animation"] == {
        "startsAt": "2026-10-05T18:00:00+02:00",
        "endsAt": "2026-10-05T20:00:00+02:00",
    }
    assert town.asks(document, id=str(there)).data["animation"]["startsAt"] == "2026-10-05T12:00:00-04:00"


def test_a_merged_theme_is_found_by_its_old_code_before_and_after_the_rebuild(town: Town):
    town.declares(published=True, themes=("educonnect",))
    town.does(TermMerge(kind=TermKind.THEME, source="educonnect", into="ent-pronote"), NATIONAL)
    for rebuilt in (False, True):
        if rebuilt:
            rebuild(town.url, MASTER_KEY)
        assert town.listing(where={"theme": ["educonnect"]}) == ["Café des parents"]
        assert town.listing(where={"theme": ["temps-ecran"]}) == []
    assert town.listing(where={"theme": ["ent-pronote"]}) == ["Café des parents"]
    (term,) = town.asks("{ animations { nodes { themes { code label } } } }").data["animations"]["nodes"][0]["themes"]
    assert term == {"code": "ent-pronote", "label": "ENT - Pronote"}


def test_anything_is_found_by_its_id(town: Town):
    convention = town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    ids = {
        str(town.declares()): "Animation",
        str(structure_id(BASSE_TERRE)): "Structure",
        str(convention): "Convention",
        str(town.applies()): "Candidature",
        "audit:1": "AuditEntry",
    }
    document = "query ($id: ID!) { node(id: $id) { __typename id } }"
    for key, typename in ids.items():
        assert town.asks(document, NATIONAL, id=key).data["node"] == {"__typename": typename, "id": key}
    for unknown in (str(structure_id("nobody")), "audit:99999"):
        assert town.asks(document, NATIONAL, id=unknown).data == {"node": None}
    assert town.asks(document, coordonnateur("34"), id=str(convention)).data == {"node": None}
    assert town.asks(document, id=str(convention)).data == {"node": None}
    for malformed in ("audit:", "audit:-1", "audit:²", "nothing"):
        answer = town.asks(document, NATIONAL, id=malformed)
        assert (answer.data, answer.codes) == ({"node": None}, [])
