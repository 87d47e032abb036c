"""`parentalite mail`: see and resolve stuck letters and reactions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from mailbox import Maildir
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.table import Table

from application.backups.settling import letters_in, mark_left, unreacted
from application.notifications import operating
from application.notifications.bounces import MAX_REPORT, read_bounce, record_bounce
from application.notifications.operating import MailState, SendingState
from cli.composition import open_everything, settings_from_environment
from cli.console import Refused, confirm, note, quantity, results
from cli.options import AsJson, Verbose, Yes, set_up_command_logs

#: Rows shown of letters and of reactions.
_MAX_ROWS = 200
_MAX_REASON = 200

family = typer.Typer(no_args_is_help=True, help="Stuck letters and reactions: see, retry, give up.")

Ids = Annotated[
    list[str] | None,
    typer.Argument(help="Ids of letters, or positions of events, as `parentalite mail status` shows them."),
]


@family.callback()
def _mail() -> None:
    """Stuck letters and reactions: see, retry, give up.

    A letter waits, is retried, and is given up if its recipient is refused for good or has been for five days. A letter
    that cannot be composed is set aside after eight attempts; so is an event whose reaction fails. A fault that
    concerns all letters (the mail server is down, refuses our sender, sign-in or number of letters) stops sending:
    nothing is lost, and sending resumes by itself once the server accepts.
    """


@family.command("status")
def status(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Show what waits and since when, what is stuck and why, and whether letters leave.

    Recipients are not shown: the outbox does not know them.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        state = operating.mail_state(conn, _MAX_ROWS)
    if as_json:
        typer.echo(orjson.dumps(_as_json(state)))
    else:
        _show(state)


@family.command("retry")
def retry(
    ids: Ids = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Everything that waits after a failure or is set aside, letters and events.")
    ] = False,
    given_up: Annotated[
        bool, typer.Option("--given-up", help="With --all: also letters given up that reached nobody.")
    ] = False,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Retry letters and events now, with fresh attempts, and a mail server that is down.

    Use it once the cause is fixed: `parentalite mail retry --all`. A letter that was sent is never sent again; one held
    back because its mailbox got many letters keeps its time unless it is named. Where all letters are held after a
    restore, --all alone lets them leave.
    """
    if bool(ids) == everything or (given_up and not everything):
        raise typer.BadParameter("give ids, or --all (with --given-up if wanted)", param_hint="IDS")
    letters, positions = _read(ids or [])
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        if everything:
            confirm("Try all of them again now?", yes)
            count = operating.retry_all(conn, given_up)
        else:
            count = operating.retry(conn, letters, positions)
            _check_all_done(count, letters, positions)
    note(f"To be tried now: {quantity(count, 'letter or event', 'letters and events')}.")


@family.command("give-up")
def give_up(
    ids: Ids = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the record. No personal data.")] = "",
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Stop trying letters and events. The recipients of such letters count as not reached by e-mail.

    `parentalite mail retry ID` undoes it, for as long as letters are stored (90 days).
    """
    letters, positions = _read(ids or [])
    reason = " ".join(reason.split())
    if not letters and not positions:
        raise typer.BadParameter("give ids, as `parentalite mail status` shows them", param_hint="IDS")
    if not 0 < len(reason) <= _MAX_REASON:
        raise typer.BadParameter(f"1 to {_MAX_REASON} characters are needed", param_hint="--reason")
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        confirm(f"Give up {quantity(len(letters) + len(positions), 'letter or event', 'letters and events')}?", yes)
        count = operating.give_up(conn, letters, positions, reason)
        _check_all_done(count, letters, positions)
    note(f"Given up: {quantity(count, 'letter or event', 'letters and events')}.")


@family.command("left")
def left(
    logs: Annotated[
        list[Path],
        typer.Argument(help="Logs since the moment of the backup: of the mail server (Message-ID), or of our servers."),
    ],
    verbose: Verbose = False,
) -> None:
    """After a restore: mark as sent the letters that these logs name, so that none is sent twice.

    A letter has the same Message-ID whenever it is written, since that follows from its event. Run it once a server has
    reacted to every event, then let the others leave: `parentalite mail retry --all`. Letters that these logs name and
    the outbox does not hold told of events that are gone: somebody has to write to those people.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    letters: set[UUID] = set()
    for path in logs:
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                letters |= letters_in(lines)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}") from None
    with open_everything(settings) as opened, opened.connection() as conn:
        if missing := unreacted(conn):
            raise Refused(
                f"{quantity(missing, 'position')} of the log wait for a reaction, which may write such letters: run "
                "parentalite serve until none does (letters are held meanwhile)"
            )
        outcome = mark_left(conn, letters)
    for letter in outcome.unknown:
        typer.echo(letter)
    note(
        f"Marked as sent: {quantity(outcome.marked, 'letter')}; {outcome.before:,} were already. "
        f"{quantity(len(outcome.unknown), 'letter')} told of events that the log does not hold."
    )


