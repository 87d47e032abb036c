"""What happens to a candidature, as recorded (docs/glossary.md, "Candidature Parent Ressource")."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from domain.kernel.events import ERASED_WORDS, Event, PersonalMark, PersonalText, event


class Degree(StrEnum):
    FIRST = "FIRST"
    SECOND = "SECOND"


@event("candidature.submitted")
class CandidatureSubmitted(Event):
    """`person_id` is a pseudonym: whose key encrypts the personal fields."""

    territory: str
    school_uai: str
    degree: Degree
    person_id: UUID
    first_name: PersonalText
    last_name: PersonalText
    email: PersonalText
    phone: PersonalText | None = None
    motivation: PersonalText


@event("candidature.opinion_given")
class OpinionGiven(Event):
    person_id: UUID
    favourable: bool
    comment: PersonalText | None = None


@event("candidature.validated")
class CandidatureValidated(Event):
    pass


@event("candidature.coordonnateur_informed")
class CoordonnateurInformed(Event):
    """The validation was made known to the territory's coordonnateur, who makes contact."""

    territory: str


@event("candidature.rejected")
class CandidatureRejected(Event):
    person_id: UUID
    reason: PersonalText


@event("candidature.withdrawn")
class CandidatureWithdrawn(Event):
    person_id: UUID
    reason: PersonalText | None = None


@event("candidature.contact_recorded")
class ContactRecorded(Event):
    """The coordonnateur has made contact. `on` is a day in the territory."""

    person_id: UUID
    on: date
    note: PersonalText | None = None


def _of_nobody(data: dict[str, Any]) -> dict[str, Any]:
    """The subject stood in clear."""
    return {"person_id": None, **data}


@event("candidature.training_recorded", upcasters=(_of_nobody,))
class TrainingRecorded(Event):
    person_id: UUID | None
    on: date
    subject: Annotated[str, PersonalMark(erased=ERASED_WORDS)]


@event("candidature.pix_certified")
class PixCertified(Event):
    """The volunteer has passed the Pix certification, which is free of charge."""

    on: date


@event("candidature.certificate_requested")
class CertificateRequested(Event):
    pass


@event("candidature.certificate_issued")
class CertificateIssued(Event):
    """The certificate of volunteering; `number` stands on it."""

    number: str
    on: date


@event("candidature.personal_data_erased")
class PersonalDataErased(Event):
    """The person's key is destroyed: what was written about them can never be read again."""

    person_id: UUID
