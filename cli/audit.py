"""`parentalite audit …`: sign the log, check it, and export and verify bundles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from application.files.store import FileStore
from application.hosting.settings import Settings
from application.proof.authenticity.log_audit import unsound_in
from application.proof.bundle import Prover, export_bundle
from application.proof.checking import Report, check_log
from application.proof.completeness.committing import map_commits
from application.proof.notes import SigningKey
from application.proof.public_keys import list_public_keys
from application.proof.rules.log import RulesReport, judge_log
from application.proof.signer.naming import NAME_IT
from application.proof.signer_memory import Record, SignerMemory, SigningRefused
from cli.audit_inputs import read_keys, read_text
from cli.composition import (
    Conn,
    Reading,
    authority_of,
    event_guard,
    open_everything,
    open_to_read,
    settings_from_environment,
    signing_key,
    utc_now,
    witness_policy,
)
from cli.console import Refused, Steps, complain, note, quantity
from cli.options import Verbose, set_up_command_logs
from cli.read_models.readiness import built_by_other_code
from cli.verifying import verify_bundle
from eventstore.log_table import log_exists
from eventstore.vault import Vault
from projections.checking.read_models import Progress, ReadModelsReport, check_read_models

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
    """Recompute the tree over the whole log, and compare it with every signed checkpoint; judge each event.

    Names each position whose event was changed, removed, inserted, exchanged or moved, each that this system did not
    record (PARENTALITE_EVENT_KEY), and each forged checkpoint.
    Exits with 1 if anything is found. Reads only; the site may stay open.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    notes = [read_text(path) for path in copies or []]
    with (
        open_to_read(settings) as reading,
        reading.connection() as log,
        reading.connection() as tiles,
        Steps() as steps,
    ):
        if not log_exists(log):
            raise Refused("this database holds no log yet: parentalite serve or parentalite demo makes it")
        record = SignerMemory(settings.memory).read()
        trusted = [key.public_key for key in read_keys(keys)] if keys else own_keys(settings, record)
        reports = _Reports(
            check_log(log, tiles, trusted, notes, steps, record),
            _unsound(log, settings, steps),
            judge_log(log, steps) if rules else None,
            _compare(reading, Vault(settings.master_key), steps) if read_models else None,
        )
    _report_findings(reports, None if reports.unsound else event_guard(settings).lost_start())
    note(f"Believed {quantity(len(trusted), 'public key')}: {_describe_origin(keys, settings)}.")
    _note_record(record, settings)
    _report_signed(reports.tree, record)


@dataclass(frozen=True, slots=True)
class _Reports:
    """What each part of a check came to; None for those that were not asked for."""

    tree: Report
    unsound: Sequence[str]
    rules: RulesReport | None
    read_models: ReadModelsReport | None

    def findings(self) -> Iterator[str]:
        yield from self.tree.findings
        yield from self.unsound
        yield from map(str, self.rules.findings if self.rules else ())
        yield from map(str, self.read_models.differences if self.read_models else ())


def _report_findings(reports: _Reports, lost_start: str | None) -> None:
    """Print what was found, or else what was judged and compared. Exits with 1 if anything was found."""
    findings = list(reports.findings())
    for finding in findings:
        complain(finding)
    if lost_start:
        note(f"Warning: {lost_start}")
    for warning in reports.rules.warnings if reports.rules else ():
        note(f"Warning: {warning}")
    if findings:
        checked = f"{quantity(reports.tree.events, 'event')}, {quantity(reports.tree.checkpoints, 'checkpoint')}"
        note(f"Checked {checked}: {quantity(len(findings), 'finding')}.")
        raise typer.Exit(1)
    if judged := reports.rules:
        note(f"Judged {quantity(judged.events, 'event')}: each is what the domain would have recorded there.")
    if compared := reports.read_models:
        rows = f"{quantity(compared.rows, 'row')} of {quantity(compared.tables, 'table')}"
        note(f"Compared {rows}: each is what the log gives, as of position {compared.position:,}.")


def _note_record(record: Record | None, settings: Settings) -> None:
    """Note what the record beside the key tells of earlier signatures."""
    if record is None:
        note(
            f"No record of what was signed stands beside the key, in {settings.memory}: its next signature begins one."
        )
        return
    for ended in record.ended:
        signed = quantity(ended.signed.size if ended.signed else 0, "event")
        note(f"An earlier log, {ended.name}, ended with {signed} signed: {ended.reason}")


def _report_signed(report: Report, record: Record | None) -> None:
    """Print how much of a log without findings is signed. Raises Refused where nothing tells whether anything was."""
    unsigned = quantity(report.events - report.signed, "event")
    if report.signed == 0 and record is None:
        raise Refused(
            f"nothing is signed, {unsigned} could still be altered, and no record tells whether anything ever was: "
            f"{NAME_IT}"
        )
    if report.signed == 0:
        typer.echo(
            f"nothing is signed yet: {unsigned} that could still be altered; sign with: parentalite audit checkpoint"
        )
        return
    checked = quantity(report.checkpoints, "checkpoint")
    later = f"; {unsigned} after them not signed yet" if report.events > report.signed else ""
    typer.echo(f"ok: {quantity(report.signed, 'event')} as they were signed, {checked} fit{later}")


def _unsound(conn: Conn, settings: Settings, steps: Steps) -> list[str]:
    try:
        return list(map(str, unsound_in(conn, event_guard(settings), steps)))
    except SigningRefused as refused:
        return [str(refused)]


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
        prover = Prover(
            opened.application.vault,
            signing_key(settings),
            map_commits(opened.application.execute),
            authority_of(settings),
            witness_policy(settings),
        )
        proof = export_bundle(output, conn, prover, dossier, utc_now(), FileStore(settings.files).read)
    facts = proof.facts
    note(f"{facts['status']}, {quantity(len(facts['lines']), 'animation')}, {quantity(len(proof.leaves), 'event')}.")
    if settings.tsa is not None and proof.checkpoint.stamp is None:
        note(f"Not stamped yet: {settings.tsa.url} gave no time stamp. Export again once /checkpoints has it stamped.")
    if proof.is_cosigned is False:
        note("Not cosigned yet by the quorum of PARENTALITE_WITNESSES, which --policy asks for: export again later.")
    note(f"Check it anywhere with: parentalite audit verify {output} --key PUBLIC.pem")
    typer.echo(output)


family.command("verify")(verify_bundle)


def _compare(reading: Reading, vault: Vault, progress: Progress) -> ReadModelsReport:
    with reading.connection() as conn:
        names = built_by_other_code(conn)
    if names:
        rebuild = f"parentalite rebuild {' '.join(names)}"
        raise Refused(f"read models filled by other code: {', '.join(names)}; rebuild them first: {rebuild}")
    return check_read_models(reading.url, vault, progress)


def own_keys(settings: Settings, record: Record | None) -> list[bytes]:
    """Return the public keys that do not come from the database: the configured one, those in files and the record."""
    files = list_public_keys(settings.home / "keys") if settings.embedded else []
    public_keys = read_keys([str(path) for path in files]) + (record.every_key() if record else [])
    in_use = SigningKey.from_seed(settings.checkpoint_key).public
    return list(dict.fromkeys([*(key.public_key for key in public_keys), in_use]))


def _describe_origin(keys: list[str] | None, settings: Settings) -> str:
    if keys:
        return "those of --key"
    others = f", those in {settings.home / 'keys'}" if settings.embedded else ""
    return f"that of PARENTALITE_CHECKPOINT_KEY{others}, and those that it has a record of"
