"""What the service itself records about the proof of its history (docs/proof.md)."""

from __future__ import annotations

from pydantic import Field

from domain.kernel.events import Event, event


@event("proof.map_committed", "État de l'historique scellé")
class MapCommitted(Event):
    """`root` (hexadecimal) commits to the last version of every stream, and more, as of `position`."""

    position: int = Field(title="position")
    root: str = Field(title="racine")
