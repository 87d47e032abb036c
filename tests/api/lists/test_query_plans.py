"""The questions that are asked all day find their rows by an index, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import md5
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.kernel.actors import PUBLIC, Actor
from domain.kernel.identifiers import structure_id
from projections.audit.queries import ORDERS
from projections.engine.paging import cursor_of
from tests.api.lists.plans import (
    EVENTS,
    EVENTS_COPIED,
    EVENTS_READ,
    OLDER_COPIED,
    STRUCTURES_ADDED,
    many_animations,
    nodes_of,
    plans_of,
    rows_read,
)
from tests.support.api.asking import AUDITOR, NATIONAL, TILLEULS, coordonnateur, structure
from tests.support.api.reading import Reader, executed

_TABLES = {"animations_g1", "stored_events"}
#: What a few of the events are of, all of them in the Hérault.
_SUBJECT = str(UUID(md5(b"6").hexdigest()))


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    """A few thousand animations, and what happened to them."""
    added = (EVENTS_COPIED, OLDER_COPIED, EVENTS_READ, STRUCTURES_ADDED)
    with many_animations(server_url, f"api_plans_{worker_id}", founded_name, *added) as reader:
        # Half of them are over.
        reader.town.now = datetime(2027, 1, 15, tzinfo=UTC)
        yield reader


LISTING = """query ($where: AnimationWhere, $orderBy: [AnimationOrder!], $after: String) {
  animations(where: $where, orderBy: $orderBy, first: 20, after: $after) { nodes { id } pageInfo { endCursor } } }"""


@pytest.mark.parametrize(
    ("where", "is_kept"),
    [({"type": ["seminaire"]}, True), ({"theme": ["jeux-video"]}, False), ({"text": "café"}, False)],
)
def test_a_list_by_what_is_usual_or_rare_is_planned_for_its_values(
    season: Reader, monkeypatch: pytest.MonkeyPatch, where: dict[str, Any], is_kept: bool
) -> None:
    execute, kept = psycopg.AsyncCursor.execute, []

    async def noted(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        kept.append(options.get("prepare"))
        return await execute(self, query, params, **options)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", noted)
    assert season.asks(LISTING, PUBLIC, where=where).data
    assert kept[-1] is is_kept


MONTH = "query ($month: String!, $where: AnimationWhere) { animationDays(month: $month, where: $where) { date } }"
OWN = f"""query ($where: OwnAnimationWhere, $orderBy: [AnimationOrder!]) {{
  structure(siret: "{TILLEULS}") {{ animations(where: $where, orderBy: $orderBy) {{ nodes {{ id }} }} }} }}"""
MANAGED = """query ($where: ManagedAnimationWhere, $orderBy: [AnimationOrder!]) {
  managedAnimations(where: $where, orderBy: $orderBy) { nodes { id } } }"""
TO_PUBLISH = MANAGED.replace("managedAnimations", "animationsToPublish")
AUDIT = "query ($where: AuditWhere) { auditTrail(where: $where) { nodes { position } } }"
LAST_OF_AUDIT = AUDIT.replace("(where: $where)", "(where: $where, last: 20)")
BY_OWED = "{ structures(where: {managed: true}, orderBy: OWED) { nodes { id } } }"
OWING = "{ structures(where: {owing: true}) { nodes { id dues { attestationsDue piecesMissing } } } }"
FIGURES = "{ animations published past attested awaitingAttestation cancelled parents byTheme { parents } }"


def _by(field: str, direction: str) -> dict[str, Any]:
    return {"orderBy": [{"field": field, "direction": direction}]}


#: What is asked, by whom, and how many rows of the large tables it may look at.
HOT: dict[str, tuple[str, Actor, dict[str, Any], int]] = {
    "listing": (LISTING, PUBLIC, {}, 50),
    "listing, last first": (LISTING, PUBLIC, _by("STARTS_AT", "DESC"), 50),
    "a month of the calendar": (MONTH, PUBLIC, {"month": "2027-02"}, 1_000),
    "a month of a commune": (MONTH, PUBLIC, {"month": "2027-02", "where": {"commune": ["34172"]}}, 400),
    "listing by title": (LISTING, PUBLIC, _by("TITLE", "ASC"), 50),
    "listing by publication": (LISTING, PUBLIC, _by("PUBLISHED_AT", "DESC"), 50),
    "listing by type": (LISTING, PUBLIC, _by("TYPE", "ASC"), 50),
    "listing by audience": (LISTING, PUBLIC, _by("AUDIENCE", "DESC"), 50),
    "listing halfway through the season": (LISTING, PUBLIC, {}, 50),
    "listing of what is to come": (LISTING, PUBLIC, {"where": {"upcoming": True}}, 50),
    "listing of a commune": (LISTING, PUBLIC, {"where": {"commune": ["34172"]}}, 400),
    "listing of a school": (LISTING, PUBLIC, {"where": {"school": ["0340766Y"]}}, 100),
    "managed of a school": (MANAGED, NATIONAL, {"where": {"school": ["0340766Y"]}}, 400),
    # A page of each commune of the intercommunality, from which this one is cut.
    "listing around a commune": (LISTING, PUBLIC, {"where": {"around": "34057"}}, 100),
    "listing around a commune, of what is to come": (
        LISTING,
        PUBLIC,
        {"where": {"around": "34057", "upcoming": True}},
        100,
    ),
    "listing of what is accessible": (LISTING, PUBLIC, {"where": {"accessibility": ["braille"]}}, 200),
    "listing of a language": (LISTING, PUBLIC, {"where": {"language": ["ta"]}}, 200),
    "managed animations": (MANAGED, NATIONAL, {}, 50),
    "managed animations of a territory": (MANAGED, coordonnateur("34"), {}, 60),
    "managed animations of three territories": (MANAGED, coordonnateur("34", "971", "02"), {}, 200),
    "managed animations by title": (MANAGED, NATIONAL, _by("TITLE", "ASC"), 50),
    "managed animations by publication": (MANAGED, NATIONAL, _by("PUBLISHED_AT", "DESC"), 50),
    "managed animations by status": (MANAGED, NATIONAL, _by("STATUS", "DESC"), 50),
    "managed animations by attestation": (MANAGED, NATIONAL, _by("ATTESTED", "ASC"), 50),
    "managed animations refused": (MANAGED, NATIONAL, {"where": {"status": ["REFUSED"]}}, 50),
    "managed animations of a rare theme": (MANAGED, NATIONAL, {"where": {"theme": ["jeux-video"]}}, 200),
    "managed animations of a rare word": (MANAGED, NATIONAL, {"where": {"text": "c4ca4238"}}, 50),
    "awaiting attestation in the country": (MANAGED, NATIONAL, {"where": {"awaitingAttestation": True}}, 400),
    "awaiting attestation in a territory": (
        MANAGED,
        coordonnateur("34"),
        {"where": {"awaitingAttestation": True}},
        400,
    ),
    "to publish, soonest first": (TO_PUBLISH, NATIONAL, {"where": {"upcoming": True}, **_by("STARTS_AT", "ASC")}, 400),
    "listing of a territory": (LISTING, PUBLIC, {"where": {"territory": ["34"]}}, 400),
    "listing of what is rare in a territory": (
        LISTING,
        PUBLIC,
        {"where": {"territory": ["34"], "type": ["seminaire"], "audience": ["parents"]}},
        50,
    ),
    "listing of two territories": (LISTING, PUBLIC, {"where": {"territory": ["34", "971"]}}, 400),
    "listing of a rare theme": (LISTING, PUBLIC, {"where": {"theme": ["jeux-video"]}}, 200),
    "listing of a usual theme": (LISTING, PUBLIC, {"where": {"theme": ["temps-ecran"]}}, 100),
    "listing of a type": (LISTING, PUBLIC, {"where": {"type": ["seminaire"]}}, 200),
    "listing of an audience": (LISTING, PUBLIC, {"where": {"audience": ["mediateurs"]}}, 200),
    "listing of a structure": (LISTING, PUBLIC, {"where": {"structureId": str(structure_id(TILLEULS))}}, 60),
    "listing of a period": (LISTING, PUBLIC, {"where": {"startsFrom": "2027-02-01T00:00:00Z"}}, 50),
    "listing of local days": (LISTING, PUBLIC, {"where": {"startsFrom": "2027-02-01T00:00:00"}}, 60),
    "listing of a rare word": (LISTING, PUBLIC, {"where": {"text": "c4ca4238"}}, 50),
    "listing of a usual word": (LISTING, PUBLIC, {"where": {"text": "café"}}, 100),
    "own animations": (OWN, structure(TILLEULS), {}, 60),
    "own animations by title": (OWN, structure(TILLEULS), _by("TITLE", "DESC"), 60),
    "own animations not attested": (OWN, structure(TILLEULS), {"where": {"past": True, "attested": False}}, 60),
    "own figures": (f'{{ structure(siret: "{TILLEULS}") {{ dashboard {FIGURES} }} }}', NATIONAL, {}, 60),
    "waiting for the national team": ("{ viewer { waiting { awaitingPublication } } }", NATIONAL, {}, 400),
    # All that waits for its attestation anywhere, in the index alone.
    "waiting for a coordonnateur": ("{ viewer { waiting { attestationsDue } } }", coordonnateur("34"), {}, 3_000),
    # The same, and what each of a page's structures owes.
    "structures that owe something": (OWING, coordonnateur("34"), {}, 4_000),
    "structures of a territory by what they owe": (BY_OWED, coordonnateur("34"), {}, 4_000),
    "waiting for a structure": ("{ viewer { waiting { refused } } }", structure(TILLEULS), {}, 60),
    "audit trail": (AUDIT, AUDITOR, {}, 50),
    "audit trail of a structure": (AUDIT, structure(TILLEULS), {}, 60),
    "audit trail of a territory": (AUDIT, coordonnateur("34"), {}, 400),
    "audit trail of a subject": (AUDIT, AUDITOR, {"where": {"animationId": _SUBJECT}}, 60),
    "audit trail of a type": (AUDIT, AUDITOR, {"where": {"type": ["animation.attested"]}}, 400),
    "audit trail of a type that there is none of": (AUDIT, AUDITOR, {"where": {"type": ["typology.term_split"]}}, 50),
    "audit trail of several types": (
        AUDIT,
        AUDITOR,
        {"where": {"type": ["animation.attested", "animation.created", "convention.signed"]}},
        600,
    ),
    "audit trail of a territory's type": (AUDIT, coordonnateur("34"), {"where": {"type": ["animation.refused"]}}, 50),
    "audit trail of a territory's type that there is none of": (
        AUDIT,
        coordonnateur("02"),
        {"where": {"type": ["candidature.submitted"]}},
        50,
    ),
    "audit trail of three territories": (AUDIT, coordonnateur("34", "971", "02"), {}, 400),
    "audit trail of a structure's type": (
        AUDIT,
        AUDITOR,
        {"where": {"structureId": str(structure_id(TILLEULS)), "type": ["animation.refused"]}},
        200,
    ),
    "audit trail of a dossier": (AUDIT, AUDITOR, {"where": {"dossierId": _SUBJECT}}, 70),
    "audit trail of a dossier's type": (
        AUDIT,
        coordonnateur("34"),
        {"where": {"dossierId": _SUBJECT, "type": ["animation.refused"]}},
        60,
    ),
    "audit trail of a type, late days": (
        AUDIT,
        AUDITOR,
        {"where": {"type": ["animation.attested"], "recordedFrom": "2026-11-20T00:00:00Z"}},
        600,
    ),
    "audit trail of late days": (AUDIT, AUDITOR, {"where": {"recordedFrom": "2026-11-20T00:00:00Z"}}, 400),
    "audit trail of late days, their last page, an older history after them": (
        LAST_OF_AUDIT,
        AUDITOR,
        {"where": {"recordedFrom": "2026-11-20T00:00:00Z"}},
        400,
    ),
    "audit trail of a day": (
        AUDIT,
        AUDITOR,
        {"where": {"recordedFrom": "2026-10-15T06:00:00Z", "recordedBefore": "2026-10-15T07:00:00Z"}},
        800,
    ),
    "audit trail far in": (AUDIT, AUDITOR, {"where": {"positionFrom": 1_020_000}}, 60),
}


def _faults(reader: Reader, what: str) -> list[str]:
    document, actor, variables, most = HOT[what]
    nodes = [node for plan in plans_of(reader, document, actor, variables) for node in nodes_of(plan)]
    large = [node for node in nodes if node.get("Relation Name") in _TABLES]
    details = [(node["Node Type"], node.get("Index Name"), rows_read(node), node.get("Index Cond")) for node in large]
    good = large and sum(map(rows_read, large)) <= most and all(node["Node Type"] != "Seq Scan" for node in large)
    return [] if good else [f"{what}: {details}"]


def test_what_is_asked_all_day_looks_at_few_rows_by_an_index(season: Reader):
    assert [fault for what in HOT for fault in _faults(season, what)] == []


def test_a_page_far_in_costs_what_the_first_one_costs(season: Reader):
    late = {"where": {"startsFrom": "2027-04-01T00:00:00Z"}, **_by("STARTS_AT", "ASC")}
    cursor = season.asks(LISTING, PUBLIC, None, **late).data["animations"]["pageInfo"]["endCursor"]
    far = {**_by("STARTS_AT", "ASC"), "after": cursor}
    nodes = [node for plan in plans_of(season, LISTING, PUBLIC, far) for node in nodes_of(plan)]
    assert 20 <= sum(rows_read(node) for node in nodes if node.get("Relation Name") in _TABLES) <= 50


def test_a_page_of_the_audit_trail_far_in_is_read_from_its_cursor_under_each_filter(season: Reader):
    document = AUDIT.replace("$where: AuditWhere", "$where: AuditWhere, $after: String").replace(
        "(where: $where)", "(where: $where, after: $after)"
    )
    for what, (listed, actor, variables, most) in HOT.items():
        if listed is AUDIT:
            far = cursor_of(ORDERS, [str(1_000_000 + EVENTS * 3 // 4)])
            with executed() as statements:
                season.asks(document, actor, **variables, after=far)
            assert not any("OFFSET" in query.as_string(None).upper() for query, _ in statements), what
            nodes = [
                n for plan in plans_of(season, document, actor, {**variables, "after": far}) for n in nodes_of(plan)
            ]
            large = [node for node in nodes if node.get("Relation Name") in _TABLES]
            assert sum(map(rows_read, large)) <= most, what
            assert all(node["Node Type"] != "Seq Scan" for node in large), what


#: Conditions, and whether what meets them is told exactly: it is summed up beforehand, or there is little of it.
COUNTED: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"type": ["atelier-parents"], "audience": ["parents"]}, True),
    ({"territory": ["34"], "theme": ["temps-ecran"]}, True),
    ({"text": "c4ca4238"}, True),
    ({"theme": ["temps-ecran"]}, False),
    # By the clocks of each place, of which PostgreSQL has no statistics.
    ({"startsFrom": "2026-10-01T00:00:00", "startsBefore": "2030-01-01T00:00:00"}, False),
    ({"text": "café"}, False),
    ({"text": "café", "audience": ["parents"], "startsFrom": "2026-10-01T00:00:00Z"}, False),
]


def test_what_is_not_summed_up_is_counted_to_a_thousand(season: Reader):
    document = "query ($where: AnimationWhere) { animations(where: $where, first: 1) { nodes { id } <counts> } }"
    for where, exact in COUNTED:
        counting = document.replace("<counts>", "totalCount totalCountIsExact")
        page = season.asks(counting, PUBLIC, where=where).data["animations"]
        assert page["totalCountIsExact"] is exact, where
        assert exact or page["totalCount"] == 1_000, where
        nodes = [node for plan in plans_of(season, counting, PUBLIC, {"where": where}) for node in nodes_of(plan)]
        read = sum(rows_read(node) for node in nodes if node.get("Relation Name") in _TABLES)
        assert read <= 1_500, (where, read)
    # Of several owners at once.
    both = "{ structures(first: 2) { nodes { animations { totalCountIsExact totalCount } } } }"
    pages = [node["animations"] for node in season.asks(both, NATIONAL).data["structures"]["nodes"]]
    assert all(page["totalCountIsExact"] and page["totalCount"] < 100 for page in pages)


@pytest.mark.parametrize(
    "document", [f'{{ territory(code: "34") {{ dashboard {FIGURES} }} }}', f"{{ dashboard {FIGURES} }}"]
)
def test_figures_of_territories_count_what_is_to_come_from_an_index_alone(season: Reader, monkeypatch, document):
    monkeypatch.setattr(season.town, "now", datetime(2027, 3, 20, tzinfo=UTC))
    nodes = [node for plan in plans_of(season, document, NATIONAL, {}) for node in nodes_of(plan)]
    (scan,) = [node for node in nodes if node.get("Relation Name") in _TABLES]
    assert scan["Node Type"] == "Index Only Scan"


@pytest.mark.parametrize("where", [{"language": ["yo"]}, {"accessibility": ["facile-a-lire"]}])
def test_what_nothing_has_is_guessed_to_be_rare_and_found_first(season: Reader, where: dict[str, Any]) -> None:
    """A list in order would pass over all animations of a season, where half a percent were guessed."""
    nodes = [node for plan in plans_of(season, LISTING, PUBLIC, {"where": where}) for node in nodes_of(plan)]
    scans = {(node["Node Type"], node["Plan Rows"]) for node in nodes if node.get("Relation Name") in _TABLES}
    assert scans == {("Bitmap Heap Scan", 1)}
