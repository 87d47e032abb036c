"""`parentalite audit …`: sign the log, check it, and export and verify bundles."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from application.files.store import FileStore
from application.hosting.kept_secrets import make_key
from application.hosting.settings import CHECKPOINT_KEY_FILE, Settings
from application.papers.dossier_of_facts import pdf_of_facts
from application.proof import checkpoints
from application.proof.bundle import export_bundle
from application.proof.checking import check_log
from application.proof.checkpoints import ON_REQUEST, ROTATION
from application.proof.completeness.committing import map_commits
from application.proof.completeness.signing import sign_with_map
from application.proof.notes import BadNote, SigningKey
from application.proof.public_keys import IN_USE, PublicKey, list_public_keys, read_public_keys, save_public_key
from application.proof.rules.log import judge_log
from application.proof.verifying import verify
from cli.composition import Conn, Runtime, environment, open_everything, settings_from_environment, utc_now
from cli.console import Refused, Steps, complain, confirm, note, quantity
from cli.key_files import replace_key
from cli.options import Verbose, Yes, set_up_command_logs
from projections.checking.read_models import Progress, ReadModelsReport, built_by_other_code, check_read_models

family = typer.Typer(
    no_args_is_help=True,
    help="Prove that history was not altered, with signed checkpoints of the log and bundles that anybody can verify.",
)

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        help="Public key to trust: a file with PEM, verifier keys or the list at /keys, every key of which counts, or a"
        " verifier key NAME+HEXID+BASE64 itself. Default: the configured key and those in keys.",
    ),
]


@family.command()
def checkpoint(verbose: Verbose = False) -> None:
    """Sign the log as it is now, and print the checkpoint, a text for others to keep.

    `parentalite serve` signs one every PARENTALITE_CHECKPOINT_SECONDS and at every certification, and publishes the
    latest under /checkpoint.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        key = SigningKey.from_seed(settings.checkpoint_key)
        signed = sign_with_map(conn, key, ON_REQUEST, utc_now(), map_commits(opened.application.execute))
    if signed is None:
        raise Refused("the log is empty: there is nothing to sign yet (parentalite demo loads a season)")
    typer.echo(signed.note, nl=False)


