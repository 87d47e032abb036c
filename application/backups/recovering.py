"""Recover a database from a backup: as it was copied, to the end of the archived write-ahead log, or to a position.

PostgreSQL recovers up to a transaction, and knows nothing of positions. So a first recovery, in a folder that is thrown
away, runs to the end of the archive: it shows which transaction recorded the position, and what came after it. The
second one, on a copy of its own, stops at that transaction. Where a transaction recorded several events together, the
log ends with the last of them.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import Connection

from application.backups.erasures import Erasure, erasures_of
from application.backups.manifest import DATABASE
from application.hosting.database import with_database
from application.hosting.embedded_server import embedded_server
from application.hosting.programs import needed_program, run
from application.hosting.server_account import ServerAccount, server_account
from eventstore.log import head

Conn = Connection[Any]

#: Recovery of a month's log may take hours.
_PATIENCE_SECONDS = 24 * 3600.0
_PAUSE_SECONDS = 0.05
_LEFTOVERS = ("postmaster.pid", "postmaster.opts", "standby.signal")
#: Settings that a recovering server needs as large as the server had that wrote the log.
_AS_LARGE = {
    "max_connections setting": "max_connections",
    "max_worker_processes setting": "max_worker_processes",
    "max_wal_senders setting": "max_wal_senders",
    "max_prepared_xacts setting": "max_prepared_transactions",
    "max_locks_per_xact setting": "max_locks_per_transaction",
}
#: A power cut may destroy what is thrown away; waiting for the disk takes most of its time.
_THROWN_AWAY = {"fsync": "off"}
_RECOVERING = """
SELECT CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() <> 'paused' ELSE false END"""
_AT = """
SELECT notification_id, xmin::text FROM stored_events WHERE notification_id <= %s ORDER BY 1 DESC LIMIT 1"""
_BEFORE = """
SELECT max(notification_id) FROM stored_events
WHERE (convert_from(state, 'UTF8')::jsonb -> 'stamp' ->> 'recorded_at')::timestamptz <= %s"""


class CannotRecover(Exception):
    """Raised where a backup and its archive do not reach what was asked for. The message says what they reach."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the log shall end: at a position, at a moment, or (neither) where the archive or the backup ends."""

    position: int | None = None
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """`position`: where the recovered log ends. `lost_head`: the last position that the archive holds beyond it.

    `erased`: every key whose destruction the archive knows, also that of after the position.
    """

    position: int
    lost_head: int
    erased: list[Erasure]


@dataclass(frozen=True, slots=True)
class Source:
    """A verified backup, the folders with archived write-ahead log, the programs, and the database's name."""

    backup: Path
    archives: Sequence[Path]
    programs: Path | None
    database: str


def recover(source: Source, folder: Path, target: Target, progress: Callable[[str], None]) -> Recovered:
    """Recover into `folder`, which must not exist, and leave no server running.

    Raises CannotRecover, ProgramFailed, EmbeddedServerError.
    """
    draft = folder.with_name(f"{folder.name}.restoring")
    scout = folder.with_name(f"{folder.name}.looking")
    _remove(draft, scout)
    try:
        recovered = _recover(source, draft, scout, target, progress)
        draft.rename(folder)
    finally:
        _remove(draft, scout)
    return recovered


