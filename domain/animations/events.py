"""What happens to an animation, as recorded (docs/glossary.md, "Life of an animation").

Events hold plain types: the limits of `AnimationContent` are today's rules for what comes in, never for history.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.kernel.events import Event, SaidText, WordsErased, event
from domain.kernel.validation import (
    Address,
    Code,
    CommuneCode,
    DeclaredInstant,
    Instant,
    Label,
    LongText,
    Seats,
)


class AnimationDetails(BaseModel):
    """What is declared about an animation. Instants carry the territory's offset; the first theme is the main one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    description: SaidText
    starts_at: Instant
    ends_at: Instant
    venue_type: str
    venue_name: SaidText
    address: SaidText | None = None
    commune_code: str | None = None
    audience: str
    type: str
    themes: tuple[str, ...]
    seats: int


class AnimationContent(AnimationDetails):
    """`AnimationDetails` within today's limits: what a command may bring."""

    title: Label
    description: LongText
    starts_at: DeclaredInstant
    ends_at: DeclaredInstant
    venue_type: Code
    venue_name: Label
    address: Address | None = None
    commune_code: CommuneCode | None = None
    audience: Code
    type: Code
    themes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=2)]
    seats: Seats

    @field_validator("themes")
    @classmethod
    def _distinct(cls, themes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(themes)) < len(themes):
            raise ValueError("le thème secondaire doit différer du thème principal")
        return themes


@event("animation.created")
class AnimationCreated(Event, AnimationDetails):
    """Declared for publication. `cloned_from` names the source of a clone; `declared_late`: after its start."""

    structure_id: UUID
    convention_id: UUID
    territory: str
    time_zone: str
    declared_late: bool
    cloned_from: UUID | None = None


@event("animation.modified")
class AnimationModified(Event, AnimationDetails):
    """The whole content as it stands from now on; `changed` names the fields that are new."""

    convention_id: UUID
    changed: tuple[str, ...]


@event("animation.resubmitted")
class AnimationResubmitted(Event):
    """A refused animation was corrected: it waits for publication again."""


@event("animation.published")
class AnimationPublished(Event):
    pass


@event("animation.refused")
class AnimationRefused(Event):
    reason: SaidText


@event("animation.cancelled")
class AnimationCancelled(Event):
    reason: SaidText


@event("animation.words_erased")
class AnimationWordsErased(WordsErased):
    """Description, place, reasons, answers. The title stays: it is what the thing is called."""


@event("animation.ended")
class AnimationEnded(Event):
    """Its end has passed: the structure is invited to fill in the attestation."""


@event("animation.attested")
class AnimationAttested(Event):
    """The structure's declaration of who came. `form_version` is that of the questions answered."""

    parents: int
    children: int
    form_version: int
    answers: tuple[SaidText, ...]


@event("animation.gathered")
class AnimationGathered(Event):
    """A service dossier holds the animation from now on: no other may, until it is released."""

    dossier_id: UUID


@event("animation.released")
class AnimationReleased(Event):
    """The dossier was sent back, or gathers the animation no more."""

    dossier_id: UUID


@event("animation.sheet_attached")
class AttendanceSheetAttached(Event):
    """The signed sheet, kept outside the log under its `sha256` (hexadecimal); `size` in bytes. The latest holds."""

    file_name: str
    media_type: str
    size: int
    sha256: str


@event("animation.attestation_corrected")
class AttestationCorrected(Event):
    """Never an edit: the corrected figures stand beside the first ones, with the reason."""

    parents: int
    children: int
    form_version: int
    answers: tuple[SaidText, ...]
    reason: SaidText
