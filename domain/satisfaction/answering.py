"""When a questionnaire is open, and what an answer to it counts as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.animations.transitions import AnimationStatus
from domain.kernel.errors import ErrorCode, Problem, quantity, raise_any
from domain.satisfaction.form import SCALE, QuestionKind, SatisfactionForm, SatisfactionQuestion

#: How long after its end an animation is still judged.
OPEN_AFTER_END = timedelta(days=14)
#: Both parents may answer, and some come without a seat: beyond that somebody answers in others' place.
ANSWERS_A_SEAT, ANSWERS_BESIDE = 2, 20
#: The key of a tally under which whole answers are counted.
ANSWERS = "answers"

#: How often each thing was answered, by `question:value`: a grade, or the place of a choice. Texts count as nothing.
Tally = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to one question: the value of its kind alone."""

    question: int
    scale: int | None = None
    choice: str | None = None
    text: str | None = None


def closes_at(ends_at: datetime) -> datetime:
    return ends_at + OPEN_AFTER_END


def most_answers(people: int) -> int:
    """Return how many answers are taken where so many had a seat, or came."""
    return ANSWERS_A_SEAT * people + ANSWERS_BESIDE


def obstacle(status: AnimationStatus, starts_at: datetime, ends_at: datetime, now: datetime) -> str | None:
    """Return why the questionnaire of an animation is not open (French), or None."""
    if status is AnimationStatus.CANCELLED:
        return "L'animation est annulée : son questionnaire est fermé."
    if status is not AnimationStatus.PUBLISHED:
        return "L'animation n'est pas publiée : son questionnaire est fermé."
    if now < starts_at:
        return "Le questionnaire s'ouvre au début de l'animation."
    if now >= closes_at(ends_at):
        return f"Le questionnaire s'est fermé {OPEN_AFTER_END.days} jours après la fin de l'animation."
    return None


def tally(form: SatisfactionForm, answers: Sequence[Answer]) -> dict[str, int]:
    """Return what one person's answers count as: nothing of it can be told from another person's same answers.

    Every question is answered but texts, or figures would tell how few left one out. Raises every problem: a question
    left out, unknown or answered twice, a value that is none of it.
    """
    problems: list[Problem] = []
    counted = {ANSWERS: 1}
    missing = {number for number, question in enumerate(form.questions, 1) if question.kind is not QuestionKind.TEXT}
    seen: set[int] = set()
    for place, answer in enumerate(answers):
        path = ("answers", str(place))
        if not 1 <= answer.question <= len(form.questions):
            words = f"Question {answer.question} : le questionnaire compte {quantity(len(form.questions), 'question')}."
            problems.append(Problem(ErrorCode.RULE_BROKEN, words, (*path, "question")))
            continue
        if answer.question in seen:
            words = f"Question {answer.question} : une seule réponse attendue."
            problems.append(Problem(ErrorCode.RULE_BROKEN, words, (*path, "question")))
        seen.add(answer.question)
        question = form.questions[answer.question - 1]
        problems += _problems(question, answer, path)
        if (value := _value(question, answer)) is not None:
            counted[f"{answer.question}:{value}"] = 1
    for number in sorted(missing - seen):
        words = f"Question {number} : réponse attendue. Seules les questions à texte libre sont facultatives."
        problems.append(Problem(ErrorCode.RULE_BROKEN, words, ("answers",)))
    raise_any(problems)
    return counted


def _problems(question: SatisfactionQuestion, answer: Answer, path: tuple[str, ...]) -> Iterator[Problem]:
    number, values = answer.question, {"scale": answer.scale, "choice": answer.choice, "text": answer.text}
    own = question.kind.value.lower()
    for name, value in values.items():
        if name != own and value is not None:
            words = f"Question {number} : répondez par {own}, et non par {name}."
            yield Problem(ErrorCode.RULE_BROKEN, words, (*path, name))
    if values[own] is None:
        yield Problem(ErrorCode.RULE_BROKEN, f"Question {number} : {own} attendu.", (*path, own))
    elif answer.scale is not None and answer.scale not in SCALE:
        words = f"Question {number} : note de {SCALE[0]} à {SCALE[-1]} attendue."
        yield Problem(ErrorCode.RULE_BROKEN, words, (*path, own))
    elif answer.choice is not None and answer.choice not in question.choices:
        words = f"Question {number} : choix acceptés : {', '.join(question.choices)}."
        yield Problem(ErrorCode.RULE_BROKEN, words, (*path, own))


def _value(question: SatisfactionQuestion, answer: Answer) -> str | None:
    if question.kind is QuestionKind.SCALE:
        return str(answer.scale)
    if question.kind is QuestionKind.CHOICE and answer.choice in question.choices:
        return str(question.choices.index(answer.choice))
    return None
