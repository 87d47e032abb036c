"""From acknowledged command to visible row, at 200 commands a second and, one at a time, on an idle machine."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median
from threading import Event
from uuid import UUID

import psycopg

from application.animations.commands import AnimationPublish
from application.application import Application, open_application
from application.founding import found_database
from bench.support.library import waits
from bench.support.stage import EVENT_KEYS, MASTER_KEY, Goal, about_the_machine, database, judge, server, show
from eventstore.log import head
from eventstore.vault import Vault
from projections.engine.generations import identifier, prepare
from projections.engine.runner import projecting, run
from projections.engine.waiting import PositionWaiter
from projections.registry import projections
from tests.support.world import FOUNDED_AT, NATIONAL, World

COMMANDS_PER_SECOND = 200
P99_MS, IDLE_MEDIAN_MS = 50.0, 10.0

CLIENTS = 32
#: Commands given one at a time, and the pause after each in which everything comes to rest.
IDLE_COMMANDS, IDLE_PAUSE_SECONDS = 30, 0.25
WARM_UP_SECONDS = 2
#: One command in so many also checks the row itself.
CHECK_EVERY = 20


@dataclass(frozen=True, slots=True)
class Lags:
    """Sorted milliseconds under load and one at a time, and the commands a second actually achieved."""

    loaded: Sequence[float]
    idle: Sequence[float]
    per_second: float


def project(url: str) -> None:
    """Run a projector, like `parentalite project`."""
    run(url, Vault(MASTER_KEY), Event())


@contextmanager
def projector_of_its_own(url: str) -> Iterator[None]:
    process = get_context("spawn").Process(target=project, args=(url,), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


class Clients:
    """Give commands as the API does: executed in threads, awaited in the loop."""

    def __init__(self, app: Application, waiter: PositionWaiter, pool: ThreadPoolExecutor) -> None:
        self._app, self._waiter, self._pool = app, waiter, pool

    async def publish(self, animation_id: UUID, check_row: bool) -> float:
        """Return the milliseconds from the command's outcome until all read models have read its position."""
        loop = asyncio.get_running_loop()
        command = AnimationPublish(animation_id=animation_id)
        outcome = await loop.run_in_executor(self._pool, self._app.execute, command, NATIONAL, FOUNDED_AT)
        acknowledged = time.perf_counter()
        assert await self._waiter.wait(outcome.position, 30)
        lag = (time.perf_counter() - acknowledged) * 1_000
        if check_row:
            assert await loop.run_in_executor(self._pool, self._is_published, animation_id)
        return lag

    async def publish_all(self, ids: Sequence[UUID], per_second: float) -> tuple[list[float], float]:
        """Give commands at an even pace. Return their sorted lags and the pace achieved."""
        started, tasks = time.perf_counter(), []
        for number, animation_id in enumerate(ids):
            await asyncio.sleep(max(0.0, started + number / per_second - time.perf_counter()))
            tasks.append(asyncio.create_task(self.publish(animation_id, number % CHECK_EVERY == 0)))
        lags = await asyncio.gather(*tasks)
        return sorted(lags), len(ids) / (time.perf_counter() - started)

    def _is_published(self, animation_id: UUID) -> bool:
        with self._app.pool.connection() as conn:
            query = psycopg.sql.SQL("SELECT status FROM {} WHERE animation_id = %s").format(identifier("animations", 1))
            return conn.execute(query, (animation_id,)).fetchone() == ("PUBLISHED",)


async def lags(app: Application, url: str, ids: list[UUID]) -> Lags:
    with ThreadPoolExecutor(CLIENTS) as pool, app.pool.connection() as conn:
        async with PositionWaiter(url) as waiter:
            assert await waiter.wait(head(conn), 120)
            clients, cut = Clients(app, waiter, pool), WARM_UP_SECONDS * COMMANDS_PER_SECOND
            await clients.publish_all(ids[:cut], COMMANDS_PER_SECOND)
            idle, _ = await clients.publish_all(ids[cut : cut + IDLE_COMMANDS], 1 / IDLE_PAUSE_SECONDS)
            loaded, per_second = await clients.publish_all(ids[cut + IDLE_COMMANDS :], COMMANDS_PER_SECOND)
    return Lags(loaded, idle, per_second)


def measure(server_url: str, name: str, projector: Callable[[Application, str], object], seconds: int) -> Lags:
    with database(server_url, name) as url, open_application(url, MASTER_KEY, EVENT_KEYS) as app:
        found_database(app, FOUNDED_AT)
        with psycopg.connect(url, autocommit=True) as conn:
            prepare(conn, projections)
        world = World(app)
        world.sign()
        count = COMMANDS_PER_SECOND * (seconds + WARM_UP_SECONDS) + IDLE_COMMANDS
        with ThreadPoolExecutor(CLIENTS) as pool:
            ids = list(pool.map(lambda _: world.creates(), range(count)))
        with projector(app, url):  # type: ignore[attr-defined]
            return asyncio.run(lags(app, url, ids))


def at(sorted_lags: Sequence[float], share: float) -> float:
    return sorted_lags[min(len(sorted_lags) - 1, int(len(sorted_lags) * share))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="length of each load (default 15)")
    seconds = parser.parse_args().seconds
    with server() as server_url:
        print(about_the_machine(server_url))
        results = {
            "in the server's process (serve)": measure(
                server_url, "in_a_thread", lambda app, url: projecting(url, app.vault), seconds
            ),
            "in one of its own (project)": measure(
                server_url, "in_a_process", lambda app, url: projector_of_its_own(url), seconds
            ),
        }
        with database(server_url, "the_library") as url:
            library = waits(url, IDLE_COMMANDS, IDLE_PAUSE_SECONDS)
    show(
        f"Milliseconds from acknowledged to visible, {COMMANDS_PER_SECOND * seconds:,} commands",
        ("projector", "commands/s", "median", "99th percentile", "longest", "idle median"),
        [
            (
                name,
                f"{result.per_second:,.0f}",
                *(f"{lag:.1f}" for lag in (at(result.loaded, 0.5), at(result.loaded, 0.99), result.loaded[-1])),
                f"{median(result.idle):.1f}",
            )
            for name, result in results.items()
        ]
        + [("the library's runner and wait()", "", "", "", "", f"{median(library):.1f}")],
    )
    slowest = min(result.per_second for result in results.values())
    longest = max(at(result.loaded, 0.99) for result in results.values())
    idle = max(median(result.idle) for result in results.values())
    judge(
        [
            Goal("commands a second", slowest, 0.95 * COMMANDS_PER_SECOND),
            Goal("99th percentile, ms", longest, P99_MS, at_least=False),
            Goal("idle median, ms", idle, IDLE_MEDIAN_MS, at_least=False),
        ]
    )


if __name__ == "__main__":
    main()
