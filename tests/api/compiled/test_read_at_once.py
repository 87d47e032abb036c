"""Answers read in one statement, without a snapshot, hold what one snapshot would."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from api.core.context import Context
from api.typology import territories_and_terms as lists
from domain.kernel.actors import PUBLIC
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import AUDITOR, TILLEULS, Town
from tests.support.api.both_executors import Both, catch_up_with
from tests.support.api.documents import Drawn


def test_a_listing_that_reads_nothing_else_is_one_statement_and_no_transaction(busy: Town, monkeypatch):
    page = "{ animations(first: 2) { totalCount nodes { title structure { name } } pageInfo { endCursor } } }"
    empty = '{ animations(where: {territory: ["18"]}) { totalCount nodes { title } } }'
    more = "{ position animations(first: 2) { totalCount nodes { title } } }"
    opened: list[str] = []
    read = Context.read

    async def counted(self: Context) -> Any:
        opened.append("snapshot")
        return await read(self)

    monkeypatch.setattr(Context, "read", counted)

    async def asking() -> list[int]:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            both, snapshots = Both(busy, pool), []
            for query in (more, page, empty, more):
                before = len(opened)
                compiled = await both.compiled(Drawn(query, {}), PUBLIC)
                snapshots.append(len(opened) - before)
                assert compiled == (await both.core(Drawn(query, {}), PUBLIC))[0], query
        return snapshots

    catch_up_with(busy)
    first, of_page, of_empty, last = asyncio.run(asking())
    assert (of_page, of_empty) == (0, 0)
    assert min(first, last) > 0


_TIMELINE = """
query ($id: ID!) {
  structure(id: $id) {
    id name siret conventions { version }
    timeline(first: 50) {
      totalCount
      nodes { id position type recordedAt subject subjectVersion actor role cause commandId data personalFields }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
_SHORT_TIMELINE = _TIMELINE.replace("conventions { version }", "")


def test_a_timeline_is_one_statement_once_its_structure_was_seen_and_nothing_moved(busy: Town, monkeypatch):
    asked, besides = (Drawn(one, {"id": str(structure_id(TILLEULS))}) for one in (_SHORT_TIMELINE, _TIMELINE))
    snapshots: list[int] = []
    read = Context.read
    opened = 0

    async def counted(self: Context) -> Any:
        nonlocal opened
        opened += 1
        return await read(self)

    monkeypatch.setattr(Context, "read", counted)

    async def asking() -> None:
        nonlocal opened
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=1, timeout=5, open=False) as pool:
            both = Both(busy, pool)
            for moved in (False, False, True, False):
                if moved:
                    busy.declares(title="Entre-temps")
                    catch_up_with(busy)
                opened = 0
                compiled = await both.compiled(asked, AUDITOR)
                snapshots.append(opened)
                assert compiled == (await both.core(asked, AUDITOR))[0]
                assert compiled is not None
                # What reads more besides does so in one snapshot.
                assert await both.compiled(besides, AUDITOR) == (await both.core(besides, AUDITOR))[0]

    catch_up_with(busy)
    asyncio.run(asking())
    first, again, after_a_move, at_last = snapshots
    assert (again, at_last) == (0, 0)
    assert min(first, after_a_move) > 0


@pytest.mark.parametrize("query", [_TIMELINE, _SHORT_TIMELINE])
def test_what_moved_while_an_answer_was_made_is_left_to_graphql_core(busy: Town, monkeypatch, query):
    """A structure is known from before, and its timeline is of after: they go into no answer together."""
    asked = Drawn(query, {"id": str(structure_id(TILLEULS))})
    relied = Context.relied_upon

    def moving(self: Context) -> Any:
        busy.declares(title="Entre-temps")
        catch_up_with(busy)
        return relied(self)

    async def asking() -> tuple[bytes | None, bytes | None]:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            both = Both(busy, pool)
            before = await both.compiled(asked, AUDITOR)
            monkeypatch.setattr(Context, "relied_upon", moving)
            return before, await both.compiled(asked, AUDITOR)

    catch_up_with(busy)
    before, then = asyncio.run(asking())
    assert before is not None
    assert then is None


def test_of_all_who_ask_after_a_move_one_reads_the_lists(busy: Town, monkeypatch):
    asked = Drawn("{ position animations(first: 1) { nodes { territory { name } } } }", {})
    reading, read_lists = 0, lists.read_lists

    async def counted(read: Any) -> Any:
        nonlocal reading
        reading += 1
        return await read_lists(read)

    monkeypatch.setattr(lists, "read_lists", counted)

    async def asking() -> list[bytes | None]:
        async with AsyncConnectionPool(busy.url, min_size=6, max_size=6, open=False) as pool:
            both = Both(busy, pool)
            return await asyncio.gather(*(both.compiled(asked, PUBLIC) for _ in range(6)))

    catch_up_with(busy)
    answers = asyncio.run(asking())
    assert len(set(answers)) == 1
    assert answers[0] is not None
    assert reading == 1
