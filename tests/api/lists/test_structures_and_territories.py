"""What those who answer for a structure or a territory read: own animations, figures, conventions, the timeline."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.animations.commands import AttestationCorrect
from application.conventions import ConventionAmend, ConventionTerminate
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    EVERYWHERE,
    NATIONAL,
    TILLEULS,
    Town,
    coordonnateur,
    order,
    structure,
    titles,
    walk,
)

OWN = """
query ($siret: String, $where: OwnAnimationWhere, $orderBy: [AnimationOrder!], $first: Int, $after: String) {
  structure(siret: $siret) {
    animations(where: $where, orderBy: $orderBy, first: $first, after: $after) {
      nodes { id title status } totalCount pageInfo { hasNextPage endCursor }
    }
  }
}"""
FIGURES = """{ animations published past attested awaitingAttestation cancelled parents
  byTheme { term { kind code label retired } animations parents } byType { term { code } animations parents }
  byMonth { month animations parents } }"""
PERIOD = f"dashboard(from: $from, to: $to) {FIGURES}"
DASHBOARD = f"query ($siret: String, $from: Date, $to: Date) {{ structure(siret: $siret) {{ {PERIOD} }} }}"
OCTOBER, NOVEMBER = datetime(2026, 10, 5, 16, 0, tzinfo=UTC), datetime(2026, 11, 9, 17, 0, tzinfo=UTC)


@pytest.fixture
def town(town: Town) -> Town:
    town.signs()
    return town


def test_the_name_and_the_siret_of_a_structure_are_public(town: Town):
    by_siret = town.asks("query ($s: String) { structure(siret: $s) { id siret name } }", s=TILLEULS).data["structure"]
    assert by_siret == {
        "id": str(structure_id(TILLEULS)),
        "siret": TILLEULS,
        "name": "Centre social Les Tilleuls",
    }
    by_id = town.asks("query ($id: ID) { structure(id: $id) { id siret name } }", id=by_siret["id"]).data["structure"]
    assert by_id == by_siret
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    names = [node["name"] for node in town.asks("{ structures { nodes { name } } }").data["structures"]["nodes"]]
    assert names == ["Centre social Les Tilleuls", "Ville de Basse-Terre"]


@pytest.mark.parametrize("arguments", ["", f'(id: "{structure_id(TILLEULS)}", siret: "{TILLEULS}")', '(siret: "123")'])
def test_a_structure_is_asked_for_by_exactly_one_good_key(town: Town, arguments: str):
    assert town.asks(f"{{ structure{arguments} {{ name }} }}").codes == ["INVALID"]


def _own(town: Town, **arguments: Any) -> Any:
    return town.asks(OWN, structure(TILLEULS), siret=TILLEULS, **arguments).data["structure"]["animations"]


def _season(town: Town) -> None:
    """One animation in each state, each titled by it."""
    attested = town.declares(title="attestée", themes=("temps-ecran", "educonnect"), published=True)
    town.declares(title="soumise", starts_at=NOVEMBER)
    town.refuses(town.declares(title="refusée", starts_at=NOVEMBER))
    town.cancels(town.declares(title="annulée", published=True, type="seminaire", audience="mediateurs"))
    town.declares(title="passée", published=True)
    town.declares(title="à venir", published=True, starts_at=datetime(2027, 1, 31, 23, 30, tzinfo=UTC))
    town.now = datetime(2026, 12, 1, tzinfo=UTC)
    town.attests(attested, parents=9)
    correction = AttestationCorrect(animation_id=attested, parents=7, reason="Recompté.")
    town.does(correction, structure(TILLEULS))


def test_a_structures_own_animations_are_there_in_every_status_and_filtered(town: Town):
    _season(town)
    everything = {"attestée", "soumise", "refusée", "annulée", "passée", "à venir"}
    page = _own(town)
    assert (set(titles(page)), page["totalCount"]) == (everything, 6)
    for where, expected in [
        ({"status": ["SUBMITTED", "REFUSED"]}, {"soumise", "refusée"}),
        ({"status": []}, everything),
        ({"attested": True}, {"attestée"}),
        ({"attested": False}, everything - {"attestée"}),
        ({"past": False}, {"à venir"}),
        ({"past": True, "status": ["PUBLISHED"], "attested": False}, {"passée"}),
        ({"audience": ["mediateurs"]}, {"annulée"}),
        ({"type": ["seminaire"]}, {"annulée"}),
        ({"startsFrom": "2026-11-01T00:00:00Z", "startsBefore": "2026-12-01T00:00:00Z"}, {"soumise", "refusée"}),
    ]:
        page = _own(town, where=where)
        assert (set(titles(page)), page["totalCount"]) == (expected, len(expected)), where


@pytest.mark.parametrize(
    "fields",
    [
        *("STARTS_AT", "TITLE", "PUBLISHED_AT", "TYPE", "AUDIENCE", "STATUS", "ATTESTED"),
        *("STATUS,-TITLE", "-ATTESTED,PUBLISHED_AT,-STARTS_AT"),
    ],
)
def test_my_animations_are_sorted_each_way_and_paged_without_loss(town: Town, fields: str):
    _season(town)
    orders = order(*fields.split(","))
    whole = _own(town, orderBy=orders, first=100)
    ids = [node["id"] for node in whole["nodes"]]
    arguments: dict[str, Any] = {"siret": TILLEULS, "orderBy": orders}
    for size in (1, 2, 4):
        walked = walk(town, OWN, ["structure", "animations"], size, structure(TILLEULS), **arguments)
        assert walked == ids, size
    turned = [
        {"field": order["field"], "direction": {"ASC": "DESC", "DESC": "ASC"}[order["direction"]]} for order in orders
    ]
    assert [node["id"] for node in _own(town, orderBy=turned)["nodes"]] == ids[::-1]


def test_figures_count_what_was_declared_and_what_came_of_it(town: Town):
    _season(town)
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    dashboard = town.asks(DASHBOARD, structure(TILLEULS), siret=TILLEULS).data["structure"]["dashboard"]
    expected = {
        "animations": 6,
        "published": 3,
        "past": 2,
        "attested": 1,
        "awaitingAttestation": 1,
        "cancelled": 1,
        "parents": 7,
    }
    assert {name: dashboard[name] for name in expected} == expected
    # By the local day: half past eleven in the evening, UTC, is the next month in Paris.
    assert dashboard["byMonth"] == [
        {"month": "2026-10", "animations": 3, "parents": 7},
        {"month": "2026-11", "animations": 2, "parents": 0},
        {"month": "2027-02", "animations": 1, "parents": 0},
    ]
    assert {(count["term"]["code"], count["animations"], count["parents"]) for count in dashboard["byTheme"]} == {
        ("ent-pronote", 5, 0),
        ("temps-ecran", 1, 7),
        ("educonnect", 1, 7),
    }
    assert {(count["term"]["code"], count["animations"], count["parents"]) for count in dashboard["byType"]} == {
        ("cafe-des-parents", 5, 7),
        ("seminaire", 1, 0),
    }
    territory = town.asks(f'{{ territory(code: "34") {{ dashboard {FIGURES} }} }}', coordonnateur("34")).data[
        "territory"
    ]
    country = town.asks(f"{{ dashboard {FIGURES} }}", NATIONAL).data
    assert territory["dashboard"] == country["dashboard"] == dashboard


def test_figures_of_a_period_include_its_first_and_last_day(town: Town):
    _season(town)
    documents = [
        (DASHBOARD, lambda data: data["structure"]),
        (
            f'query ($from: Date, $to: Date) {{ territory(code: "34") {{ {PERIOD} }} }}',
            lambda data: data["territory"],
        ),
        (f"query ($from: Date, $to: Date) {{ {PERIOD} }}", lambda data: data),
    ]
    for document, within in documents:
        variables = {"siret": TILLEULS} if "$siret" in document else {}
        for period, animations, past in [
            ({"from": "2026-10-05", "to": "2026-10-05"}, 3, 2),
            ({"from": "2026-10-06"}, 3, 0),
            ({"to": "2026-10-04"}, 0, 0),
            ({"from": "2027-02-01", "to": "2027-02-01"}, 1, 0),
        ]:
            dashboard = within(town.asks(document, NATIONAL, **period, **variables).data)["dashboard"]
            assert (dashboard["animations"], dashboard["past"]) == (animations, past), (document, period)


def test_a_period_that_ends_before_it_begins_is_a_slip(town: Town):
    answer = town.asks(DASHBOARD, NATIONAL, siret=TILLEULS, **{"from": "2026-10-06", "to": "2026-10-05"})
    assert answer.codes == ["INVALID"]


def test_a_coordonnateur_reads_of_a_structure_what_belongs_to_the_own_territories(town: Town):
    town.signs(EVERYWHERE, "Partout", "34")
    town.signs(EVERYWHERE, "Partout", "13")
    town.declares(EVERYWHERE, title="ici")
    town.declares(EVERYWHERE, title="là", territory="13")
    document = f"""query ($siret: String) {{ structure(siret: $siret) {{
      animations {{ nodes {{ title }} totalCount }} conventions {{ territory }}
      dashboard {FIGURES} timeline {{ nodes {{ type }} }} }} }}"""
    for actor, expected in [
        (coordonnateur("34"), ["ici"]),
        (coordonnateur("13"), ["là"]),
        (coordonnateur("13", "34"), ["ici", "là"]),
        (structure(EVERYWHERE), ["ici", "là"]),
    ]:
        shown = town.asks(document, actor, siret=EVERYWHERE).data["structure"]
        assert sorted(titles(shown["animations"])) == expected
        assert shown["animations"]["totalCount"] == shown["dashboard"]["animations"] == len(expected)
        assert len(shown["conventions"]) == len(expected)
        created = [node for node in shown["timeline"]["nodes"] if node["type"] == "animation.created"]
        assert len(created) == len(expected)


def test_a_convention_tells_its_terms_as_amended_and_ended(town: Town):
    convention = town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    changes = ConventionAmend(
        convention_id=convention, rate_per_animation=Decimal("150.50"), required_pieces=("Liste signée",)
    )
    town.does(changes, NATIONAL)
    end = ConventionTerminate(convention_id=convention, terminated_on="2027-06-30", reason="Fermeture.")
    town.does(end, NATIONAL)
    fields = """{ id version territory coordonnateur signedOn validFrom validUntil plannedAnimations ratePerAnimation
      requiredPieces terminatedOn terminationReason }"""
    document = f"query ($siret: String) {{ structure(siret: $siret) {{ conventions {fields} }} }}"
    (shown,) = town.asks(document, AUDITOR, siret=BASSE_TERRE).data["structure"]["conventions"]
    assert shown == {
        "id": str(convention),
        "version": 3,
        "territory": "971",
        "coordonnateur": "coordination-971",
        "signedOn": "2026-09-01",
        "validFrom": "2026-09-01",
        "validUntil": "2027-08-31",
        "plannedAnimations": None,
        "ratePerAnimation": "150.50",
        "requiredPieces": ["Liste signée"],
        "terminatedOn": "2027-06-30",
        "terminationReason": "Fermeture.",
    }


def test_the_timeline_tells_every_step_in_order_page_by_page(town: Town):
    animation = town.declares(published=True)
    document = """query ($siret: String, $first: Int, $after: String) { structure(siret: $siret) {
      timeline(first: $first, after: $after) {
        nodes { id position type subject subjectVersion actor role recordedAt data } pageInfo { hasNextPage endCursor }
      } } }"""
    entries = town.asks(document, structure(TILLEULS), siret=TILLEULS).data["structure"]["timeline"]["nodes"]
    assert [entry["type"] for entry in entries] == [
        "convention.signed",
        "structure.account_opened",
        "structure.convention_attached",
        "animation.created",
        "animation.published",
    ]
    created = entries[3]
    assert created["subject"] == str(animation)
    assert (created["actor"], created["role"], created["subjectVersion"]) == ("structure", "structure", 1)
    assert datetime.fromisoformat(created["recordedAt"]) == town.now
    assert created["data"]["themes"] == ["ent-pronote"]
    walked = walk(town, document, ["structure", "timeline"], 2, structure(TILLEULS), siret=TILLEULS)
    assert walked == [entry["id"] for entry in entries]


def test_what_belongs_to_many_costs_as_few_statements_as_what_belongs_to_one(town: Town):
    town.declares(title="Tilleuls")
    for siret in (BASSE_TERRE, EVERYWHERE):
        town.signs(siret, f"Structure {siret}", "34")
        town.declares(siret, title=siret)
    document = """query ($first: Int) { structures(first: $first) { nodes { name
      animations(first: 1, where: {past: false}) { nodes { title type { label } } totalCount }
      conventions { territory } dashboard { animations byType { term { label } } }
      timeline(first: 2) { nodes { type } totalCount } } } }"""
    first, all_three = town.asks(document, NATIONAL, first=1), town.asks(document, NATIONAL, first=3)
    by_name = {node["name"]: node for node in all_three.data["structures"]["nodes"]}
    assert all_three.statements == first.statements
    assert titles(by_name["Centre social Les Tilleuls"]["animations"]) == ["Tilleuls"]
    assert titles((own := by_name[f"Structure {EVERYWHERE}"])["animations"]) == [EVERYWHERE]
    assert own["animations"]["totalCount"] == own["dashboard"]["animations"] == len(own["conventions"]) == 1
    assert [node["type"] for node in own["timeline"]["nodes"]] == ["convention.signed", "structure.account_opened"]
    assert own["timeline"]["totalCount"] == 4
    territories = "{ territories { code dashboard { animations byTheme { term { label } } } } }"
    answer = town.asks(territories, NATIONAL)
    counts = {territory["code"]: territory["dashboard"]["animations"] for territory in answer.data["territories"]}
    assert (counts["34"], counts["13"], len(counts)) == (3, 0, 12)
    assert answer.statements == 4


def test_lists_asked_for_with_different_arguments_are_kept_apart(town: Town):
    town.declares(title="a")
    town.refuses(town.declares(title="b"))
    document = """query ($siret: String) { structure(siret: $siret) {
      all: animations(orderBy: [{field: TITLE, direction: ASC}]) { nodes { title } }
      back: animations(orderBy: [{field: TITLE, direction: DESC}]) { nodes { title } }
      refused: animations(where: {status: [REFUSED]}) { nodes { title } totalCount }
      none: dashboard(to: "2026-09-30") { animations } some: dashboard(from: "2026-09-30") { animations } } }"""
    shown = town.asks(document, NATIONAL, siret=TILLEULS).data["structure"]
    assert [titles(shown[name]) for name in ("all", "back", "refused")] == [["a", "b"], ["b", "a"], ["b"]]
    assert shown["refused"]["totalCount"] == 1
    assert (shown["none"]["animations"], shown["some"]["animations"]) == (0, 2)
