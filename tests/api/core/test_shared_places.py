"""Places that are scarce are shared out: no client holds them all, and nobody waits without an end."""

from __future__ import annotations

import anyio
import pytest
from graphql import GraphQLError

from api.core.commanding.shared_places import SharedPlaces
from eventstore.unavailable import Unavailable

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _holds(places: SharedPlaces, client: str, held: list[str], until: anyio.Event) -> None:
    async with places.place(client):
        held.append(client)
        await until.wait()


async def test_who_asks_for_many_leaves_the_last_places_to_others():
    places, end = SharedPlaces(most=8, reserved=2, share=2), anyio.Event()
    held: list[str] = []
    async with anyio.create_task_group() as tasks:
        for client in ["greedy"] * 40 + ["usual", "other"]:
            tasks.start_soon(_holds, places, client, held, end)
        await anyio.wait_all_tasks_blocked()
        assert sorted(held) == ["greedy"] * 6 + ["other", "usual"]
        end.set()
    assert held.count("greedy") == 40


async def test_places_are_given_in_order_and_those_who_gave_up_are_passed_over():
    places, end = SharedPlaces(most=1, reserved=0, share=1), anyio.Event()
    held: list[str] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_holds, places, "first", held, end)
        await anyio.wait_all_tasks_blocked()
        gives_up = anyio.CancelScope()
        tasks.start_soon(_cancelled, places, gives_up)
        tasks.start_soon(_holds, places, "second", held, end)
        tasks.start_soon(_holds, places, "third", held, end)
        await anyio.wait_all_tasks_blocked()
        gives_up.cancel()
        end.set()
    assert held == ["first", "second", "third"]
    async with places.place("anybody"):
        assert places._taken.total() == 1


async def _cancelled(places: SharedPlaces, scope: anyio.CancelScope) -> None:
    with scope:
        async with places.place("gives up"):
            raise AssertionError("it gave up")


async def test_who_sends_more_than_may_wait_is_told_so_at_once():
    places, end = SharedPlaces(most=1, reserved=0, share=1, most_waiting=2), anyio.Event()
    held: list[str] = []
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(_holds, places, "greedy", held, end)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(GraphQLError, match="Trop de demandes à la fois"):
            async with places.place("greedy"):
                raise AssertionError("it was let in")
        end.set()
    assert held == ["greedy"] * 3


async def test_who_finds_no_place_in_time_is_told_so():
    places, end = SharedPlaces(most=1, reserved=0, share=1, patience=0.05), anyio.Event()
    held: list[str] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_holds, places, "first", held, end)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Unavailable):
            async with places.place("second"):
                raise AssertionError("it was let in")
        end.set()
    async with places.place("third"):
        assert places._taken.total() == 1
