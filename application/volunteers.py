"""The use case that names the Parents Ressource of an animation."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from application.accompaniments import validated_on
from application.commanding.commands import ChangeCommand
from application.commanding.unit_of_work import UnitOfWork
from domain.animations.volunteers import name_volunteers
from domain.catalogue import ANIMATION, CANDIDATURE
from domain.kernel.rights import Action

MOST_VOLUNTEERS = 20


class AnimationVolunteersName(ChangeCommand):
    """All who take part from now on."""

    action: ClassVar[Action] = Action.ANIMATION_VOLUNTEERS_NAME
    may_change_nothing: ClassVar[bool] = True

    animation_id: UUID
    candidature_ids: Annotated[tuple[UUID, ...], Field(max_length=MOST_VOLUNTEERS)]


def name(command: AnimationVolunteersName, work: UnitOfWork) -> UUID:
    state = work.subject(ANIMATION, command.animation_id, command.expected_version, "Animation", "animation_id")
    candidatures = {each: work.find(CANDIDATURE, each) for each in command.candidature_ids}
    days = {each: day for each in candidatures if (day := validated_on(work, each, state.time_zone)) is not None}
    if facts := name_volunteers(state, command.candidature_ids, candidatures, work.actor, work.now, days):
        work.record(ANIMATION, state.id, facts, state.belongings)
    return state.id


USE_CASES = ((AnimationVolunteersName, name),)
