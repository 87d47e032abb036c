"""What the service itself records about the proof of its history (docs/proof.md)."""

from __future__ import annotations

from pydantic import Field

from domain.kernel.events import Event, event


@event("proof.map_committed", "État de l'historique scellé")
class MapCommitted(Event):
    """`root` (hexadecimal) commits to the last version of every stream, and more, as of `position`."""

    position: int = Field(title="position")
    root: str = Field(title="racine")


@event("proof.log_checked", "Historique et tables vérifiés")
class LogChecked(Event):
    """Every event was judged and every row compared, up to `position`.

    `findings` counts what no honest system would have recorded or shown; `first_findings` names the first of them, by
    position and topic, or by table and column.
    """

    position: int
    events: int = Field(title="événements jugés")
    rows: int = Field(title="lignes comparées")
    findings: int = Field(title="constats")
    first_findings: tuple[str, ...] = Field(title="premiers constats")
