"""What happens in an action-research group (GRAF), as recorded."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, FreeText, PersonalText, WordsErased, event


@event("action_group.opened", "Groupe de recherche-action ouvert")
class ActionGroupOpened(Event):
    """`territory` is None for a group of the nation."""

    name: FreeText = Field(title="nom")
    territory: str | None = Field(title="territoire")
    theme: FreeText = Field(title="thème")


@event("action_group.member_joined", "Membre entré dans le groupe")
class MemberJoined(Event):
    """`person_id` is the pseudonym of the address. The profession outlives the person's data: it is what counts."""

    member_id: UUID = Field(title="membre")
    person_id: UUID
    first_name: PersonalText = Field(title="prénom")
    last_name: PersonalText = Field(title="nom")
    email: PersonalText = Field(title="courriel")
    profession: FreeText = Field(title="profession")


class MemberGone(Event):
    """A member is one no longer; used by other events only."""

    member_id: UUID


@event("action_group.member_left", "Membre sorti du groupe")
class MemberLeft(MemberGone):
    """The name stays until it is erased."""


@event("action_group.personal_data_erased", "Données personnelles d'un membre effacées")
class MemberErased(MemberGone):
    """The key of the member is destroyed; the profession stays."""

    person_id: UUID


@event("action_group.met", "Réunion du groupe")
class GroupMet(Event):
    """`professions` are those that were present, each once."""

    met_on: date = Field(title="réuni le")
    professions: tuple[FreeText, ...] = Field(title="professions présentes")
    outcome: FreeText = Field(title="production")


@event("action_group.corrected", "Nom ou thème du groupe corrigé")
class ActionGroupCorrected(Event):
    """A correction of the group's name and theme."""

    name: FreeText = Field(title="nom")
    theme: FreeText = Field(title="thème")
    reason: FreeText = Field(title="motif")


@event("action_group.meeting_corrected", "Réunion du groupe corrigée")
class MeetingCorrected(Event):
    """A correction of the record of a meeting. `number`: the first meeting that was recorded is 1."""

    number: int = Field(title="numéro")
    met_on: date = Field(title="réuni le")
    professions: tuple[FreeText, ...] = Field(title="professions présentes")
    outcome: FreeText = Field(title="production")
    reason: FreeText = Field(title="motif")

    @property
    def meeting(self) -> GroupMet:
        """Return the record as it now reads."""
        return GroupMet(met_on=self.met_on, professions=self.professions, outcome=self.outcome)


@event("action_group.lesson_linked", "Retour d'expérience du groupe publié")
class LessonLinked(Event):
    """A lesson of the group, published as a resource."""

    publication_id: UUID = Field(title="publication")


@event("action_group.closed", "Groupe de recherche-action clos")
class ActionGroupClosed(Event):
    conclusion: FreeText | None = Field(title="conclusion")


@event("action_group.words_erased", "Textes du groupe effacés")
class ActionGroupWordsErased(WordsErased):
    """Erased: its name and subject, professions, what meetings produced, reasons, the conclusion."""
