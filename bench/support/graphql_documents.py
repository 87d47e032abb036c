"""The benchmark's questions, as documents for our server and for PostGraphile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_PAGE_OF_20 = """
query ($where: AnimationWhere) {
  animations(where: $where, first: 20, orderBy: [{field: STARTS_AT, direction: ASC}]) {
    totalCount
    nodes { id title description status startsAt endsAt venueName address seats }
    pageInfo { hasNextPage endCursor }
  }
}"""
_PAGE_OF_20_BESIDE = """
query ($condition: AnimationCondition) {
  allAnimations(condition: $condition, first: 20, orderBy: [STARTS_AT_ASC, ANIMATION_ID_ASC]) {
    totalCount
    nodes { animationId title description status startsAt endsAt venueName address seats }
    pageInfo { hasNextPage endCursor }
  }
}"""
_PAGE_OF_100 = """
{
  animations(first: 100, orderBy: [{field: STARTS_AT, direction: ASC}]) {
    nodes {
      id title startsAt endsAt venueName seats
      structure { id name siret }
      territory { code name }
      themes { code label family }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
_PAGE_OF_100_BESIDE = """
{
  allAnimations(condition: {status: "PUBLISHED"}, first: 100, orderBy: [STARTS_AT_ASC, ANIMATION_ID_ASC]) {
    nodes {
      animationId title startsAt endsAt venueName seats
      structure { structureId name siret }
      territoryOf { code name }
      themeTermsList { code label family }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
COUNTRY = "country's figures"
_COUNTRY = "{ dashboard { animations published parents byTheme { animations } byType { animations } } }"
_TIMELINE = """
query ($id: ID!) {
  structure(id: $id) {
    id name siret
    timeline(first: 50) {
      nodes { position type recordedAt subject actor role cause commandId data }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
_TIMELINE_BESIDE = """
query ($id: UUID!) {
  structureByStructureId(structureId: $id) {
    structureId name siret
    timeline(first: 50, orderBy: [POSITION_ASC]) {
      nodes { position type recordedAt subjectId state }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question in both servers' words; `our_result` and `their_result` extract comparable values from answers."""

    name: str
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]
    our_result: Callable[[Any], Any]
    their_result: Callable[[Any], Any]
    public: bool = True


def questions(busiest: Mapping[str, str], structure_id: str) -> list[Question]:
    """`busiest`: the territory, type and audience to filter by."""
    return [
        Question(
            "page of 20",
            {"query": _PAGE_OF_20, "variables": _where(busiest)},
            {"query": _PAGE_OF_20_BESIDE, "variables": {"condition": {**busiest, "status": "PUBLISHED"}}},
            lambda data: (data["animations"]["totalCount"], [node["id"] for node in data["animations"]["nodes"]]),
            lambda data: (
                data["allAnimations"]["totalCount"],
                [node["animationId"] for node in data["allAnimations"]["nodes"]],
            ),
        ),
        Question(
            "page of 100, nested",
            {"query": _PAGE_OF_100},
            {"query": _PAGE_OF_100_BESIDE},
            lambda data: [_nested(node, "id", "themes") for node in data["animations"]["nodes"]],
            lambda data: [_nested(node, "animationId", "themeTermsList") for node in data["allAnimations"]["nodes"]],
        ),
        Question(
            "timeline",
            {"query": _TIMELINE, "variables": {"id": structure_id}},
            {"query": _TIMELINE_BESIDE, "variables": {"id": structure_id}},
            lambda data: [node["position"] for node in data["structure"]["timeline"]["nodes"]],
            lambda data: [int(node["position"]) for node in data["structureByStructureId"]["timeline"]["nodes"]],
            public=False,
        ),
    ]


def listings(busiest: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    """Return pages of the public listing, by name, for our server alone."""
    return {
        "page of 20": {"query": _PAGE_OF_20.replace("totalCount", ""), "variables": _where(busiest)},
        "page of 100, nested": {"query": _PAGE_OF_100},
        "page of 20 with its count": {"query": _PAGE_OF_20, "variables": _where(busiest)},
    }


def growing(busiest: Mapping[str, str], theme: str, venue_type: str) -> Mapping[str, Mapping[str, Any]]:
    """Return, by name, what costs more with each animation unless something bounds it: counts, and what is rare."""
    territory = {"territory": [busiest["territory"]]}
    counted = "query ($where: AnimationWhere) { animations(where: $where, first: 1) { totalCount totalCountIsExact } }"
    page = _PAGE_OF_20.replace("totalCount", "")
    return {
        "count of a theme in a territory": {
            "query": counted,
            "variables": {"where": territory | {"theme": [theme]}},
        },
        "count of a text": {"query": counted, "variables": {"where": {"text": "café"}}},
        "page of a rare kind of place": {
            "query": page,
            "variables": {"where": territory | {"venueType": [venue_type]}},
        },
        COUNTRY: {"query": _COUNTRY},
    }


#: The names of `listings`.
LISTED = ("page of 20", "page of 100, nested", "page of 20 with its count")


def _where(busiest: Mapping[str, str]) -> Mapping[str, Any]:
    return {"where": {name: [code] for name, code in busiest.items()}}


def _nested(animation: Mapping[str, Any], id: str, themes: str) -> tuple[Any, ...]:
    return animation[id], animation["structure"]["name"], [term["code"] for term in animation[themes]]
