"""Schools' requests are found by place and school by an index, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from application.animation_requests import AnimationRequestSend
from application.schools.commands import SchoolsImport
from domain.kernel.actors import Actor, Role
from tests.api.lists.plans import nodes_of, plans_of, rows_read
from tests.support.api.asking import NATIONAL, SCHOOL, Town
from tests.support.api.reading import Reader, opened_town, reading

REQUESTS, TABLE = 5_000, "animation_requests_g1"
#: Copies of one request, of other schools but for each thousandth.
_COPIED = f"""
INSERT INTO read_models.{TABLE}
SELECT (jsonb_populate_record(r, jsonb_build_object(
    'request_id', md5('r' || n)::uuid,
    'school', CASE WHEN n % 1000 = 0 THEN r.school ELSE '013' || lpad((n % 700)::text, 4, '0') || 'A' END,
    'sent_at', r.sent_at + n * interval '1 hour'
))).* FROM read_models.{TABLE} r, generate_series(1, {REQUESTS}) n
"""
LIST = "query ($where: AnimationRequestWhere) { animationRequests(where: $where) { totalCount nodes { id } } }"


def _asked(town: Town) -> None:
    described = f"UAI;nom;commune;degré\n{SCHOOL};Jean Jaurès;Montpellier;école"
    town.does(SchoolsImport(csv=described), NATIONAL)
    wish = {"wished_from": date(2026, 11, 1), "wished_until": date(2026, 12, 1)}
    director = Actor(Role.DIRECTOR, "direction", territories=frozenset(["34"]), schools=frozenset([SCHOOL]))
    town.does(AnimationRequestSend(school_uai=SCHOOL, theme="ent-pronote", **wish, text="Le soir."), director)


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    with opened_town(server_url, f"api_requests_{worker_id}", founded_name) as town:
        _asked(town)
        with reading(town) as reader:
            with town.app.pool.connection() as conn:
                conn.execute(_COPIED)
            with town.app.pool.connection() as conn:
                conn.autocommit = True
                conn.execute(f"VACUUM ANALYZE read_models.{TABLE}")
            yield reader


@pytest.mark.parametrize(
    ("where", "matches"),
    [
        ({"place": "Montpellier"}, 6),
        ({"place": "34090"}, 6),
        ({"commune": ["34172"]}, 6),
        ({"school": [SCHOOL]}, 6),
        ({"place": "Montpellier", "school": [SCHOOL], "status": ["OPEN"]}, 6),
        ({"place": "Montpellier", "commune": ["34145"]}, 0),
        ({"place": "nulle part"}, 0),
    ],
    ids=str,
)
def test_requests_are_found_by_place_by_an_index(season: Reader, where: dict[str, Any], matches: int) -> None:
    assert season.asks(LIST, NATIONAL, where=where).data["animationRequests"]["totalCount"] == matches
    plans = plans_of(season, LIST, NATIONAL, {"where": where})
    large = [node for plan in plans for node in nodes_of(plan) if node.get("Relation Name") == TABLE]
    details = [(node["Node Type"], node.get("Index Name"), rows_read(node)) for node in large]
    assert sum(map(rows_read, large)) <= 50, details
