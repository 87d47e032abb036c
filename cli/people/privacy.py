"""`parentalite privacy`: what a person may ask of us about their own data."""

from __future__ import annotations

import base64
import os
from typing import Annotated

import orjson
import typer

from application.files.store import FileStore
from application.hosting.kept_secrets import make_key
from application.hosting.settings import Settings, checked_key
from cli.composition import Runtime, environment, open_everything, settings_from_environment, utc_now
from cli.console import Refused, Steps, confirm, counted, note
from cli.key_files import write_key
from cli.options import Verbose, Yes, logs_of_a_command
from cli.people.forgetting import forget
from cli.people.retaining import due, erasures
from cli.read_models.catching_up import bring_up_to_date
from domain.kernel.actors import SYSTEM

family = typer.Typer(no_args_is_help=True, help="Personal data: what is held on a person, its erasure, its keys.")


@family.callback()
def _privacy() -> None:
    """Personal data: what is held on a person, its erasure, its keys."""


@family.command("erase")
def erase(
    subject: Annotated[
        str,
        typer.Argument(
            help="The person: an e-mail address, the subject of their token, the pseudonym that history keeps, or a"
            " candidature's id. The id of an animation, convention, dossier or control: what was written in it."
            " A SIRET: the structure's name."
        ),
    ],
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Erase, for ever, all that is held on a person: names, e-mail, phone, what they wrote.

    Their keys are destroyed first, then each of their candidatures and registrations records it, then the read models
    forget them. The log stays as it is, and keeps its proofs: what it holds of them can no longer be read by anybody.

    May be repeated after an interruption: whatever is still missing is done.
    """
    settings = settings_from_environment()
    logs_of_a_command(verbose)
    with open_everything(settings) as opened:
        confirm(f"Erase all personal data of {subject}? This cannot be undone.", yes)
        erased = opened.application.erase(subject, SYSTEM, utc_now())
        if not erased.things:
            raise Refused(f"nothing is known of {subject}: nothing was erased")
        concerned = ", ".join(f"{kind.replace('_', ' ')}: {count}" for kind, count in erased.counts.items())
        note(f"Keys destroyed: these personal data can no longer be read ({concerned}).")
        for _, thing in erased.things:
            typer.echo(thing)
        for sentence in erased.unreached:
            note(f"Not erased: {sentence}")
        _forget_in_read_models(opened)
        note("The read models have forgotten them too.")


@family.command("export")
def export(
    subject: Annotated[
        str,
        typer.Argument(
            help="The person: an e-mail address, the subject of their token, the pseudonym that history keeps, or a"
            " candidature's id. The id of an animation, convention, dossier or control: what was written in it."
            " A SIRET: the structure's name."
        ),
    ],
    verbose: Verbose = False,
) -> None:
    """Print all that is held on a person as JSON, in clear: for the person who asks, and nobody else.

    What was erased is null, and erasedAt tells since when.
    """
    settings = settings_from_environment()
    logs_of_a_command(verbose)
    with open_everything(settings) as opened:
        told = opened.application.export_person(subject)
    if not told["held"]:
        raise Refused(f"nothing is known of {subject}")
    typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))


@family.command("retain")
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is due.")] = False,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Erase the personal data that have been kept for as long as they may be.

    Registrants' data: PARENTALITE_REGISTRANTS_DAYS after the end of the animation. Candidatures that were rejected,
    withdrawn or never decided: PARENTALITE_CANDIDATURES_MONTHS after that; volunteers: PARENTALITE_VOLUNTEERS_MONTHS
    after the last that is recorded of them. Invitations: PARENTALITE_INVITATIONS_DAYS after their sending. Contacts:
    PARENTALITE_CONTACTS_MONTHS after their adding. Signed sheets, pieces: PARENTALITE_SCANS_MONTHS after the payment.

    A running server does the same once a day; each erasure is recorded. May be repeated after an interruption.
    """
    settings = settings_from_environment()
    logs_of_a_command(verbose)
    with open_everything(settings) as opened:
        _up_to_date(opened, "what is due cannot be told while these read models are behind")
        store = FileStore(settings.files)
        with opened.connection() as conn:
            found = due(conn, store, settings.retention, utc_now())
        told = ", ".join(counted(number, name) for name, number in found.counts.items())
        if dry_run or not found.count:
            note(f"Due: {told}.")
            return
        confirm(f"Erase the personal data of {told}? This cannot be undone.", yes)
        done = 0
        with Steps("erasures") as steps:
            for erasure in erasures(opened.application, store, found, utc_now()):
                done += erasure()
                steps("erasing", done, found.count)
        _forget_in_read_models(opened)
        note(f"Erased: {told}.")


@family.command("rotate-master-key")
def rotate_master_key(yes: Yes = False, verbose: Verbose = False) -> None:
    """Replace the key that wraps all personal keys; the log is not touched, and personal data stay readable.

    In the embedded setup the new key is made and kept. With DATABASE_URL, give it as PARENTALITE_NEW_MASTER_KEY, and
    set PARENTALITE_MASTER_KEY to it afterwards; each may be in a file, which the variable with _FILE names. Stop other
    processes before: with the old key they can open nothing.
    """
    settings = settings_from_environment()
    logs_of_a_command(verbose)
    new = _new_master_key(settings)
    confirm("Replace the master key?", yes)
    kept_in = settings.home / "keys" / "master-key"
    with open_everything(settings) as opened, opened.connection() as conn:
        if settings.embedded:
            # On the disk before anything is wrapped with it: were we killed now, it could be put in its place by hand.
            write_key(kept_in.with_name("master-key.next"), new)
        wrapped = opened.application.vault.rewrap(conn, base64.b64decode(new))
        if settings.embedded:
            os.replace(kept_in.with_name("master-key.next"), kept_in)
    note(f"Done: {counted(wrapped, 'personal key')} wrapped anew.")
    if not settings.embedded:
        note("Set PARENTALITE_MASTER_KEY to the new key now, for every process.")


def _new_master_key(settings: Settings) -> str:
    """Raises SettingsError where a new key is needed and not given, Refused where the configured one is not a file."""
    if settings.embedded and not environment().get("PARENTALITE_MASTER_KEY"):
        return make_key()
    if settings.embedded:
        raise Refused("PARENTALITE_MASTER_KEY: the key is configured there; unset it when keys/master-key holds it")
    given = environment().get("PARENTALITE_NEW_MASTER_KEY", "")
    checked_key("PARENTALITE_NEW_MASTER_KEY", given)
    return given


def _forget_in_read_models(opened: Runtime) -> None:
    _up_to_date(opened, "the keys are destroyed, but these read models may still show the person")
    # A server does it within the hour; here it is done when the command says so.
    forget(opened.url, opened.settings.master_key)


def _up_to_date(opened: Runtime, else_said: str) -> None:
    if behind := bring_up_to_date(opened):
        raise Refused(f"{else_said}: {', '.join(behind)}. See why with: parentalite status")
