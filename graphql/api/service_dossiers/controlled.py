"""The marks of sampled controls on a dossier: that they drew it, and what they refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from domain.controls.pieces import REASON_LABELS, ReasonCode


@strawberry.type(description="A piece of a dossier that a control refused.")
class RefusedPiece:
    piece: str = strawberry.field(description="Its name, as in `ControlledPiece.piece`.")
    reason_code: ReasonCode = strawberry.field(description="Why.")
    reason_label: str = strawberry.field(description="Why, in French, for a person.")


@strawberry.type(
    description="A sampled control that drew the dossier. While it is open, and while a refusal of it weighs on the"
    " dossier, nothing is paid; of what was paid already, what it refused is `toRecover`."
)
class DossierControl:
    control_id: strawberry.ID = strawberry.field(description="The control.")
    drawn_at: datetime | None = strawberry.field(
        description="When the dossier was drawn (UTC); null for controls that were drawn as they were opened."
    )
    concluded_at: datetime | None = strawberry.field(
        description="When the control was closed, or a refusal last taken back (UTC); null while it is open."
    )
    refused: list[RefusedPiece] = strawberry.field(description="What it refused.")
    weighs: bool = strawberry.field(
        description="Whether it still counts: not once the dossier is submitted anew, unless it is open."
    )


def controls_of(row: Mapping[str, Any]) -> list[DossierControl]:
    """Return the controls that drew a dossier, as its row holds them."""
    return [
        DossierControl(
            control_id=strawberry.ID(control["control_id"]),
            drawn_at=_instant(control.get("drawn_at")),
            concluded_at=_instant(control.get("concluded_at")),
            refused=[_refused(piece) for piece in control.get("refused", ())],
            weighs=control["weighs"],
        )
        for control in row["controls"]
    ]


def in_control(row: Mapping[str, Any]) -> bool:
    return any("concluded_at" not in control for control in row["controls"])


def refused_pieces(row: Mapping[str, Any]) -> int:
    return sum(len(control.get("refused", ())) for control in row["controls"] if control["weighs"])


def _refused(piece: Mapping[str, Any]) -> RefusedPiece:
    reason = ReasonCode(piece["reason_code"])
    return RefusedPiece(piece=piece["piece"], reason_code=reason, reason_label=REASON_LABELS[reason])


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
