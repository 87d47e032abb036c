"""The projector: one at a time, killed at any moment, patient with faults, and stopped only where a fold fails."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from random import Random
from threading import Event

import psycopg
import pytest

from application.application import Application
from domain.animations.events import AnimationPublished
from eventstore.leasing import leased_work, leases
from eventstore.locks import Lock, holders
from eventstore.log import read_after
from eventstore.vault import Vault
from projections.engine.catching_up import Overtaken, advance, catch_up, feed, targets
from projections.engine.generations import State, generations, prepare
from projections.engine.runner import projecting, run
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from tests.projections.test_exactness import assert_exact
from tests.support.conditions import until
from tests.support.soak import TIMES
from tests.support.world import MASTER_KEY, World

_processes = get_context("forkserver")
_processes.set_forkserver_preload(["projections.engine.runner"])


def project_for_ever(url: str) -> None:
    run(url, Vault(MASTER_KEY), Event(), batch=3)


def start_projector(url: str) -> BaseProcess:
    process = _processes.Process(target=project_for_ever, args=(url,), daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    assert not process.is_alive()


def all_read(app: Application) -> bool:
    with app.pool.connection() as conn:
        ((head,),) = conn.execute("SELECT max(notification_id) FROM stored_events").fetchall()
        return all(generation.position == head for generation in generations(conn, State.LIVE))


def test_killed_fifty_times_at_random_moments_it_has_applied_every_event_exactly_once(
    world: World, app: Application, fresh_url: str
) -> None:
    random = Random(50)
    with app.pool.connection() as conn:
        prepare(conn, projections)
    for _ in range(50 * TIMES):
        projector = start_projector(fresh_url)
        for _ in range(6):
            world.acts_at_random(random)
        time.sleep(random.uniform(0, 0.05))
        kill(projector)
    with projecting(fresh_url, app.vault):
        until(lambda: all_read(app))
    assert_exact(app)


def test_a_second_projector_stands_by_and_takes_over_from_a_killed_one(
    world: World, app: Application, fresh_url: str
) -> None:
    with app.pool.connection() as conn:
        prepare(conn, projections)

        def holder() -> int | None:
            row = conn.execute(f"SELECT pid FROM {holders(Lock.PROJECTOR)} AS holder").fetchone()
            return row and row[0]

        first = start_projector(fresh_url)
        until(lambda: holder() is not None)
        held_by = holder()
        second = start_projector(fresh_url)
        world.creates()
        until(lambda: all_read(app))
        assert holder() == held_by
        kill(first)
        world.creates()
        until(lambda: all_read(app))
        assert holder() not in (None, held_by)
        kill(second)
    assert_exact(app)


def test_a_frozen_projector_loses_its_lease_and_stands_by_when_it_wakes_up(
    world: World, app: Application, fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "EXPIRY_SECONDS", 0.5)
    monkeypatch.setattr(leased_work, "LOOK_SECONDS", 0.05)
    with app.pool.connection() as conn:
        prepare(conn, projections)

        def holder() -> object:
            return conn.execute("SELECT process, session FROM leases WHERE work = 'projector'").fetchone()

        def sessions() -> int:
            named = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
            return conn.execute(named, ("parentalite-projector",)).rowcount

        process = start_projector(fresh_url)
        until(lambda: holder() is not None)
        frozen = holder()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        world.creates()
        with projecting(fresh_url, app.vault):
            until(lambda: all_read(app))
            awake = holder()
            assert awake != frozen
            assert sessions() == 1
            os.kill(process.pid, signal.SIGCONT)
            world.creates()
            until(lambda: all_read(app) and sessions() == 2)
            assert holder() == awake
        kill(process)
    assert_exact(app)


def test_two_that_project_the_same_batch_cannot_both_commit_it(world: World, app: Application, fresh_url: str) -> None:
    world.creates()
    with app.pool.connection() as conn, psycopg.connect(fresh_url, autocommit=True) as other:
        prepare(conn, projections)
        seen_before = targets(conn, State.LIVE)
        catch_up(other, app.vault)
        records = read_after(other, 0, 10)
        with pytest.raises(Overtaken), conn.transaction():
            feed(conn, app.vault, seen_before, records)
    assert_exact(app)


def test_a_lost_connection_is_waited_out(world: World, app: Application, fresh_url: str) -> None:
    with app.pool.connection() as conn:
        prepare(conn, projections)
    with projecting(fresh_url, app.vault):
        world.creates()
        until(lambda: all_read(app))
        with app.pool.connection() as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'parentalite-projector' AND datname = current_database()"
            )
        world.creates()
        until(lambda: all_read(app))
    assert_exact(app)


def _breaks(row, record):
    raise ValueError("this fold cannot take a publication")


def broken_animations(shown: TermsInForce):
    """The registry of code in which one projection has a fault."""
    return tuple(
        replace(projection, folds={**projection.folds, AnimationPublished: _breaks})
        if projection.name == "animations"
        else projection
        for projection in projections(shown)
    )


def test_a_fold_that_fails_stops_its_projection_alone_and_after_a_fix_it_goes_on(
    world: World, app: Application, fresh_url: str
) -> None:
    created = world.creates()
    published = world.publishes(created).position
    world.creates()
    with app.pool.connection() as conn:
        prepare(conn, broken_animations)
        catch_up(conn, app.vault, registry=broken_animations)
        states = {generation.name: generation for generation in generations(conn, State.LIVE)}
        stopped = states.pop("animations")
        assert (stopped.position, stopped.failed_position) == (published - 1, published)
        assert stopped.failed_event == "animation.published"
        assert "cannot take a publication" in (stopped.failed_reason or "")
        assert {generation.position for generation in states.values()} == {published + 1}
        assert conn.execute("SELECT animation_id FROM read_models.animations_g1").fetchall() == [(created,)]
        # It does not go on by itself, and no event is skipped.
        assert advance(conn, app.vault, registry=broken_animations) == 0
    with projecting(fresh_url, app.vault):
        until(lambda: all_read(app))
    assert_exact(app)
    with app.pool.connection() as conn:
        assert len(conn.execute("SELECT 1 FROM read_models.animations_g1").fetchall()) == 2


def test_an_event_that_this_code_cannot_read_stops_all_before_it_and_its_position_is_named(
    world: World, app: Application
) -> None:
    world.creates()
    with app.pool.connection() as conn:
        prepare(conn, projections)
        ((position,),) = conn.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " VALUES (gen_random_uuid(), 1, 'animation.teleported', '{}') RETURNING notification_id"
        ).fetchall()
        world.creates()
        catch_up(conn, app.vault)
        for generation in generations(conn, State.LIVE):
            assert (generation.position, generation.failed_position) == (position - 1, position)
            assert generation.failed_event == "animation.teleported"
            assert f"position {position}" in (generation.failed_reason or "")
        assert len(conn.execute("SELECT 1 FROM read_models.animations_g1").fetchall()) == 1
