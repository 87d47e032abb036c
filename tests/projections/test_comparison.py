"""Every row of every read model is compared with the log: what was written past the folds is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from application.files.store import FileStore
from projections.checking.read_models import ReadModelsReport, check_read_models
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.engine.rebuild import rebuild
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import MASTER_KEY, World

Conn = Connection[Any]
Check = Callable[[], ReadModelsReport]


@pytest.fixture
def conn(fresh_url: str, world: World, tmp_path: Path):
    claim = Claim(world, FileStore(tmp_path / "files"))
    claim.paid(*claim.attested(2))
    with psycopg.connect(fresh_url, autocommit=True) as connection:
        prepare(connection, projections)
        catch_up(connection, world.app.vault)
        yield connection


@pytest.fixture
def check(fresh_url: str, world: World) -> Check:
    return lambda: check_read_models(fresh_url, world.app.vault, pause=lambda seconds: None)


def test_what_the_folds_wrote_is_what_the_log_gives(conn: Conn, check: Check, world: World, fresh_url: str):
    random = Random(5)
    for _ in range(150):
        world.acts_at_random(random)
    catch_up(conn, world.app.vault)
    report = check()
    assert report.differences == ()
    assert report.rows > 150
    assert report.tables >= 26
    rebuild(fresh_url, MASTER_KEY)
    assert check().differences == ()


def test_a_table_that_lags_is_compared_with_the_log_up_to_where_it_stands(conn: Conn, check: Check, world: World):
    world.creates()
    assert check().differences == ()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE read_models.service_dossiers_g1 SET amount = 99999", "amount is 99999.00, where the log gives 300.00"),
        ("UPDATE read_models.service_dossiers_g1 SET status = 'CERTIFIED'", "status is not what the log gives"),
        ("DELETE FROM read_models.service_dossiers_g1", "the row is missing"),
        (
            "INSERT INTO read_models.service_dossiers_g1 SELECT (jsonb_populate_record(d, jsonb_build_object("
            "'dossier_id', '11111111-1111-4111-8111-111111111111'))).* FROM read_models.service_dossiers_g1 d",
            "the row follows from no event",
        ),
        ("UPDATE read_models.animations_g1 SET description = 'autre chose'", "description is not what the log gives"),
    ],
)
def test_a_row_that_was_written_past_the_folds_is_named(conn: Conn, check: Check, statement: str, words: str):
    conn.execute(statement)
    differences = list(map(str, check().differences))
    assert any(words in difference for difference in differences), differences
    assert all("_g1, " in difference for difference in differences)


def test_a_total_that_is_no_sum_of_rows_is_named(conn: Conn, check: Check):
    totals = (
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'read_models'"
    )
    relations = {relation for projection in projections(TermsInForce()) for relation in projection.relations}
    rollups = relations - {projection.name for projection in projections(TermsInForce())}
    present = {name for (name,) in conn.execute(totals).fetchall()}
    tried = 0
    for rollup in sorted(rollups):
        if f"{rollup}_g1" in present and conn.execute(f"DELETE FROM read_models.{rollup}_g1").rowcount:
            tried += 1
            assert any(difference.table == f"{rollup}_g1" for difference in check().differences), rollup
    assert tried
