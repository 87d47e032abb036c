"""Answers as history holds them: packets of at least five, in which nothing is told of fewer.

Every figure is a sum over whole packets. What can be worked out from any number of figures, by filters, over time, by
subtracting them from each other, is therefore again about whole packets (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.actors import Actor
from domain.kernel.errors import broken, quantity
from domain.kernel.events import Event, event
from domain.kernel.rights import Action, Belongings, authorize
from domain.satisfaction.answering import ANSWERS, Tally
from domain.satisfaction.form import MOST_CHOICES, SCALE, QuestionKind, SatisfactionQuestion

#: Figures that rest on fewer answers are not told. Counts of choices are multiples of it.
FEWEST_ANSWERS = 5

#: Draws, for a question and a choice, a number from 0 (included) to 1 (excluded).
Draw = Callable[[int, int], float]


class QuestionResult(BaseModel):
    """How a packet answers a question.

    `total` is the sum of the grades of a SCALE. `counts` are those of the choices of a CHOICE, each rounded at random
    to a multiple of five, and `answers` is then their sum. Of a TEXT nothing is told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(title="numéro")
    answers: int = Field(title="réponses")
    total: int = Field(0, title="total")
    counts: tuple[int, ...] = Field((), title="réponses par choix", max_length=MOST_CHOICES)


@event("satisfaction.answers_recorded", "Réponses au questionnaire de satisfaction enregistrées")
class AnswersRecorded(Event):
    """At least five people answered the questionnaire: of one animation, or of several of a structure that had fewer.

    Who they are, when they answered, which answers belong together and what they wrote is recorded nowhere.
    `day` is the local day of the animation, or of the last of them.
    """

    animation_id: UUID | None = Field(title="animation")
    structure_id: UUID
    territory: str = Field(title="territoire")
    type: str | None = Field(title="type")
    themes: tuple[str, ...] = Field(title="thèmes")
    day: date = Field(title="jour")
    form_version: int = Field(title="version des questions")
    answer_count: int = Field(title="nombre de réponses")
    results: tuple[QuestionResult, ...] = Field(title="résultats")


@dataclass(frozen=True, slots=True)
class RecordedAnswers:
    answers: int = 0


def evolve(state: RecordedAnswers | None, originator_id: UUID, fact: Event) -> RecordedAnswers:
    assert isinstance(fact, AnswersRecorded)
    return RecordedAnswers((state.answers if state else 0) + fact.answer_count)


def results(questions: Sequence[SatisfactionQuestion], tally: Tally, draw: Draw) -> tuple[QuestionResult, ...]:
    """Return what may be told of a packet with this tally."""
    return tuple(_result(number, question, tally, draw) for number, question in enumerate(questions, start=1))


def _result(number: int, question: SatisfactionQuestion, tally: Tally, draw: Draw) -> QuestionResult:
    if question.kind is QuestionKind.SCALE:
        counts = [tally.get(f"{number}:{grade}", 0) for grade in SCALE]
        total = sum(grade * count for grade, count in zip(SCALE, counts, strict=True))
        return QuestionResult(number=number, answers=sum(counts), total=total)
    rounded = tuple(
        _rounded(tally.get(f"{number}:{choice}", 0), draw(number, choice)) for choice in range(len(question.choices))
    )
    return QuestionResult(number=number, answers=sum(rounded), counts=rounded)


def _rounded(count: int, drawn: float) -> int:
    """Round down or up to a multiple of five, up as often as leaves the mean where it is (Statistics Canada)."""
    whole, rest = divmod(count, FEWEST_ANSWERS)
    return FEWEST_ANSWERS * (whole + (drawn * FEWEST_ANSWERS < rest))


def shared_out(people: int, counts: Sequence[int]) -> tuple[int, ...]:
    """Return how many of these people chose what, in the proportions of rounded counts: together, all of them.

    Shares are rounded by largest remainder. It rests on figures that may be told, and so tells no more than they do.
    """
    whole = sum(counts)
    if not whole:
        return (0,) * len(counts)
    shares, rests = zip(*(divmod(people * count, whole) for count in counts), strict=True)
    # The earlier of two choices with equal remainders wins.
    first = sorted(range(len(counts)), key=lambda place: -rests[place])[: people - sum(shares)]
    return tuple(share + (place in first) for place, share in enumerate(shares))


def record(packet: AnswersRecorded, questions: int, actor: Actor) -> list[Event]:
    """Record a packet of a form with that many questions. Only the system does, and never one that tells too much."""
    belongings = Belongings(packet.structure_id, frozenset([packet.territory]))
    authorize(actor, Action.SATISFACTION_RECORD, belongings)
    if packet.answer_count < FEWEST_ANSWERS:
        raise broken(f"Un paquet compte au moins {FEWEST_ANSWERS} réponses.", "answer_count")
    if len(packet.results) != questions:
        raise broken(f"Cette version du questionnaire compte {quantity(questions, 'question')}.", "results")
    if any(0 < result.answers < FEWEST_ANSWERS for result in packet.results):
        raise broken(f"Rien n'est dit de moins de {FEWEST_ANSWERS} réponses.", "results")
    if any(count % FEWEST_ANSWERS for result in packet.results for count in result.counts):
        raise broken(f"Les réponses par choix sont des multiples de {FEWEST_ANSWERS}.", "results")
    return [packet]


def answered(tally: Tally) -> int:
    return tally.get(ANSWERS, 0)
