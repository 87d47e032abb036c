"""The members of a bundle: their names, and their only order (docs/proof.md, "The bundle")."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from application.proof.archive import BadBundle

MANIFEST, DOSSIER, PDF, EVENTS = "manifest", "dossier.json", "dossier.pdf", "events.jsonl"
CHECKPOINT, STAMP, PREVIOUS, CONSISTENCY, COMPLETENESS, KEY, KEYS = (
    *("checkpoint", "checkpoint.tsr", "previous-checkpoint"),
    *("consistency.json", "completeness.json", "checkpoint.pub.pem", "keys"),
)
FILES = "files/"
#: The first line of a manifest, for each format. Every format stays readable for ever.
HEADERS = {"parentalite-bundle/1": 1, "parentalite-bundle/2": 2}
HEADER = "parentalite-bundle/2"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of every bundle from a format on or, where `optional`, of some."""

    name: str
    optional: bool = False
    since: int = 1


#: In their order. Attached files follow.
MEMBERS = (
    Member(MANIFEST),
    Member(DOSSIER),
    Member(PDF),
    Member(EVENTS),
    Member(CHECKPOINT),
    Member(STAMP, optional=True),
    Member(PREVIOUS, optional=True),
    Member(CONSISTENCY, optional=True),
    Member(COMPLETENESS, since=2),
    Member(KEY),
    Member(KEYS, since=2),
)
#: A member that is read whole is no larger: a dossier of thousands of animations has a hundredth.
MOST_BYTES_READ = 1 << 28
#: One is nothing without the other.
_TOGETHER = (PREVIOUS, CONSISTENCY)
_FILE = re.compile(re.escape(FILES) + "[0-9a-f]{64}", re.ASCII)


def check_sizes(archive: zipfile.ZipFile) -> None:
    """Raises BadBundle for a member that is read whole and is too large for that. Attached files are not."""
    for info in archive.infolist():
        if not info.filename.startswith(FILES) and info.file_size > MOST_BYTES_READ:
            raise BadBundle(f"{info.filename} has {info.file_size:,} bytes; {MOST_BYTES_READ:,} at most are read")


def format_of(manifest: bytes) -> int:
    """Return the format that a manifest names; the latest where it names none that is known, which is refused later."""
    header = manifest.split(b"\n", 1)[0].decode(errors="replace")
    return HEADERS.get(header, HEADERS[HEADER])


def check_members(names: Sequence[str], bundle_format: int) -> None:
    """Raises BadBundle unless these are the members of a bundle of that format, in their order, and nothing else."""
    attached = [name for name in names if _FILE.fullmatch(name)]
    named = [name for name in names if not _FILE.fullmatch(name)]
    members = [member for member in MEMBERS if member.since <= bundle_format]
    table = [member.name for member in members]
    for name in named:
        if name not in table:
            raise BadBundle(f"{name[:80]!a} is no member of a bundle")
    for member in members:
        if not member.optional and member.name not in named:
            raise BadBundle(f"{member.name} is missing")
    if len(set(_TOGETHER) & set(named)) == 1:
        raise BadBundle(f"{_TOGETHER[0]} and {_TOGETHER[1]} stand together or not at all")
    if list(names) != [*(name for name in table if name in named), *attached]:
        raise BadBundle("the members stand in another order than that of every bundle")
