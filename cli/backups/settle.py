"""`parentalite after-restore`: what a restored database needs before a server goes on with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from application.backups.erasures import Erasure, read_erasures, write_erasures
from application.backups.manifest import Manifest
from application.backups.recovering import Recovered
from application.backups.settling import Waiting, hold_letters, repeat_erasures
from application.files.comparing import compare_files
from application.files.store import FileStore
from application.hosting.settings import Settings
from application.people.erasing import ErasureReport
from application.proof.checking import Report, check_log
from application.proof.restorations import LONGEST_REASON, ends_with_a_loss, go_on, recorded_loss_after
from application.proof.signer_memory import Record, SignerMemory
from cli.audit import own_keys
from cli.audit_inputs import read_text
from cli.backups.files import show_files
from cli.composition import Conn, Runtime, check_signing, open_everything, settings_from_environment, utc_now
from cli.console import Refused, Steps, complain, note, quantity
from cli.options import Verbose, set_up_command_logs
from cli.people.forgetting import forget
from cli.read_models.catching_up import bring_up_to_date
from domain.proof.events import LogRestored
from eventstore.log import head
from eventstore.sessions.log_memory import last_seen

ErasureLists = Annotated[
    list[Path] | None,
    typer.Option(
        "--erasures",
        help="A list of what was erased since the backup: erasures.jsonl of a newer backup, or what parentalite "
        "privacy erasures printed. Read by itself: what the archived write-ahead log knows, and erasures.jsonl beside "
        "the signer's memory.",
    ),
]
Checkpoints = Annotated[
    list[Path] | None,
    typer.Option("--checkpoint", help="A checkpoint that somebody kept: the restored log must match it."),
]

Why = Annotated[
    str | None,
    typer.Option("--why", help="Why it was restored: auditors read it in the log. Default: from which backup."),
]


class Notes(BaseModel):
    """The findings of a restore, for the steps that follow. `checkpoint`: the note that the backup's manifest holds."""

    model_config = ConfigDict(frozen=True)

    made_at: AwareDatetime
    position: int
    target: int | None
    lost_head: int
    checkpoint: str | None

    @classmethod
    def of(cls, manifest: Manifest, recovered: Recovered, target: int | None) -> Notes:
        checkpoint = manifest.checkpoint.note if manifest.checkpoint else None
        return cls(
            made_at=manifest.made_at,
            position=recovered.position,
            target=target,
            lost_head=recovered.lost_head,
            checkpoint=checkpoint,
        )

    @classmethod
    def without_backup(cls, position: int, lost_head: int) -> Notes:
        """Notes of a restore by other means: only what is found afterwards is known."""
        return cls(made_at=utc_now(), position=position, target=None, lost_head=lost_head, checkpoint=None)

    @property
    def reason(self) -> str:
        """Return what auditors read where the operator gave no reason."""
        made_at = f"{self.made_at:%d/%m/%Y à %H:%M} UTC"
        return f"Restauration de la sauvegarde du {made_at}, jusqu'à la position {self.position}"


def notes_path(home: Path) -> Path:
    return home / "restored.json"


def settled_path(path: Path) -> Path:
    """Where notes are kept once the log goes on: the next restore does not take them for its own."""
    return path.with_name("restored-settled.json")


def write_notes(path: Path, notes: Notes, erased: list[Erasure]) -> None:
    # Whoever restores into a folder of their own may never have had a home here.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(notes.model_dump_json(indent=1) + "\n", encoding="utf-8")
    write_erasures(_erasures_beside(path), erased)


def _erasures_beside(path: Path) -> Path:
    return path.with_name("restored-erasures.jsonl")


