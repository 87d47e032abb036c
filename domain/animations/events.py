"""What happens to an animation, as recorded (docs/glossary.md, "Life of an animation").

Events hold plain types: the limits of `AnimationContent` are today's rules for inputs, never for history.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from domain.kernel.events import OF_THE_THING, Event, FreeText, PersonalMark, WordsErased, event
from domain.kernel.identifiers import Uai
from domain.kernel.languages import LanguageCode
from domain.kernel.people import EmailAddress, Phone
from domain.kernel.validation import Address, CommuneCode, DeclaredInstant, Instant, Label, LongText, Seats
from domain.kernel.web_links import SecureLink
from domain.typology.codes import Accessibility, AnimationType, Audience, Theme, VenueType

#: The contact and the link: gone once the thing's words are erased.
_Sealed = Annotated[str, PersonalMark(OF_THE_THING)]


class AnimationDetails(BaseModel):
    """The declared content of an animation. Instants carry the territory's offset; the first theme is the main one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(title="titre")
    description: FreeText = Field(title="description")
    starts_at: Instant = Field(title="début")
    ends_at: Instant = Field(title="fin")
    venue_type: str = Field(title="type de lieu")
    venue_name: FreeText = Field(title="lieu")
    address: FreeText | None = Field(None, title="adresse")
    commune_code: str | None = Field(None, title="commune")
    audience: str = Field(title="public")
    type: str = Field(title="type")
    themes: tuple[str, ...] = Field(title="thèmes")
    seats: int = Field(title="places")
    contact_phone: _Sealed | None = Field(None, title="téléphone du contact")
    contact_email: _Sealed | None = Field(None, title="courriel du contact")
    contact_hours: _Sealed | None = Field(None, title="horaires du contact")
    online_link: _Sealed | None = Field(None, title="lien de connexion")
    accessibility: tuple[str, ...] = Field((), title="accessibilité")
    languages: tuple[str, ...] = Field((), title="langues")
    school: str | None = Field(None, title="établissement")


def _once_each(values: object) -> object:
    """Drop what is repeated; null is an empty list."""
    if values is None:
        return ()
    return list(dict.fromkeys(values)) if isinstance(values, list | tuple) and _are_texts(values) else values


def _are_texts(values: list[object] | tuple[object, ...]) -> bool:
    return all(isinstance(value, str) for value in values)


class AnimationContent(AnimationDetails):
    """`AnimationDetails` within today's limits, as commands take them."""

    title: Label
    description: LongText
    starts_at: DeclaredInstant
    ends_at: DeclaredInstant
    venue_type: VenueType
    venue_name: Label
    address: Address | None = None
    commune_code: CommuneCode | None = None
    audience: Audience
    type: AnimationType
    themes: Annotated[tuple[Theme, ...], Field(min_length=1, max_length=2)]
    seats: Seats
    contact_phone: Phone | None = None
    contact_email: EmailAddress | None = None
    contact_hours: Label | None = None
    online_link: SecureLink | None = None
    accessibility: Annotated[tuple[Accessibility, ...], Field(max_length=10), BeforeValidator(_once_each)] = ()
    languages: Annotated[tuple[LanguageCode, ...], Field(max_length=10), BeforeValidator(_once_each)] = ()
    school: Uai | None = None

    @field_validator("languages")
    @classmethod
    def _each_language_once(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(languages))

    @field_validator("themes")
    @classmethod
    def _distinct(cls, themes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(themes)) < len(themes):
            raise ValueError("le thème secondaire doit différer du thème principal")
        return themes


def _nothing_beside(data: dict[str, Any]) -> dict[str, Any]:
    unsaid = dict.fromkeys(("contact_phone", "contact_email", "contact_hours", "online_link"))
    return {**data, **unsaid, "accessibility": [], "languages": []}


def _no_school(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "school": None}


@event("animation.created", "Animation déclarée", upcasters=(_nothing_beside, _no_school))
class AnimationCreated(Event, AnimationDetails):
    """Declared for publication. `cloned_from` names the source of a clone; `declared_late`: after its start."""

    structure_id: UUID
    convention_id: UUID = Field(title="convention")
    territory: str = Field(title="territoire")
    time_zone: str
    declared_late: bool = Field(title="déclarée après son début")
    cloned_from: UUID | None = Field(None, title="copie de")


@event("animation.joined_series", "Animation mise dans une série")
class AnimationJoinedSeries(Event):
    """Declared as a copy of another at one of several dates. The series has the id of the first of them."""

    series_id: UUID = Field(title="série")


