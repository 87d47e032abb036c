"""An animation of the read model, in the shape that the table of transitions expects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.animations.transitions import AnimationStatus


class Standing:
    """A row of the read model, in the shape that the table of transitions expects."""

    __slots__ = (
        *("attested", "ends_at", "former_texts", "held_on", "sheets", "status", "structure_id", "suspended"),
        *("territory", "time_zone"),
    )

    def __init__(self, row: dict[str, Any]) -> None:
        self.status = AnimationStatus(row["status"])
        self.attested: bool = row["attested"]
        self.held_on: date = row["day"]
        self.time_zone: str = row["time_zone"]
        self.ends_at: datetime = row["ends_at"]
        self.sheets: list[str] = row["sheet_digests"]
        self.structure_id: UUID = row["structure_id"]
        self.territory: str = row["territory"]
        self.former_texts: int = row["former_texts"]
        self.suspended: bool = row["suspended"]
