"""A backup is made, the house burns down, and the log is restored up to a position, without sending or knowing more."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.backups.erasures import read_erasures
from application.candidatures import CandidatureSubmit
from application.files.store import FileStore
from application.founding import found_database
from application.logos.commands import SetLogo
from application.proof.restorations import ends_with_a_loss, go_on
from cli.composition import open_everything, settings_from_environment
from domain.kernel.actors import PUBLIC, SYSTEM
from domain.kernel.schools import Degree
from domain.proof.events import LogRestored
from eventstore.log import head, read_topics
from tests.cli.conftest import error_line
from tests.support.papers.dossiers import png
from tests.support.world import FOUNDED_AT, STRUCTURE, STRUCTURE_ID, UAI, World


@dataclass
class Story:
    """What happened before the loss, and where things are."""

    root: Path
    run: Any
    position: int = 0
    erased: UUID | None = None
    kept_file: str = ""
    letters: tuple[UUID, ...] = ()

    def folder(self, name: str) -> str:
        return str(self.root / name)


@pytest.fixture
def house(short_tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PARENTALITE_HOME", str(short_tmp_path / "home"))
    monkeypatch.setenv("PARENTALITE_WAL_ARCHIVE", str(short_tmp_path / "archive"))
    return short_tmp_path


def _logo(world: World, store: FileStore, shade: int) -> str:
    with store.draft(io.BytesIO(png() + bytes([shade]))) as draft:
        logo = {"media_type": "image/png", "size": draft.size, "sha256": draft.sha256}
        world.does(SetLogo(structure_id=STRUCTURE_ID, draft=draft, **logo), STRUCTURE)
        return draft.sha256


def _letter(conn: psycopg.Connection[Any], sent: bool = False) -> UUID:
    mail_id = uuid4()
    conn.execute(
        "INSERT INTO mail_outbox (mail_id, kind, address_position, about, sent_at)"
        " VALUES (%s, 'registration.seated', 1, '{}', CASE WHEN %s THEN now() END)",
        (mail_id, sent),
    )
    return mail_id


def _lived(house: Path, run: Any) -> Story:
    """A backup in the middle of a life that goes on: the position to return to, then an erasure and what is lost."""
    story, settings = Story(house, run), settings_from_environment()
    store = FileStore(settings.files)
    with open_everything(settings) as opened, opened.connection() as conn:
        found_database(opened.application, FOUNDED_AT)
        world = World(opened.application)
        world.sign()
        candidate = {"first_name": "Ada", "last_name": "Orsini", "email": "ada@example.org", "motivation": "Aider."}
        candidature = CandidatureSubmit(territory="971", school_uai=UAI, degree=Degree.SECOND, **candidate)
        story.erased = world.does(candidature, PUBLIC).subject_id
        story.kept_file = _logo(world, store, 1)
        assert run("audit", "checkpoint").exit_code == 0
        made = run("backup", "make", story.folder("backup"), "--keys", story.folder("keys"))
        assert made.exit_code == 0, made.output
        # After the backup: what the archive alone holds.
        story.letters = (_letter(conn), _letter(conn), _letter(conn, sent=True))
        world.creates()
        (house / "kept.txt").write_text(run("audit", "checkpoint").stdout)
        story.position = world.does(candidature.model_copy(update={"email": "bea@example.org"}), PUBLIC).position
        conn.execute("UPDATE mail_outbox SET sent_at = now() WHERE mail_id = %s", (story.letters[0],))
        opened.application.erase_person(str(story.erased), SYSTEM, world.now)
        _logo(world, store, 2)
        assert run("audit", "checkpoint").exit_code == 0
        conn.execute("SELECT pg_switch_wal()")
    return story


def test_a_log_is_restored_up_to_a_position(house: Path, run: Any):
    story = _lived(house, run)
    backup, home = house / "backup", house / "home"
    assert {path.name for path in backup.iterdir()} >= {"database", "files", "manifest.json"}
    assert not list(backup.rglob("master-key"))
    back = ("restore", str(backup), "--position", str(story.position), "--yes")

    # Nothing is written over, and nothing damaged is restored.
    assert "is not empty" in error_line(run(*back))
    shutil.move(home / "postgres", house / "lost")
    shutil.move(home / "files", house / "lost-files")
    stored = backup / "files" / story.kept_file[:2] / story.kept_file[2:]
    content = stored.read_bytes()
    stored.write_bytes(content[:-1] + b"!")
    for command in (back, ("backup", "verify", str(backup))):
        assert f"damaged: files/{story.kept_file[:2]}" in run(*command).stderr
    stored.write_bytes(content)
    assert run("backup", "verify", str(backup)).exit_code == 0
    assert not (home / "postgres").exists()

    restored = run(*back, "--why", "Le disque a brûlé", "--checkpoint", str(house / "kept.txt"))
    assert restored.exit_code == 0, restored.output
    report = restored.stderr
    assert f"The log ends at position {story.position:,}." in report
    assert "Erased again: 1 key" in report
    assert "ok: 1 file as they were handed in" in restored.stdout
    assert "Gone: " in report

    settings = settings_from_environment()
    with open_everything(settings) as opened, opened.connection() as conn:
        # What was erased after that position stays erased, and the log says so beyond every position given before.
        erasure = conn.execute("SELECT topic, notification_id FROM stored_events ORDER BY 2 DESC LIMIT 1").fetchone()
        assert erasure is not None
        assert (erasure[0], erasure[1] > story.position + 10) == ("candidature.personal_data_erased", True)
        (loss,) = read_topics(conn, ["log.restored"])
        assert isinstance(loss.event, LogRestored)
        assert (loss.event.last_kept, loss.event.reason) == (story.position, "Le disque a brûlé")
        opened_again = opened.application.export_person(str(story.erased))
        assert "Orsini" not in str(opened_again)
        assert read_erasures(home / "restored-erasures.jsonl")
        # One letter left in between: logs say so, and it is not sent again. The other waits until it is let go.
        log, gone = house / "mail.log", uuid4()
        log.write_text(
            f"cleanup: message-id=<{story.letters[0]}@example.org>\ncleanup: message-id=<{gone}@example.org>\n"
        )
        conn.execute("UPDATE reaction_position SET position = %s", (head(conn),))
        left = run("mail", "left", str(log))
        assert (left.exit_code, left.stdout.split()) == (0, [str(gone)])
        assert "Marked as sent: 1 letter" in left.stderr
        paused = conn.execute("SELECT retry_at > now() FROM mail_sending").fetchone()
        assert paused == (True,)
        assert run("mail", "retry", "--all", "--yes").exit_code == 0
        waiting = conn.execute("SELECT mail_id FROM mail_outbox WHERE sent_at IS NULL").fetchall()
        assert waiting == [(story.letters[1],)]
        # The history is whole up to the checkpoint that somebody kept; what was signed later is gone, and named.
        assert "events were signed, by the key's own record" in run("audit", "check").stderr
        assert run("audit", "name-log", "--after-restore", "Le disque a brûlé", "--yes").exit_code == 0
        assert run("audit", "checkpoint").exit_code == 0
        checked = run("audit", "check")
        assert (checked.exit_code, "An earlier log" in checked.stderr) == (0, True), checked.output
        # The notes of a restore serve it alone; run again with them, nothing is skipped or recorded twice.
        assert "--without-notes" in error_line(run("after-restore"))
        settled = home / "restored-settled.json"
        assert run("after-restore", "--notes", str(settled)).exit_code == 0
        assert len(read_topics(conn, ["log.restored"])) == 1
        assert not ends_with_a_loss(conn, 0)
        kept, _ = go_on(conn, opened.application.execute, head(conn), "Encore", FOUNDED_AT)
        assert ends_with_a_loss(conn, kept)
        assert not ends_with_a_loss(conn, head(conn) + 1)
        stale = house / "restored.json"
        stale.write_text(
            settled.read_text().replace(f'"position": {story.position}', f'"position": {story.position - 1}')
        )
        assert "of a restore that ended at position" in error_line(run("after-restore", "--notes", str(stale)))
