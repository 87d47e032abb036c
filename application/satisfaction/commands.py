"""Use cases of the satisfaction questionnaire: the national team words it, the system records packets of answers."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ANIMATION, SATISFACTION, SATISFACTION_FORM
from domain.kernel.errors import broken
from domain.kernel.identifiers import SATISFACTION_FORM_ID, satisfaction_id
from domain.kernel.rights import Action, Belongings
from domain.kernel.validation import DeclaredDay, Label, TerritoryCode
from domain.satisfaction import form as forms
from domain.satisfaction import packets
from domain.satisfaction.form import MOST_CHOICES, MOST_QUESTIONS, QuestionKind, SatisfactionForm
from domain.satisfaction.packets import AnswersRecorded, QuestionResult


class Question(forms.SatisfactionQuestion):
    """A question as it is typed."""

    text: Label
    kind: QuestionKind
    choices: Annotated[tuple[Label, ...], Field(max_length=MOST_CHOICES)] = ()

    def worded(self) -> forms.SatisfactionQuestion:
        return forms.SatisfactionQuestion(**self.model_dump())


class SatisfactionFormWord(ChangeCommand):
    action: ClassVar[Action] = Action.SATISFACTION_FORM_WORD

    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]


class SatisfactionRecord(Command):
    """Sent by the system once at least five people have answered: of one animation, or of a structure's small ones."""

    action: ClassVar[Action] = Action.SATISFACTION_RECORD

    owner_id: UUID
    form_version: int
    answer_count: int
    results: Annotated[tuple[QuestionResult, ...], Field(max_length=MOST_QUESTIONS)]
    #: Set for a packet about several animations of a structure.
    structure_id: UUID | None = None
    territory: TerritoryCode | None = None
    day: DeclaredDay | None = None


def form_of(work: UnitOfWork) -> SatisfactionForm:
    return work.find(SATISFACTION_FORM, SATISFACTION_FORM_ID) or SatisfactionForm()


def word(command: SatisfactionFormWord, work: UnitOfWork) -> UUID:
    state = form_of(work)
    work.expect(SATISFACTION_FORM_ID, command.expected_version)
    questions = tuple(question.worded() for question in command.questions)
    work.record(SATISFACTION_FORM, SATISFACTION_FORM_ID, forms.word(state, work.actor, questions), Belongings())
    return SATISFACTION_FORM_ID


def record(command: SatisfactionRecord, work: UnitOfWork) -> UUID:
    packet, versions = _packet(command, work), form_of(work).versions
    if not 1 <= command.form_version <= len(versions):
        raise broken("Cette version du questionnaire n'existe pas.", "form_version")
    stream = satisfaction_id(command.owner_id)
    facts = packets.record(packet, len(versions[command.form_version - 1]), work.actor)
    work.record(SATISFACTION, stream, facts, Belongings(packet.structure_id, frozenset([packet.territory])))
    return stream


def _packet(command: SatisfactionRecord, work: UnitOfWork) -> AnswersRecorded:
    shared = command.model_dump(include={"form_version", "answer_count", "results"})
    if command.structure_id is not None:
        own = command.model_dump(include={"structure_id", "territory", "day"})
        return AnswersRecorded(animation_id=None, type=None, themes=(), **own, **shared)
    animation = work.find(ANIMATION, command.owner_id)
    assert animation is not None, "answers are only taken for animations"
    return AnswersRecorded(
        animation_id=animation.id,
        structure_id=animation.structure_id,
        territory=animation.territory,
        type=animation.content.type,
        themes=animation.content.themes,
        day=animation.held_on,
        **shared,
    )


USE_CASES = ((SatisfactionFormWord, word), (SatisfactionRecord, record))
