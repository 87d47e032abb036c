"""A server that leaves finishes what was asked of it, and does not wait for streams that never end."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
import uvicorn

from cli.server import draining
from cli.server.serving import address_of, take_address

ANSWER_SECONDS = 0.6


def test_a_long_answer_is_finished_and_a_stream_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "DRAIN_SECONDS", 0.05)
    monkeypatch.setattr(uvicorn.Server, "capture_signals", lambda self: nullcontext())

    async def ask_and_replace() -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        started, arrived = asyncio.Event(), asyncio.Semaphore(0)

        async def answer_slowly(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            arrived.release()
            await asyncio.sleep(60 if scope["path"] == "/events" else ANSWER_SECONDS)
            await send({"type": "http.response.body", "body": b"whole"})

        config = uvicorn.Config(answer_slowly, lifespan="off", log_level="critical", timeout_graceful_shutdown=0)
        server = draining.DrainingServer(config, started.set, lambda: None, 0)
        with take_address("127.0.0.1", 0) as listener:
            serving = asyncio.create_task(server.serve([listener]))
            await asyncio.wait_for(started.wait(), 30)
            async with httpx.AsyncClient(timeout=10) as client:
                address = address_of(listener)
                events = {"accept": "text/event-stream"}
                following = asyncio.create_task(client.get(f"{address}/events", headers=events))
                asking = asyncio.create_task(client.get(address))
                for _ in (following, asking):
                    await asyncio.wait_for(arrived.acquire(), 30)
                began = loop.time()
                server.replace(1, None)
                whole = (await asking).text
                await asyncio.wait_for(serving, 30)
                took = loop.time() - began
                await asyncio.gather(following, return_exceptions=True)
        return whole, took

    whole, took = asyncio.run(ask_and_replace())
    assert whole == "whole"
    assert took < 3
