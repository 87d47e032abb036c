"""The waiter's connection: each of its waits has a bound."""

from __future__ import annotations

import asyncio

import pytest

from projections.engine import waiting
from projections.engine.waiting import PositionWaiter


def test_a_server_that_never_answers_the_first_statement_is_hung_up_on(
    fresh_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waiting, "ANSWER_SECONDS", 0.3)
    # As silent as a server that accepted the connection and then froze.
    monkeypatch.setattr(waiting, "REBUILD_CHANNEL", "some_channel; SELECT pg_sleep(60)")

    async def until_hung_up() -> None:
        async with PositionWaiter(fresh_url), asyncio.timeout(10):
            while "waiter lost its connection" not in caplog.messages:
                await asyncio.sleep(0.02)

    asyncio.run(until_hung_up())
