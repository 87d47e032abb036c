"""The log goes back: a backup is restored up to a position, as docs/cluster.md and docs/backups.md tell it."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg

from drill.cluster import binaries
from drill.processes import DrillFailed, until
from drill.servers import NAMES
from drill.stage import Blow, Stage

#: Commands that the restored log is not to hold come for so long.
MEANT_SECONDS = 3.0


def make_backup(stage: Stage) -> None:
    stage.servers.parentalite("backup", "make", str(_backup(stage)), "--programs", str(binaries()))


def restore(stage: Stage) -> Blow:
    """Restore to the position of now, though more comes meanwhile."""
    stage.kept_until = head(stage)

    def blow() -> None:
        time.sleep(MEANT_SECONDS)
        for name in NAMES:
            stage.processes.stop(f"server-{name}", 60)
        stage.lost_until = head(stage)
        stage.cluster.stop_nodes()
        data = stage.cluster.folder / "restored"
        servers = stage.servers
        options = {"--wal": stage.cluster.archive, "--position": stage.kept_until, "--programs": binaries()}
        words = [str(word) for option in options.items() for word in option]
        servers.parentalite("restore", str(_backup(stage)), "--database", str(data), "--yes", *words, seconds=180)
        stage.cluster.begin_anew(data)
        until("the restored database", lambda: _answers(stage), 60)
        try:
            servers.parentalite("after-restore")
        except DrillFailed as failure:
            # It says that signed events are gone, which is so.
            stage.words.append(str(failure))
        servers.parentalite("audit", "name-log", "drill.restored", "--after-restore", "an exercise", "--yes")
        for name in NAMES:
            servers.start_server(name)
        for name in NAMES:
            servers.until_ready(name)

    return blow


def head(stage: Stage) -> int:
    with psycopg.connect(stage.cluster.url) as conn:
        row = conn.execute("SELECT coalesce(max(notification_id), 0) FROM stored_events").fetchone()
    return int(row[0]) if row else 0


def _answers(stage: Stage) -> bool:
    try:
        return head(stage) > 0
    except psycopg.Error:
        return False


def _backup(stage: Stage) -> Path:
    return stage.cluster.folder / "backup"
