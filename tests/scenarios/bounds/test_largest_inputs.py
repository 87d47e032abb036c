"""Work is bounded before it is done: nothing that may be sent holds the event loop.

`make fuzz` sends each of them fifty times at once.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import uvicorn

from api.schema import schema
from domain.kernel.place_search import place_search
from domain.kernel.schools import named_lycees
from tests.support.largest import TEXTS, Largest, largest
from tests.support.people import COORDONNATEUR, NATIONAL, PARENT, STRUCTURE, People
from tests.support.server import Clock, Server, running_server
from tests.support.soak import TIMES

#: Of processor time, of one turn of the event loop: what the rule says, and what a machine may need for it.
LONGEST_TURN, MARGIN = 0.050, 3


class Turns:
    """The longest turns that the event loop's thread took, in seconds of its own processor time."""

    def __init__(self) -> None:
        self.longest, self.handle = 0.0, ""

    def noted(self, seconds: float, handle: Any) -> None:
        if seconds > self.longest:
            self.longest, self.handle = seconds, repr(handle)[:300]


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    """Of asyncio's own loop, which can be looked into."""
    turns, run = Turns(), asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        turns.noted(time.thread_time() - began, handle)

    monkeypatch.setattr(asyncio.Handle, "_run", measured)
    monkeypatch.setattr(uvicorn.Config, "get_loop_factory", lambda config: asyncio.SelectorEventLoop)
    # Garbage collection takes its time of whoever is at work, by the size of this whole process of tests.
    gc.collect()
    gc.disable()
    yield turns
    gc.enable()


@pytest.fixture
def server(turns: Turns, founded_url: str, clock: Clock) -> Iterator[Server]:
    # As `parentalite serve` does before it answers.
    place_search()
    named_lycees()
    with running_server(founded_url, clock) as running:
        yield running


def _is_answered(server: Server, who: str | None, request: Largest) -> None:
    answer = server.post(request.body, who, accept="application/graphql-response+json")
    assert answer.status_code in (200, 400, 413, 429), f"{request.name}: {answer.status_code} {answer.text[:300]}"
    content = answer.json()
    codes = [error["extensions"]["code"] for error in content.get("errors", ())]
    assert "INTERNAL" not in codes, f"{request.name}: {answer.text[:500]}"


@pytest.mark.parametrize("who", [None, STRUCTURE] if TIMES == 1 else [None, PARENT, STRUCTURE, COORDONNATEUR, NATIONAL])
def test_no_turn_of_the_event_loop_is_long_whatever_is_sent(
    server: Server, people: People, turns: Turns, who: str | None
) -> None:
    people.sign()
    people.publish(people.declare())
    long: dict[str, str] = {}
    with ThreadPoolExecutor(TIMES) as pool:
        for request in largest(schema._schema, TEXTS if TIMES > 1 else TEXTS[:1]):
            turns.longest = 0.0
            for _ in pool.map(partial(_is_answered, server, who), [request] * TIMES):
                pass
            if turns.longest > LONGEST_TURN * MARGIN:
                long[request.name] = f"{turns.longest:.3f} s in {turns.handle}"
    assert long == {}
