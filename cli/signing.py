"""`parentalite audit checkpoint`, `name-log`, `accept-events`, `rotate-key`: what the signing key does and is asked."""

from __future__ import annotations

import base64
from typing import Annotated

import typer

from application.hosting.kept_secrets import make_key
from application.hosting.settings import CHECKPOINT_KEY_FILE
from application.proof.authenticity.accepting import accept_events, begin, unauthenticated
from application.proof.checkpoints import ON_REQUEST, ROTATION
from application.proof.completeness.committing import map_commits
from application.proof.completeness.signing import sign_with_map
from application.proof.public_keys import IN_USE, list_public_keys, save_public_key
from application.proof.signer.naming import name_anew, name_log, new_name
from application.proof.signer_memory import RememberingKey, SignerMemory
from application.proof.signing import take_up_key
from cli.composition import environment, event_guard, open_everything, settings_from_environment, signing_key, utc_now
from cli.console import Refused, confirm, note, quantity, somebody_is_there
from cli.key_files import replace_key
from cli.options import Verbose, Yes, set_up_command_logs
from domain.kernel.errors import DomainError
from domain.kernel.validation import SHORTEST_REASON, required_reason


def checkpoint(verbose: Verbose = False) -> None:
    """Sign the log as it is now, and print the checkpoint, a text for others to keep.

    `parentalite serve` signs one every PARENTALITE_CHECKPOINT_SECONDS and at every certification, and publishes the
    latest under /checkpoint. A log that does not begin with what the key has signed before is refused.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        commit_map = map_commits(opened.application.execute)
        signed = sign_with_map(conn, signing_key(settings), ON_REQUEST, utc_now(), commit_map)
    if signed is None:
        raise Refused("the log is empty: there is nothing to sign yet (parentalite demo loads a season)")
    typer.echo(signed.note, nl=False)


def name_the_log(
    name: Annotated[
        str | None,
        typer.Argument(
            help="The name, best the site's address without https://, such as parentalite.example.org. Default: "
            "parentalite.log/ and a random number."
        ),
    ] = None,
    after_restore: Annotated[
        str | None,
        typer.Option(
            "--after-restore",
            metavar="WHY",
            help="The database was restored, and lacks what was signed since: let the log go on under a new name. The "
            "old one, its last tree and this reason stay in the record.",
        ),
    ] = None,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Name the log: once, before anything is signed. Its checkpoints are signed under that name for ever.

    The embedded setup names a new database by itself. Elsewhere run this once, after the first start and before others
    keep checkpoints. The name and what was signed last stand beside the key (PARENTALITE_SIGNER_MEMORY), out of the
    reach of those who write in the database: no key signs two histories under one name.

    After an honest restore of an older database, the log no longer holds what was signed. Nothing is signed then, until
    --after-restore gives it a new name. Whoever keeps checkpoints sees the new name and the reason is asked for.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    key = signing_key(settings)
    with open_everything(settings) as opened, opened.connection() as conn:
        name = name or new_name()
        if after_restore is None:
            name_log(conn, name, key.memory)
        else:
            _go_on_as(name, key.memory, after_restore, yes)
        take_up_key(conn, key)
        begin(conn, event_guard(settings), key)
    note(f"The log is named from now on, for ever; its record is {settings.memory}: back it up with the key.")
    typer.echo(name)


def _go_on_as(name: str, memory: SignerMemory, reason: str, yes: bool) -> None:
    """End the log that was signed so far, once that is confirmed, and let it go on under another name."""
    try:
        reason = required_reason(reason)
    except DomainError:
        raise Refused(
            f"--after-restore: say why, in words of {SHORTEST_REASON} letters at least: it stays in the record"
        ) from None
    confirm(f"Let the log go on as {name}, another one than what was signed so far?", yes)
    ended = name_anew(name, memory, reason)
    signed = quantity(ended.signed.size if ended.signed else 0, "event")
    note(f"{ended.name} has ended, with {signed} signed.")


def accept(yes: Yes = False, verbose: Verbose = False) -> None:
    """Accept the events stored so far as they are, though they carry no valid authenticator; sign that, and the log.

    For a log of a version before there were authenticators, once; or where the file that tells where they begin
    (PARENTALITE_EVENT_START) was lost, or the key of events (PARENTALITE_EVENT_KEY). Everything after the last event
    without one must carry one. Look first: this makes right whatever somebody inserted. Refused unless the log is
    the one that was signed, and every event can stand where it stands.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    key, guard = signing_key(settings), event_guard(settings)
    with open_everything(settings) as opened, opened.connection() as conn, opened.connection() as tiles:
        bare = unauthenticated(conn, settings.event_keys)
        if bare.events:
            where = f"from position {bare.first:,} to position {bare.last:,}"
            note(f"{quantity(bare.events, 'event')} carry no valid authenticator, {where}.")
        if not (yes or somebody_is_there()):
            raise Refused("--yes: nobody is there to be asked; nothing was accepted")
        confirm(f"Accept every event up to position {bare.last:,} as it is?", yes)
        start = accept_events(conn, tiles, guard, key)
        sign_with_map(conn, key, ON_REQUEST, utc_now(), map_commits(opened.application.execute))
    note(f"Accepted {quantity(start.size, 'event')}; {settings.event_start_path} tells so: back it up with the keys.")


def event_key(verbose: Verbose = False) -> None:
    """Print the key that authenticates events, as PARENTALITE_EVENT_KEY takes it: a secret.

    Without that variable the key follows from the master key. Before the master key is replaced, keep it.
    """
    set_up_command_logs(verbose)
    typer.echo(settings_from_environment().event_keys.encoded)


def rotate_key(yes: Yes = False, verbose: Verbose = False) -> None:
    """Replace the key that signs checkpoints; the old public key stays valid for what it signed.

    Embedded setup only. Elsewhere, sign a last checkpoint (parentalite audit checkpoint), then give every process a new
    PARENTALITE_CHECKPOINT_KEY. Processes still running with the old key stop signing and must be restarted.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    if not settings.embedded or environment().get("PARENTALITE_CHECKPOINT_KEY"):
        raise Refused("PARENTALITE_CHECKPOINT_KEY: the key is configured there; set it to a new one to replace it")
    confirm("Replace the key that signs checkpoints?", yes)
    folder = settings.home / "keys"
    with open_everything(settings) as opened, opened.connection() as conn:
        # A last checkpoint ends the old key at this size, so that none of its checkpoints can be added later.
        commit_map = map_commits(opened.application.execute)
        sign_with_map(conn, signing_key(settings), ROTATION, utc_now(), commit_map)
        encoded = make_key()
        replace_key(folder / CHECKPOINT_KEY_FILE, encoded)
        new = RememberingKey.beside(base64.b64decode(encoded), settings.memory)
        take_up_key(conn, new)
        save_public_key(new.public, folder)
    note(f"Done: checkpoints are signed by a new key from now on; {folder / IN_USE} is its public half.")
    old_keys = ", ".join(str(path) for path in list_public_keys(folder) if path.name != IN_USE)
    note(
        f"Keep {old_keys}: bundles and checkpoints of before are verified with it. Whoever holds such a bundle needs"
        " that public key too; /keys lists every key."
    )
