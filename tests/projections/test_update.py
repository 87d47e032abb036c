"""An update of the code while servers of before run: nobody waits for what is not filled, and one projector follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from application.application import Application
from projections.engine.catching_up import catch_up
from projections.engine.generations import (
    State,
    add_generation,
    built_by_other_code,
    create_indexes,
    generations,
    prepare,
    retire,
    terms_in_force,
)
from projections.engine.projection import Projection
from projections.engine.runner import projecting
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from tests.projections.test_projector import all_read
from tests.support.conditions import until
from tests.support.world import World


def newer(shown: TermsInForce) -> Sequence[Projection]:
    """The read models of code that changes one and adds another."""
    own = projections(shown)
    (animations,) = [projection for projection in own if projection.name == "animations"]
    changed = replace(animations, revision=animations.revision + 1)
    added = replace(animations, name="later_animations", rollups=())
    return [*(changed if projection is animations else projection for projection in own), added]


def test_read_models_of_newer_code_are_filled_first_and_then_fed_by_its_own_projector(
    world: World, app: Application, fresh_url: str
) -> None:
    created = [world.creates()]
    with app.pool.connection() as conn:
        prepare(conn, projections)
        with projecting(fresh_url, app.vault):
            until(lambda: all_read(app))
            prepare(conn, newer)
            assert "later_animations" not in {generation.name for generation in generations(conn)}
            assert built_by_other_code(conn, projections) == []
            assert built_by_other_code(conn, newer) == ["animations", "later_animations"]
            add_generation(conn, replace(newer(TermsInForce())[-1], name="audit_trail"), 1, State.LIVE, TermsInForce())
            retire(conn, newer)
            assert "audit_trail" in {generation.name for generation in generations(conn)}
            shown = terms_in_force(conn)
            for projection in newer(shown):
                if projection.name in ("animations", "later_animations"):
                    add_generation(conn, projection, 2, State.BUILDING, shown)
                    create_indexes(conn, projection, 2)
            catch_up(conn, app.vault, State.BUILDING, registry=newer)
            with conn.transaction():
                conn.execute(
                    "UPDATE read_models.generations SET state = 'previous' WHERE name = 'animations' AND state = 'live'"
                )
                conn.execute("UPDATE read_models.generations SET state = 'live' WHERE state = 'building'")
            assert built_by_other_code(conn, projections) == ["animations"]
            with projecting(fresh_url, app.vault, newer):
                created.append(world.creates())
                until(lambda: all_read(app))
        assert "audit_trail" not in {generation.name for generation in generations(conn)}
        for table in ("animations_g2", "later_animations_g2"):
            rows = conn.execute(f"SELECT animation_id FROM read_models.{table}").fetchall()
            assert sorted(row[0] for row in rows) == sorted(created)
