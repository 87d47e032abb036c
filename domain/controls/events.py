"""What happens in a sampled control of certified dossiers, as recorded."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from domain.controls.pieces import ReasonCode
from domain.kernel.events import Event, FreeText, WordsErased, event


@event("control.opened", "Contrôle par sondage ouvert")
class ControlOpened(Event):
    """A share of the dossiers that were certified in a period, both days included.

    `territory` is None for the whole country. `population` is sorted, `drawn` is in the order of the draw: anybody can
    repeat it from the seed, the share and the population (`domain.controls.draw`).
    """

    name: FreeText = Field(title="nom")
    period_from: date = Field(title="période du")
    period_until: date = Field(title="période jusqu'au")
    territory: str | None = Field(title="territoire")
    share_percent: int = Field(title="part tirée (%)")
    seed: str = Field(title="graine du tirage")
    population: tuple[UUID, ...] = Field(title="dossiers de la période")
    drawn: tuple[UUID, ...] = Field(title="dossiers tirés au sort")


@event("control.piece_judged", "Pièce contrôlée")
class PieceJudged(Event):
    """`piece` is a name of `domain.controls.pieces`. A later judgement of a piece replaces the earlier one."""

    dossier_id: UUID = Field(title="dossier")
    piece: str = Field(title="pièce")
    accepted: bool = Field(title="acceptées")
    reason_code: ReasonCode = Field(title="code du motif")
    comment: FreeText | None = Field(title="commentaire")


@event("control.answered", "Réponse de la structure au contrôle")
class ControlAnswered(Event):
    """The dossier's structure answered to the refusal of a piece."""

    dossier_id: UUID
    piece: str
    answer: FreeText = Field(title="réponse")


@event("control.closed", "Contrôle clos")
class ControlClosed(Event):
    """`accepted` and `refused` are the final numbers of pieces."""

    conclusion: FreeText = Field(title="conclusion")
    accepted: int
    refused: int = Field(title="refusées")


@event("control.words_erased", "Textes du contrôle effacés")
class ControlWordsErased(WordsErased):
    """Erased: the name and the conclusion."""


@event("control.piece_words_erased", "Textes sur une pièce contrôlée effacés")
class PieceWordsErased(WordsErased):
    """Erased: the comment on a piece and the structure's answer."""

    dossier_id: UUID
    piece: str
