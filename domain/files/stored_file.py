"""An uploaded file: kept for as long as it may prove something, then deleted; its digest stays in the log."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import Field

from domain.kernel.actors import Actor
from domain.kernel.events import Event, event
from domain.kernel.rights import Action, Belongings, authorize


@event("file.expired", "Fichier supprimé au terme de sa conservation")
class FileExpired(Event):
    """The bytes are deleted at the end of their retention. `sha256` is their digest in hexadecimal."""

    sha256: str = Field(title="empreinte SHA-256")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One stream for each digest. `expirations` counts the deletions: the same bytes may be uploaded again."""

    sha256: str
    expirations: int = 0


def evolve(state: StoredFile | None, originator_id: UUID, fact: Event) -> StoredFile:
    if isinstance(fact, FileExpired):
        return StoredFile(fact.sha256, state.expirations + 1 if state else 1)
    raise TypeError(f"not a file's event: {fact!r}")


def expire(sha256: str, actor: Actor) -> list[Event]:
    authorize(actor, Action.FILE_EXPIRE, Belongings())
    return [FileExpired(sha256=sha256)]
