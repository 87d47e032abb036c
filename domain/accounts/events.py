"""What happens to accounts: who is given what to speak for, and until when (docs/glossary.md, "Who acts").

One stream for each person who signs in. A mandate is a role with what it reaches; it ends by itself where it was given
until an instant, or when somebody ends it. `subject` is what the person's token calls them.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, PersonalText, event
from domain.kernel.validation import Instant


class MandateGiven(Event):
    """The part that all mandates share."""

    mandate_id: UUID = Field(title="mandat")
    person_id: UUID
    subject: PersonalText = Field(title="personne")


@event("account.coordonnateur_appointed", "Coordonnateur nommé")
class CoordonnateurAppointed(MandateGiven):
    territories: tuple[str, ...] = Field(title="territoires")


@event("account.school_staff_bound", "Personnel rattaché à ses établissements")
class SchoolStaffBound(MandateGiven):
    """`staff_role` is director, inspector or head; `territory` is where the schools are."""

    staff_role: str = Field(title="fonction")
    territory: str = Field(title="territoire")
    schools: tuple[str, ...] = Field(title="établissements")


@event("account.auditor_admitted", "Auditeur admis jusqu'à une date")
class AuditorAdmitted(MandateGiven):
    """To read, until that instant and not at it."""

    until: Instant = Field(title="jusqu'au")


@event("account.speaker_joined", "Personne habilitée à parler pour la structure")
class SpeakerJoined(MandateGiven):
    """By an invitation, the person speaks for the structure's single account."""

    structure_id: UUID
    invitation_id: UUID = Field(title="invitation")


@event("account.mediateur_registered", "Médiateur inscrit")
class MediateurRegistered(MandateGiven):
    """By themself, having chosen the structure in the list: what the structure says to it is `MediateurAccepted`."""

    structure_id: UUID


@event("account.mediateur_accepted", "Médiateur accepté")
class MediateurAccepted(Event):
    """By the structure that the person chose: they are its médiateur, and may register others."""

    mandate_id: UUID


@event("account.mandate_ended", "Mandat terminé")
class MandateEnded(Event):
    mandate_id: UUID


@event("account.mail_preferences_set", "Préférences d'e-mail indiquées")
class MailPreferencesSet(Event):
    """Where the person wants to be written to, of which inboxes, and of which kinds not. No address: not at all.

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
    """The address can never be read again. An invitation that was still open is so no more."""

    person_id: UUID