@family.command("bounced")
def bounced(
    source: Annotated[
        Path | None,
        typer.Argument(help="A Maildir, whose new messages are read and moved, or a file. Without it standard input."),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Take in what mail servers report as undelivered (RFC 3464): a Maildir, a message, or one on standard input.

    Whoever such a letter was for is shown as not reached by e-mail, to be telephoned. The letter is known by the
    id that it was sent with, for 90 days; no address is looked at. Anything else (absences, delays) changes nothing.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    if source is not None and not source.exists():
        raise typer.BadParameter(f"{source} does not exist", param_hint="SOURCE")
    letters = skipped = 0
    with open_everything(settings) as opened, opened.connection() as conn:
        for raw in _messages(source):
            bounce = read_bounce(raw)
            recorded = bounce is not None and record_bounce(conn, bounce)
            letters, skipped = letters + recorded, skipped + (not recorded)
    note(f"Came back: {quantity(letters, 'letter')}; {quantity(skipped, 'message')} of something else.")


def _messages(source: Path | None) -> Iterator[bytes]:
    """Yield messages; those of a Maildir are marked as seen once they are dealt with."""
    if source is None:
        yield sys.stdin.buffer.read(MAX_REPORT)
    elif source.is_dir():
        box = Maildir(source, create=False)
        for key in sorted(box.keys()):
            message = box.get_message(key)
            if message.get_subdir() != "new":
                continue
            yield box.get_bytes(key)
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message
    else:
        with source.open("rb") as file:
            yield file.read(MAX_REPORT)


def _read(ids: list[str]) -> tuple[list[UUID], list[int]]:
    letters, positions = [], []
    for text in ids:
        if text.isascii() and text.isdigit() and len(text) < 19:
            positions.append(int(text))
            continue
        try:
            letters.append(UUID(text))
        except ValueError:
            raise typer.BadParameter(
                f"{text!r} is neither a letter's id nor an event's position", param_hint="IDS"
            ) from None
    return letters, positions


def _check_all_done(changed: int, letters: list[UUID], positions: list[int]) -> None:
    count = len(set(letters)) + len(set(positions))
    if changed < count:
        raise Refused(f"{count - changed} of {count} are not stuck, or not known: see parentalite mail status")


def _show_sending(sending: SendingState) -> None:
    console = results()
    if sending.letters_after is None:
        console.print("Mail: never switched on for this database (PARENTALITE_SMTP_URL): no letters are written.")
    elif sending.stopped_since is not None:
        console.print(
            f"Sending: stopped since {sending.stopped_since:%Y-%m-%d %H:%M:%S %Z}: {sending.reason}", style="red"
        )
        if sending.retry_at is not None:
            console.print(f"Tried {quantity(sending.failures, 'time')}, next at {sending.retry_at:%H:%M:%S %Z}.")
    elif sending.suspected:
        console.print(f"Sending: goes on; the last letter was refused as if for our sake: {sending.reason}")
    else:
        console.print("Sending: goes on")


def _show(state: MailState) -> None:
    console, counts = results(), state.counts
    _show_sending(state.sending)
    since = "" if counts.waiting_since is None else f", the oldest since {counts.waiting_since:%Y-%m-%d %H:%M %Z}"
    console.print(
        f"Letters: {counts.waiting:,} waiting, {counts.held_back:,} held back, {counts.set_aside:,} set aside{since};"
        f" {counts.given_up:,} given up, {counts.unreached:,} of them without reaching anybody;"
        f" {counts.bounced:,} came back"
    )
    if state.letters:
        table = Table("Letter", "Kind", "State", "Since", "Next attempt", "Reason")
        for letter in state.letters:
            due = letter.due_at if letter.state in ("waiting", "held back") else None
            table.add_row(
                str(letter.mail_id),
                letter.kind,
                f"{letter.state}, {quantity(letter.attempts, 'attempt')}",
                f"{letter.created_at:%Y-%m-%d %H:%M}",
                "" if due is None else f"{due:%Y-%m-%d %H:%M}",
                letter.reason or "",
            )
        console.print(table)
    if state.reactions:
        table = Table("Event", "Kind", "Attempts", "Since", "Next attempt", "Reason")
        for reaction in state.reactions:
            table.add_row(
                str(reaction.position),
                reaction.event,
                str(reaction.attempts),
                f"{reaction.set_aside_at:%Y-%m-%d %H:%M}",
                "none" if reaction.due_at is None else f"{reaction.due_at:%Y-%m-%d %H:%M}",
                reaction.reason,
            )
        console.print(table)
    if state.letters or state.reactions:
        note("To try again: parentalite mail retry ID, or --all. To end it: parentalite mail give-up ID --reason WHY")


def _as_json(state: MailState) -> dict[str, Any]:
    return {
        "sending": _camel(asdict(state.sending)),
        "counts": _camel(asdict(state.counts)),
        "letters": [_camel(asdict(letter)) for letter in state.letters],
        "reactions": [_camel(asdict(reaction)) for reaction in state.reactions],
    }


def _camel(row: dict[str, Any]) -> dict[str, Any]:
    def name(snake: str) -> str:
        first, *rest = snake.split("_")
        return first + "".join(word.capitalize() for word in rest)

    return {name(key): value for key, value in row.items()}
