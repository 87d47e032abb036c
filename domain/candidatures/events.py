"""What happens to a candidature, as recorded (docs/glossary.md, "Candidature Parent Ressource")."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.candidatures.missions import Mission
from domain.kernel.events import ERASED_WORDS, Event, PersonalMark, PersonalText, event
from domain.kernel.schools import Degree as Degree


@event("candidature.submitted", "Candidature déposée")
class CandidatureSubmitted(Event):
    """`person_id` is a pseudonym; its key encrypts the personal fields."""

    territory: str = Field(title="territoire")
    school_uai: str = Field(title="établissement")
    degree: Degree = Field(title="degré")
    person_id: UUID
    first_name: PersonalText = Field(title="prénom")
    last_name: PersonalText = Field(title="nom")
    email: PersonalText = Field(title="courriel")
    phone: PersonalText | None = Field(None, title="téléphone")
    motivation: PersonalText = Field(title="motivation")


@event("candidature.repeated", "Candidature envoyée pour une adresse qui en a déjà une")
class CandidatureRepeated(CandidatureSubmitted):
    """Somebody sent a candidature for an address and a school that have one already, the candidature `repeats`.

    The answer must not reveal whether the owner of an address volunteers, since nobody has proven that it is theirs. So
    it looks like that of a first candidature, in a stream of its own: a status, and a link, which act on this
    repetition and not on the first candidature. Nobody examines it. A letter with the link of the first candidature
    goes to the address.
    """

    repeats: UUID = Field(title="répète")


@event("candidature.opinion_given", "Avis du directeur donné")
class OpinionGiven(Event):
    person_id: UUID
    favourable: bool = Field(title="favorable")
    comment: PersonalText | None = Field(None, title="commentaire")


@event("candidature.validated", "Candidature validée")
class CandidatureValidated(Event):
    pass


@event("candidature.coordonnateur_informed", "Coordonnateur informé")
class CoordonnateurInformed(Event):
    """The validation was made known to the territory's coordonnateur, who makes contact."""

    territory: str


@event("candidature.rejected", "Candidature rejetée")
class CandidatureRejected(Event):
    person_id: UUID
    reason: PersonalText = Field(title="motif")


@event("candidature.withdrawn", "Candidature retirée")
class CandidatureWithdrawn(Event):
    person_id: UUID
    reason: PersonalText | None = None


@event("candidature.contact_recorded", "Contact pris par le coordonnateur")
class ContactRecorded(Event):
    """The coordonnateur has made contact. `on` is a day in the territory."""

    person_id: UUID
    on: date = Field(title="le")
    note: PersonalText | None = Field(None, title="note")


def _of_nobody(data: dict[str, Any]) -> dict[str, Any]:
    """Upcast version 1, in which the subject stood in clear."""
    return {"person_id": None, **data}


@event("candidature.training_recorded", "Formation suivie", upcasters=(_of_nobody,))
class TrainingRecorded(Event):
    person_id: UUID | None
    on: date
    subject: Annotated[str, PersonalMark(erased=ERASED_WORDS)] = Field(title="personne")


@event("candidature.accompaniment_recorded", "Accompagnement de parents noté")
class AccompanimentRecorded(Event):
    """How many parents a volunteer helped on a day, in one of the missions. None of them is named."""

    territory: str
    on: date
    mission: Mission = Field(title="mission")
    parents: int = Field(title="parents")


@event("candidature.accompaniment_corrected", "Accompagnement de parents corrigé")
class AccompanimentCorrected(Event):
    """A correction of a record of that volunteer. `number` is the version of the candidature that it made."""

    person_id: UUID
    number: int = Field(title="numéro")
    on: date
    mission: Mission = Field(title="mission")
    parents: int = Field(title="parents")
    reason: PersonalText = Field(title="motif")


@event("candidature.pix_certified", "Certification Pix obtenue")
class PixCertified(Event):
    """The volunteer has passed the Pix certification, which is free of charge."""

    on: date


@event("candidature.certificate_requested", "Attestation de bénévolat demandée")
class CertificateRequested(Event):
    pass


@event("candidature.certificate_issued", "Attestation de bénévolat délivrée")
class CertificateIssued(Event):
    """The certificate of volunteering; `number` stands on it."""

    number: str = Field(title="numéro")
    on: date


@event("candidature.personal_data_erased", "Données personnelles effacées")
class PersonalDataErased(Event):
    """The person's key is destroyed: text about them can never be read again."""

    person_id: UUID
