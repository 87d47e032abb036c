"""The audit trail of a period: the right events, in log order, even where the log goes back in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from application.sign_in.local import issue_token, read_token
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.identifiers import person_id, structure_id
from projections.audit.entries import ENTRIES
from tests.support.api.asking import (
    BASSE_TERRE,
    FOUNDED_AT,
    NATIONAL,
    SCHOOL,
    TILLEULS,
    coordonnateur,
    structure,
)
from tests.support.api.reading import Reader, opened_town, reading, refusals

AUDIT = """query ($where: AuditWhere, $first: Int, $after: String, $last: Int, $before: String) {
  auditTrail(where: $where, first: $first, after: $after, last: $last, before: $before) {
    nodes { id position type subject recordedAt } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""
_WHOLE = f"SELECT * FROM {ENTRIES} AS t ORDER BY position"
_START = FOUNDED_AT - timedelta(days=2)


def _parent() -> Actor:
    """A parent with a token of today's."""
    return read_token(
        "secret" * 9, issue_token("secret" * 9, Role.PARENT, "parent@exemple.fr", datetime.now(UTC))
    ).actor


@pytest.fixture(scope="module")
def history(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    """Some 60 events, of many days, not in the order of time."""
    with opened_town(server_url, f"api_periods_{worker_id}", founded_name) as town:
        town.signs()
        town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
        random = Random(3)
        for _ in range(20):
            town.now = FOUNDED_AT + timedelta(hours=random.randint(0, 200))
            starts_at = datetime(2026, 12, 1, 16, tzinfo=UTC)
            siret, territory = random.choice([(TILLEULS, "34"), (BASSE_TERRE, "971")])
            town.declares(siret, territory=territory, starts_at=starts_at, published=random.random() < 0.5)
        town.applies(SCHOOL, who=_parent())
        with reading(town) as reader:
            yield reader


def _rows(reader: Reader) -> list[dict[str, Any]]:
    with reader.town.app.pool.connection() as conn:
        cursor = conn.execute(_WHOLE)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_INSTANTS = st.one_of(
    st.none(),
    st.integers(-30, 260).map(lambda hours: _START + timedelta(hours=hours)),
    st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), FOUNDED_AT]),
)
_ACTORS = {"national": NATIONAL, "structure": structure(TILLEULS), "coordonnateur": coordonnateur("971")}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=_INSTANTS,
    end=_INSTANTS,
    types=st.sampled_from([None, ["animation.created"], ["animation.published", "convention.signed"]]),
    who=st.sampled_from(sorted(_ACTORS)),
    of_structure=st.booleans(),
    size=st.sampled_from([3, 10, 100]),
)
def test_every_period_gives_exactly_its_events_in_log_order(
    history: Reader, start, end, types, who, of_structure, size
):
    assume(start is None or end is None or start < end)
    where: dict[str, Any] = {"type": types}
    rows = _rows(history)
    # Who reads none of a structure's events learns nothing of it.
    assume(not (of_structure and who == "coordonnateur"))
    if who == "structure":
        rows = [row for row in rows if row["structure_id"] == structure_id(TILLEULS)]
    if who == "coordonnateur":
        rows = [row for row in rows if row["territory"] == "971"]
    if of_structure:
        where["structureId"] = str(structure_id(TILLEULS))
        rows = [row for row in rows if row["structure_id"] == structure_id(TILLEULS)]
    if start is not None:
        where["recordedFrom"] = start.isoformat()
        rows = [row for row in rows if row["recorded_at"] >= start]
    if end is not None:
        where["recordedBefore"] = end.isoformat()
        rows = [row for row in rows if row["recorded_at"] < end]
    expected = [row["position"] for row in rows if types is None or row["type"] in types]
    positions: list[int] = []
    after = None
    while True:
        page = history.asks(AUDIT, _ACTORS[who], where=where, first=size, after=after).data["auditTrail"]
        assert page["totalCount"] == len(expected)
        positions += [node["position"] for node in page["nodes"]]
        assert len(positions) <= len(expected)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert positions == expected
    last = history.asks(AUDIT, _ACTORS[who], where=where, last=size).data["auditTrail"]
    assert [node["position"] for node in last["nodes"]] == expected[-size:]


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ({"structureId": "x"}, "structureId"),
        ({"animationId": "a\x00"}, "animationId"),
        ({"conventionId": "\ud800"}, "conventionId"),
        ({"candidatureId": "1"}, "candidatureId"),
        ({"type": ["a", "b\x00"]}, "type"),
        ({"type": ["\udfff"]}, "type"),
        ({"type": ["animation.published", "unheard.of"]}, "type"),
        ({"type": ["x" * 300]}, "type"),
        ({"recordedFrom": "hier"}, "recordedFrom"),
        ({"recordedBefore": "2026-10-05T18:00:00"}, "recordedBefore"),
        ({"recordedBefore": "2026-10-05\x00"}, "recordedBefore"),
        ({"positionFrom": 9, "positionTo": 3}, "positionTo"),
        ({"animationId": str(structure_id("nobody"))}, "animationId"),
    ],
    ids=str,
)
def test_a_filter_of_the_audit_trail_that_cannot_be_used_is_named(history: Reader, where, field):
    answer = history.asks(AUDIT, NATIONAL, where=where)
    assert refusals(answer) == [{"code": "INVALID", "field": ["where", field]}]


def test_extreme_positions_are_only_filters(history: Reader):
    where = {"positionFrom": -(2**31), "positionTo": 2**31 - 1, "type": ["animation.published"]}
    nodes = history.asks(AUDIT, NATIONAL, where=where, first=100).data["auditTrail"]["nodes"]
    assert {node["type"] for node in nodes} <= {"animation.published"}


def test_a_structure_is_told_the_same_of_what_is_anothers_and_of_what_does_not_exist(history: Reader):
    theirs = next(row for row in _rows(history) if row["structure_id"] == structure_id(BASSE_TERRE))
    for name in ("animationId", "conventionId", "candidatureId"):
        for subject in (theirs["subject_id"], structure_id("nobody")):
            answer = history.asks(AUDIT, structure(TILLEULS), where={name: str(subject)})
            assert refusals(answer) == [{"code": "INVALID", "field": ["where", name]}]
            assert answer.messages == [f"where.{name} : rien de ce que vous pouvez lire n'a cet identifiant."]
    node = "query ($id: ID!) { node(id: $id) { id } }"
    for position in (theirs["position"], 2**31, 10**17):
        assert history.asks(node, structure(TILLEULS), id=f"audit:{position}").data == {"node": None}
        assert history.asks(node, PUBLIC, id=f"audit:{position}").codes == ["UNAUTHENTICATED"]
    for other in (structure_id(BASSE_TERRE), structure_id("nobody")):
        answer = history.asks(AUDIT, structure(TILLEULS), where={"structureId": str(other)})
        assert answer.codes == ["FORBIDDEN"]


def test_the_actor_of_a_parent_is_a_pseudonym_and_what_is_personal_is_named_but_null(history: Reader):
    document = '{ auditTrail(where: {type: "candidature.submitted"}) { nodes { actor role data personalFields } } }'
    (entry,) = history.asks(document, NATIONAL).data["auditTrail"]["nodes"]
    assert (entry["actor"], entry["role"]) == (f"parent:{person_id('parent@exemple.fr')}", "parent")
    assert sorted(entry["personalFields"]) == ["email", "first_name", "last_name", "motivation", "phone"]
    assert [entry["data"][name] for name in entry["personalFields"]] == [None] * 5
