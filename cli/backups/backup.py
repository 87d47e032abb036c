"""`parentalite backup`: copy database, files and keys, and verify a copy."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from application.backups.making import backup_keys, make_backup
from application.backups.manifest import KEY_FILES, Manifest, read_manifest
from application.backups.pruning import delete, find_obsolete
from application.backups.verifying import verify_backup, verify_keys
from application.files.store import FileStore
from application.hosting.settings import Settings
from application.proof.public_keys import list_public_keys
from cli.composition import open_to_read, settings_from_environment, utc_now
from cli.console import Refused, Steps, confirm, note, quantity
from cli.options import Verbose, Yes, set_up_command_logs
from eventstore.log_table import log_exists

family = typer.Typer(no_args_is_help=True, help="Backups: make one, verify it, delete old ones.")

Programs = Annotated[
    Path | None,
    typer.Option("--programs", help="Folder of PostgreSQL's programs. Default: the embedded server's, or the PATH."),
]


@family.callback()
def _backup() -> None:
    """Backups: make one, verify it, delete old ones.

    A backup is a folder: the whole PostgreSQL server as pg_basebackup copies it, the stored files, a list of the keys
    that erasures destroyed, and a manifest with the digest of each file. The secrets are not in it: they go to another
    folder, kept in another place. `parentalite restore` puts it back.
    """


@family.command("make")
def make(
    folder: Annotated[Path, typer.Argument(help="The folder to make; must not exist yet, or be empty.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            help="Also back up the secrets, into this folder: keep it elsewhere than the data, which are readable "
            "with it.",
        ),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="Admit a folder of --keys that lies inside of the backup.")
    ] = False,
    programs: Programs = None,
    verbose: Verbose = False,
) -> None:
    """Back up the database and the files into a new folder, while the site stays open.

    Needs a role that may replicate (ALTER ROLE … REPLICATION, and a line for replication in pg_hba.conf); the embedded
    PostgreSQL has it. To restore any position since, also archive the write-ahead log (PARENTALITE_WAL_ARCHIVE, or
    archive_command of a PostgreSQL of your own).

        parentalite backup make 2027-01-15 --keys elsewhere/2027-01-15
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    folder = _new_folder(folder)
    if keys is not None:
        keys = _new_folder(keys)
        if keys.is_relative_to(folder) and not together:
            raise Refused(
                f"--keys {keys}: inside of the backup, whoever has the data can read it; say --together for that"
            )
    now = utc_now()
    with open_to_read(settings) as reading, reading.connection() as conn, Steps("kB") as steps:
        if not log_exists(conn):
            raise Refused("this database holds no log yet: there is nothing to back up")
        manifest = make_backup(conn, reading.url, FileStore(settings.files), folder, now, programs, steps)
    if keys is not None:
        backup_keys(keys, _secrets(settings), _files_beside(settings), now)
    note(_summary(manifest))
    if keys is None:
        note("The keys are not in it. Without them nothing personal can be read: back them up apart, by --keys.")
    typer.echo(folder)


@family.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="A backup, or a folder of keys.")],
    programs: Programs = None,
    verbose: Verbose = False,
) -> None:
    """Read every file of a backup again, and compare it with its digest; have pg_verifybackup check the database.

    Exits with 1 where anything is missing, changed, or not in the manifest. Reads only, and needs no database: run it
    where the backup is kept, before it is needed. That a restore works is told by a drill alone: docs/operations.md.
    """
    set_up_command_logs(verbose)
    folder = folder.expanduser().absolute()
    if is_of_keys(folder):
        with Steps("kB") as steps:
            keys = verify_keys(folder, steps)
        typer.echo(f"ok: {quantity(len(keys.files), 'file')} of keys, of {keys.made_at:%Y-%m-%d %H:%M} UTC")
        return
    with Steps("kB") as steps:
        manifest, by_postgresql = verify_backup(folder, programs, steps)
    if not by_postgresql:
        note(f"pg_verifybackup of PostgreSQL {manifest.postgresql} is not here (--programs).")
    typer.echo(f"ok: {_summary(manifest)}")


@family.command("prune")
def prune(
    folder: Annotated[Path, typer.Argument(help="The folder that holds the backups.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3_650, help="Keep backups of so many days.")] = 30,
    wal: Annotated[
        Path | None,
        typer.Option("--wal", help="Also delete the archived write-ahead log that no remaining backup needs."),
    ] = None,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Delete backups that are older, and the archived write-ahead log of before the oldest that stays.

    An old backup holds the keys of everybody who was erased since: 30 days is what docs/operations.md promises. The
    newest backup always stays, and so do backups of keys.
    """
    set_up_command_logs(verbose)
    for place in (folder, wal):
        if place is not None and not place.is_dir():
            raise Refused(f"{place} is no folder")
    obsolete = find_obsolete(folder, wal, utc_now() - timedelta(days=days))
    if obsolete.kept is None:
        raise Refused(f"{folder} holds no backup; nothing was deleted")
    for backup in obsolete.backups:
        typer.echo(backup)
    what = f"{quantity(len(obsolete.backups), 'backup')} and {quantity(len(obsolete.segments), 'segment')} of the log"
    if obsolete.backups or obsolete.segments:
        confirm(f"Delete {what}?", yes)
        delete(obsolete)
    note(f"Deleted: {what}. The oldest backup is {obsolete.kept.name}.")


def is_of_keys(folder: Path) -> bool:
    """Raises BadBackup where there is no manifest."""
    return read_manifest(folder, None).holds == "keys"


def _summary(manifest: Manifest) -> str:
    signed = "nothing signed" if manifest.checkpoint is None else f"signed up to {manifest.checkpoint.position:,}"
    size = sum(entry.size for entry in manifest.files.values())
    return (
        f"the log up to position {manifest.position:,}, {signed}; PostgreSQL {manifest.postgresql}, parentalite "
        f"{manifest.parentalite}; {quantity(len(manifest.files), 'file')}, {size / 1e6:,.1f} MB"
    )


def _new_folder(folder: Path) -> Path:
    folder = folder.expanduser().absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty; nothing was written")
    return folder


def _secrets(settings: Settings) -> dict[str, str]:
    """Return the secrets in use by the names of their files, as the embedded setup keeps them."""
    encoded = {
        "master_key": base64.b64encode(settings.master_key).decode(),
        "checkpoint_key": base64.b64encode(settings.checkpoint_key).decode(),
        "event_key": settings.event_key.encoded if settings.event_key else None,
        "token_secret": settings.token_secret,
    }
    return {KEY_FILES[name]: secret for name, secret in encoded.items() if secret is not None}


def _files_beside(settings: Settings) -> list[Path]:
    """Return what the keys remember, and the public ones."""
    public = list_public_keys(settings.home / "keys") if settings.embedded else []
    return [path for path in (settings.memory, settings.event_start_path, settings.erasures, *public) if path.exists()]
