"""Make a backup: the database by pg_basebackup, the files, what was erased, and the keys apart."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from application.backups.erasures import erasures_of, write_erasures
from application.backups.manifest import (
    DATABASE,
    ERASURES,
    FILES,
    Checkpoint,
    FileEntry,
    Manifest,
    Progress,
    entry_of,
    paths_in,
    write_manifest,
)
from application.files.store import FileStore
from application.hosting.programs import needed_program, run
from application.proof.checkpoints import latest
from application.proof.signer.naming import log_name
from eventstore.log import head

Conn = Connection[Any]

_PERCENT = re.compile(r"(\d+)/(\d+) kB")
_IDENTIFIER = "SELECT system_identifier::text FROM pg_control_system()"


def make_backup(
    conn: Conn, url: str, store: FileStore, folder: Path, now: datetime, programs: Path | None, progress: Progress
) -> Manifest:
    """Back up the database of `url` and the files into a new folder, while the site is open. Raises ProgramFailed."""
    basebackup = needed_program("pg_basebackup", programs)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    last = latest(conn)
    # The copy holds whatever the log holds when it begins; what comes meanwhile may be in it.
    position, erased = head(conn), erasures_of(conn)
    row = conn.execute(_IDENTIFIER).fetchone()
    _copy_database(basebackup, url, folder / DATABASE, progress)
    # Files after the database: each is in its place before its event is recorded.
    _copy_files(store, folder / FILES, progress)
    write_erasures(folder / ERASURES, erased)
    manifest = Manifest(
        holds="data",
        made_at=now,
        parentalite=version("parentalite"),
        postgresql=conn.info.parameter_status("server_version"),
        system_identifier=row[0] if row else None,
        position=position,
        log=log_name(conn),
        checkpoint=None if last is None else Checkpoint(size=last.size, position=last.position, note=last.note),
        files=dict(_entries(folder)),
    )
    write_manifest(folder, manifest)
    return manifest


def backup_keys(folder: Path, secrets: dict[str, str], files: list[Path], now: datetime) -> Manifest:
    """Write the secrets, and copies of the files beside them, into a new folder that nobody else may read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, secret in secrets.items():
        _write(folder / name, f"{secret}\n".encode())
    for path in files:
        _write(folder / path.name, path.read_bytes())
    entries = {name: entry_of(folder / name) for name in paths_in(folder)}
    manifest = Manifest(holds="keys", made_at=now, parentalite=version("parentalite"), files=entries)
    write_manifest(folder, manifest)
    return manifest


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _copy_database(basebackup: Path, url: str, folder: Path, progress: Progress) -> None:
    def show(line: str) -> None:
        if match := _PERCENT.search(line):
            progress("database", int(match[1]), int(match[2]))

    parameters: dict[str, Any] = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    # Everybody on the machine sees a command line.
    password = parameters.pop("password", None)
    options = ("--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password", "--progress")
    run(
        [basebackup, f"--dbname={make_conninfo(**parameters)}", f"--pgdata={folder}", *options],
        None if password is None else {"PGPASSWORD": str(password)},
        show,
    )


def _copy_files(store: FileStore, folder: Path, progress: Progress) -> None:
    folder.mkdir(mode=0o700)
    stored = sorted(store.stored())
    for number, sha256 in enumerate(stored, 1):
        place = folder / sha256[:2] / sha256[2:]
        place.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            shutil.copy2(store.path(sha256), place)
        except FileNotFoundError:
            # The file reached the end of its retention meanwhile.
            continue
        progress("files", number, len(stored))


def _entries(folder: Path) -> Iterator[tuple[str, FileEntry]]:
    """Yield the digests; those of the database as PostgreSQL sent it, so that what the disk changed is found."""
    written = orjson.loads((folder / DATABASE / "backup_manifest").read_bytes())["Files"]
    sent = {
        f"{DATABASE}/{entry['Path']}": FileEntry(size=entry["Size"], sha256=entry["Checksum"])
        for entry in written
        if "Path" in entry and entry.get("Checksum-Algorithm") == "SHA256"
    }
    for name in sorted(paths_in(folder)):
        yield name, sent.get(name) or entry_of(folder / name)