@event("animation.repeated", "Animation répétée à d'autres dates")
class AnimationRepeated(Event):
    """Copies of it were declared at other dates, in the order of `animation_ids`; all are one series from now on."""

    series_id: UUID
    animation_ids: tuple[UUID, ...] = Field(title="animations")


@event("animation.modified", "Animation modifiée", upcasters=(_nothing_beside, _no_school))
class AnimationModified(Event, AnimationDetails):
    """The whole content as it stands from now on; `changed` names the fields that are new."""

    convention_id: UUID
    changed: tuple[str, ...]


@event("animation.resubmitted", "Animation soumise à nouveau")
class AnimationResubmitted(Event):
    """A refused animation was corrected: it waits for publication again."""


@event("animation.published", "Animation publiée")
class AnimationPublished(Event):
    pass


@event("animation.refused", "Animation refusée")
class AnimationRefused(Event):
    reason: FreeText = Field(title="motif")


@event("animation.cancelled", "Animation annulée")
class AnimationCancelled(Event):
    reason: FreeText


@event("animation.volunteers_named", "Parents ressources de l'animation indiqués")
class AnimationVolunteersNamed(Event):
    """All the Parents Ressource who take part from now on, by their candidatures: their names stand there alone."""

    volunteers: tuple[UUID, ...] = Field(title="parents ressources")


@event("animation.words_erased", "Textes de l'animation effacés")
class AnimationWordsErased(WordsErased):
    """Erased: description, place, reasons, answers. The title stays, as the thing's name."""


@event("animation.text_blanked", "Ancien texte de l'animation masqué")
class AnimationTextBlanked(Event):
    """The text that was the animation's at `version` is not shown any more, but to the national team and auditors."""

    version: int
    reason: FreeText


@event("animation.ended", "Fin de l'animation constatée")
class AnimationEnded(Event):
    """Recorded once its end has passed: the structure is invited to fill in the attestation."""


@event("animation.suspended", "Animation suspendue : aucune convention ne la couvre plus")
class AnimationSuspended(Event):
    """Recorded when its convention ended before its day, and no other covers it: nobody can register until one does."""

    convention_id: UUID


@event("animation.resumed", "Animation de nouveau couverte par une convention")
class AnimationResumed(Event):
    """Recorded when it comes under that convention."""

    convention_id: UUID


@event("animation.attested", "Présence attestée")
class AnimationAttested(Event):
    """The structure declared who came. `form_version` is the version of the answered questions."""

    parents: int = Field(title="parents")
    children: int = Field(title="enfants")
    form_version: int = Field(title="version des questions")
    answers: tuple[FreeText, ...] = Field(title="réponses")


@event("animation.gathered", "Animation rassemblée dans un dossier de service fait")
class AnimationGathered(Event):
    """The animation is part of a service dossier, and of no other until it is released."""

    dossier_id: UUID = Field(title="dossier")


@event("animation.released", "Animation retirée d'un dossier de service fait")
class AnimationReleased(Event):
    """The dossier was sent back, or no longer gathers the animation."""

    dossier_id: UUID


def _the_only_page(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "likenesses": [], "replaces": None, "reason": None}


@event("animation.sheet_attached", "Liste d'émargement signée jointe", upcasters=(_the_only_page,))
class AttendanceSheetAttached(Event):
    """A page of the signed sheet, kept outside the log under its `sha256` (hexadecimal); `size` in bytes.

    `likenesses` are what the same scan saved again is found by. The page takes the place of those that it `replaces`,
    for a `reason`; of all of them where that is None, as in the oldest events.
    """

    file_name: str = Field(title="fichier")
    media_type: str = Field(title="format")
    size: int = Field(title="octets")
    sha256: str = Field(title="empreinte SHA-256")
    likenesses: tuple[str, ...] = Field(title="empreintes visuelles")
    replaces: tuple[str, ...] | None = Field(title="à la place de")
    reason: FreeText | None


@event("animation.sheet_withdrawn", "Page de la liste d'émargement retirée")
class AttendanceSheetWithdrawn(Event):
    """A page of the signed sheet that was attached by mistake."""

    sha256: str
    reason: FreeText


@event("animation.attestation_corrected", "Attestation corrigée")
class AttestationCorrected(Event):
    """Never an edit: the corrected figures stand beside the first ones, with the reason."""

    parents: int
    children: int
    form_version: int
    answers: tuple[FreeText, ...]
    reason: FreeText
