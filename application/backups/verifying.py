"""Verify a backup without restoring it: every digest, and PostgreSQL's own check where that program is."""

from __future__ import annotations

from pathlib import Path

from application.backups.manifest import DATABASE, BadBackup, Manifest, Progress, damages, read_manifest
from application.hosting.programs import ProgramFailed, major_version, program, run

#: Files that are named in a refusal.
_NAMED = 3


def verify_backup(folder: Path, programs: Path | None, progress: Progress) -> tuple[Manifest, bool]:
    """Return the manifest of a whole backup, and whether PostgreSQL's own program verified it too.

    Raises BadBackup, with the first differences.
    """
    manifest = read_manifest(folder)
    _refuse(damages(folder, manifest, progress))
    verifier = program("pg_verifybackup", programs)
    # Reading the write-ahead log needs the version that wrote it.
    if verifier is None or major_version(run([verifier, "--version"])[0]) != major_version(manifest.postgresql or ""):
        return manifest, False
    try:
        run([verifier, "--skip-checksums", "--quiet", folder / DATABASE])
    except ProgramFailed as failed:
        raise BadBackup(f"the backup is damaged: {failed}") from None
    return manifest, True


def verify_keys(folder: Path, progress: Progress) -> Manifest:
    """Raises BadBackup unless the folder holds a whole backup of keys."""
    manifest = read_manifest(folder, "keys")
    _refuse(damages(folder, manifest, progress))
    return manifest


def _refuse(faults: list[str]) -> None:
    if faults:
        others = f", and {len(faults) - _NAMED:,} more" if len(faults) > _NAMED else ""
        raise BadBackup(f"the backup is damaged: {'; '.join(faults[:_NAMED])}{others}")
