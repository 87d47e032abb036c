"""From acknowledged command to visible row, at 200 commands a second; and one command's wait on an idle machine."""

from __future__ import annotations

import argparse
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from threading import Event
from uuid import UUID

from application.animations import AnimationPublish
from application.application import Application, open_application
from application.eventstore.vault import Vault
from application.founding import found
from bench.stage import MASTER_KEY, Goal, database, judge, server, show
from projections.runner import run
from projections.waiting import PositionWaiter
from tests.projections.world import FOUNDED_AT, NATIONAL, World

COMMANDS_PER_SECOND = 200
P99_MS, IDLE_MEDIAN_MS = 50.0, 10.0


def project(url: str) -> None:
    run(url, Vault(MASTER_KEY), Event())


async def lags(app: Application, url: str, ids: list[UUID], per_second: float) -> list[float]:
    """Milliseconds from each command's outcome to its position being read by all read models."""
    loop = asyncio.get_running_loop()
    found_lags: list[float] = []

    async def one(waiter: PositionWaiter, animation_id: UUID) -> None:
        command = AnimationPublish(animation_id=animation_id)
        outcome = await loop.run_in_executor(pool, app.execute, command, NATIONAL, FOUNDED_AT)
        acknowledged = time.perf_counter()
        assert await waiter.wait(outcome.position, 30)
        found_lags.append((time.perf_counter() - acknowledged) * 1_000)

    with ThreadPoolExecutor(32) as pool:
        async with PositionWaiter(url) as waiter:
            started, waiting = loop.time(), []
            for number, animation_id in enumerate(ids):
                await asyncio.sleep(max(0.0, started + number / per_second - loop.time()))
                waiting.append(asyncio.create_task(one(waiter, animation_id)))
            await asyncio.gather(*waiting)
    return sorted(found_lags)


def at(sorted_lags: list[float], share: float) -> float:
    return sorted_lags[min(len(sorted_lags) - 1, int(len(sorted_lags) * share))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="length of the load (default 15)")
    seconds = parser.parse_args().seconds
    with server() as server_url, database(server_url, "lag") as url, open_application(url, MASTER_KEY) as app:
        found(app, FOUNDED_AT)
        world = World(app)
        world.sign()
        with ThreadPoolExecutor(32) as pool:
            ids = list(pool.map(lambda _: world.creates(), range(COMMANDS_PER_SECOND * seconds + 40)))
        projector = get_context("spawn").Process(target=project, args=(url,), daemon=True)
        projector.start()
        idle = asyncio.run(_warm_and_idle(app, url, ids[:40]))
        loaded = asyncio.run(lags(app, url, ids[40:], COMMANDS_PER_SECOND))
        projector.kill()
    show(
        f"Milliseconds until visible, {len(loaded):,} commands at {COMMANDS_PER_SECOND}/s",
        [
            ("median", f"{at(loaded, 0.5):.1f}"),
            ("99th percentile", f"{at(loaded, 0.99):.1f}"),
            ("idle machine, median", f"{at(idle, 0.5):.1f}"),
        ],
    )
    judge(
        [
            Goal("99th percentile (ms)", at(loaded, 0.99), P99_MS, at_least=False),
            Goal("median wait when idle (ms)", at(idle, 0.5), IDLE_MEDIAN_MS, at_least=False),
        ]
    )


async def _warm_and_idle(app: Application, url: str, ids: list[UUID]) -> list[float]:
    """Lags of commands given one at a time, after the projector has read all that came before."""
    async with PositionWaiter(url) as waiter:
        (head,) = app.pool.getconn().execute("SELECT max(notification_id) FROM stored_events").fetchone() or (0,)
        assert await waiter.wait(head, 120)
    return await lags(app, url, ids, 5)


if __name__ == "__main__":
    main()
