"""`parentalite audit check --rules` names what somebody who can write in the database has inserted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from application.files.store import FileStore
from tests.cli.conftest import error_line, project
from tests.support.papers.proved_dossiers import Claim

PAYMENT = """
INSERT INTO stored_events (originator_id, originator_version, topic, state)
SELECT originator_id, max(originator_version) + 1, 'service_dossier.paid', convert_to('{"schema_version":1,"stamp":{
  "recorded_at":"2026-11-26T00:00:00Z","actor":"coordonnateur-18","role":"coordonnateur","command_id":
  "11111111-1111-4111-8111-111111111111","cause":"command:servicePaymentRecord","structure_id":null,"territory":"18"},
  "data":{"paid_on":"2026-11-25","reference":"FAUX","amount":"99999.00"}}', 'UTF8')
FROM stored_events WHERE topic LIKE 'service_dossier.%%' GROUP BY 1 RETURNING notification_id"""
AHEAD = PAYMENT.replace("+ 1", "+ 7").replace('"paid_on":"2026-11-25","reference":"FAUX"', '"this":"is no payment"')

#: The read model that code of before kept of the log, as it stands until a projector of this code begins.
OUTLIVED = """
CREATE TABLE read_models.audit_trail_g1 (position bigint PRIMARY KEY);
INSERT INTO read_models.generations (name, generation, state, position, fingerprint, terms_in_force)
    SELECT 'audit_trail', 1, 'live', position, 'x', terms_in_force FROM read_models.generations WHERE name = 'terms'"""


@pytest.fixture
def certified(world):
    claim = Claim(world, FileStore(Path(os.environ["PARENTALITE_HOME"]) / "files"))
    return claim.certified(*claim.attested(1))


def test_an_honest_log_is_judged_to_be_well(run, world, certified):
    assert run("audit", "checkpoint").exit_code == 0
    well = run("audit", "check", "--rules")
    assert well.exit_code == 0, well.output
    assert "each is what the domain would have recorded there" in well.stderr


@pytest.mark.parametrize(
    ("inserted", "words"),
    [(PAYMENT, "the role coordonnateur has no right"), (AHEAD, "it cannot be read")],
)
def test_an_inserted_event_is_named_with_its_position(run, world, opened, certified, inserted, words):
    with opened.connection() as conn:
        (position,) = conn.execute(inserted).fetchone()
    wrong = run("audit", "check", "--rules")
    assert wrong.exit_code == 1
    assert f"position {position}" in wrong.stderr
    assert words in " ".join(wrong.stderr.split())


def test_read_models_are_compared_with_the_log(run, world, opened, certified):
    project(opened)
    assert run("audit", "checkpoint").exit_code == 0
    well = run("audit", "check", "--read-models")
    assert well.exit_code == 0, well.output
    assert "each is what the log gives" in well.stderr
    with opened.connection() as conn:
        conn.execute("UPDATE read_models.service_dossiers_g1 SET amount = 99999")
    wrong = run("audit", "check", "--read-models")
    assert wrong.exit_code == 1
    assert "amount is 99999.00, where the log gives 150.00" in " ".join(wrong.stderr.split())


def test_what_outlived_its_code_is_no_read_model_to_compare_and_what_other_code_filled_is_named(run, world, opened):
    project(opened)
    assert run("audit", "checkpoint").exit_code == 0
    with opened.connection() as conn:
        conn.execute(OUTLIVED)
    well = run("audit", "check", "--read-models")
    assert well.exit_code == 0, well.output
    assert "each is what the log gives" in well.stderr
    with opened.connection() as conn:
        conn.execute("UPDATE read_models.generations SET fingerprint = 'x' WHERE name = 'animations'")
    refused = error_line(run("audit", "check", "--read-models"))
    assert refused.endswith(
        "read models filled by other code: animations; rebuild them first: parentalite rebuild animations"
    )
