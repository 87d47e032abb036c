"""The context of a request is freed with its answer."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from weakref import ref

from api.core.context import Context
from domain.kernel.actors import PUBLIC


async def _doubled(numbers: list[int]) -> Sequence[int]:
    return [2 * number for number in numbers]


def test_a_closed_context_is_freed_without_a_search_for_cycles():
    services: Any = SimpleNamespace(clock=lambda: datetime.now(UTC))

    async def answer() -> ref[Context]:
        context = Context(services, PUBLIC)
        loads = (context.together("doubled", number, _doubled) for number in (1, 2))
        assert await asyncio.gather(*loads) == [2, 4]
        await context.close()
        return ref(context)

    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(answer())() is None
    finally:
        gc.enable()
