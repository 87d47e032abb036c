"""Feeds and tables find their rows by an index, page by page, however many animations there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.animations import export_pages as pages
from api.animations.feeds import AnimationFeeds
from api.animations.table_downloads import AnimationExports
from api.communication.plannings import Plannings
from api.core.context import Services
from domain.kernel.identifiers import structure_id
from tests.api.lists.plans import STRUCTURES_ADDED, many_animations, nodes_of, rows_read
from tests.support.api.asking import BESIDES, SIGN_IN, TILLEULS, Reached
from tests.support.api.reading import Reader, executed

_CHANGES = """
UPDATE read_models.animations_g1 SET
    status = CASE WHEN title_key LIKE '%7' AND status = 'PUBLISHED' THEN 'CANCELLED' ELSE status END,
    changed_at = starts_at - interval '20 days'"""


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    name = f"api_exports_{worker_id}"
    with many_animations(server_url, name, founded_name, STRUCTURES_ADDED, _CHANGES) as reader:
        yield reader


def _download(reader: Reader, path: str, such_as: str = "cursor_values") -> tuple[bytes, list[dict[str, Any]]]:
    """What a path answers to everybody, and the plans of such statements: those that read pages of animations."""
    town = reader.town
    services = Services(town.app, reader.pool, Reached(), SIGN_IN, 1.0, lambda: town.now, *BESIDES)  # type: ignore[arg-type]
    name, _, query = path.partition("?")
    feeds, tables, plannings = AnimationFeeds(services), AnimationExports(services), Plannings(services)
    endpoints = {"/ics": feeds.calendar, "/atom": feeds.atom, "/jsonld": feeds.json_ld, "/csv": tables.listing_csv}
    endpoints |= {"/structure.pdf": plannings.of_structure, "/territory.pdf": plannings.of_territory}
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": name, "query_string": query.encode()}
    scope |= {"headers": [], "path_params": {"id": str(structure_id(TILLEULS)), "code": "34"}}

    async def whole() -> bytes:
        answer: Response = await endpoints[name](Request(scope | {"server": ("localhost", 80), "scheme": "http"}))
        assert answer.status_code == 200, answer.body
        if not isinstance(answer, StreamingResponse):
            return bytes(answer.body)
        chunks: list[Any] = [chunk async for chunk in answer.body_iterator]
        return b"".join(chunks)

    with executed() as statements:
        content = reader.runner.run(whole())
    # Not on a connection of the commands, which avoid reading a table whole.
    with psycopg.connect(town.url, autocommit=True) as conn:
        texts = [(query.as_string(conn), params) for query, params in statements]
        plans = [
            conn.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + text, params).fetchall()[0][0][0]["Plan"]
            for text, params in texts
            if such_as in text
        ]
    return content, plans


#: A planning holds 200 and counts what it leaves out: 381 are to come in the territory.
PLANNINGS = [("/structure.pdf", 1, 40), ("/territory.pdf", 2, 800)]


@pytest.mark.parametrize(("path", "statements", "most"), PLANNINGS)
def test_a_planning_reads_what_is_to_come_of_its_owner_by_an_index(
    season: Reader, path: str, statements: int, most: int
):
    content, plans = _download(season, path, "animations_g1")
    assert content.startswith(b"%PDF")
    large = [node for plan in plans for node in nodes_of(plan) if node.get("Relation Name") == "animations_g1"]
    assert len(plans) == statements
    assert all(node["Node Type"] != "Seq Scan" for node in large), [node["Node Type"] for node in large]
    assert sum(map(rows_read, large)) <= most, [(node.get("Index Name"), rows_read(node)) for node in large]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        # 1,001 of what is published, 305 of what is cancelled.
        ("/ics", 1_400),
        ("/jsonld", 1_400),
        ("/ics?territory=34", 800),
        # 101 of what is published; of what is cancelled, all that is to come.
        ("/atom", 500),
    ],
)
def test_a_feed_reads_what_it_tells_and_little_more(season: Reader, path: str, most: int):
    _, plans = _download(season, path)
    assert len(plans) == 2
    large = [node for plan in plans for node in nodes_of(plan) if node.get("Relation Name") == "animations_g1"]
    assert large
    assert all(node["Node Type"] != "Seq Scan" for node in large), [node["Node Type"] for node in large]
    assert sum(map(rows_read, large)) <= most, [
        (node["Index Name"], rows_read(node)) for node in large if "Index Name" in node
    ]


def test_every_page_of_a_table_is_one_statement_that_reads_that_page(season: Reader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "PAGE", 200)
    content, plans = _download(season, "/csv")
    rows = content.count(b"\r\n") - 1
    assert rows > 4_000
    assert len(plans) == rows // 200 + 1
    for plan in plans:
        large = [node for node in nodes_of(plan) if node.get("Relation Name") == "animations_g1"]
        assert sum(map(rows_read, large)) <= 201
        assert all(node["Node Type"] != "Seq Scan" for node in large)
