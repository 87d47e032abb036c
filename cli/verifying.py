"""`parentalite audit verify`: check a bundle on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from application.proof.bundle_checks.opened_bundle import Demands
from application.proof.verifying import Check, verify
from cli.audit_inputs import read_keys, read_text
from cli.watching.follow import read_policy_file
from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus


def verify_bundle(
    bundle: Annotated[Path, typer.Argument(help="The bundle written by audit export.")],
    keys: Annotated[
        list[str],
        typer.Option(
            "--key",
            help="Public key of the log's owner, from elsewhere than the bundle: a file with PEM, verifier keys or the"
            " list at /keys, every key of which counts, or a verifier key NAME+HEXID+BASE64 itself. May be repeated.",
        ),
    ],
    required: Annotated[
        list[DossierStatus] | None,
        typer.Option(
            "--require",
            help="The status that the dossier must have, or else exit with 1: CERTIFIED before paying. May be repeated:"
            " one of them.",
        ),
    ] = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--require-complete",
            help="Exit with 1 unless the bundle proves that nothing further had happened, and who had to sign: what"
            " was exported long ago, or leaves something out, does not. Ask for a new bundle then.",
        ),
    ] = False,
    kept: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            help="A checkpoint of the same log that you have from elsewhere, the latest above all (/checkpoint): the"
            " bundle must be of the same history. What cannot be proved of it is told.",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            help="A policy (C2SP tlog-policy): which witnesses must have cosigned the checkpoint.",
        ),
    ] = None,
    signing: Annotated[
        list[Role] | None,
        typer.Option(
            "--require-signed",
            help="A role all of whose acts that move money must be signed by the person, with a passkey: structure,"
            " coordonnateur or national. May be repeated.",
        ),
    ] = None,
    roots: Annotated[
        Path | None,
        typer.Option("--tsa-root", help="Root certificates (PEM) of the time-stamping authority."),
    ] = None,
) -> None:
    """Check a bundle offline: no database, no network, no settings, trusting only the given keys.

    Prints a line for each check ("ok"), for what a reader should know ("note"), for what whoever pays must know
    ("WARNING": something may be left out), and for the first failure ("WRONG"), saying exactly what is wrong; then
    exits with 1. The last line tells as of which checkpoint the bundle speaks, and
    what it says: status and amount.

    Before paying: parentalite audit verify FILE.zip --key KEYS --require CERTIFIED --require-complete
    --checkpoint LATEST
    """
    demands = Demands(
        roots=read_text(roots).encode() if roots else None,
        required=[status.value for status in required or ()],
        kept=read_text(kept) if kept else None,
        policy=read_policy_file(policy) if policy else None,
        signing=signing or (),
        complete=complete,
    )
    for check in verify(bundle, read_keys(keys), demands):
        typer.echo(f"{_mark(check)}  {check.text}")
        if not check.ok:
            raise typer.Exit(1)


def _mark(check: Check) -> str:
    if not check.ok:
        return "WRONG"
    if check.grave:
        return "WARNING"
    return "note " if check.warning else "ok   "
