"""`parentalite restore`: put a backup back, as it was copied or up to a position."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from application.backups.manifest import FILES, ITS_DIGEST, MANIFEST, Manifest, read_manifest
from application.backups.recovering import Source, Target, recover
from application.backups.verifying import verify_backup, verify_keys
from application.hosting.database import EMBEDDED_DATABASE
from application.hosting.setting_values import existing_folder
from application.hosting.settings import Settings, SettingsError, home_in
from cli.backups.backup import Programs
from cli.backups.settle import Checkpoints, ErasureLists, Notes, Why, checked_reason, notes_path, settle, write_notes
from cli.composition import environment, settings_from_environment
from cli.console import Refused, Steps, confirm, note
from cli.options import Verbose, Yes, set_up_command_logs


def restore(
    backup: Annotated[Path, typer.Argument(help="The backup, a folder made by `parentalite backup make`.")],
    position: Annotated[
        int | None, typer.Option("--position", min=1, help="Let the log end at this position. Needs --wal.")
    ] = None,
    time: Annotated[
        str | None,
        typer.Option("--time", help="Let the log end with what was recorded by then: 2027-01-15T18:00:00+01:00."),
    ] = None,
    wal: Annotated[
        list[Path] | None,
        typer.Option(
            "--wal",
            help="Folder of archived write-ahead log; may be given several times, such as the archive and then pg_wal "
            "of the lost server. Default: PARENTALITE_WAL_ARCHIVE. Without any the log ends where the backup does.",
        ),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", help="The backup of the keys, where those under PARENTALITE_HOME are lost too."),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(
            "--database",
            help="Recover the data of a PostgreSQL of your own into this new folder, and do no more: start it there, "
            "then run parentalite after-restore. Default: the embedded PostgreSQL's, under PARENTALITE_HOME.",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="With --database: the database that holds the log. Default: parentalite."),
    ] = None,
    programs: Programs = None,
    why: Why = None,
    erasures: ErasureLists = None,
    copies: Checkpoints = None,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Put a backup back in empty folders: as it was copied, to the end of the archive, or up to a position.

    The backup is verified first; one that is damaged, and a folder that is not empty, are refused. Stop every server
    before: none may go on with the database that is replaced.

    A position is found exactly: the archive is first replayed to its end in a folder that is thrown away, which tells
    the transaction that recorded the position; then a copy is recovered up to that transaction. Commands that came at
    once are recorded in one transaction, and the log ends with the last of them: the command says where.

    Afterwards it does what `parentalite after-restore` does.

        parentalite restore 2027-01-15 --wal archive --position 12345
    """
    set_up_command_logs(verbose)
    checked_reason(why)
    target, source = Target(position, _moment(time)), _source(backup, wal, database, name, programs)
    if target != Target() and not source.archives:
        raise Refused("--wal: the archived write-ahead log is needed to reach a position after the backup")
    home = home_in(environment())
    files = existing_folder(Path(Settings.named_in(environment()).get("files") or home / "files"))
    data = (database or home / "postgres").expanduser().absolute()
    _refuse_what_is_there(data, files, home, keys, embedded=database is None)
    with Steps("kB") as steps:
        manifest, _ = verify_backup(source.backup, programs, steps)
        if keys is not None:
            verify_keys(keys.expanduser().absolute(), lambda *_: None)
    confirm(f"Restore the backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC (position {manifest.position:,})?", yes)
    if keys is not None:
        _copy_keys(keys.expanduser().absolute(), home / "keys")
    data.parent.mkdir(parents=True, exist_ok=True)
    if data.exists():
        data.rmdir()
    recovered = recover(source, data, target, lambda step: note(f"{step[0].upper()}{step[1:]}…"))
    _copy_files(source.backup / FILES, files, manifest)
    notes = Notes.of(manifest, recovered, position)
    write_notes(notes_path(home), notes, recovered.erased)
    note(f"The log ends at position {recovered.position:,}{_why_there(recovered.position, position)}.")
    if database is not None:
        note("Start PostgreSQL on it; then, before any server, with DATABASE_URL set: parentalite after-restore")
        typer.echo(data)
        return
    settle(settings_from_environment(), notes, why, erasures or [], copies or [])


def _source(
    backup: Path, wal: list[Path] | None, database: Path | None, name: str | None, programs: Path | None
) -> Source:
    if database is None and environment().get("DATABASE_URL"):
        raise Refused(
            "DATABASE_URL is set: name the folder for that server's data by --database, or unset it to restore the "
            "embedded PostgreSQL"
        )
    if database is None and (programs or name):
        raise typer.BadParameter("only with --database", param_hint="--programs, --name")
    archives = wal
    if archives is None:
        configured = Settings.named_in(environment()).get("wal_archive")
        archives = [Path(configured)] if configured else []
    for folder in archives:
        if not folder.expanduser().is_dir():
            raise Refused(f"--wal {folder}: is no folder")
    absolute = [folder.expanduser().absolute() for folder in archives]
    return Source(backup.expanduser().absolute(), absolute, programs, name or EMBEDDED_DATABASE)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.max
    if moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} is no instant with its offset, such as 2027-01-15T18:00:00+01:00", param_hint="--time"
        )
    return moment


def _refuse_what_is_there(data: Path, files: Path, home: Path, keys: Path | None, *, embedded: bool) -> None:
    for folder in (data, files):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refused(f"{folder} is not empty: move it away first; nothing was restored")
    own_keys = home / "keys"
    if keys is not None and own_keys.exists() and any(own_keys.iterdir()):
        raise Refused(f"{own_keys} holds keys already: move them away, or leave out --keys; nothing was restored")
    if embedded and keys is None and not (own_keys / "master-key").exists() and not environment().get(_MASTER_KEY):
        raise SettingsError(f"{_MASTER_KEY}: no key is in {own_keys}; name their backup by --keys")


_MASTER_KEY = "PARENTALITE_MASTER_KEY"


def _copy_keys(source: Path, folder: Path) -> None:
    manifest = read_manifest(source, "keys")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.name not in (MANIFEST, ITS_DIGEST):
            shutil.copy2(path, folder / path.name)
    note(
        f"The signer's memory in {folder} is of {manifest.made_at:%Y-%m-%d %H:%M} UTC: it does not know what was signed"
        " since. Put a newer copy there, if there is one. Where somebody holds a later checkpoint, let the log go on"
        " under a new name before anything is signed: parentalite audit name-log NAME --after-restore WHY"
    )


def _copy_files(source: Path, folder: Path, manifest: Manifest) -> None:
    # Only its owner may read the tree, as with pg_basebackup and the store.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in manifest.files:
        if name.startswith(f"{FILES}{os.sep}"):
            place = folder / Path(name).relative_to(FILES)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copy2(source.parent / name, place)


def _why_there(reached: int, wanted: int | None) -> str:
    if wanted is None or reached == wanted:
        return ""
    if reached > wanted:
        return f", since one transaction recorded {wanted:,} and what follows up to there"
    return f", the last one up to {wanted:,}"