def after_restore(
    notes: Annotated[
        Path | None,
        typer.Option("--notes", help="What parentalite restore found out. Default: restored.json in PARENTALITE_HOME."),
    ] = None,
    without_notes: Annotated[
        bool, typer.Option("--without-notes", help="It was restored by other means, such as pgBackRest.")
    ] = False,
    why: Why = None,
    erasures: ErasureLists = None,
    copies: Checkpoints = None,
    verbose: Verbose = False,
) -> None:
    """Make a restored database fit to serve. `parentalite restore` does it by itself for the embedded PostgreSQL.

    Holds all letters, since some may have left after the moment to which it was restored. Erases again whoever was
    erased since. Lets new events stand beyond every position that was given before. Then names files without events and
    events without files, and tells up to where the history is as it was signed.

    Needs what parentalite restore found out, and refuses notes of another restore. Once the log goes on they are
    restored-settled.json, by which the rest may be run again.

    Exits with 1 if the history or the files are not as they should be.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    path = notes or notes_path(settings.home)
    if without_notes and notes is not None:
        raise typer.BadParameter("not with --notes", param_hint="--without-notes")
    if without_notes:
        settle(settings, None, why, erasures or [], copies or [])
        return
    try:
        left_by_restore = Notes.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise Refused(_missing(path, settled_path(path), by_name=notes is not None)) from None
    except (OSError, ValidationError):
        raise Refused(f"{path}: holds no notes of a restore") from None
    settle(settings, left_by_restore, why, erasures or [], copies or [], path)


def _missing(path: Path, settled: Path, by_name: bool) -> str:
    if by_name:
        return f"--notes {path}: is not there"
    again = f"; --notes {settled} runs it again after the last restore" if settled.exists() else ""
    return (
        f"no notes of a restore in {path}: bring restored.json and restored-erasures.jsonl from the machine of "
        f"parentalite restore and name it by --notes, or say --without-notes after a restore by other means{again}"
    )


def settle(
    settings: Settings,
    notes: Notes | None,
    why: str | None,
    lists: list[Path],
    copies: list[Path],
    path: Path | None = None,
) -> None:
    """Hold letters, erase again, skip positions, compare files and history. Raises Exit where anything is found.

    `path` is where the notes were read. Without notes it was restored by other means.
    """
    path = path or notes_path(settings.home)
    own = (settings.erasures, _erasures_beside(path))
    reason = checked_reason(why) or (notes.reason if notes else "Restauration d'une sauvegarde")
    erasures = _read_lists([*lists, *(path for path in own if path.exists())])
    texts = [read_text(path) for path in copies] + ([notes.checkpoint] if notes and notes.checkpoint else [])
    with open_everything(settings) as opened, opened.connection() as conn, opened.connection() as tiles:
        loss = _recorded_loss(conn, notes, path) if notes else None
        waiting = hold_letters(conn)
        events_left = _count(conn, notes.position if notes else head(conn))
        record = SignerMemory(settings.memory).read()
        lost_head = max(notes.lost_head if notes else 0, record.position if record else 0, last_seen(settings.home))
        # Before anything else is recorded; servers that have seen more go on by it.
        if loss is None and not (notes is None and ends_with_a_loss(conn, lost_head)):
            last, skipped = go_on(conn, opened.application.execute, lost_head, reason, utc_now())
            note(f"The log goes on after position {last:,}; the next event stands after {skipped:,}.")
            notes = notes or Notes.without_backup(last, lost_head)
        if notes is not None:
            _settled(path, notes)
        keys, report = repeat_erasures(opened.application, erasures, utc_now())
        if keys:
            _forget(opened)
        objection = check_signing(conn, settings)
        with Steps() as steps:
            # Report a record that does not fit apart: the history up to there may be whole.
            history = check_log(
                conn, tiles, own_keys(settings, record), texts, steps, record if objection is None else None
            )
        with Steps("files") as steps:
            files = compare_files(conn, FileStore(settings.files), steps)
    _show_waiting(waiting)
    _show_erased(report, keys, len(erasures))
    show_files(files)
    _show_history(history, record if objection else None, events_left)
    _show_what_to_do(objection)
    if history.findings or files.differs:
        raise typer.Exit(1)


def _settled(path: Path, notes: Notes) -> None:
    settled = settled_path(path)
    if path == settled:
        return
    # The list of erasures stays beside it: what was erased never comes back.
    try:
        settled.write_text(notes.model_dump_json(indent=1) + "\n", encoding="utf-8")
        path.unlink(missing_ok=True)
    except OSError as error:
        complain(f"{path}: delete it, it must not serve another restore ({error.strerror})")
        return
    note(f"To run this again: parentalite after-restore --notes {settled}")


def checked_reason(why: str | None) -> str | None:
    """Raises Refused."""
    if why is not None and not 0 < len(why.strip()) <= LONGEST_REASON:
        raise Refused(f"--why: a text of at most {LONGEST_REASON} characters is needed")
    return why.strip() if why else None


def _read_lists(paths: list[Path]) -> list[Erasure]:
    erasures: dict[object, Erasure] = {}
    for path in paths:
        try:
            erasures |= {erasure.key_id: erasure for erasure in read_erasures(path)}
        except (OSError, ValueError) as error:
            raise Refused(f"--erasures {path}: {error}") from None
    return list(erasures.values())


def _forget(opened: Runtime) -> None:
    if behind := bring_up_to_date(opened):
        raise Refused(f"the keys are destroyed, but these read models may still show people: {', '.join(behind)}")
    forget(opened.url, opened.settings.master_key)


def _count(conn: Conn, until: int) -> int:
    row = conn.execute("SELECT count(*) FROM stored_events WHERE notification_id <= %s", (until,)).fetchone()
    return int(row[0]) if row else 0


def _recorded_loss(conn: Conn, notes: Notes, path: Path) -> LogRestored | None:
    """Return the loss that was recorded after this restore. Raises Refused if the notes are of another one."""
    loss = recorded_loss_after(conn, notes.position)
    if (loss.last_kept if loss else head(conn)) != notes.position:
        raise Refused(
            f"{path} is of a restore that ended at position {notes.position:,}, and this log does not: give the "
            "notes of its own restore by --notes, or say --without-notes after one by other means"
        )
    return loss


def _show_waiting(waiting: Waiting) -> None:
    messages = f"{quantity(waiting.letters, 'letter')} and {quantity(waiting.texts, 'text message')} wait"
    note(f"Held: no letter leaves. {messages}, and {quantity(waiting.unreacted, 'position')} may cause more.")


def _show_erased(report: ErasureReport, keys: int, listed: int) -> None:
    erased = ", ".join(f"{kind.replace('_', ' ')}: {count}" for kind, count in report.counts.items())
    counts = f" ({erased})" if erased else ""
    note(f"Erased again: {quantity(keys, 'key')} of {listed:,} known as destroyed{counts}.")
    for sentence in report.unreached:
        note(f"Not erased: {sentence}")


def _show_history(history: Report, record: Record | None, events_left: int) -> None:
    for finding in history.findings:
        complain(finding)
    whole = f"{quantity(history.signed, 'event')} of {history.events:,} are as they were signed"
    note(f"History: {whole}, {quantity(history.checkpoints, 'checkpoint')} compared.")
    if record and record.size > events_left:
        gone = quantity(record.size - events_left, "signed event")
        note(f"Gone: {gone}. The key's record says that {record.size:,} were signed.")


def _show_what_to_do(objection: str | None) -> None:
    note("Next:")
    if objection:
        note(f"  Nothing is signed: {objection}")
        note('  parentalite audit name-log NAME --after-restore "WHY"   if nobody has the events that are gone')
    note("  parentalite serve                      letters are written, and none leaves")
    note(
        "  parentalite mail left LOG…             logs of ours or of the mail server since: what left is not sent again"
    )
    note("  parentalite mail retry --all           letters leave again")
