"""The satisfaction questionnaire: its form, the questionnaire of one animation, and figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.animations.public_past import is_public
from api.animations.types import Animation, animation_of
from api.core.context import Context
from api.core.scalars import local
from api.typology.territories_and_terms import lists_of
from domain.animations.transitions import AnimationStatus
from domain.satisfaction.answering import closes_at, obstacle
from domain.satisfaction.form import QuestionKind
from domain.satisfaction.packets import FEWEST_ANSWERS, shared_out
from projections.animations import queries as animation_queries
from projections.satisfaction import queries

Row = dict[str, Any]

#: The notice that people read before they answer.
NOTICE = (
    "Vos réponses sont anonymes : elles s'ajoutent à celles des autres, sans votre nom, votre adresse ni l'heure. Ce"
    " que vous écrivez dans une réponse libre n'est ni conservé, ni transmis : parlez-en à la structure."
)
HIDDEN = f"Null below {FEWEST_ANSWERS}."


@strawberry.type(description="A question of the satisfaction questionnaire. Public.")
class SatisfactionQuestion:
    number: int = strawberry.field(description="From 1: what answers name it by.")
    text: str = strawberry.field(description="The question, in French.")
    kind: QuestionKind = strawberry.field(description="How it is answered.")
    choices: list[str] = strawberry.field(description="Of a CHOICE: what can be chosen; else empty.")


@strawberry.type(description="The questionnaire that parents answer, as the national team words it. Public.")
class SatisfactionForm:
    version: int = strawberry.field(description="Counts from 1; answers keep the version that they answered.")
    questions: list[SatisfactionQuestion] = strawberry.field(description="The questions, in their order.")


@strawberry.type(description="The questionnaire of one animation. For who holds its link.")
class Questionnaire:
    animation: Animation = strawberry.field(description="What is judged.")
    form: SatisfactionForm = strawberry.field(description="The questions in force.")
    open: bool = strawberry.field(description="Whether it can be answered now.")
    closed_reason: str | None = strawberry.field(description="Why it is not open, in French; null when it is.")
    closes_at: datetime = strawberry.field(
        description="Until when it can be answered: 14 days after the animation's end (local time)."
    )
    notice: str = strawberry.field(description="What to tell people before they answer, in French.")


@strawberry.type(description="How often something was chosen.")
class ChoiceFigures:
    choice: str = strawberry.field(description="What was chosen.")
    answers: int | None = strawberry.field(
        description="How often, about: all who answered, shared out as counts are that were rounded at random. All"
        " choices together are never more than the answers. " + HIDDEN
    )


@strawberry.type(description="How a question was answered.")
class QuestionFigures:
    version: int = strawberry.field(description="The version of the form that it is of.")
    number: int = strawberry.field(description="Its number in that version.")
    text: str = strawberry.field(description="The question, in French.")
    kind: QuestionKind = strawberry.field(description="How it is answered.")
    answers: int | None = strawberry.field(description="How many answered it; null for a TEXT. " + HIDDEN)
    average: float | None = strawberry.field(description="The mean grade of a SCALE, from 1 to 5. " + HIDDEN)
    choices: list[ChoiceFigures] = strawberry.field(description="Of a CHOICE: by what was chosen; else empty.")


@strawberry.type(
    description="Figures of satisfaction. Answers count in packets of at least five people, recorded once a night: no"
    " figures, however they are asked for and subtracted, tell anything of fewer."
)
class SatisfactionFigures:
    animations: int = strawberry.field(description="Animations with a packet of their own.")
    answers: int | None = strawberry.field(description="People who answered. " + HIDDEN)
    questions: list[QuestionFigures] = strawberry.field(
        description="The questions of every version that was answered, the latest version first; those in force when"
        " none was."
    )


def form_of(row: Row) -> SatisfactionForm:
    questions = [
        SatisfactionQuestion(
            number=number, text=question["text"], kind=QuestionKind(question["kind"]), choices=question["choices"]
        )
        for number, question in enumerate(row["questions"], start=1)
    ]
    return SatisfactionForm(version=row["version"], questions=questions)


async def load_form(context: Context) -> SatisfactionForm | None:
    """Return the form in force."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.FORM))
    return form_of(rows[0]) if rows else None


