"""Check a bundle offline: no database, no network, no trust but in the public keys passed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from application.proof.archive import BadBundle, open_archive
from application.proof.bundle_checks.completeness import check_completeness
from application.proof.bundle_checks.demands import (
    check_kept_checkpoint,
    check_nothing_left_out,
    check_required_status,
    tell_as_of,
)
from application.proof.bundle_checks.dossier import check_dossier, check_files, check_rules
from application.proof.bundle_checks.events import check_events
from application.proof.bundle_checks.opened_bundle import NO_DEMANDS, CheckFailed, Demands, OpenedBundle
from application.proof.bundle_checks.paper import check_paper
from application.proof.bundle_checks.signatures import (
    check_checkpoint,
    check_consistency,
    check_manifest,
    check_time_stamp,
)
from application.proof.bundle_checks.signed_acts import check_signed_acts
from application.proof.dossier_streams import NotADossier
from application.proof.members import MANIFEST, check_members, check_sizes, format_of
from application.proof.notes import BadNote
from application.proof.public_keys import PublicKey
from application.proof.stamping import BadStamp
from eventstore.records import UnreadableEvent


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check. `text` says what was checked and, when not `ok`, exactly what is wrong.

    A `warning` refuses nothing: it says what a reader should know. A `grave` one says what whoever pays must know.
    """

    ok: bool
    text: str
    warning: bool = False
    grave: bool = False


#: Raised where a bundle is forged or damaged in a way that no check foresaw.
_UNFORESEEN = (KeyError, TypeError, AttributeError, AssertionError, IndexError, ArithmeticError)
_FAILURES = (CheckFailed, BadNote, BadStamp, NotADossier, UnreadableEvent, ValueError, *_UNFORESEEN)

CHECKS: tuple[tuple[str, Callable[[OpenedBundle], str | None]], ...] = (
    ("manifest", check_manifest),
    ("checkpoint", check_checkpoint),
    ("time stamp", check_time_stamp),
    ("events", check_events),
    ("consistency", check_consistency),
    ("kept checkpoint", check_kept_checkpoint),
    ("dossier", check_dossier),
    ("completeness", check_completeness),
    ("rules", check_rules),
    ("signed acts", check_signed_acts),
    ("files", check_files),
    ("pdf", check_paper),
    ("as of", tell_as_of),
    ("complete", check_nothing_left_out),
    ("required", check_required_status),
)


def verify(path: Path, keys: Sequence[PublicKey], demands: Demands = NO_DEMANDS) -> Iterator[Check]:
    """Yield the result of every check, ending with the first failure. `keys`: the trusted public keys."""
    try:
        with open_archive(path) as archive:
            names = [info.filename for info in archive.infolist()]
            manifest = archive.read(MANIFEST) if MANIFEST in names else b""
            check_members(names, format_of(manifest))
            check_sizes(archive)
            yield Check(True, f"archive: {len(names)} members, nothing hidden, nothing compressed")
            yield from _results(OpenedBundle(archive, keys, demands))
    except BadBundle as bad:
        yield Check(False, f"archive: {bad}")


def _results(bundle: OpenedBundle) -> Iterator[Check]:
    reported = 0
    for name, check in CHECKS:
        try:
            result = check(bundle)
        except _FAILURES as error:
            yield Check(False, f"{name}: {_describe(error)}")
            return
        if result is not None:
            yield Check(True, f"{name}: {result}")
        yield from (Check(True, f"{name}: {gap}", warning=True, grave=True) for gap in bundle.gaps[reported:])
        reported = len(bundle.gaps)
        while bundle.warnings:
            yield Check(True, f"{name}: {bundle.warnings.pop(0)}", warning=True)


def _describe(error: Exception) -> str:
    if isinstance(error, _UNFORESEEN):
        return f"what it says makes no sense to this verifier ({type(error).__name__})"
    return str(error)
