"""What happens in a sampled control of certified dossiers, as recorded."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.controls.pieces import ReasonCode
from domain.kernel.events import Event, SaidText, WordsErased, event


@event("control.opened")
class ControlOpened(Event):
    """A share of the dossiers that were certified in a period, both days included.

    `territory`: None for the whole country. `population` is sorted, `drawn` is in the order of the draw: who knows the
    seed, the share and the population finds the same (see `control_draw`).
    """

    name: SaidText
    period_from: date
    period_until: date
    territory: str | None
    share_percent: int
    seed: str
    population: tuple[UUID, ...]
    drawn: tuple[UUID, ...]


@event("control.piece_judged")
class PieceJudged(Event):
    """`piece` as in `control_pieces`. A later judgement of the same piece takes the place of an earlier one."""

    dossier_id: UUID
    piece: str
    accepted: bool
    reason_code: ReasonCode
    comment: SaidText | None


@event("control.answered")
class ControlAnswered(Event):
    """What the dossier's structure says to the refusal of a piece."""

    dossier_id: UUID
    piece: str
    answer: SaidText


@event("control.closed")
class ControlClosed(Event):
    """`accepted` and `refused`: how many pieces were, in the end."""

    conclusion: SaidText
    accepted: int
    refused: int


@event("control.words_erased")
class ControlWordsErased(WordsErased):
    """What it was called, and the conclusion."""


@event("control.piece_words_erased")
class PieceWordsErased(WordsErased):
    """The comment on a piece, and what the structure answered."""

    dossier_id: UUID
    piece: str
