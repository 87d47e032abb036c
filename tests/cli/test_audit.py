"""`parentalite audit`: what those who run the site, and those who pay, see of it."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from application.files.store import FileStore
from application.hosting.settings import Settings
from application.proof.notes import SigningKey, to_pem
from tests.cli.conftest import error_line
from tests.support.forging import lift_protection
from tests.support.papers.proved_dossiers import Claim

SEED, OTHER_SEED = b"c" * 32, b"d" * 32


@pytest.fixture(autouse=True)
def key(environment, monkeypatch, tmp_path):
    """The file of the public key that checkpoints are signed with."""
    monkeypatch.setenv("PARENTALITE_CHECKPOINT_KEY", base64.b64encode(SEED).decode())
    return pem(tmp_path, "checkpoint.pub.pem", SEED)


def pem(folder, name, seed):
    path = folder / name
    path.write_text(to_pem(SigningKey.from_seed(seed).public))
    return path


@pytest.fixture
def dossier_id(world, key):
    claim = Claim(world, FileStore(_files()))
    return claim.paid(*claim.attested(1))


def _files():
    return Path(os.environ["PARENTALITE_HOME"]) / "files"


def test_a_log_that_was_left_alone_is_told_so_and_what_was_changed_with_its_position(run, world, opened, key, tmp_path):
    world.creates()
    signed = run("audit", "checkpoint")
    assert signed.exit_code == 0, signed.output
    copy = tmp_path / "copy.txt"
    copy.write_text(signed.stdout)
    well = run("audit", "check", "--checkpoint", str(copy), "--key", str(key))
    assert well.exit_code == 0, well.output
    assert well.stdout.startswith("ok: ")
    assert well.stdout.endswith("2 checkpoints fit\n")
    with opened.connection() as conn:
        lift_protection(conn)
        conn.execute("UPDATE stored_events SET topic = 'x' WHERE notification_id = 3")
    wrong = run("audit", "check")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "position 3: changed" in wrong.stderr
    assert "4 findings" in wrong.stderr
    assert "position 3: version 1 of " in wrong.stderr
    assert "events were signed, by the key's own record" in wrong.stderr


def test_a_log_without_a_checkpoint_is_not_said_to_be_well(run, world, key):
    result = run("audit", "check")
    assert result.exit_code == 0
    assert result.stdout.startswith("nothing is signed yet")


def test_what_came_after_the_last_checkpoint_is_told_as_not_signed_yet(run, world, key):
    world.creates()
    run("audit", "checkpoint")
    world.creates()
    assert "; 1 event after them not signed yet" in run("audit", "check").stdout


def test_a_bundle_is_exported_and_verified(run, dossier_id, key, tmp_path):
    bundle = tmp_path / "dossier.zip"
    exported = run("audit", "export", "--dossier", str(dossier_id), "-o", str(bundle))
    assert exported.exit_code == 0, exported.output
    assert exported.stdout.strip() == str(bundle)
    verified = run("audit", "verify", str(bundle), "--key", str(key))
    assert verified.exit_code == 0, verified.output
    assert {line.split()[0] for line in verified.stdout.splitlines()} == {"ok", "note"}
    assert verified.stdout.splitlines()[-1].startswith("ok     as of: checkpoint ")
    unsigned = run("audit", "verify", str(bundle), "--key", str(key), "--require-signed", "coordonnateur")
    assert unsigned.exit_code == 1
    assert unsigned.stdout.splitlines()[-1].startswith("WRONG  signed acts: service_dossier.certified at position ")
    paid = run("audit", "verify", str(bundle), "--key", str(key), "--require", "PAID")
    assert (paid.exit_code, paid.stdout.splitlines()[-1]) == (0, "ok     required: the dossier is PAID")
    copy = tmp_path / "copy.txt"
    copy.write_text(run("audit", "checkpoint").stdout)
    other = run("audit", "verify", str(bundle), "--key", str(key), "--require", "CERTIFIED", "--checkpoint", str(copy))
    assert other.exit_code == 1
    assert "is of the same history" in other.stdout
    assert other.stdout.splitlines()[-1] == "WRONG  required: the dossier is PAID, where CERTIFIED is required"
    assert "is there already" in error_line(run("audit", "export", "--dossier", str(dossier_id), "-o", str(bundle)))

    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    spoilt = run("audit", "verify", str(bundle), "--key", str(key))
    assert spoilt.exit_code == 1
    assert spoilt.stdout.splitlines()[-1].startswith("WRONG")


def test_a_bundle_is_not_believed_on_another_key(run, dossier_id, key, tmp_path):
    bundle = tmp_path / "dossier.zip"
    run("audit", "export", "--dossier", str(dossier_id), "-o", str(bundle))
    other = pem(tmp_path, "other.pem", OTHER_SEED)
    refused = run("audit", "verify", str(bundle), "--key", str(other))
    assert refused.exit_code == 1
    assert "unknown key" in refused.stdout
    assert run("audit", "verify", str(bundle), "--key", str(other), "--key", str(key)).exit_code == 0


def test_verifying_needs_neither_settings_nor_a_database(run, dossier_id, key, tmp_path, monkeypatch):
    bundle = tmp_path / "dossier.zip"
    run("audit", "export", "--dossier", str(dossier_id), "-o", str(bundle))
    for name in ("DATABASE_URL", "PARENTALITE_TOKEN_SECRET", "PARENTALITE_MASTER_KEY", "PARENTALITE_EVENT_KEY"):
        monkeypatch.setenv(name, "nothing that could work")
    assert run("audit", "verify", str(bundle), "--key", str(key)).exit_code == 0


@pytest.mark.parametrize("what", ["no key", ""])
def test_what_is_no_key_is_refused_in_a_line(run, tmp_path, what):
    path = tmp_path / "key.pem"
    path.write_text(what)
    assert "BEGIN PUBLIC KEY" in error_line(run("audit", "verify", str(tmp_path / "b.zip"), "--key", str(path)))
    missing = tmp_path / "none.pem"
    assert "cannot be read" in error_line(run("audit", "verify", str(tmp_path / "b.zip"), "--key", str(missing)))


def test_a_dossier_that_is_not_there_is_refused_and_no_file_is_left(run, world, key, tmp_path):
    unknown = "00000000-0000-4000-8000-000000000000"
    line = error_line(run("audit", "export", "--dossier", unknown, "-o", str(tmp_path / "none.zip")))
    assert unknown in line
    assert not (tmp_path / "none.zip").exists()
    assert run("audit", "export", "--dossier", "rien", "-o", "x.zip").exit_code == 2


def test_a_key_that_was_replaced_is_refused_at_the_start(run, world, key, monkeypatch, tmp_path):
    world.creates()
    assert run("audit", "checkpoint").exit_code == 0
    monkeypatch.setenv("PARENTALITE_CHECKPOINT_KEY", base64.b64encode(OTHER_SEED).decode())
    assert run("audit", "checkpoint").exit_code == 0
    # Its public half stands in the record beside the key.
    assert run("audit", "check").exit_code == 0
    unknown = run("audit", "check", "--key", str(key))
    assert unknown.exit_code == 1
    assert "--key" in unknown.stderr
    other = pem(tmp_path, "other.pem", OTHER_SEED)
    assert run("audit", "check", "--key", str(key), "--key", str(other)).exit_code == 0
    monkeypatch.setenv("PARENTALITE_CHECKPOINT_KEY", base64.b64encode(SEED).decode())
    assert "replaced" in error_line(run("status"))


def test_a_key_that_is_configured_is_replaced_where_it_is_configured(run, world, key):
    assert "PARENTALITE_CHECKPOINT_KEY" in error_line(run("audit", "rotate-key", "--yes"))


def test_a_key_that_is_replaced_here_is_told_with_what_to_keep(run, world, monkeypatch, tmp_path):
    """As in the embedded setup, on this database."""
    world.creates()
    keys = tmp_path / "home" / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("PARENTALITE_HOME", str(keys.parent))
    monkeypatch.setattr(Settings, "embedded", property(lambda settings: True))
    monkeypatch.setattr("cli.signing.environment", dict)
    replaced = run("audit", "rotate-key", "--yes")
    assert replaced.exit_code == 0, replaced.stderr
    words = " ".join(replaced.stderr.split())
    (old,) = [path for path in keys.glob("*.pem") if path.name != "checkpoint.pub.pem"]
    assert "Done: checkpoints are signed by a new key from now on" in words
    assert f"Keep {old}: bundles and checkpoints of before are verified with it" in words
    assert "/keys lists every key" in words