@family.command()
def check(
    copies: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="A checkpoint that somebody kept: the log must still match it."),
    ] = None,
    keys: Keys = None,
    rules: Annotated[
        bool,
        typer.Option(
            "--rules",
            help="Also take every decision again, and name the events that no honest system would have recorded.",
        ),
    ] = False,
    read_models: Annotated[
        bool,
        typer.Option("--read-models", help="Also fold the log anew, and name the rows of read models that differ."),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Recompute the tree over the whole log, and compare it with every signed checkpoint.

    Names each position whose event was changed, removed, inserted, exchanged or moved, and each forged checkpoint.
    Exits with 1 if anything is found. Reads only; the site may stay open.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    trusted = [key.public_key for key in read_keys(keys)] if keys else _own_keys(settings)
    notes = [_read(path) for path in copies or []]
    with (
        open_everything(settings) as opened,
        opened.connection() as log,
        opened.connection() as tiles,
        Steps() as steps,
    ):
        report = check_log(log, tiles, trusted, notes, steps)
        judged = judge_log(log, steps) if rules else None
        compared = _compare(opened, log, steps) if read_models else None
    findings = [*report.findings, *(map(str, judged.findings) if judged else ())]
    findings += map(str, compared.differences) if compared else ()
    for finding in findings:
        complain(finding)
    for warning in judged.warnings if judged else ():
        note(f"Warning: {warning}")
    checked = quantity(report.checkpoints, "checkpoint")
    if findings:
        note(f"Checked {quantity(report.events, 'event')}, {checked}: {quantity(len(findings), 'finding')}.")
        raise typer.Exit(1)
    if judged:
        note(f"Judged {quantity(judged.events, 'event')}: each is what the domain would have recorded there.")
    if compared:
        rows = f"{quantity(compared.rows, 'row')} of {quantity(compared.tables, 'table')}"
        note(f"Compared {rows}: each is what the log gives, as of position {compared.position:,}.")
    note(f"Believed {quantity(len(trusted), 'public key')}: {_describe_origin(keys, settings)}.")
    unsigned = quantity(report.events - report.signed, "event")
    if report.signed == 0:
        typer.echo(
            f"nothing is signed yet: {unsigned} that could still be altered; sign with: parentalite audit checkpoint"
        )
        return
    later = f"; {unsigned} after them not signed yet" if report.events > report.signed else ""
    typer.echo(f"ok: {quantity(report.signed, 'event')} as they were signed, {checked} fit{later}")


@family.command()
def export(
    dossier: Annotated[UUID, typer.Option("--dossier", help="The service dossier's id.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The ZIP file to write; must not exist yet.")],
    verbose: Verbose = False,
) -> None:
    """Write a dossier's bundle for auditors: readable, complete, and verifiable without trusting us.

    It holds the dossier as PDF and JSON, its raw events, a proof for each that the signed log holds it, a signed
    checkpoint, and the attached sheets and pieces. `parentalite audit verify` checks it offline.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    if output.exists():
        raise Refused(f"--output {output}: is there already; nothing was written")
    if not output.absolute().parent.is_dir():
        raise Refused(f"--output {output}: {output.absolute().parent} is no folder; nothing was written")
    with open_everything(settings) as opened, opened.connection() as conn:
        proof = export_bundle(
            output,
            conn,
            opened.application.vault,
            SigningKey.from_seed(settings.checkpoint_key),
            dossier,
            utc_now(),
            pdf_of_facts,
            FileStore(settings.files).read,
            map_commits(opened.application.execute),
        )
    facts = proof.facts
    note(f"{facts['status']}, {quantity(len(facts['lines']), 'animation')}, {quantity(len(proof.leaves), 'event')}.")
    note(f"Check it anywhere with: parentalite audit verify {output} --key PUBLIC.pem")
    typer.echo(output)


@family.command("verify")
def verify_bundle(
    bundle: Annotated[Path, typer.Argument(help="The bundle written by audit export.")],
    keys: Annotated[
        list[str],
        typer.Option(
            "--key",
            help="Public key of the log's owner: a file with PEM, verifier keys or the list at /keys, every key of it"
            " counts, or a verifier key NAME+HEXID+BASE64 itself.",
        ),
    ],
    roots: Annotated[
        Path | None,
        typer.Option("--tsa-root", help="Root certificates (PEM) of the time-stamping authority."),
    ] = None,
) -> None:
    """Check a bundle offline: no database, no network, no settings, trusting only the given keys.

    Prints one line for each check. Exits with 1 at the first failure, saying exactly what is wrong.
    """
    for check in verify(bundle, read_keys(keys), _read(roots).encode() if roots else None):
        mark = "WRONG" if not check.ok else "note " if check.warning else "ok   "
        typer.echo(f"{mark}  {check.text}")
        if not check.ok:
            raise typer.Exit(1)


@family.command()
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
        old = SigningKey.from_seed(settings.checkpoint_key)
        # A last checkpoint ends the old key at this size, so that none of its checkpoints can be added later.
        sign_with_map(conn, old, ROTATION, utc_now(), map_commits(opened.application.execute))
        encoded = make_key()
        replace_key(folder / CHECKPOINT_KEY_FILE, encoded)
        new = SigningKey.from_seed(base64.b64decode(encoded))
        checkpoints.take_up_key(conn, new)
        save_public_key(new.public, folder)
    note(f"Done: checkpoints are signed by a new key from now on; {folder / IN_USE} is its public half.")


def _compare(opened: Runtime, conn: Conn, progress: Progress) -> ReadModelsReport:
    if names := built_by_other_code(conn):
        raise Refused(f"read models filled by other code: {', '.join(names)}; rebuild them first (parentalite rebuild)")
    return check_read_models(opened.url, opened.application.vault, progress)


def _own_keys(settings: Settings) -> list[bytes]:
    """Return the public keys that do not come from the database under check: the configured one and those in files."""
    files = list_public_keys(settings.home / "keys") if settings.embedded else []
    kept = [key.public_key for key in read_keys([str(path) for path in files])]
    return list(dict.fromkeys([*kept, SigningKey.from_seed(settings.checkpoint_key).public]))


def _describe_origin(keys: list[str] | None, settings: Settings) -> str:
    if keys:
        return "those of --key"
    others = f", and those in {settings.home / 'keys'}" if settings.embedded else "; name earlier ones with --key"
    return f"that of PARENTALITE_CHECKPOINT_KEY{others}"


def read_keys(values: list[str]) -> list[PublicKey]:
    """Return every public key in these files, and the verifier keys among the values. Raises BadNote, naming it."""
    keys: list[PublicKey] = []
    for value in values:
        is_key = "+" in value and not Path(value).exists()
        try:
            keys += read_public_keys(value if is_key else _read(Path(value)))
        except BadNote as bad:
            raise BadNote(f"--key {value}: {bad}") from None
    return keys


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None
