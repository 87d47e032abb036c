"""What somebody who can write in the database inserts or alters is told by every command until it is gone."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from uuid import UUID

import pytest
from psycopg.errors import InsufficientPrivilege

from application.files.store import FileStore
from application.founding import found_database
from cli.composition import open_everything, settings_from_environment
from tests.cli.conftest import error_line, project
from tests.support.forging import lift_protection
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import FOUNDED_AT

FORGED = """
INSERT INTO stored_events (originator_id, originator_version, topic, state)
SELECT originator_id, max(originator_version) + 1, 'service_dossier.paid', convert_to('{"schema_version":1,"stamp":
    {"recorded_at":"2026-11-26T00:00:00Z","actor":"coordonnateur-18","role":"coordonnateur","command_id":
    "11111111-1111-4111-8111-111111111111","cause":"command:servicePaymentRecord","structure_id":null,
    "territory":"18"},"data":{"paid_on":"2026-11-25","reference":"FAUX","amount":"99999.00"}}', 'UTF8')
FROM stored_events WHERE originator_id = %s GROUP BY 1 RETURNING notification_id"""


@pytest.fixture
def dossier_id(run, world, opened, tmp_path) -> UUID:
    """A certified dossier in a signed log."""
    claim = Claim(world, FileStore(opened.settings.files))
    certified = claim.certified(*claim.attested(1))
    project(opened)
    assert run("audit", "checkpoint").exit_code == 0
    return certified


def forge(opened, dossier_id: UUID) -> int:
    with opened.connection() as conn:
        (position,) = conn.execute(FORGED, (dossier_id,)).fetchone()
        return int(position)


def test_a_forged_payment_is_told_everywhere_and_forgotten_once_it_is_taken_away(run, opened, dossier_id, tmp_path):
    position, bundle = forge(opened, dossier_id), tmp_path / "dossier.zip"
    check = run("audit", "check")
    assert (check.exit_code, check.stdout) == (1, "")
    assert f"position {position}: version 5 of {dossier_id} (service_dossier.paid) carries no authent" in check.stderr
    assert f"position {position}: " in error_line(run("audit", "checkpoint"))
    exported = run("audit", "export", "--dossier", str(dossier_id), "-o", str(bundle))
    assert f"position {position}: " in error_line(exported)
    assert not bundle.exists()
    status = run("status", "--json")
    assert f"position {position}: " in json.loads(status.stdout)["notSigned"]
    with opened.connection() as conn:
        with pytest.raises(InsufficientPrivilege):
            conn.execute("DELETE FROM stored_events WHERE notification_id = %s", (position,))
        lift_protection(conn)
        conn.execute("DELETE FROM stored_events WHERE notification_id = %s", (position,))
    assert run("audit", "check").exit_code == 0
    assert run("audit", "export", "--dossier", str(dossier_id), "-o", str(bundle)).exit_code == 0
    assert json.loads(run("status", "--json").stdout)["notSigned"] is None


def test_who_lifts_the_trigger_and_alters_a_sum_is_found_without_any_copy(run, opened, dossier_id):
    with opened.connection() as conn:
        lift_protection(conn)
        (position,) = conn.execute(
            "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), '\"amount\":\"1', "
            "'\"amount\":\"9'), 'UTF8') WHERE topic = 'service_dossier.certified' RETURNING notification_id"
        ).fetchone()
        conn.execute("DELETE FROM proof.checkpoints; DELETE FROM proof.tiles")
    check = run("audit", "check")
    assert check.exit_code == 1
    assert f"position {position}: version " in check.stderr
    assert "an authenticator that does not fit" in check.stderr


def test_a_key_is_replaced_at_a_position(run, world, opened, dossier_id, environment, monkeypatch):
    old, new = environment["PARENTALITE_EVENT_KEY"], base64.b64encode(b"n" * 32).decode()
    position = json.loads(run("status", "--json").stdout)["log"]["position"]
    monkeypatch.setenv("PARENTALITE_EVENT_KEY", f"{new} {old}@{position}")
    assert run("audit", "checkpoint").exit_code == 0
    assert run("audit", "check").exit_code == 0
    # Somebody who still records with the old key.
    world.creates()
    check = run("audit", "check")
    assert check.exit_code == 1
    assert "or under another key" in check.stderr
    monkeypatch.setenv("PARENTALITE_EVENT_KEY", new)
    every = run("audit", "check").stderr
    assert "Error: positions 1 to " in every
    assert "carry authenticators that do not fit: they were not recorded like this, or under another key" in every


def test_a_lost_file_of_where_authenticators_begin_is_told_and_made_anew_by_a_command(run, opened, dossier_id):
    with opened.connection() as conn:
        lift_protection(conn)
        conn.execute("UPDATE stored_events SET authenticator = NULL")
    file: Path = opened.settings.event_start_path
    accepted = run("audit", "accept-events", "--yes")
    assert accepted.exit_code == 0, accepted.output
    assert file.exists()
    assert run("audit", "check").exit_code == 0
    file.unlink()
    assert "position 1: " in error_line(run("audit", "checkpoint"))
    # Not without a yes.
    assert "--yes" in error_line(run("audit", "accept-events"))
    assert not file.exists()
    assert run("audit", "accept-events", "--yes").exit_code == 0
    assert run("audit", "check").exit_code == 0


def test_a_log_named_at_its_first_start_has_lost_nothing_and_one_of_sound_events_gets_its_file_again(
    run, environment, tmp_path
):
    file, memory = tmp_path / "home/keys/event-start", tmp_path / "home/keys/signer-memory.json"
    settings = settings_from_environment()
    with open_everything(settings) as opened:
        assert (memory.exists(), file.exists()) == (True, True)
        found_database(opened.application, FOUNDED_AT)
    file.unlink()
    assert "event-start is missing" in run("status").stdout.replace("\n", "")
    assert run("audit", "checkpoint").exit_code == 0
    assert file.exists()
    assert "Authenticated: every event\n" in run("status").stdout


def test_a_file_that_cannot_be_written_keeps_nothing_from_starting(environment, monkeypatch, tmp_path, caplog):
    folder = tmp_path / "starts"
    monkeypatch.setenv("PARENTALITE_EVENT_START", str(folder / "event-start"))
    settings = settings_from_environment()
    folder.touch()
    with open_everything(settings):
        assert "it cannot be kept where authenticators begin" in caplog.text