async def load_questionnaire(context: Context, animation_id: UUID) -> Questionnaire | None:
    """Return the questionnaire of an animation for whoever holds its link; None for one that was never published."""
    read, form = await context.read(), await load_form(context)
    rows = await read.of_ids(animation_queries.BY_IDS, [animation_id])
    if form is None or not rows or not is_public(rows[0]):
        return None
    row = rows[0]
    reason = obstacle(AnimationStatus(row["status"]), row["starts_at"], row["ends_at"], context.now)
    return Questionnaire(
        animation=animation_of(row, await lists_of(context)),
        form=form,
        open=reason is None,
        closed_reason=reason,
        closes_at=local(closes_at(row["ends_at"]), row["time_zone"]),
        notice=NOTICE,
    )


def figures_of(rows: Sequence[Row], forms: Sequence[Row]) -> SatisfactionFigures:
    """Return the figures of summed rows (see `queries.FIGURES`), named by the forms."""
    whole = [row for row in rows if row["question"] == 0]
    sums = {(row["form_version"], row["question"]): row for row in rows}
    versions = sorted({row["form_version"] for row in rows}) or [form["version"] for form in forms[-1:]]
    people = {row["form_version"]: row["answers"] for row in whole}
    shown = [form_of(form) for form in reversed(forms) if form["version"] in versions]
    return SatisfactionFigures(
        animations=sum(row["animations"] for row in whole),
        answers=_unless_few(sum(row["answers"] for row in whole)),
        questions=[
            _question(form.version, question, sums.get((form.version, question.number)), people.get(form.version, 0))
            for form in shown
            for question in form.questions
        ],
    )


def _question(version: int, question: SatisfactionQuestion, row: Row | None, people: int) -> QuestionFigures:
    """Return the figures of a question. Whoever answers at all answers every CHOICE, whatever its counts are."""
    counted = people if question.kind is QuestionKind.CHOICE else row["answers"] if row else 0
    answers = _unless_few(counted) if question.kind is not QuestionKind.TEXT else None
    chosen = shared_out(people, row["counts"][: len(question.choices)]) if row else (0,) * len(question.choices)
    graded = question.kind is QuestionKind.SCALE and row is not None and answers is not None
    return QuestionFigures(
        version=version,
        number=question.number,
        text=question.text,
        kind=question.kind,
        answers=answers,
        average=round(row["total"] / answers, 2) if graded and row and answers else None,
        choices=[
            ChoiceFigures(choice=choice, answers=_unless_few(share))
            for choice, share in zip(question.choices, chosen, strict=True)
        ],
    )


def _unless_few(count: int) -> int | None:
    return count if count >= FEWEST_ANSWERS else None


def sum_packets(packets: Sequence[Row]) -> list[Row]:
    """Return the sums of the packets of one animation, in the shape of `queries.FIGURES`."""
    sums: dict[tuple[int, int], Row] = {}
    for packet in packets:
        whole = {"number": 0, "answers": packet["answer_count"], "total": 0, "counts": []}
        for result in (whole, *packet["results"]):
            key = (packet["form_version"], result["number"])
            before = sums.get(key) or {"answers": 0, "total": 0, "counts": [0] * len(result["counts"])}
            sums[key] = {
                "form_version": packet["form_version"],
                "question": result["number"],
                "animations": int(result["number"] == 0 and packet is packets[0]) or before.get("animations", 0),
                "answers": before["answers"] + result["answers"],
                "total": before["total"] + result["total"],
                "counts": [one + other for one, other in zip(before["counts"], result["counts"], strict=True)],
            }
    return list(sums.values())