def _remove(*folders: Path) -> None:
    """Remove the folders, and the locks beside them."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        for lock in folder.parent.glob(f"{folder.name}.*.lock"):
            lock.unlink(missing_ok=True)


def _recover(source: Source, draft: Path, scout: Path, target: Target, progress: Callable[[str], None]) -> Recovered:
    if target == Target():
        progress("recovering")
        with _recovering(source, draft, {}) as conn:
            return Recovered(head(conn), head(conn), erasures_of(conn))
    progress("looking for the position")
    immediate = {"recovery_target": "immediate", "recovery_target_action": "pause"}
    with _recovering(source, scout, immediate | _THROWN_AWAY) as conn:
        first = head(conn)
    with _recovering(source, scout, _THROWN_AWAY) as conn:
        last, erased = head(conn), erasures_of(conn)
        position, transaction = transaction_of(conn, target, first, last)
    shutil.rmtree(scout)
    progress(f"recovering to position {position}")
    options = {"recovery_target": "immediate"} if position == first else {"recovery_target_xid": transaction}
    with _recovering(source, draft, options) as conn:
        return Recovered(head(conn), last, erased)


def transaction_of(conn: Conn, target: Target, first: int, last: int) -> tuple[int, str]:
    """Return the last position up to the target, and the transaction that recorded it. Raises CannotRecover."""
    wanted = target.position
    if wanted is None:
        row = conn.execute(_BEFORE, (target.moment,)).fetchone()
        wanted = int(row[0]) if row and row[0] is not None else 0
    if wanted < first:
        raise CannotRecover(
            f"the backup goes to position {first:,} already, after {_asked(target, wanted)}: take an earlier backup"
        )
    if wanted > last:
        raise CannotRecover(
            f"the write-ahead log ends at position {last:,}, before {_asked(target, wanted)}: name the folder with the "
            "rest of it by --wal, or restore to that position"
        )
    row = conn.execute(_AT, (wanted,)).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def _asked(target: Target, position: int) -> str:
    return f"position {position:,}" if target.moment is None else f"{target.moment.isoformat()} (position {position:,})"


@contextmanager
def _recovering(source: Source, folder: Path, options: Mapping[str, str]) -> Iterator[Conn]:
    """Recover a copy of the backup in `folder`, made unless it is there, and yield a connection to what it came to."""
    if not folder.exists():
        _copy(source, folder)
    hba = folder / "recovery_hba.conf"
    hba.write_text("local all all trust\n", encoding="ascii")
    hba.chmod(0o644)
    settings = {
        **_as_large(source, folder),
        # A recovered copy must not add to the archive, nor wait for or follow another server.
        **{"archive_mode": "off", "synchronous_standby_names": "", "primary_conninfo": "", "hot_standby": "on"},
        **{"hba_file": str(hba), "ssl": "off", "logging_collector": "off", "recovery_init_sync_method": "syncfs"},
        **{"restore_command": _restore_command(source.archives), "recovery_target_action": "promote", **options},
    }
    try:
        with (
            embedded_server(folder, settings, source.programs) as url,
            psycopg.connect(with_database(url, source.database), autocommit=True) as conn,
        ):
            _wait_for_the_end(conn)
            yield conn
    except psycopg.Error as error:
        raise CannotRecover(f"the recovery ended: {' '.join(str(error).split())}") from error
    hba.unlink(missing_ok=True)


def _wait_for_the_end(conn: Conn) -> None:
    """Wait until the server has stopped recovering, or stands paused where it was asked to."""
    deadline = monotonic() + _PATIENCE_SECONDS
    while (row := conn.execute(_RECOVERING).fetchone()) and row[0]:
        if monotonic() > deadline:
            raise CannotRecover("the recovery does not come to an end")
        sleep(_PAUSE_SECONDS)


def _copy(source: Source, folder: Path) -> None:
    """Copy the backed-up data folder, ready to recover, for the account that the server runs as."""
    shutil.copytree(source.backup / DATABASE, folder, symlinks=True)
    folder.chmod(0o700)
    for name in _LEFTOVERS:
        (folder / name).unlink(missing_ok=True)
    (folder / "recovery.signal").touch(mode=0o600)
    # Where the configuration stands elsewhere, as in Debian, an empty one is enough to recover.
    (folder / "postgresql.conf").touch(mode=0o600)
    for name in ("postgresql.conf", "postgresql.auto.conf"):
        drop_targets(folder / name)
    account = _account(source, folder)
    if account.differs:
        for place, folders, names in os.walk(folder):
            for path in (place, *(os.path.join(place, name) for name in (*folders, *names))):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _account(source: Source, folder: Path) -> ServerAccount:
    """Return the account that the server runs as: for root, the one that wrote the archive.

    Raises CannotRecover where it cannot read the archive, which PostgreSQL would take for its end.
    """
    account = server_account(folder, needed_program("postgres", source.programs).parent.parents[1])
    owners = [owner for archive in source.archives if (owner := archive.stat()).st_uid]
    if account.differs and owners:
        account = ServerAccount(owners[0].st_uid, owners[0].st_gid, differs=True)
    for archive in source.archives:
        command = ["find", str(archive), "-maxdepth", "1", "-type", "f", "!", "-readable", "-print", "-quit"]
        listing = subprocess.run(command, capture_output=True, text=True, check=False, **account.of_process())
        if listing.returncode or listing.stdout:
            path = listing.stdout.strip() or archive
            raise CannotRecover(f"{path} cannot be read by the user {account.uid}, as which PostgreSQL recovers")
    return account


def drop_targets(configuration: Path) -> None:
    """Drop the recovery targets that a server was told before, as Patroni tells a standby.

    Even an empty one, read after ours, counts as a second one.
    """
    if configuration.exists():
        lines = configuration.read_bytes().splitlines(keepends=True)
        configuration.write_bytes(b"".join(line for line in lines if not line.lstrip().startswith(b"recovery_target")))


def _as_large(source: Source, folder: Path) -> dict[str, str]:
    lines = run([needed_program("pg_controldata", source.programs), folder])
    values = dict(re.split(r":\s+", line, maxsplit=1) for line in lines if ": " in line)
    return {setting: values[name] for name, setting in _AS_LARGE.items() if name in values}


def _restore_command(archives: Sequence[Path]) -> str:
    """Return PostgreSQL's restore_command: it looks in each folder in turn, for a file as it is or under gzip."""
    if not archives:
        return "false"
    folders = " ".join(shlex.quote(str(folder).replace("%", "%%")) for folder in archives)
    # A status above 128 ends the recovery; any other would be the end of the archive.
    return (
        f'for folder in {folders}; do if test -f "$folder/%f.gz"; then gzip -dc "$folder/%f.gz" > "%p" || exit 200; '
        'exit 0; fi; if test -f "$folder/%f"; then cp "$folder/%f" "%p" || exit 200; exit 0; fi; done; exit 1'
    )
