"""The audit trail is the log, as far as the read models are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from eventstore.log import head
from projections.audit.entries import ENTRIES
from projections.engine.catching_up import catch_up
from projections.engine.generations import State, generations, prepare
from projections.registry import projections
from tests.support.world import World

_POSITIONS = f"SELECT max(position) FROM {ENTRIES} AS t"
#: What the program before made of it.
_OF_BEFORE = """
CREATE TABLE read_models.audit_trail_g1 (position bigint PRIMARY KEY);
INSERT INTO read_models.generations (name, generation, state, position, fingerprint, terms_in_force)
    SELECT 'audit_trail', 1, 'live', position, 'x', terms_in_force FROM read_models.generations WHERE name = 'terms'"""


@pytest.fixture
def conn(fresh_url: str, world: World) -> Iterator[Connection[Any]]:
    world.creates()
    with psycopg.connect(fresh_url, autocommit=True) as connection:
        prepare(connection, projections)
        yield connection


def _last(conn: Connection[Any]) -> int | None:
    (last,) = conn.execute(_POSITIONS).fetchone() or (None,)
    return None if last is None else int(last)


def test_it_ends_where_the_read_models_are_and_none_that_failed_holds_it_up(conn: Connection[Any], world: World):
    catch_up(conn, world.app.vault)
    before = head(conn)
    world.creates()
    assert _last(conn) == before < head(conn)
    conn.execute("UPDATE read_models.generations SET failed_position = position + 1 WHERE name = 'animations'")
    catch_up(conn, world.app.vault)
    assert _last(conn) == head(conn)
    # An event that nobody can read stops all.
    conn.execute("UPDATE read_models.generations SET failed_position = %s, position = %s", (before + 1, before))
    assert _last(conn) == before


def test_the_table_of_a_database_of_before_goes_with_the_first_batch(conn: Connection[Any], world: World):
    conn.execute(_OF_BEFORE)
    catch_up(conn, world.app.vault)
    assert "audit_trail" not in {generation.name for generation in generations(conn)}
    assert {generation.position for generation in generations(conn, State.LIVE)} == {head(conn)}
    assert conn.execute("SELECT to_regclass('read_models.audit_trail_g1')").fetchone() == (None,)
