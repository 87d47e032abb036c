"""Rebuilds that cannot be done say so, and what stops half way leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from application.application import Application
from application.typology import TermMerge, TermSplit
from domain.animations.events import AnimationCreated
from domain.typology.typology import TermKind
from eventstore.locks import Lock, acquire
from eventstore.log import read_stream
from projections.engine.catching_up import catch_up
from projections.engine.generations import State, generations, index_statements, prepare
from projections.engine.rebuild import back, rebuild
from projections.engine.switching import RebuildRefused
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from projections.typology.preview import preview
from tests.projections.test_exactness import assert_exact
from tests.support.reference_fold import comparable, live, shown_themes
from tests.support.world import MASTER_KEY, NATIONAL, World


def project(app: Application) -> None:
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)


def rows(app: Application) -> dict[str, list[str]]:
    with app.pool.connection() as conn:
        return comparable(live(conn))


def themes(app: Application) -> list[list[str]]:
    with app.pool.connection() as conn:
        return shown_themes(conn)


@contextmanager
def no_disk_for_new_tables(url: str) -> Iterator[None]:
    """Every table made from now on refuses rows as a full disk does."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(
            """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;
            CREATE FUNCTION fill_disk() RETURNS event_trigger LANGUAGE plpgsql AS $$
            DECLARE made record;
            BEGIN
              FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE TABLE' LOOP
                EXECUTE format(
                  'CREATE TRIGGER full_disk BEFORE INSERT ON %s EXECUTE FUNCTION full_disk()', made.object_identity
                );
              END LOOP;
            END $$;
            CREATE EVENT TRIGGER fill_disk ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION fill_disk();
            """
        )
        yield
        conn.execute("DROP EVENT TRIGGER fill_disk")


@pytest.mark.parametrize("workers", [1, 2])
def test_without_disk_for_the_new_generation_it_says_so_and_the_old_one_stays(
    world: World, app: Application, fresh_url: str, workers: int
) -> None:
    world.creates()
    project(app)
    before = rows(app)
    with no_disk_for_new_tables(fresh_url), pytest.raises(RebuildRefused, match="no disk space left"):
        rebuild(fresh_url, MASTER_KEY, workers=workers)
    assert rows(app) == before
    rebuild(fresh_url, MASTER_KEY)
    assert_exact(app)


def test_an_unknown_name_is_refused_and_those_that_exist_are_named(app: Application, fresh_url: str) -> None:
    with pytest.raises(RebuildRefused, match=r"unknown read model animatons: choose from .*animations"):
        rebuild(fresh_url, MASTER_KEY, ["animatons"])


def test_two_rebuilds_at_once_are_refused(app: Application, fresh_url: str) -> None:
    with psycopg.connect(fresh_url, autocommit=True) as other:
        acquire(other, Lock.REBUILD)
        with pytest.raises(RebuildRefused, match="another rebuild is running"):
            rebuild(fresh_url, MASTER_KEY)


def test_there_is_no_way_back_before_a_rebuild(app: Application, fresh_url: str) -> None:
    project(app)
    with pytest.raises(RebuildRefused, match="no previous generation"):
        back(fresh_url, MASTER_KEY)


def test_what_a_killed_rebuild_left_is_swept_away_by_the_next(world: World, app: Application, fresh_url: str) -> None:
    world.creates()
    project(app)
    with app.pool.connection() as conn:
        conn.execute(
            "INSERT INTO read_models.generations (name, generation, state, position, fingerprint, terms_in_force)"
            " VALUES ('animations', nextval('read_models.generation_numbers'), 'building', 0, 'x', '[]')"
        )
    rebuild(fresh_url, MASTER_KEY)
    with app.pool.connection() as conn:
        assert generations(conn, State.BUILDING) == []
    assert_exact(app)


def test_nothing_personal_is_kept_in_a_generation_that_nobody_feeds(world: World, app: Application, fresh_url) -> None:
    project(app)
    rebuild(fresh_url, MASTER_KEY)
    with app.pool.connection() as conn:
        assert "candidature_people" not in {generation.name for generation in generations(conn, State.PREVIOUS)}


def test_a_split_counts_each_animation_by_the_rule_and_history_keeps_its_words(
    world: World, app: Application, fresh_url: str
) -> None:
    early = world.creates(themes=("temps-ecran",), type="cafe-des-parents")
    world.now += timedelta(days=10)
    workshop = world.creates(themes=("temps-ecran",), type="atelier-parents")
    cafe = world.creates(themes=("temps-ecran",), type="cafe-des-parents")
    project(app)
    parts = ({"into": "jeux-video", "animation_types": ["atelier-parents"]}, {"into": "reseaux-sociaux-donnees"})
    since = (world.now - timedelta(days=5)).date()
    world.does(TermSplit(kind=TermKind.THEME, code="temps-ecran", parts=parts, since=since), NATIONAL)
    with app.pool.connection() as conn:
        counts = [(touched.into, touched.animations) for touched in preview(conn)]
    assert counts == [("jeux-video", 1), ("reseaux-sociaux-donnees", 1)]
    project(app)
    with app.pool.connection() as conn:
        assert preview(conn) == []
        (generation,) = (g.generation for g in generations(conn, State.LIVE) if g.name == "animations")
        rows = conn.execute(f"SELECT animation_id, themes FROM read_models.animations_g{generation}").fetchall()
        assert dict(rows) == {early: ["temps-ecran"], workshop: ["jeux-video"], cafe: ["reseaux-sociaux-donnees"]}
        recorded = read_stream(conn, cafe)[0].event
    assert isinstance(recorded, AnimationCreated)
    assert recorded.themes == ("temps-ecran",)
    assert_exact(app)


def test_changes_follow_one_another_in_the_order_of_the_log(world: World, app: Application, fresh_url: str) -> None:
    world.creates(themes=("ent-pronote", "temps-ecran"))
    project(app)
    for source, into in (("ent-pronote", "educonnect"), ("educonnect", "temps-ecran")):
        world.does(TermMerge(kind=TermKind.THEME, source=source, into=into), NATIONAL)
    rebuild(fresh_url, MASTER_KEY)
    assert themes(app) == [["temps-ecran"]]
    assert_exact(app)


def test_indexes_that_are_made_at_once_have_names_of_their_own():
    made = [
        statement.as_string(None)
        for projection in projections(TermsInForce())
        for statement in index_statements(projection, 2)
    ]
    names = [
        match[1] for statement in made if (match := re.fullmatch(r'CREATE INDEX "(\w+)" ON .*', statement, re.DOTALL))
    ]
    assert len(names) == sum(statement.startswith("CREATE INDEX") for statement in made) == len(set(names))
    # PostgreSQL would cut them off.
    assert max(map(len, names)) < 64
