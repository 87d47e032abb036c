"""Old backups go, and the archived write-ahead log that only they needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from application.backups.manifest import BadBackup, Manifest, write_manifest
from application.backups.pruning import delete, find_obsolete

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def _backup(folder: Path, days: int, segment: int, holds: str = "data") -> Path:
    place = folder / f"{days}-{holds}"
    (place / "database").mkdir(parents=True)
    label = f"START WAL LOCATION: 0/{segment:X}000028 (file 00000001{segment:016X})\n"
    (place / "database" / "backup_label").write_text(label)
    made_at = NOW - timedelta(days=days)
    write_manifest(place, Manifest(holds=holds, made_at=made_at, parentalite="1", files={}))
    return place


def test_what_is_older_goes_and_the_newest_stays(tmp_path: Path):
    old, kept = _backup(tmp_path / "all", 31, 1), _backup(tmp_path / "all", 29, 3)
    keys = _backup(tmp_path / "all", 400, 0, "keys")
    (archive := tmp_path / "archive").mkdir()
    names = [f"00000001{number:016X}.gz" for number in (1, 2, 3)]
    # After a restore the numbers go on, on another timeline.
    names += [f"00000002{2:016X}", f"00000002{4:016X}", "00000002.history"]
    for name in names:
        (archive / name).touch()
    delete(find_obsolete(tmp_path / "all", archive, NOW - timedelta(days=30)))
    assert not old.exists()
    assert {path.name for path in archive.iterdir()} == {names[2], names[4], names[5]}
    everything = find_obsolete(tmp_path / "all", archive, NOW)
    assert (everything.kept, list(everything.backups), keys.exists()) == (kept, [], True)


def test_a_damaged_manifest_is_no_reason_to_delete(tmp_path: Path):
    (_backup(tmp_path, 40, 1) / "manifest.json").write_text("{}")
    with pytest.raises(BadBackup, match="is damaged"):
        find_obsolete(tmp_path, None, NOW)
