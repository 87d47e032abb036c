"""The questionnaire that parents answer: a versioned form (docs/guides/satisfaction.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.actors import Actor
from domain.kernel.errors import ErrorCode, Problem, broken, raise_any
from domain.kernel.events import Event, event
from domain.kernel.rights import Action, Belongings, authorize

#: The values of a SCALE.
SCALE = range(1, 6)
FEWEST_CHOICES, MOST_CHOICES, MOST_QUESTIONS = 2, 10, 20


class QuestionKind(StrEnum):
    SCALE = "SCALE"
    CHOICE = "CHOICE"
    TEXT = "TEXT"


class SatisfactionQuestion(BaseModel):
    """`choices` are those of a CHOICE; a SCALE and a TEXT have none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(title="texte")
    kind: QuestionKind = Field(title="genre")
    choices: tuple[str, ...] = Field((), title="choix")


@event("satisfaction_form.worded", "Questionnaire de satisfaction rédigé")
class SatisfactionFormWorded(Event):
    """`version` counts from 1; answers are recorded with the version that they answer."""

    version: int = Field(title="version")
    questions: tuple[SatisfactionQuestion, ...] = Field(title="questions")


@dataclass(frozen=True, slots=True)
class SatisfactionForm:
    """The questions of every version: the last is in force."""

    versions: tuple[tuple[SatisfactionQuestion, ...], ...] = ()

    @property
    def version(self) -> int:
        return len(self.versions)

    @property
    def questions(self) -> tuple[SatisfactionQuestion, ...]:
        return self.versions[-1] if self.versions else ()


def evolve(state: SatisfactionForm | None, originator_id: UUID, fact: Event) -> SatisfactionForm:
    assert isinstance(fact, SatisfactionFormWorded)
    return SatisfactionForm((*(state.versions if state else ()), fact.questions))


def word(state: SatisfactionForm, actor: Actor, questions: tuple[SatisfactionQuestion, ...]) -> list[Event]:
    authorize(actor, Action.SATISFACTION_FORM_WORD, Belongings())
    raise_any(problem for place, question in enumerate(questions) for problem in _problems(place, question))
    if not any(question.kind is not QuestionKind.TEXT for question in questions):
        raise broken("Le questionnaire compte au moins une question à échelle ou à choix.", "questions")
    if questions == state.questions:
        raise broken("Ces questions sont déjà celles du questionnaire en vigueur.", "questions")
    return [SatisfactionFormWorded(version=state.version + 1, questions=questions)]


def _problems(place: int, question: SatisfactionQuestion) -> list[Problem]:
    path, choices = ("questions", str(place), "choices"), question.choices
    number = place + 1
    if question.kind is not QuestionKind.CHOICE:
        wrong = f"Question {number} : seule une question à choix a des choix." if choices else None
    elif not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES:
        wrong = f"Question {number} : {FEWEST_CHOICES} à {MOST_CHOICES} choix attendus."
    else:
        twice = len({choice.casefold() for choice in choices}) < len(choices)
        wrong = f"Question {number} : deux choix sont les mêmes." if twice else None
    return [Problem(ErrorCode.RULE_BROKEN, wrong, path)] if wrong else []
