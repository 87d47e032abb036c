"""What a bundle is made of: the names of its members, and their only order (docs/proof.md, "The bundle")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from application.proof.archive import BadBundle

MANIFEST, DOSSIER, PDF, EVENTS = "manifest", "dossier.json", "dossier.pdf", "events.jsonl"
CHECKPOINT, STAMP, PREVIOUS, CONSISTENCY, KEY = (
    *("checkpoint", "checkpoint.tsr", "previous-checkpoint"),
    *("consistency.json", "checkpoint.pub.pem"),
)
FILES = "files/"
HEADER = "parentalite-bundle/1"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of every bundle or, where `optional`, of some."""

    name: str
    optional: bool = False


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
    Member(KEY),
)
#: One is nothing without the other.
_TOGETHER = (PREVIOUS, CONSISTENCY)
_FILE = re.compile(re.escape(FILES) + "[0-9a-f]{64}", re.ASCII)


def check_members(names: Sequence[str]) -> None:
    """Raises BadBundle unless these are the members of a bundle, in their order, and nothing else."""
    attached = [name for name in names if _FILE.fullmatch(name)]
    named = [name for name in names if not _FILE.fullmatch(name)]
    table = [member.name for member in MEMBERS]
    for name in named:
        if name not in table:
            raise BadBundle(f"{name[:80]!a} is no member of a bundle")
    for member in MEMBERS:
        if not member.optional and member.name not in named:
            raise BadBundle(f"{member.name} is missing")
    if len(set(_TOGETHER) & set(named)) == 1:
        raise BadBundle(f"{_TOGETHER[0]} and {_TOGETHER[1]} stand together or not at all")
    if list(names) != [*(name for name in table if name in named), *attached]:
        raise BadBundle("the members stand in another order than that of every bundle")
