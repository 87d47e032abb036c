"""Territories and terms are read once after each move of their read models."""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg_pool import AsyncConnectionPool

from api.typology import territories_and_terms as lists
from domain.kernel.actors import PUBLIC
from tests.support.api.asking import Town
from tests.support.api.both_executors import Both, catch_up_with
from tests.support.api.documents import Drawn


def test_of_all_who_ask_after_a_move_one_reads_the_lists(busy: Town, monkeypatch):
    drawn = Drawn("{ position animations(first: 1) { nodes { territory { name } } } }", {})
    reading, read_lists = 0, lists.read_lists

    async def counted(read: Any) -> Any:
        nonlocal reading
        reading += 1
        return await read_lists(read)

    monkeypatch.setattr(lists, "read_lists", counted)

    async def asking() -> list[bytes | None]:
        async with AsyncConnectionPool(busy.url, min_size=6, max_size=6, open=False) as pool:
            both = Both(busy, pool)
            return await asyncio.gather(*(both.compiled(drawn, PUBLIC) for _ in range(6)))

    catch_up_with(busy)
    answers = asyncio.run(asking())
    assert len(set(answers)) == 1
    assert answers[0] is not None
    assert reading == 1
