"""`parentalite files check`: whether the folder of files holds what the log names, and nothing else."""

from __future__ import annotations

import orjson
import typer

from application.files.comparing import FilesReport, compare_files
from application.files.store import FileStore
from cli.composition import open_to_read, settings_from_environment
from cli.console import Refused, Steps, complain, note, quantity
from cli.options import AsJson, Verbose, set_up_command_logs
from eventstore.log_table import log_exists

family = typer.Typer(no_args_is_help=True, help="Stored files: compare them with the log.")


@family.callback()
def _files() -> None:
    """Stored files: compare them with the log."""


@family.command("check")
def check(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Compare the folder of files (PARENTALITE_FILES) with the log, and each file with its digest.

    Names each file that the log says is kept and that is missing, with the position of the event that handed it in;
    each whose bytes are not those handed in; and each that no event names. The last kind is what a command leaves that
    was killed between its file and its event, or what was handed in after the moment to which a database was restored:
    it goes by itself at the end of PARENTALITE_SCANS_MONTHS.

    Exits with 1 if anything is found. Reads only; the site may stay open.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_to_read(settings) as reading, reading.connection() as conn, Steps("files") as steps:
        if not log_exists(conn):
            raise Refused("this database holds no log yet: parentalite serve or parentalite demo makes it")
        report = compare_files(conn, FileStore(settings.files), steps)
    if as_json:
        typer.echo(
            orjson.dumps(
                {"named": report.named, "missing": report.missing, "changed": report.changed, "stray": report.stray}
            )
        )
    else:
        show_files(report)
    if report.differs:
        raise typer.Exit(1)


def show_files(report: FilesReport) -> None:
    """Print what was found, a line for each file, and the sum."""
    for sha256, position in report.missing.items():
        complain(f"missing: {sha256}, handed in at position {position:,}")
    for sha256 in report.changed:
        complain(f"changed: {sha256} holds other bytes than were handed in")
    for sha256 in report.stray:
        note(f"without an event: {sha256}")
    if not report.differs:
        typer.echo(f"ok: {quantity(report.named, 'file')} as they were handed in")
        return
    note(
        f"The log names {quantity(report.named, 'file')}: {len(report.missing):,} missing, {len(report.changed):,} "
        f"changed; {quantity(len(report.stray), 'file')} without an event."
    )
