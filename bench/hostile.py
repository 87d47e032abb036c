"""How other clients fare while one sends thousands of hostile requests, and how those are answered."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Queue, get_context
from random import Random

from bench.graphql import live_tables, questions, read_models
from bench.support.logs import season_log
from bench.support.servers import ours
from bench.support.stage import Goal, about_the_machine, judge, server, show
from tests.support.network.hostile import KINDS, hostile
from tests.support.network.plain_http import PlainHttp

REQUESTS, EVENTS, SECONDS = 10_000, 20_000, 20
P99_TIMES = 5.0
#: Acceptable answers: success, an error of the client's, or too large.
_ANSWERED = (200, 400, 413)


@dataclass(frozen=True, slots=True)
class Harm:
    """The answers to each kind of request, and its longest time in milliseconds."""

    statuses: Counter[tuple[str, str]]
    longest: dict[str, float]

    @property
    def failed(self) -> int:
        return sum(times for (_, status), times in self.statuses.items() if status.startswith("failed"))


async def send_hostile_requests(address: str, requests: int) -> Harm:
    random, statuses, longest = Random(20261123), Counter[tuple[str, str]](), dict.fromkeys(KINDS, 0.0)
    async with PlainHttp(address) as client:
        for _ in range(requests):
            kind, body = hostile(random)
            began = time.perf_counter()
            try:
                status, answer = await client.post(body, Accept="application/graphql-response+json", Cookie="bench=1")
            except (OSError, asyncio.IncompleteReadError):
                # The server closes in the middle of a body that is too large.
                client.close()
                statuses[kind, "cut off"] += 1
                continue
            longest[kind] = max(longest[kind], 1000 * (time.perf_counter() - began))
            fine = status in _ANSWERED and b'"INTERNAL"' not in answer
            statuses[kind, str(status) if fine else f"failed: {status} {answer[:200]!r}"] += 1
    return Harm(statuses, longest)


def report_harm(address: str, requests: int, harm: Queue[Harm]) -> None:
    harm.put(asyncio.run(send_hostile_requests(address, requests)))


async def measure_usual_client(address: str, body: bytes, goes_on: Callable[[], bool]) -> list[float]:
    """Return the sorted milliseconds of one client's answers, one after the other."""
    times = []
    async with PlainHttp(address) as client:
        while goes_on():
            began = time.perf_counter()
            status, answer = await client.post(body, Cookie="bench=1")
            times.append(1000 * (time.perf_counter() - began))
            if status != 200 or b'"errors"' in answer:
                raise SystemExit(f"the usual client was answered {status}: {answer[:200]!r}")
            await asyncio.sleep(0.005)
    return sorted(times)


def _for_seconds(seconds: float) -> Callable[[], bool]:
    deadline = time.perf_counter() + seconds
    return lambda: time.perf_counter() < deadline


def p99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"hostile requests (default {REQUESTS:,})")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"length of the log (default {EVENTS:,})")
    arguments = parser.parse_args()
    with server() as server_url:
        print(about_the_machine(server_url))
        url = season_log(server_url, arguments.events)
        with read_models(url) as conn:
            body = json.dumps(questions(conn, live_tables(conn))[0].ours).encode()
        with ours(url) as address:
            asyncio.run(measure_usual_client(address, body, _for_seconds(2)))
            alone = asyncio.run(measure_usual_client(address, body, _for_seconds(SECONDS)))
            context = get_context("spawn")
            harm: Queue[Harm] = context.Queue()
            sending = context.Process(target=report_harm, args=(address, arguments.requests, harm), daemon=True)
            sending.start()
            beside = asyncio.run(measure_usual_client(address, body, harm.empty))
            damage = harm.get()
            sending.join()
    rows = []
    for kind in KINDS:
        answered = {status: times for (group, status), times in sorted(damage.statuses.items()) if group == kind}
        answers = ", ".join(f"{times} × {status}" for status, times in answered.items())
        rows.append((kind, answers, f"{damage.longest[kind]:.0f}"))
    show(f"{arguments.requests:,} hostile requests", ("kind", "answered", "longest, ms"), rows)
    middle = [f"{times[len(times) // 2]:.1f}" for times in (alone, beside)]
    ends = [f"{p99(times):.1f}" for times in (alone, beside)]
    usual = list(zip(("alone", "beside them"), middle, ends, strict=True))
    show("A usual client, page of 20", ("", "median, ms", "p99, ms"), usual)
    judge(
        [
            Goal("requests that failed", damage.failed, 0, at_least=False),
            Goal("a usual client's p99 beside them / alone", p99(beside) / p99(alone), P99_TIMES, at_least=False),
        ]
    )


if __name__ == "__main__":
    main()
