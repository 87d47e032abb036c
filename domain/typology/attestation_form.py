"""The attestation's further questions: a versioned form (docs/glossary.md, "Life of an animation")."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import Field

from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event, event
from domain.kernel.rights import Action, Belongings, authorize


@event("attestation_form.worded", "Questions de l'attestation rédigées")
class FormWorded(Event):
    """`version` counts from 1; an attestation records the version that it answers."""

    version: int = Field(title="version")
    questions: tuple[str, ...] = Field(title="questions")


@dataclass(frozen=True, slots=True)
class AttestationForm:
    version: int = 0
    questions: tuple[str, ...] = ()


def evolve(state: AttestationForm | None, originator_id: UUID, fact: Event) -> AttestationForm:
    assert isinstance(fact, FormWorded)
    return AttestationForm(fact.version, fact.questions)


def word(state: AttestationForm, actor: Actor, questions: tuple[str, ...]) -> list[Event]:
    authorize(actor, Action.ATTESTATION_FORM_WORD, Belongings())
    if questions == state.questions:
        raise broken("Ces questions sont déjà celles du formulaire en vigueur.", "questions")
    return [FormWorded(version=state.version + 1, questions=questions)]
