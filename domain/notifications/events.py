"""A letter that reached nobody, as recorded: one stream for each thing that somebody is written to about."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from domain.kernel.events import Event, event


class LetterAbout(StrEnum):
    """Whose address it was sent to."""

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


@event("letter.refused")
class LetterRefused(Event):
    """The person must be reached in some other way. `about_id`: a registration, contact, candidature, invitation."""

    about: LetterAbout
    about_id: UUID
    animation_id: UUID | None = None
    reason: Unreached
