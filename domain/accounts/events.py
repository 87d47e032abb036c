"""What happens to accounts: who is given what to speak for, and until when (docs/glossary.md, "Who acts").

One stream for each person who signs in. A mandate is a role with its reach; it ends at its `until`, or when somebody
ends it. `subject` is the subject of the person's token.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, PersonalText, event
from domain.kernel.validation import Instant


class MandateGiven(Event):
    """The fields that all mandates share."""

    mandate_id: UUID = Field(title="mandat")
    person_id: UUID
    subject: PersonalText = Field(title="personne")


@event("account.coordonnateur_appointed", "Coordonnateur nommé")
class CoordonnateurAppointed(MandateGiven):
    territories: tuple[str, ...] = Field(title="territoires")


@event("account.school_staff_bound", "Personnel rattaché à ses établissements")
class SchoolStaffBound(MandateGiven):
    """`staff_role` is director, inspector, head or teacher; `territory` is where the schools are."""

    staff_role: str = Field(title="fonction")
    territory: str = Field(title="territoire")
    schools: tuple[str, ...] = Field(title="établissements")


@event("account.auditor_admitted", "Auditeur admis jusqu'à une date")
class AuditorAdmitted(MandateGiven):
    """Admitted to read until that instant (excluded)."""

    until: Instant = Field(title="jusqu'au")


@event("account.speaker_joined", "Personne habilitée à parler pour la structure")
class SpeakerJoined(MandateGiven):
    """The person accepted an invitation to speak for the structure's single account."""

    structure_id: UUID
    invitation_id: UUID = Field(title="invitation")


@event("account.mediateur_registered", "Médiateur inscrit")
class MediateurRegistered(MandateGiven):
    """The person registered themself with a structure from the list; the structure confirms by `MediateurAccepted`."""

    structure_id: UUID


@event("account.mediateur_accepted", "Médiateur accepté")
class MediateurAccepted(Event):
    """Recorded when the structure confirmed its médiateur, who may now register others."""

    mandate_id: UUID


@event("account.mandate_ended", "Mandat terminé")
class MandateEnded(Event):
    mandate_id: UUID


@event("account.mail_preferences_set", "Préférences d'e-mail indiquées")
class MailPreferencesSet(Event):
    """The person's address for letters, their inboxes and their muted kinds. Without an address they get no letters.

    `person_id` is a pseudonym of the address, whose key seals it; of the account's person where there is none.
    """

    person_id: UUID
    email: PersonalText | None = Field(None, title="courriel")
    recipients: tuple[str, ...] = Field(title="boîtes")
    muted: tuple[str, ...] = Field(title="sans e-mail pour")


@event("account.personal_data_erased", "Données personnelles du compte effacées")
class AccountErased(Event):
    """The person's key is destroyed, and all their mandates are ended."""

    person_id: UUID


@event("invitation.sent", "Invitation envoyée")
class InvitationSent(Event):
    """`person_id` is a pseudonym of the address."""

    structure_id: UUID
    territories: tuple[str, ...]
    person_id: UUID
    email: PersonalText


@event("invitation.accepted", "Invitation acceptée")
class InvitationAccepted(Event):
    mandate_id: UUID


@event("invitation.revoked", "Invitation retirée")
class InvitationRevoked(Event):
    pass


@event("invitation.personal_data_erased", "Données personnelles de l'invitation effacées")
class InvitationErased(Event):
    """The address can never be read again. If the invitation was open, it is closed."""

    person_id: UUID
