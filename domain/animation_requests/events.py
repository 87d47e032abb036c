"""What happens to a school's request for an animation, as recorded (docs/glossary.md, "A school asks")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, FreeText, WordsErased, event


@event("animation_request.sent", "Animation demandée par un établissement")
class RequestSent(Event):
    """`structures` are those that it goes to, beside the coordonnateur: those that work around the school."""

    school: str = Field(title="établissement")
    territory: str = Field(title="territoire")
    theme: str = Field(title="thème")
    audience: str = Field(title="public")
    wished_from: date = Field(title="souhaitée à partir du")
    wished_until: date = Field(title="souhaitée jusqu'au")
    text: FreeText = Field(title="texte")
    structures: tuple[UUID, ...] = Field(title="structures")


@event("animation_request.taken_up", "Demande prise en charge par une structure")
class RequestTakenUp(Event):
    structure_id: UUID


@event("animation_request.given_back", "Demande rendue par la structure qui l'avait prise en charge")
class RequestGivenBack(Event):
    """Recorded when the request is open to other structures again."""

    structure_id: UUID
    reason: FreeText = Field(title="motif")


@event("animation_request.answered", "Animation déclarée en réponse à la demande")
class RequestAnswered(Event):
    structure_id: UUID
    animation_id: UUID = Field(title="animation")


class ReopeningCause(StrEnum):
    """Why the animation of an answered request answers it no longer."""

    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    OTHER_SCHOOL = "OTHER_SCHOOL"


CAUSE_LABELS: Mapping[ReopeningCause, str] = {
    ReopeningCause.CANCELLED: "L'animation qui y répondait est annulée.",
    ReopeningCause.REFUSED: "L'animation qui y répondait n'est pas publiée : l'équipe nationale l'a refusée.",
    ReopeningCause.OTHER_SCHOOL: "L'animation qui y répondait ne nomme plus l'établissement.",
}


@event("animation_request.reopened", "Demande de nouveau à satisfaire : son animation n'y répond plus")
class RequestReopened(Event):
    """The structure that has taken it up still has it: it declares another animation, or gives the request back."""

    animation_id: UUID = Field(title="animation")
    because: ReopeningCause = Field(title="cause")


@event("animation_request.declined", "Demande déclinée")
class RequestDeclined(Event):
    """Recorded when the coordonnateur says that nobody can answer it."""

    reason: FreeText


@event("animation_request.withdrawn", "Demande retirée par l'établissement")
class RequestWithdrawn(Event):
    reason: FreeText | None = None


@event("animation_request.lapsed", "Demande restée sans réponse")
class RequestLapsed(Event):
    """The period that was wished for is over, and no animation answers it."""


@event("animation_request.words_erased", "Textes de la demande effacés")
class RequestWordsErased(WordsErased):
    """Erased: what was asked for in words, and reasons."""
