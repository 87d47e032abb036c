"""`parentalite`: every command in one table, and how errors and signals end it."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

import psycopg
import typer
from typer.core import TyperGroup

from application.backups.manifest import BadBackup
from application.backups.recovering import CannotRecover
from application.files.store import BadStoredFile
from application.hosting.database import DatabaseUnavailable
from application.hosting.embedded_server import EmbeddedServerError
from application.hosting.programs import ProgramFailed
from application.hosting.settings import VARIABLES, SettingsError
from application.proof.dossier_streams import CannotBeProved
from application.proof.notes import BadNote
from application.proof.signer_memory import SigningRefused
from cli import audit, documents, load, mail, schema, signing, sms, token, webhooks, whatif
from cli.backups import backup, files, restore, settle, went_back
from cli.console import Refused, Stopped, complain, note
from cli.demo import command as demo
from cli.history import replay
from cli.people import privacy
from cli.read_models import rebuild, status
from cli.server import serve
from cli.watching import follow, witness
from demo import SeasonError
from domain.kernel.errors import DomainError
from eventstore.log_table import NotOwner, WrittenWithoutAuthenticators
from eventstore.records import UnreadableEvent
from eventstore.unavailable import is_unavailable
from projections.engine.folding import FoldFailed, RowRefused
from projections.engine.switching import RebuildRefused

#: Faults of people or machines: shown in one line. Anything else is our bug and shows a traceback.
_EXPECTED = (
    *(SettingsError, DatabaseUnavailable, RebuildRefused, SeasonError, DomainError, Refused, FoldFailed),
    *(BadBackup, CannotRecover, EmbeddedServerError, ProgramFailed),
    *(SigningRefused, BadNote, CannotBeProved, BadStoredFile, RowRefused, UnreadableEvent, NotOwner),
    WrittenWithoutAuthenticators,
)
_DATABASE_ERRORS = (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege)


class _Commands(TyperGroup):
    """Gives every command its exit code: 0 done, 1 failed or refused, 2 wrongly typed, 130 or 143 stopped."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except _EXPECTED as error:
            complain(str(error))
            raise typer.Exit(1) from error
        except Exception as error:
            if not (isinstance(error, _DATABASE_ERRORS) or is_unavailable(error)):
                raise
            # The first line says what happened; the others repeat our SQL.
            complain(f"PostgreSQL: {(str(error).strip() or type(error).__name__).splitlines()[0]}")
            raise typer.Exit(1) from error
        except Stopped as stopped:
            note("Stopped.")
            raise typer.Exit(stopped.exit_code) from stopped


app = typer.Typer(
    name="parentalite",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Animations for parents in schools, event-sourced: from the signed convention to the proof of attendance.

    Without DATABASE_URL everything runs on an embedded PostgreSQL under PARENTALITE_HOME, which starts and stops with
    the commands that use it. Start with `parentalite demo`: it loads a season and prints what to try.

    Exit codes: 0 done, 1 failed or refused, 2 wrongly typed, 130 or 143 stopped by a signal.""",
    epilog=f"""Settings are read from the environment: {", ".join(VARIABLES)}. Their defaults and meanings stand in
    docs/reference/configuration.md.""",
)

_RUN, _LOOK, _CHANGE = "Run", "Look", "Change"

app.command("demo", rich_help_panel=_RUN)(demo.demo)
app.command("serve", rich_help_panel=_RUN)(serve.serve)
app.command("project", rich_help_panel=_RUN)(serve.project)
app.command("witness", rich_help_panel=_RUN)(witness.witness)
app.command("status", rich_help_panel=_LOOK)(status.status)
app.command("replay", rich_help_panel=_LOOK)(replay.replay)
app.command("whatif", rich_help_panel=_LOOK)(whatif.whatif)
app.command("token", rich_help_panel=_LOOK)(token.token)
app.command("schema", rich_help_panel=_LOOK)(schema.schema)
app.command("documents", rich_help_panel=_LOOK)(documents.documents)
app.command("rebuild", rich_help_panel=_CHANGE)(rebuild.rebuild)
app.command("load", rich_help_panel=_CHANGE)(load.load)
audit.family.command("checkpoint")(signing.checkpoint)
audit.family.command("follow")(follow.follow_log)
audit.family.command("name-log")(signing.name_the_log)
audit.family.command("accept-events")(signing.accept)
audit.family.command("event-key")(signing.event_key)
audit.family.command("rotate-key")(signing.rotate_key)
app.add_typer(audit.family, name="audit", rich_help_panel=_LOOK)
app.add_typer(backup.family, name="backup", rich_help_panel=_RUN)
app.command("restore", rich_help_panel=_RUN)(restore.restore)
app.command("after-restore", rich_help_panel=_RUN)(settle.after_restore)
app.command("went-back", rich_help_panel=_RUN)(went_back.went_back)
app.add_typer(privacy.family, name="privacy", rich_help_panel=_CHANGE)
app.add_typer(files.family, name="files", rich_help_panel=_LOOK)
app.add_typer(mail.family, name="mail", rich_help_panel=_CHANGE)
app.add_typer(sms.family, name="sms", rich_help_panel=_CHANGE)
app.add_typer(webhooks.family, name="webhooks", rich_help_panel=_CHANGE)


def main() -> None:
    """Run the command. SIGINT, SIGTERM and SIGHUP end it in order, stopping whatever it started."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        app(prog_name="parentalite")
    except Stopped as stopped:
        raise SystemExit(stopped.exit_code) from None


def _stop(number: int, _: FrameType | None) -> None:
    # Once: an impatient second Ctrl-C must not interrupt the shutdown.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


if __name__ == "__main__":
    main()
