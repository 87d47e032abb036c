"""Who can write in the database, and holds no key: what they try, and the public tool that finds it."""

from __future__ import annotations

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.cli.red_team.conftest import Scene, output_of

STAMP = (
    '"stamp":{"recorded_at":"2026-11-26T00:00:00Z","actor":"coordonnateur","role":"coordonnateur","command_id":'
    '"11111111-1111-4111-8111-111111111111","cause":"command:servicePaymentRecord","structure_id":null,"territory":"971"}'
)
PAYMENT = '{"schema_version":1,' + STAMP + ',"data":{"paid_on":"2026-11-25","reference":"FAUX","amount":"150.00"}}'
INSERT = """
INSERT INTO stored_events (originator_id, originator_version, topic, state)
SELECT originator_id, max(originator_version) + 1, %s, convert_to(%s, 'UTF8') FROM stored_events
WHERE originator_id = %s GROUP BY 1 RETURNING notification_id"""


def insert_payment(scene: Scene) -> int:
    ((position,),) = scene.sql(INSERT, "service_dossier.paid", PAYMENT, scene.certified)
    return int(position)


def test_a_payment_that_is_inserted_is_named_by_the_check_without_any_copy(scene: Scene):
    position = insert_payment(scene)
    assert f"position {position}" in scene.named_by("audit", "check")


def test_a_payment_that_is_inserted_is_never_signed_nor_exported(scene: Scene):
    position = insert_payment(scene)
    assert f"position {position}" in scene.named_by("audit", "checkpoint")
    target = scene.folder / "forged.zip"
    assert f"position {position}" in scene.named_by(
        "audit", "export", "--dossier", str(scene.certified), "-o", str(target)
    )
    assert not target.exists()


def test_a_payment_that_is_inserted_is_told_by_status(scene: Scene):
    position = insert_payment(scene)
    assert str(position) in output_of(scene.run("status"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = state || ' '::bytea WHERE notification_id = 30",
        "DELETE FROM stored_events WHERE notification_id = 30",
        "TRUNCATE stored_events",
        "UPDATE proof.checkpoints SET root = ''::bytea",
        "DELETE FROM proof.checkpoints",
    ],
)
def test_the_log_and_its_checkpoints_refuse_to_be_rewritten(scene: Scene, statement: str):
    with scene.opened.connection() as conn, pytest.raises(InsufficientPrivilege):
        conn.execute(statement.encode())


def test_protection_that_was_lifted_is_told_by_status(scene: Scene):
    scene.sql("SELECT 1")
    assert "no trigger that keeps it append-only" in output_of(scene.run("status"))


@pytest.mark.parametrize("column", ["state = state || ' '::bytea", "topic = 'animation.cancelled'"])
def test_an_event_that_was_changed_is_named(scene: Scene, column: str):
    scene.sql(f"UPDATE stored_events SET {column} WHERE notification_id = 40")
    assert "position 40" in scene.named_by("audit", "check")


def test_a_tail_that_was_cut_off_with_its_proof_is_told_by_the_keys_own_record(scene: Scene):
    scene.sql("DELETE FROM stored_events WHERE notification_id > 60")
    scene.sql("DELETE FROM proof.checkpoints")
    scene.sql("DELETE FROM proof.tiles")
    assert "events were signed, by the key's own record" in scene.named_by("audit", "check")
    assert "signed" in scene.named_by("audit", "checkpoint")


def test_a_proof_that_was_dropped_whole_gets_no_new_name_and_no_new_history(scene: Scene):
    scene.sql("DROP SCHEMA proof CASCADE")
    assert "were signed" in scene.named_by("audit", "check")
    assert scene.run("audit", "checkpoint").exit_code == 1


@pytest.mark.parametrize("position", [0, -5])
def test_an_event_where_nobody_reads_is_named(scene: Scene, position: int):
    scene.sql(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)"
        " OVERRIDING SYSTEM VALUE VALUES (gen_random_uuid(), 1, 'animation.published', '{}', %s)",
        position,
    )
    assert f"position {position}" in scene.named_by("audit", "check")


def test_a_row_of_a_read_model_is_named_with_its_column(scene: Scene):
    scene.sql("UPDATE read_models.service_dossiers_g1 SET amount = 99999 WHERE dossier_id = %s", scene.certified)
    wrong = scene.named_by("audit", "check", "--read-models")
    assert str(scene.certified) in wrong
    assert "amount is 99999.00, where the log gives 150.00" in wrong
