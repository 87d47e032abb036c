"""`parentalite privacy`: export, erase and retain personal data."""

from __future__ import annotations

import base64
import os
from typing import Annotated

import orjson
import typer

from application.backups.erasures import erasures_of, keep_erasures, line_of
from application.files.store import FileStore
from application.hosting.kept_secrets import make_key
from application.hosting.settings import EVENT_KEY_FILE, Settings, checked_key
from cli.composition import Runtime, environment, open_everything, open_to_read, settings_from_environment, utc_now
from cli.console import Refused, Steps, confirm, note, quantity
from cli.key_files import write_key
from cli.options import Verbose, Yes, set_up_command_logs
from cli.people.forgetting import forget
from cli.people.retaining import erasures, find_mentions, find_overdue
from cli.read_models.catching_up import bring_up_to_date
from domain.kernel.actors import SYSTEM

family = typer.Typer(no_args_is_help=True, help="Personal data: export, erase, retain, and rotate its keys.")


@family.callback()
def _privacy() -> None:
    """Personal data: export, erase, retain, and rotate its keys."""


@family.command("erase")
def erase(
    subject: Annotated[
        str,
        typer.Argument(
            help="The person: an e-mail address, the subject of their token, their pseudonym in the log, or a"
            " candidature's id. With the id of an animation, convention, dossier or control: the free text in it."
            " With a SIRET: the structure's name."
        ),
    ],
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Erase for ever everything held on a person: names, e-mail, phone, what they wrote.

    Their keys are destroyed first, then each of their candidatures and registrations records it, then the read models
    forget them. The log and its proofs stay as they are, but nobody can read these data in it any more.

    Run it again after an interruption to do what is still missing.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened:
        confirm(f"Erase all personal data of {subject}? This cannot be undone.", yes)
        report = opened.application.erase(subject, SYSTEM, utc_now())
        if not report.things:
            raise Refused(f"nothing is known of {subject}: nothing was erased")
        counts = ", ".join(f"{kind.replace('_', ' ')}: {count}" for kind, count in report.counts.items())
        note(f"Keys destroyed: these personal data can no longer be read ({counts}).")
        for _, thing in report.things:
            typer.echo(thing)
        for sentence in report.unreached:
            note(f"Not erased: {sentence}")
        with opened.connection() as conn:
            keep_erasures(settings.erasures, conn)
        _forget_in_read_models(opened)
        with opened.connection() as conn:
            for sentence in find_mentions(conn, report.names):
                note(f"To be read: {sentence}")
        if not any("@" not in name for name in report.names):
            note("Their name was no longer readable: texts of others were not looked through for it.")
        note("The read models have forgotten them too.")


@family.command("export")
def export(
    subject: Annotated[
        str,
        typer.Argument(
            help="The person: an e-mail address, the subject of their token, their pseudonym in the log, or a"
            " candidature's id. With the id of an animation, convention, dossier or control: the free text in it."
            " With a SIRET: the structure's name."
        ),
    ],
    verbose: Verbose = False,
) -> None:
    """Print everything held on a person as JSON, in clear: for that person, and nobody else.

    Erased values are null, and erasedAt gives the date.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened:
        data = opened.application.export_person(subject)
    if not data["held"]:
        raise Refused(f"nothing is known of {subject}")
    typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2))


@family.command("erasures")
def erasures_listed(verbose: Verbose = False) -> None:
    """Print every key that an erasure destroyed, a line of JSON each, for `parentalite restore --erasures`.

    An older backup brings such keys back. The lines hold pseudonyms and ids of streams, nothing of the people; keep
    them apart from the database and for as long as the oldest backup. Servers and privacy erase add them to
    erasures.jsonl beside the signer's memory (PARENTALITE_SIGNER_MEMORY) by themselves, within five minutes.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_to_read(settings) as reading, reading.connection() as conn:
        for erasure in erasures_of(conn):
            typer.echo(line_of(erasure), nl=False)


@family.command("retain")
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is due.")] = False,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Erase personal data whose retention has ended.

    Registrants' data: PARENTALITE_REGISTRANTS_DAYS after the end of the animation. Candidatures that were rejected,
    withdrawn or never decided: PARENTALITE_CANDIDATURES_MONTHS after that; volunteers: PARENTALITE_VOLUNTEERS_MONTHS
    after the last event about them. Invitations: PARENTALITE_INVITATIONS_DAYS after they were sent. Contacts:
    PARENTALITE_CONTACTS_MONTHS after they were added. Members of action-research groups:
    PARENTALITE_GROUP_MEMBERS_MONTHS after the closing. Signed sheets and pieces: PARENTALITE_SCANS_MONTHS after the
    payment.

    A running server does the same once a day; each erasure is recorded. Run it again after an interruption.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened:
        _catch_up(opened, "what is due cannot be told while these read models are behind")
        store = FileStore(settings.files)
        with opened.connection() as conn:
            overdue = find_overdue(conn, store, settings.retention, utc_now())
        summary = ", ".join(quantity(number, name) for name, number in overdue.counts.items())
        if dry_run or not overdue.count:
            note(f"Due: {summary}.")
            return
        confirm(f"Erase the personal data of {summary}? This cannot be undone.", yes)
        erased = 0
        with Steps("erasures") as steps:
            for erasure in erasures(opened.application, store, overdue, utc_now()):
                erased += erasure()
                steps("erasing", erased, overdue.count)
        _forget_in_read_models(opened)
        note(f"Erased: {summary}.")


@family.command("rotate-master-key")
def rotate_master_key(yes: Yes = False, verbose: Verbose = False) -> None:
    """Replace the key that wraps all personal keys; the log is not touched, and personal data stay readable.

    In the embedded setup the new key is generated and stored. With DATABASE_URL, pass it as PARENTALITE_NEW_MASTER_KEY,
    and set PARENTALITE_MASTER_KEY to it afterwards; either may be in a file named by the variable with _FILE. Stop
    other processes first: with the old key they can decrypt nothing.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    new = _new_master_key(settings)
    confirm("Replace the master key?", yes)
    key_file = settings.home / "keys" / "master-key"
    if settings.event_key is None:
        _keep_event_key(settings)
    with open_everything(settings) as opened, opened.connection() as conn:
        if settings.embedded:
            # On the disk first: if we were killed now, an operator could move it into place.
            write_key(key_file.with_name("master-key.next"), new)
        wrapped = opened.application.vault.rewrap(conn, base64.b64decode(new))
        if settings.embedded:
            os.replace(key_file.with_name("master-key.next"), key_file)
    note(f"Done: {quantity(wrapped, 'personal key')} wrapped anew.")
    if not settings.embedded:
        note("Set PARENTALITE_MASTER_KEY to the new key now, for every process.")


def _keep_event_key(settings: Settings) -> None:
    """Keep the key that follows from the old master key, which authenticated every event so far.

    Raises Refused where a person has to keep it.
    """
    if not settings.embedded:
        raise Refused(
            "PARENTALITE_EVENT_KEY: not set, so the key of events follows from the master key that you replace; "
            "set it first to what parentalite audit event-key prints"
        )
    write_key(settings.home / "keys" / EVENT_KEY_FILE, settings.event_keys.encoded)


def _new_master_key(settings: Settings) -> str:
    """Return the new key. Raises SettingsError if it is missing, Refused if the current one is not in a file."""
    if settings.embedded and not environment().get("PARENTALITE_MASTER_KEY"):
        return make_key()
    if settings.embedded:
        raise Refused("PARENTALITE_MASTER_KEY: the key is configured there; unset it when keys/master-key holds it")
    new = environment().get("PARENTALITE_NEW_MASTER_KEY", "")
    checked_key("PARENTALITE_NEW_MASTER_KEY", new)
    return new


def _forget_in_read_models(opened: Runtime) -> None:
    _catch_up(opened, "the keys are destroyed, but these read models may still show the person")
    # A server does it within the hour; the command does it before it ends.
    forget(opened.url, opened.settings.master_key)


def _catch_up(opened: Runtime, consequence: str) -> None:
    if behind := bring_up_to_date(opened):
        raise Refused(f"{consequence}: {', '.join(behind)}. See why with: parentalite status")
