"""A replica whose connections all answer others is passed by, and its answers go on."""

from __future__ import annotations

import asyncio

import pytest

from projections.replicas import replica
from projections.replicas.replica import READY
from projections.replicas.replicas import Replicas


def test_a_busy_replica_is_neither_waited_for_nor_given_up(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 0.2)

    async def ask_while_busy() -> tuple[object, str, bool]:
        replicas = Replicas("", [database_url], connections=1)
        (busy,) = replicas.all
        await busy.pool.open()
        async with busy.pool.connection() as answering:
            busy.state = READY
            busy._reading.add(answering)
            opened = await asyncio.wait_for(replicas.opened(0, {}), 5)
            is_answering = not answering.closed
        await busy.pool.close()
        return opened, busy.state, is_answering

    assert asyncio.run(ask_while_busy()) == (None, READY, True)
