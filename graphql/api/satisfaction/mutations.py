"""Mutations of the satisfaction questionnaire: wording the form, and answering it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import strawberry
from anyio import from_thread

from api.core.commanding.commands import carry_out, in_turn, refusal_of, reload_after
from api.core.commanding.inputs import Versioned, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.commanding.text_lengths import validated_with_lengths
from api.core.context import Context, Info
from api.limits.rate_limits import RateLimiter
from api.satisfaction.pace import take_place
from api.satisfaction.types import Questionnaire, SatisfactionForm, load_form, load_questionnaire
from application.satisfaction.answering import Answers, Taken, take_answers
from application.satisfaction.commands import SatisfactionFormWord
from domain.kernel.errors import DomainError
from domain.satisfaction.form import QuestionKind


@strawberry.input(description="A question, as it is to be worded.")
class SatisfactionQuestionInput:
    text: str | None = value_of("The question, in French, on one line. Mandatory.")
    kind: QuestionKind | None = value_of("How it is answered. Mandatory.")
    choices: list[str] | None = value_of("Of a CHOICE: 2 to 10, in French. Not for others.")


@strawberry.input(description="The questionnaire that parents answer; earlier answers keep their version of it.")
class SatisfactionFormWordInput(Versioned):
    questions: list[SatisfactionQuestionInput] | None = value_of(
        "The questions in their order, 20 at most, with a SCALE or a CHOICE among them. Mandatory."
    )


@strawberry.input(description="An answer to one question, by the value of its kind.")
class QuestionAnswerInput:
    question: int | None = value_of("The number of the question, from 1. Mandatory.")
    scale: int | None = value_of("To a SCALE: from 1 to 5.")
    choice: str | None = value_of("To a CHOICE: one of its choices, in its words.")
    text: str | None = value_of("To a TEXT: it is neither kept nor shown to anybody.")


@strawberry.input(description="All that one person answers. Nothing of who they are is kept.")
class QuestionnaireAnswerInput:
    link: str | None = value_of("The questionnaire's link. Mandatory.")
    answers: list[QuestionAnswerInput] | None = value_of("An answer to each question, but for a TEXT. Mandatory.")
    form_version: int | None = value_of("The version that was shown: the error is RULE_BROKEN if another is in force.")
    idempotency_key: UUID | None = value_of(
        "Made by the client: the same key counts once within a day. What is kept of it tells nothing of the answers."
    )


@strawberry.type(description="What became of a mutation on the satisfaction form.")
class SatisfactionFormPayload(Payload):
    form: SatisfactionForm | None = strawberry.field(
        description="The form in force; null after errors, or when it cannot be read yet."
    )


@strawberry.type(description="What became of answers to a questionnaire.")
class QuestionnairePayload(Payload):
    questionnaire: Questionnaire | None = strawberry.field(description="The questionnaire; null after errors.")
    already_counted: bool | None = strawberry.field(
        description="Whether answers with this `idempotencyKey` were counted before: those stand, and these are left"
        " out. Null after errors."
    )


async def _form_in_force(context: Context, stream: UUID) -> SatisfactionForm | None:
    return await load_form(context)


@strawberry.type
class SatisfactionMutations:
    @strawberry.mutation(description="Words the questionnaire of satisfaction anew. For the national team.")
    async def satisfaction_form_word(self, info: Info, input: SatisfactionFormWordInput) -> SatisfactionFormPayload:
        values = to_command(input)
        if "questions" in values:
            values["questions"] = [to_command(question) for question in values["questions"]]
        carried = await carry_out(info.context, SatisfactionFormWord, values)
        form = await reload_after(info.context, carried, _form_in_force)
        return SatisfactionFormPayload(form=form, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Answers the questionnaire of an animation, from its start until 14 days after its end. For who"
        " holds its link, whether parent, school authorities, coordonnateur or national team; nobody signs in. Answers"
        " are counted, and recorded at night once five people have answered: `position` is always null."
    )
    async def questionnaire_answer(self, info: Info, input: QuestionnaireAnswerInput) -> QuestionnairePayload:
        context = info.context
        values = to_command(input)
        if "answers" in values:
            values["answers"] = [to_command(answer) for answer in values["answers"]]
        try:
            taken = await in_turn(context, lambda: _take(context, values))
        except DomainError as refusal:
            errors = list(refusal_of(context, refusal).errors)
            return QuestionnairePayload(questionnaire=None, already_counted=None, position=None, errors=errors)
        questionnaire = await load_questionnaire(context, taken.animation_id)
        return QuestionnairePayload(
            questionnaire=questionnaire, already_counted=taken.repeated, position=None, errors=[]
        )


def _take(context: Context, values: dict[str, Any]) -> Taken:
    answers, services = validated_with_lengths(Answers, values), context.services
    limiter, per_minute = services.shared(RateLimiter), services.web.answers_per_minute

    def admit(most: int) -> None:
        # The limiter belongs to the event loop.
        from_thread.run_sync(take_place, limiter, context.client, answers.link, most, per_minute)

    return take_answers(services.application.bus, answers, context.actor, context.now, admit)
