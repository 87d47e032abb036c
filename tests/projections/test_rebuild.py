"""Rebuilding beside the site: no error, no mixed answer, a way back, and one clear line when it cannot be done."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event

from psycopg_pool import AsyncConnectionPool

from application.application import Application
from application.typology import TermMerge
from domain.typology.typology import TermKind
from projections.engine import switching
from projections.engine.catching_up import advance, catch_up
from projections.engine.generations import State, generations, prepare
from projections.engine.reading import snapshot
from projections.engine.rebuild import back, rebuild
from projections.engine.runner import projecting
from projections.registry import projections, relations
from tests.projections.test_exactness import assert_exact
from tests.support.reference_fold import comparable, live, shown_themes
from tests.support.world import MASTER_KEY, NATIONAL, World

_THEMES_COUNTED = "SELECT code, sum(animations) AS n FROM {territory_terms} WHERE kind = 'THEME' GROUP BY code"


def project(app: Application) -> None:
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)


def rows(app: Application) -> dict[str, list[str]]:
    with app.pool.connection() as conn:
        return comparable(live(conn))


def merge_themes(world: World) -> None:
    world.does(TermMerge(kind=TermKind.THEME, source="ent-pronote", into="autre-numerique-scolaire"), NATIONAL)


def themes(app: Application) -> list[list[str]]:
    with app.pool.connection() as conn:
        return shown_themes(conn)


def test_a_merge_shows_before_and_after_a_rebuild_and_on_the_way_back(
    world: World, app: Application, fresh_url
) -> None:
    world.creates(themes=("ent-pronote", "temps-ecran"))
    project(app)
    before = rows(app)
    rebuild(fresh_url, MASTER_KEY)
    merge_themes(world)
    project(app)
    after = rows(app)
    assert themes(app) == [["autre-numerique-scolaire", "temps-ecran"]]
    assert after["animations"] != before["animations"]
    rebuild(fresh_url, MASTER_KEY)
    assert themes(app) == [["autre-numerique-scolaire", "temps-ecran"]]
    assert_exact(app)
    back(fresh_url, MASTER_KEY)
    assert rows(app) == after
    assert_exact(app)


def test_readers_have_statistics_of_rows_rollups_and_expressions_once_they_are_switched(world, app, fresh_url) -> None:
    for _ in range(2):
        world.creates()
    project(app)
    rebuild(fresh_url, MASTER_KEY)
    with app.pool.connection() as conn:
        (number,) = (g.generation for g in generations(conn, State.LIVE) if g.name == "animations")
        known = {table for (table,) in conn.execute("SELECT DISTINCT tablename FROM pg_stats").fetchall()}
        expressions = (
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indexprs IS NOT NULL AND indrelid = %s::regclass"
        )
        indexes = conn.execute(expressions, (f"read_models.animations_g{number}",)).fetchall()
    assert {f"animations_g{number}", f"territory_days_g{number}"} <= known
    assert indexes
    assert {name.removeprefix("read_models.") for (name,) in indexes} <= known


def test_autovacuum_comes_once_a_generation_is_built_and_not_before(app: Application, fresh_url: str) -> None:
    project(app)
    left_alone: dict[str, set[str]] = {}

    def look(step: str, done: int, total: int) -> None:
        if step == "indexing" and done < total:
            left_alone[step] = without_autovacuum(app)

    rebuild(fresh_url, MASTER_KEY, progress=look)
    with app.pool.connection() as conn:
        number = max(g.generation for g in generations(conn, State.LIVE))
    assert left_alone == {"indexing": {f"{relation}_g{number}" for relation in relations()}}
    assert without_autovacuum(app) == set()


def without_autovacuum(app: Application) -> set[str]:
    query = "SELECT relname FROM pg_class WHERE 'autovacuum_enabled=off' = ANY(reloptions)"
    with app.pool.connection() as conn:
        return {name for (name,) in conn.execute(query).fetchall()}


def test_the_generation_left_behind_hears_of_what_came_since_before_it_is_used_again(world, app, fresh_url) -> None:
    project(app)
    rebuild(fresh_url, MASTER_KEY)
    world.creates()
    project(app)
    back(fresh_url, MASTER_KEY)
    assert len(themes(app)) == 1
    assert_exact(app)


def test_only_what_is_named_is_rebuilt(world: World, app: Application, fresh_url: str) -> None:
    world.creates()
    project(app)
    rebuild(fresh_url, MASTER_KEY, ["animations"])
    with app.pool.connection() as conn:
        numbers = {generation.name: generation.generation for generation in generations(conn, State.LIVE)}
    assert numbers.pop("animations") > 1
    assert set(numbers.values()) == {1}
    assert_exact(app)


def test_readers_meet_no_error_and_no_mix_while_the_site_is_rebuilt_under_load(
    world: World, app: Application, fresh_url: str
) -> None:
    """Every answer comes from one generation: either all animations show the old theme or all show the new one."""
    for _ in range(30):
        world.creates(themes=("ent-pronote",))
    project(app)
    merge_themes(world)
    stop, answers = Event(), []

    async def query_without_pause() -> None:
        pool = AsyncConnectionPool(fresh_url, min_size=1, open=False, kwargs={"autocommit": True})
        async with pool:
            while not stop.is_set():
                async with snapshot(pool, relations()) as read:
                    shown = await read.rows(read.sql("SELECT animation_id, themes FROM {animations}"))
                    counted = await read.rows(read.sql(_THEMES_COUNTED))
                    trail = await read.rows(read.sql("SELECT max(position) AS last FROM {audit_trail}"))
                assert trail[0]["last"] == read.position
                assert _is_of_one_generation(shown, {row["code"]: row["n"] for row in counted})
                answers.append({theme for row in shown for theme in row["themes"]})

    def write_without_pause() -> None:
        while not stop.is_set():
            world.creates(themes=("temps-ecran",))

    with projecting(fresh_url, app.vault), ThreadPoolExecutor(2) as pool:
        reading = pool.submit(asyncio.run, query_without_pause())
        writing = pool.submit(write_without_pause)
        try:
            for _ in range(3):
                rebuild(fresh_url, MASTER_KEY)
        finally:
            stop.set()
        reading.result()
        writing.result()
    assert len(answers) > 20
    assert any("ent-pronote" in shown for shown in answers)
    assert any("autre-numerique-scolaire" in shown for shown in answers)
    project(app)
    assert_exact(app)


def _is_of_one_generation(shown, counted: dict[str, int]) -> bool:
    of_the_first = dict.fromkeys(("ent-pronote", "autre-numerique-scolaire", "temps-ecran"), 0)
    for row in shown:
        of_the_first[row["themes"][0]] += 1
    old, new = of_the_first["ent-pronote"], of_the_first["autre-numerique-scolaire"]
    return {old, new} == {0, 30} and {code: n for code, n in of_the_first.items() if n} == counted


def test_the_switch_comes_though_commands_never_pause(world, app, fresh_url, monkeypatch) -> None:
    """One more event for each batch that is taken: waiting for the log's end would hold the projector back for ever."""
    project(app)
    batches = 0

    def advance_beside_a_command(*args, **kwargs) -> int:
        nonlocal batches
        batches += 1
        assert batches < 100, "the rebuild never ends"
        world.creates()
        return advance(*args, **kwargs)

    monkeypatch.setattr(switching, "advance", advance_beside_a_command)
    world.creates()
    rebuild(fresh_url, MASTER_KEY)
    assert_exact(app)


def test_positions_never_go_back_when_readers_are_switched(world: World, app: Application, fresh_url: str) -> None:
    random = Random(3)
    seen = []
    with projecting(fresh_url, app.vault):
        for _ in range(4):
            for _ in range(5):
                world.acts_at_random(random)
            rebuild(fresh_url, MASTER_KEY)
            with app.pool.connection() as conn:
                seen.append(min(generation.position for generation in generations(conn, State.LIVE)))
    assert seen == sorted(seen)
