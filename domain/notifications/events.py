"""Letters that reached nobody, as recorded: one stream for each subject of letters."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, event


class LetterAbout(StrEnum):
    """The kind of thing whose address the letter was sent to."""

    REGISTRATION = "registration"
    CONTACT = "contact"
    CANDIDATURE = "candidature"
    INVITATION = "invitation"


class Unreached(StrEnum):
    """Why the letter reached nobody."""

    REFUSED = "refused"
    UNUSABLE = "unusable"
    EXPIRED = "expired"
    GIVEN_UP = "given_up"
    #: A text message, to somebody without an e-mail address.
    TEXT = "text"


@event("letter.refused", "Lettre refusée : personne n'est joint par courriel")
class LetterRefused(Event):
    """The person must be reached in some other way. `about_id`: a registration, contact, candidature, invitation."""

    about: LetterAbout = Field(title="lettre au sujet de")
    about_id: UUID = Field(title="identifiant du destinataire")
    animation_id: UUID | None = Field(None, title="animation")
    reason: Unreached = Field(title="motif")
