"""The facts about a publication that the table of transitions needs, from its row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.publications.transitions import PublicationStatus


@dataclass(frozen=True, slots=True)
class Standing:
    row: dict[str, Any]

    @property
    def status(self) -> PublicationStatus:
        return PublicationStatus(self.row["status"])

    @property
    def structure_id(self) -> UUID | None:
        structure_id: UUID | None = self.row["structure_id"]
        return structure_id

    @property
    def territory(self) -> str | None:
        territory: str | None = self.row["territory"]
        return territory

    @property
    def files(self) -> Collection[str]:
        return [file["sha256"] for file in self.row["files"]]
