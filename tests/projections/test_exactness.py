"""Whatever happens on the way, the rows are those of a fresh fold over the log."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.application import Application, open_application
from application.hosting.database import temporary_database
from projections.engine.catching_up import advance, catch_up
from projections.engine.generations import prepare
from projections.engine.rebuild import back, rebuild
from projections.engine.switching import RebuildRefused
from projections.registry import projections
from tests.support.reference_fold import comparable, folded, live
from tests.support.soak import TIMES
from tests.support.world import EVENT_KEYS, MASTER_KEY, World

_numbers = count(1)

_steps = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.integers(1, 8)),
        st.tuples(st.just("advance"), st.integers(1, 5)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("rebuild"), st.sampled_from(["", "animations", "structures", "terms"])),
        st.tuples(st.just("back"), st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


def assert_exact(app: Application) -> None:
    with app.pool.connection() as conn:
        assert comparable(live(conn)) == comparable(folded(conn, app.vault))


class _Stage:
    """A database on which a random play is given, step by step."""

    def __init__(self, url: str, seed: int) -> None:
        self.url, self.random = url, Random(seed)
        self._open()
        self.world = World(self.app)

    def _open(self) -> None:
        self._opening = open_application(self.url, MASTER_KEY, EVENT_KEYS)
        self.app = self._opening.__enter__()
        self.conn = psycopg.connect(self.url, autocommit=True)
        prepare(self.conn, projections)

    def close(self) -> None:
        self.conn.close()
        self._opening.__exit__(None, None, None)

    def act(self, times: int) -> None:
        for _ in range(times):
            self.world.acts_at_random(self.random)

    def advance(self, limit: int) -> None:
        advance(self.conn, self.app.vault, limit=limit)

    def restart(self, _: int) -> None:
        self.close()
        self._open()
        self.world.app = self.app

    def rebuild(self, name: str) -> None:
        rebuild(self.url, MASTER_KEY, [name] if name else [])

    def back(self, _: int) -> None:
        with suppress(RebuildRefused):
            back(self.url, MASTER_KEY)


@settings(max_examples=25 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps, seed=st.integers(0, 10_000))
def test_any_order_of_commands_batches_restarts_and_rebuilds_leaves_the_rows_of_a_fresh_fold(
    steps, seed, server_url, founded, worker_id
):
    with temporary_database(server_url, f"exact_{worker_id}_{next(_numbers)}", founded) as url:
        stage = _Stage(url, seed)
        try:
            for name, value in steps:
                getattr(stage, name)(value)
            stage.act(5)
            catch_up(stage.conn, stage.app.vault, limit=3)
            assert_exact(stage.app)
        finally:
            stage.close()


def test_a_row_that_changes_in_a_later_batch_keeps_every_column(world: World, app: Application) -> None:
    with app.pool.connection() as conn:
        prepare(conn, projections)
        created = world.creates()
        catch_up(conn, app.vault)
        world.publishes(created)
        catch_up(conn, app.vault)
    assert_exact(app)


def test_a_rebuild_by_several_processes_gives_the_rows_of_one(world: World, app: Application, fresh_url: str) -> None:
    random = Random(7)
    for _ in range(60):
        world.acts_at_random(random)
    rebuild(fresh_url, MASTER_KEY, workers=2)
    assert_exact(app)


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_events_that_a_projection_does_not_take_still_advance_its_position(world, app, limit: int) -> None:
    world.creates()
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault, limit=limit)
        (head,) = conn.execute("SELECT max(notification_id) FROM stored_events").fetchone()
        positions = conn.execute("SELECT DISTINCT position FROM read_models.generations").fetchall()
    assert positions == [(head,)]
