"""A server at work for a while: half of what it can answer, many subscribers, commands all the time.

`make soak` goes on for ten minutes with 200 subscribers; the suite, for a few seconds with some.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.cli.server.test_serve import _serve
from tests.support.network.plain_http import PlainHttp
from tests.support.server import OPERATIONS
from tests.support.world import World

SECONDS = float(os.environ.get("SOAK_SECONDS", "5"))
SUBSCRIBERS = int(os.environ.get("SOAK_SUBSCRIBERS", "20"))
CLIENTS = 8
COMMANDS_PER_SECOND = 5
#: Memory is flat once everything has been seen; a short run only warms up.
LONG_SECONDS, FLAT = 120, 1.05

FOLLOW = (OPERATIONS / "16-follow-publications.graphql").read_text()
_LISTING = """
{{ animations(first: 20) {{ totalCount nodes {{ id title startsAt structure {{ name }} themes {{ label }} }} }} # {}
}}"""
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass
class Soak:
    """What a run measured: answers, positions received by each subscriber, bytes of memory, connections."""

    answers: int = 0
    longest: float = 0.0
    positions: list[list[int]] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)


async def _asks(address: str, soak: Soak, over: Callable[[], bool], number: int) -> None:
    async with PlainHttp(address) as client:
        while not over():
            began = time.perf_counter()
            # Never the same twice in a row: answers that are kept would be no work.
            body = json.dumps({"query": _LISTING.format(f"{number} {soak.answers % 200}")}).encode()
            status, answer = await client.post(body, Cookie="soak=1")
            assert status == 200, answer
            assert b'"errors"' not in answer, answer
            soak.answers += 1
            soak.longest = max(soak.longest, time.perf_counter() - began)
            # As long as it took: half of what would be answered without a pause.
            await asyncio.sleep(time.perf_counter() - began)


async def _follows(address: str, positions: list[int], begun: asyncio.Semaphore) -> None:
    socket = address.replace("http", "ws")
    async with connect(socket, subprotocols=[Subprotocol("graphql-transport-ws")], open_timeout=60) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": FOLLOW}}))
        begun.release()
        async for message in connection:
            content: dict[str, Any] = json.loads(message)
            assert content["type"] == "next", content
            assert "errors" not in content["payload"], content
            positions.append(content["payload"]["extensions"]["position"])


async def _soak(
    address: str, process: psutil.Process, world: World, count: Callable[[], int]
) -> tuple[Soak, list[int]]:
    soak, stop, published = Soak(positions=[[] for _ in range(SUBSCRIBERS)]), Event(), []
    begun = asyncio.Semaphore(0)
    following = [asyncio.create_task(_follows(address, positions, begun)) for positions in soak.positions]
    for _ in following:
        await asyncio.wait_for(begun.acquire(), 60)
    await _until(lambda: _gauge(address, "parentalite_subscribers") == SUBSCRIBERS)

    def works() -> None:
        while not stop.wait(1 / COMMANDS_PER_SECOND):
            published.append(world.publishes(world.creates()).position)

    deadline = time.monotonic() + SECONDS
    worker = Thread(target=works)
    worker.start()
    asking = [asyncio.create_task(_asks(address, soak, stop.is_set, number)) for number in range(CLIENTS)]
    try:
        while time.monotonic() < deadline:
            await asyncio.sleep(SECONDS / 100)
            for task in [*following, *asking]:
                if task.done():
                    task.result()
            soak.memory.append(process.memory_info().rss)
            soak.connections.append(await asyncio.to_thread(count))
    finally:
        stop.set()
        await asyncio.to_thread(worker.join)
        await asyncio.gather(*asking)
    await _until(lambda: all(len(positions) >= len(published) for positions in soak.positions))
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return soak, published


async def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.1)


def _clients_of(server: psutil.Process, address: str) -> list[Any]:
    port = urlsplit(address).port
    return [
        connection
        for connection in server.net_connections("tcp")
        if connection.laddr.port == port and connection.status == "ESTABLISHED"
    ]


def _gauge(address: str, name: str) -> float:
    page = httpx.get(address.replace("/graphql", "/metrics")).text
    return float(next(line.split()[1] for line in page.splitlines() if line.startswith(f"{name} ")))


def test_at_half_its_rate_with_many_subscribers_nothing_fails_is_lost_or_grows(start, environment, opened, world):
    process, address = _serve(start, environment | {"PARENTALITE_REQUESTS_PER_MINUTE": "0"})
    address = f"{address}/graphql"
    server = psutil.Process(process.process.pid)

    def connections() -> int:
        with opened.connection() as conn:
            (count,) = conn.execute(_CONNECTIONS).fetchone()
            return int(count)

    soak, published = asyncio.run(_soak(address, server, world, connections))
    assert soak.answers > CLIENTS
    assert published
    for positions in soak.positions:
        assert positions == published
    asyncio.run(_until(lambda: _gauge(address, "parentalite_subscribers") == 0))
    asyncio.run(_until(lambda: not _clients_of(server, address)))
    assert process.stop(signal.SIGTERM) == 0
    half = len(soak.memory) // 2
    assert max(soak.connections[half:]) <= max(soak.connections[:half]) + 1
    print(f"{soak.answers / SECONDS:.0f} answers a second, {soak.longest:.2f} s the longest")
    print(f"{len(published)} publications to {SUBSCRIBERS} subscribers")
    print(f"memory, MB: {[round(size / 1e6, 1) for size in soak.memory[:: max(1, len(soak.memory) // 10)]]}")
    if SECONDS >= LONG_SECONDS:
        quarter = len(soak.memory) // 4
        assert max(soak.memory[-quarter:]) <= FLAT * median(soak.memory[quarter : 2 * quarter])
