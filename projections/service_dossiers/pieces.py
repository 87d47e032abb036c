"""Fold the pieces of a dossier into its row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.files.pages import with_page, without_page
from domain.kernel.events import Event
from domain.service_dossiers.events import PieceAttached, PieceWithdrawn
from eventstore.records import Recorded
from projections.acts import with_act
from projections.engine.projection import Row


def _attached(row: Row, fact: PieceAttached, record: Recorded) -> Row:
    shown = fact.model_dump(include={"piece", "file_name", "media_type", "size", "sha256"})
    attached = {**shown, "attached_at": record.stamp.recorded_at.isoformat()}
    files = with_page(_files(row, fact.piece), fact.sha256, attached, fact.replaces)
    return row | {"pieces": [*_others(row, fact.piece), *files.values()], "acts": with_act(row["acts"], record)}


def _withdrawn(row: Row, fact: PieceWithdrawn, record: Recorded) -> Row:
    files = without_page(_files(row, fact.piece), fact.sha256)
    return row | {"pieces": [*_others(row, fact.piece), *files.values()], "acts": with_act(row["acts"], record)}


def _files(row: Row, piece: str) -> dict[str, Row]:
    return {file["sha256"]: file for file in row["pieces"] if file["piece"] == piece}


def _others(row: Row, piece: str) -> list[Row]:
    return [file for file in row["pieces"] if file["piece"] != piece]


PIECES: Mapping[type[Event], Callable[[Row, Any, Recorded], Row]] = {
    PieceAttached: _attached,
    PieceWithdrawn: _withdrawn,
}
