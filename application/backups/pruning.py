"""Delete what backups and archives must not keep any longer: they hold what was erased since."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from application.backups.manifest import DATABASE, MANIFEST, BadBackup, read_manifest

#: A segment, a history of its timeline or a note of a backup, compressed or not. Histories are small, and stay.
_SEGMENT = re.compile(r"[0-9A-F]{8}([0-9A-F]{16})(\.[0-9A-F]{8}\.backup|\.partial)?(\.gz)?")
_START = re.compile(r"START WAL LOCATION: .* \(file ([0-9A-F]{24})\)")


@dataclass(frozen=True, slots=True)
class Obsolete:
    """`kept`: the oldest backup that stays, or None where none does."""

    backups: Sequence[Path]
    segments: Sequence[Path]
    kept: Path | None


def find_obsolete(folder: Path, archive: Path | None, made_before: datetime) -> Obsolete:
    """Return the backups in the folder made before that moment, and the segments that no later backup needs.

    The newest backup always stays. Raises BadBackup where one cannot be read.
    """
    places = [place for place in sorted(folder.iterdir()) if (place / MANIFEST).exists()]
    backups = sorted((read_manifest(place, None).made_at, place) for place in places if _is_of_data(place))
    old = [place for made_at, place in backups[:-1] if made_at < made_before]
    oldest = backups[len(old)][1] if backups else None
    segments: list[Path] = []
    if archive is not None and oldest is not None:
        start = _first_segment(oldest)
        segments = [
            path for path in sorted(archive.iterdir()) if (match := _SEGMENT.fullmatch(path.name)) and match[1] < start
        ]
    return Obsolete(old, segments, oldest)


def delete(obsolete: Obsolete) -> None:
    """Delete the segments and the backups; may be called again after an interruption."""
    for segment in obsolete.segments:
        segment.unlink(missing_ok=True)
    for backup in obsolete.backups:
        # First, so that what is left after an interruption is no backup to anybody.
        (backup / MANIFEST).rename(backup / f"{MANIFEST}.old")
        shutil.rmtree(backup)


def _is_of_data(place: Path) -> bool:
    return read_manifest(place, None).holds == "data"


def _first_segment(backup: Path) -> str:
    """Return the number of the first segment that a recovery of the backup reads, without its timeline."""
    label = (backup / DATABASE / "backup_label").read_text(encoding="utf-8")
    match = _START.search(label)
    if match is None:
        raise BadBackup(f"{backup}: its backup_label names no start")
    return match[1][8:]
