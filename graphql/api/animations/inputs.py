"""Inputs of the mutations on animations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from api.core.commanding.inputs import Repeatable, Signable, Versioned, patch_of, reference, value_of

LOCAL = (
    "in the local time of its territory: without offset (2027-01-15T18:00), or with the one that clocks have there that"
    " day (2027-01-15T18:00:00+01:00). In UTC, written with Z, it is an instant."
)


@strawberry.input(description="Whom to call or write to about an animation, all of it anew.")
class AnimationContactInput:
    phone: str | None = value_of("The telephone number.")
    email: str | None = value_of("The e-mail address, which answers to letters reach.")
    hours: str | None = value_of("When one may call: « du lundi au vendredi, de 9 h à 17 h », 200 characters at most.")


@strawberry.input
class AnimationContentInput(Repeatable):
    """The content that is declared about an animation; used by other inputs only."""

    title: str | None = value_of("Title, 200 characters at most. Mandatory.")
    description: str | None = value_of("What parents can expect, 5,000 characters at most. Mandatory.")
    starts_at: datetime | None = value_of(f"When it begins, {LOCAL} Mandatory.")
    ends_at: datetime | None = value_of(f"When it ends, after its start, {LOCAL} Mandatory.")
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
    contact: AnimationContactInput | None = value_of(
        "Whom to call about it. What it leaves out is the contact of its structure, see `structureContactSet`."
    )
    online_link: str | None = value_of(
        "Where to join what takes place on the web (venue type `en-ligne`), with https://. It is shown to who has a"
        " seat and to who answers for the animation, never publicly."
    )
    accessibility: list[str] | None = value_of(
        "What it offers to people with a disability: codes of terms of the kind ACCESSIBILITY, 10 at most."
    )
    languages: list[str] | None = value_of(
        "The languages that are spoken there, 10 at most, by their ISO 639 codes, such as fr, ar or fsl."
    )
    school: str | None = value_of(
        "UAI of the school that it is held in, or for whose parents it is: see `schools`. One of the territory."
    )


def with_contact(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of an input with the parts of its contact each under a name of its own; null takes all away."""
    if "contact" not in values:
        return values
    others = dict(values)
    contact = others.pop("contact")
    parts = patch_of(contact) if contact else {}
    return others | {f"contact_{name}": parts.get(name) for name in ("phone", "email", "hours")}


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


@strawberry.input(description="The Parents Ressource who take part in an animation.")
class AnimationVolunteersNameInput(AnimationChangeInput):
    candidature_ids: list[strawberry.ID] | None = value_of("All of them, 20 at most, by their candidatures. Mandatory.")


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
    starts_at: datetime | None = value_of(f"When the new one begins, {LOCAL} Mandatory.")
    ends_at: datetime | None = value_of(f"When the new one ends, after its start, {LOCAL} Mandatory.")


@strawberry.input(description="Who came to an animation that has ended.")
class AnimationAttestInput(AnimationChangeInput, Signable):
    parents: int | None = value_of("How many parents were present. Mandatory.")
    children: int | None = value_of("How many children were present; 0, the default, where the type admits none.")
    answers: list[str] | None = value_of("Answers to the questions of the form in force, in their order.")


@strawberry.input(description="Corrected figures of an attestation; the first ones stay in history.")
class AttestationCorrectInput(AnimationAttestInput):
    reason: str | None = value_of("Why the first figures were wrong; 2,000 characters at most. Mandatory.")
