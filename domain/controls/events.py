"""What happens in a sampled control of certified dossiers, as recorded."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from domain.controls.pieces import ReasonCode
from domain.kernel.events import Event, FreeText, WordsErased, event


def _drawn_when_opened(data: dict[str, Any]) -> dict[str, Any]:
    """Controls were once drawn at once, from a seed that the auditor named and a population of the read side."""
    return {**data, "as_of": None}


@event("control.opened", "Contrôle par sondage annoncé", upcasters=(_drawn_when_opened,))
class ControlOpened(Event):
    """A share of the dossiers that were certified in a period, both days included, will be drawn.

    `territory` is None for the whole country. `population` is sorted: the dossiers whose certification stands as of the
    position `as_of` of the log (`domain.controls.population`). `seed` and `drawn` are those of controls that were drawn
    as they were opened, and None since.
    """

    name: FreeText = Field(title="nom")
    period_from: date = Field(title="période du")
    period_until: date = Field(title="période jusqu'au")
    territory: str | None = Field(title="territoire")
    share_percent: int = Field(title="part tirée (%)")
    seed: str | None = Field(title="graine du tirage")
    population: tuple[UUID, ...] = Field(title="dossiers de la période")
    drawn: tuple[UUID, ...] | None = Field(title="dossiers tirés au sort")
    as_of: int | None = Field(title="population à la position")


@event("control.drawn", "Dossiers du contrôle tirés au sort")
class ControlDrawn(Event):
    """The draw, from the first checkpoint signed after the control was announced: nobody could know it before.

    `seed` is the root of that checkpoint's tree, in the base64 of its third line. `drawn` is in the order of the draw:
    anybody can repeat it from the seed, the share and the population (`domain.controls.draw`).
    """

    checkpoint_size: int = Field(title="taille du point de contrôle")
    seed: str
    drawn: tuple[UUID, ...]


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


def _outcome_on_each_dossier(data: dict[str, Any]) -> dict[str, Any]:
    """The same fields. Since the second version the outcome is recorded on each dossier that was drawn."""
    return data


@event("control.closed", "Contrôle clos", upcasters=(_outcome_on_each_dossier,))
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
