"""Filling anew after a change of terms, killed at every step: nothing mixed, nothing twice; what is erased stays so."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from multiprocessing import get_context
from random import Random
from threading import Event
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from application.application import Application
from application.typology import TermMerge
from domain.typology.typology import TermKind
from projections.engine import rebuild as rebuilding
from projections.engine.catching_up import catch_up
from projections.engine.generations import State, generations, prepare
from projections.engine.parallel import Progress
from projections.engine.reading import snapshot
from projections.engine.rebuild import back, rebuild, renew
from projections.engine.runner import projecting
from projections.engine.switching import RebuildRefused
from projections.engine.terms import touched
from projections.registry import projections, relations
from projections.typology import renewing as renewing_module
from projections.typology.renewing import left_behind, renewing
from tests.projections.test_exactness import assert_exact
from tests.projections.test_projector import all_read, kill, start_projector
from tests.support.conditions import until
from tests.support.dumps import dump
from tests.support.soak import TIMES
from tests.support.world import MASTER_KEY, NATIONAL, World

_processes = get_context("forkserver")
_processes.set_forkserver_preload([__name__])
_SHOWN = "SELECT themes[1] AS theme, count(*) AS n FROM {animations} GROUP BY 1"
_COUNTED = "SELECT code AS theme, sum(animations) AS n FROM {territory_terms} WHERE kind = 'THEME' GROUP BY 1"
SECRET = "Chez-Zébulonne-Trucmuchet"


def renew_until(url: str, steps: int) -> None:
    """Fill `animations` anew, and be killed at this step of it."""
    numbers = count(1)

    def progress(*_: object) -> None:
        if next(numbers) == steps:
            os.kill(os.getpid(), signal.SIGKILL)

    renew(url, MASTER_KEY, ["animations"], progress)


def renews_until(url: str, steps: int) -> int | None:
    process = _processes.Process(target=renew_until, args=(url, steps), daemon=True)
    process.start()
    process.join(120)
    return process.exitcode


def merge(world: World, source: str, into: str) -> None:
    world.does(TermMerge(kind=TermKind.THEME, source=source, into=into), NATIONAL)


def numbers_of(app: Application, state: State) -> dict[str, int]:
    with app.pool.connection() as conn:
        return {generation.name: generation.generation for generation in generations(conn, state)}


def test_killed_at_any_step_it_is_filled_exactly_once_and_readers_never_see_a_mix(
    world: World, app: Application, fresh_url: str, monkeypatch
) -> None:
    """The projector beside it is killed as often."""
    monkeypatch.setattr(touched, "FEW_STREAMS", 1)
    for _ in range(12):
        world.creates(themes=("ent-pronote",))
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
        merge(world, "ent-pronote", "educonnect")
        catch_up(conn, app.vault)
        assert left_behind(conn) == ["animations"]
    stop, answers = Event(), []

    async def query_without_pause() -> None:
        pool = AsyncConnectionPool(fresh_url, min_size=1, open=False, kwargs={"autocommit": True})
        async with pool:
            while not stop.is_set():
                async with snapshot(pool, relations()) as read:
                    shown = await read.rows(read.sql(_SHOWN))
                    counted = await read.rows(read.sql(_COUNTED))
                themes = {row["theme"]: row["n"] for row in shown}
                assert {row["theme"]: row["n"] for row in counted if row["n"]} == themes
                assert len({"ent-pronote", "educonnect"} & set(themes)) == 1, themes
                answers.append(themes)

    random, before = Random(19), numbers_of(app, State.LIVE)
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(asyncio.run, query_without_pause())
        try:
            for steps in [1, 2, *(random.randint(3, 25) for _ in range(TIMES))]:
                projector = start_projector(fresh_url)
                world.creates(themes=("jeux-video",))
                assert renews_until(fresh_url, steps) == -signal.SIGKILL
                kill(projector)
                assert numbers_of(app, State.LIVE) == before
            with projecting(fresh_url, app.vault), renewing(fresh_url, MASTER_KEY), app.pool.connection() as conn:
                until(lambda: not left_behind(conn))
        finally:
            stop.set()
        reading.result()
    assert "ent-pronote" in answers[0]
    with app.pool.connection() as conn:
        catch_up(conn, app.vault)
    assert numbers_of(app, State.BUILDING) == {}
    assert_exact(app)


def test_a_server_that_stops_ends_what_it_fills_between_two_steps(
    world: World, app: Application, fresh_url: str, monkeypatch
) -> None:
    monkeypatch.setattr(touched, "FEW_STREAMS", 0)
    world.creates(themes=("ent-pronote",))
    begun = Event()

    def fill_for_ever(url: str, master_key: bytes, names: list[str], progress: Progress) -> None:
        while True:
            begun.set()
            progress("indexing", 1, 2)

    monkeypatch.setattr(renewing_module, "renew", fill_for_ever)
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
        merge(world, "ent-pronote", "educonnect")
        catch_up(conn, app.vault)
    with renewing(fresh_url, MASTER_KEY):
        until(begun.is_set)
    assert "renewer" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("fills_anew", [renew, rebuild])
def test_words_erased_while_rows_are_filled_anew_are_nowhere_after_the_switch_and_on_no_way_back(
    fills_anew, world: World, app: Application, fresh_url: str, monkeypatch
) -> None:
    """Neither the projector nor the rebuild had come to the erasure when the new rows were written."""
    written = world.creates(description=SECRET)
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
    index = rebuilding._index

    def index_after_the_erasure(*arguments: Any) -> None:
        assert dump(fresh_url).count(SECRET) == 2
        app.erase_person(str(written), NATIONAL, world.now)
        index(*arguments)

    monkeypatch.setattr(rebuilding, "_index", index_after_the_erasure)
    fills_anew(fresh_url, MASTER_KEY, ["animations"])
    assert SECRET not in dump(fresh_url)
    with pytest.raises(RebuildRefused, match="no previous generation"):
        back(fresh_url, MASTER_KEY, ["animations"])
    with app.pool.connection() as conn:
        catch_up(conn, app.vault)
    assert_exact(app)


def test_what_a_killed_filling_left_is_swept_by_the_server_so_that_an_erasure_reaches_all(
    world: World, app: Application, fresh_url: str
) -> None:
    written = world.creates(description=SECRET)
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
    assert renews_until(fresh_url, 20) == -signal.SIGKILL
    assert dump(fresh_url).count(SECRET) == 2
    app.erase_person(str(written), NATIONAL, world.now)
    with projecting(fresh_url, app.vault), renewing(fresh_url, MASTER_KEY):
        until(lambda: not numbers_of(app, State.BUILDING) and all_read(app))
    assert SECRET not in dump(fresh_url)
    assert_exact(app)
