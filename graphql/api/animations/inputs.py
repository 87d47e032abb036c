"""Inputs of the mutations on animations."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.core.commanding.inputs import Repeatable, Signable, Versioned, reference, value_of

_LOCAL = (
    "in the local time of its territory: without offset (2027-01-15T18:00), or with the one that clocks have there that"
    " day (2027-01-15T18:00:00+01:00). In UTC, written with Z, it is an instant."
)


@strawberry.input
class AnimationContentInput(Repeatable):
    """The content that is declared about an animation; used by other inputs only."""

    title: str | None = value_of("Title, 200 characters at most. Mandatory.")
    description: str | None = value_of("What parents can expect, 5,000 characters at most. Mandatory.")
    starts_at: datetime | None = value_of(f"When it begins, {_LOCAL} Mandatory.")
    ends_at: datetime | None = value_of(f"When it ends, after its start, {_LOCAL} Mandatory.")
    venue_type: str | None = value_of("Code of a term of the kind VENUE_TYPE. Mandatory.")
    venue_name: str | None = value_of("Name of the place, 200 characters at most. Mandatory.")
    address: str | None = value_of("Postal address, 300 characters at most.")
    commune_code: str | None = value_of(
        "INSEE code of the commune, such as 34172 or 2A004: see `communes`. A former one becomes that of today. In"
        " another department than the territory's, `address` says why."
    )
    audience: str | None = value_of("Code of a term of the kind AUDIENCE. Mandatory.")
    type: str | None = value_of("Code of a term of the kind ANIMATION_TYPE. Mandatory.")
    themes: list[str] | None = value_of("Codes of one or two terms of the kind THEME, the main one first. Mandatory.")
    seats: int | None = value_of("How many can take part, 1 at least. Mandatory.")


@strawberry.input(description="A new animation, declared by its structure under a convention that covers its date.")
class AnimationCreateInput(AnimationContentInput):
    structure_id: strawberry.ID = reference("The structure that declares it: one that the token speaks for.")
    territory: str | None = value_of("Code of the territory where it takes place, such as 34, 2A or 971. Mandatory.")


@strawberry.input
class AnimationChangeInput(Versioned):
    """An input on an existing animation; used by other inputs only."""

    animation_id: strawberry.ID = reference("The animation.")


@strawberry.input(description="New values for an animation: what is left out stays as it is.")
class AnimationModifyInput(AnimationChangeInput, AnimationContentInput):
    structure_id: strawberry.ID | None = value_of("Only ever the structure it has: an animation never changes hands.")
    territory: str | None = value_of("Only ever the territory it has: elsewhere it is another animation.")


@strawberry.input(description="An animation to be published.")
class AnimationPublishInput(AnimationChangeInput):
    pass


@strawberry.input(description="An animation that is refused publication.")
class AnimationRefuseInput(AnimationChangeInput):
    reason: str | None = value_of("Why, for the structure to correct it; 2,000 characters at most. Mandatory.")


@strawberry.input(description="An animation that will not take place.")
class AnimationCancelInput(AnimationChangeInput):
    reason: str | None = value_of("Why, for those who wanted to come; 2,000 characters at most. Mandatory.")


@strawberry.input(description="A text of an animation that should never have been shown, and is corrected by now.")
class AnimationTextBlankInput(AnimationChangeInput):
    version: int | None = value_of(
        "A version of the animation at which it had that text, such as `subjectVersion` in the audit trail. Mandatory."
    )
    reason: str | None = value_of(
        "Why, for those who read history, without the words that are blanked; 2,000 characters at most. Mandatory."
    )


@strawberry.input(description="A new animation with the same content at new dates.")
class AnimationCloneInput(AnimationChangeInput):
    starts_at: datetime | None = value_of(f"When the new one begins, {_LOCAL} Mandatory.")
    ends_at: datetime | None = value_of(f"When the new one ends, after its start, {_LOCAL} Mandatory.")


@strawberry.input(description="Who came to an animation that has ended.")
class AnimationAttestInput(AnimationChangeInput, Signable):
    parents: int | None = value_of("How many parents were present. Mandatory.")
    children: int | None = value_of("How many children were present; 0, the default, where the type admits none.")
    answers: list[str] | None = value_of("Answers to the questions of the form in force, in their order.")


@strawberry.input(description="Corrected figures of an attestation; the first ones stay in history.")
class AttestationCorrectInput(AnimationAttestInput):
    reason: str | None = value_of("Why the first figures were wrong; 2,000 characters at most. Mandatory.")
