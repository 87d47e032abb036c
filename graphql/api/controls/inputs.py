"""Inputs of the mutations on sampled controls."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.commanding.inputs import Repeatable, Versioned, reference, value_of
from domain.controls.pieces import ReasonCode


@strawberry.input(description="A new control: a share of the dossiers that were certified in a period.")
class ControlOpenInput(Repeatable):
    name: str | None = value_of("What to call it; 200 characters at most. Mandatory.")
    period_from: date | None = value_of("First day of certification, in each dossier's territory. Mandatory.")
    period_until: date | None = value_of("Last day of certification, included. Mandatory.")
    territory: str | None = value_of(
        "The code of the only territory that it bears on; the whole country when left out."
    )
    share_percent: int | None = value_of("How many of a hundred dossiers to draw, rounded up: 1 to 100. Mandatory.")
    seed: str | None = value_of(
        "Refused: the draw follows from the first checkpoint signed after the control is announced, so that nobody can"
        " have picked the dossiers."
    )


@strawberry.input
class ControlChangeInput(Versioned):
    """An input on an existing control; used by other inputs only."""

    control_id: strawberry.ID = reference("The control.")


@strawberry.input
class ControlledPieceInput(ControlChangeInput):
    """An input on a piece of a drawn dossier; used by other inputs only."""

    dossier_id: strawberry.ID = reference("The dossier.")
    piece: str | None = value_of("The piece, named as in `ControlledPiece.piece`. Mandatory.")


@strawberry.input(
    description="A piece that is accepted or refused; a later judgement takes the place of an earlier one."
)
class ControlPieceJudgeInput(ControlledPieceInput):
    accepted: bool | None = value_of("Whether it is accepted. Mandatory.")
    reason_code: ReasonCode | None = value_of(
        "Why. Mandatory for a refusal; CONFORM, the default, for what is accepted."
    )
    comment: str | None = value_of("What there is to add; 2,000 characters at most. Mandatory for the reason OTHER.")


@strawberry.input(description="An answer to the refusal of a piece.")
class ControlAnswerInput(ControlledPieceInput):
    answer: str | None = value_of("What the structure answers; 2,000 characters at most. Mandatory.")


@strawberry.input(description="A control in which every piece is judged.")
class ControlCloseInput(ControlChangeInput):
    conclusion: str | None = value_of("What is concluded; 5,000 characters at most. Mandatory.")
