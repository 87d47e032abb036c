"""Narrowing the audit trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.kernel.identifiers import structure_id
from tests.support.api.asking import NATIONAL, TILLEULS, Town, walk

AUDIT = """query ($where: AuditWhere, $first: Int, $after: String, $last: Int) {
  auditTrail(where: $where, first: $first, after: $after, last: $last) {
    nodes { id position type subject recordedAt } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""


def _types(town: Town, **where: Any) -> list[str]:
    page = town.asks(AUDIT, NATIONAL, where=where, first=100).data["auditTrail"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["type"] for node in page["nodes"]]


def test_the_audit_trail_is_narrowed_by_each_of_its_filters(town: Town):
    convention = town.signs()
    town.now += timedelta(days=1)
    animation = town.declares(published=True)
    town.now += timedelta(days=1)
    candidature = town.applies()
    signed = ["convention.signed", "structure.account_opened", "structure.convention_attached"]
    declared = ["animation.created", "animation.published"]
    whole = town.asks(AUDIT, NATIONAL, last=6).data["auditTrail"]
    assert [node["type"] for node in whole["nodes"]] == [*signed, *declared, "candidature.submitted"]
    assert whole["pageInfo"]["hasPreviousPage"]
    assert not whole["pageInfo"]["hasNextPage"]
    first, third, last = whole["nodes"][0]["position"], whole["nodes"][2]["position"], whole["nodes"][-1]["position"]
    declared_at, submitted_at = whole["nodes"][3]["recordedAt"], whole["nodes"][-1]["recordedAt"]
    narrowings: list[tuple[dict[str, Any], list[str]]] = [
        ({"structureId": str(structure_id(TILLEULS))}, [*signed, *declared]),
        ({"animationId": str(animation)}, declared),
        ({"conventionId": str(convention)}, ["convention.signed"]),
        ({"candidatureId": str(candidature)}, ["candidature.submitted"]),
        ({"type": ["animation.created", "convention.signed"]}, ["convention.signed", "animation.created"]),
        ({"recordedFrom": declared_at}, [*declared, "candidature.submitted"]),
        ({"recordedFrom": declared_at, "recordedBefore": submitted_at}, declared),
        ({"positionFrom": first, "positionTo": third}, signed),
        ({"positionFrom": last}, ["candidature.submitted"]),
        ({"animationId": str(animation), "type": ["animation.published"]}, ["animation.published"]),
        ({"animationId": str(animation), "conventionId": str(convention)}, []),
    ]
    for where, expected in narrowings:
        assert _types(town, **where) == expected, where


def test_the_audit_trail_is_read_to_its_end_page_by_page_as_it_grows(town: Town):
    everything = town.asks(AUDIT, NATIONAL, first=100).data["auditTrail"]
    assert walk(town, AUDIT, ["auditTrail"], 7, NATIONAL) == [node["id"] for node in everything["nodes"]]
    end = everything["pageInfo"]["endCursor"]
    town.signs()
    more = town.asks(AUDIT, NATIONAL, after=end).data["auditTrail"]["nodes"]
    assert [node["type"] for node in more] == [
        "convention.signed",
        "structure.account_opened",
        "structure.convention_attached",
    ]


def test_a_page_of_the_audit_trail_costs_one_statement_beside_what_is_live_and_a_first_look_at_what_is_blanked(
    town: Town,
):
    document = "query ($first: Int) { auditTrail(first: $first) { nodes { type data } } }"
    assert town.asks(document, NATIONAL, first=100).statements == town.asks(document, NATIONAL, first=1).statements == 3


def test_the_position_of_an_answer_is_that_of_the_log_it_was_read_at(town: Town):
    before = town.asks("{ position }").data["position"]
    town.signs()
    assert town.asks("{ position }").data["position"] == before + 3
