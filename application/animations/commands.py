"""The commands on animations, and their use cases: load what the domain needs to decide, then record its events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.current_typology import attestation_form_in_force, typology_in_force
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import conventions_of, find_territory
from application.registrations import after_modification
from application.service_dossiers.commands import dossier_status_of
from domain.animations import animation as animations
from domain.animations import attestation, blanking, copying, coverage
from domain.animations.animation import Attendance
from domain.animations.checking import Surroundings
from domain.animations.events import AnimationContent
from domain.catalogue import ANIMATION, STRUCTURE
from domain.kernel.events import Event
from domain.kernel.places import places
from domain.kernel.rights import Action, Belongings
from domain.kernel.validation import DeclaredInstant, HeadCount, LongText, Reason, TerritoryCode

_STAND_INS: Mapping[str, Any] = {
    "title": "titre",
    "description": "description",
    "starts_at": datetime(2000, 1, 2, tzinfo=UTC),
    "ends_at": datetime(2100, 12, 30, tzinfo=UTC),
    "venue_type": "aucun-terme",
    "venue_name": "lieu",
    "address": None,
    "commune_code": None,
    "audience": "aucun-terme",
    "type": "aucun-terme",
    "themes": ("aucun-terme",),
    "seats": 1,
    "contact_phone": None,
    "contact_email": None,
    "contact_hours": None,
    "online_link": None,
    "accessibility": (),
    "languages": (),
    "school": None,
}


class AnimationCreate(Command, AnimationContent):
    action: ClassVar[Action] = Action.ANIMATION_CREATE
    stand_ins: ClassVar[Mapping[str, Any]] = _STAND_INS

    structure_id: UUID
    territory: TerritoryCode


class _AnimationChange(ChangeCommand):
    animation_id: UUID


class AnimationModify(_AnimationChange):
    """`changes` maps field names of `AnimationContent` to new values. Each problem names its field.

    `changes` may also repeat the animation's `structure_id` and `territory`, which never change.
    """

    action: ClassVar[Action] = Action.ANIMATION_MODIFY

    changes: dict[str, Any]


class AnimationPublish(_AnimationChange):
    action: ClassVar[Action] = Action.ANIMATION_PUBLISH


class AnimationRefuse(_AnimationChange):
    action: ClassVar[Action] = Action.ANIMATION_REFUSE

    reason: Reason


class AnimationCancel(_AnimationChange):
    action: ClassVar[Action] = Action.ANIMATION_CANCEL

    reason: Reason


class AnimationClone(_AnimationChange):
    action: ClassVar[Action] = Action.ANIMATION_CLONE

    starts_at: DeclaredInstant
    ends_at: DeclaredInstant
    #: The structure's animations of that hour. The read side proposes them.
    beside: tuple[UUID, ...] = Field(default=(), exclude=True)


class AnimationTextBlank(_AnimationChange):
    """`version` is one at which the text to blank was the animation's."""

    action: ClassVar[Action] = Action.ANIMATION_TEXT_BLANK

    version: int
    reason: Reason


class AnimationEnd(_AnimationChange):
    """Sent by the scheduler."""

    action: ClassVar[Action] = Action.ANIMATION_END


class AnimationSuspend(_AnimationChange):
    """Sent by the scheduler."""

    action: ClassVar[Action] = Action.ANIMATION_SUSPEND


class AnimationResume(_AnimationChange):
    """Sent by the scheduler."""

    action: ClassVar[Action] = Action.ANIMATION_RESUME


class AnimationAttest(_AnimationChange):
    """State how many came. The questions of the attestation form may stay unanswered."""

    action: ClassVar[Action] = Action.ANIMATION_ATTEST

    parents: HeadCount
    children: HeadCount = 0
    answers: Annotated[tuple[LongText, ...], Field(max_length=20)] = ()


class AttestationCorrect(AnimationAttest):
    action: ClassVar[Action] = Action.ATTESTATION_CORRECT

    reason: Reason


def create(command: AnimationCreate, work: UnitOfWork) -> UUID:
    content = AnimationContent.model_construct(
        **{name: getattr(command, name) for name in AnimationContent.model_fields}
    )
    facts = animations.declare(
        content,
        command.structure_id,
        work.actor,
        lambda: surroundings_of(work, command.structure_id, command.territory),
        work.now,
    )
    return _record_new(work, facts, Belongings(command.structure_id, frozenset([command.territory])))


def clone(command: AnimationClone, work: UnitOfWork) -> UUID:
    source = _animation(command, work)
    surroundings = surroundings_of(work, source.structure_id, source.territory)
    beside = [other for other in (work.find(ANIMATION, other_id) for other_id in command.beside) if other is not None]
    facts = copying.clone(source, work.actor, command.starts_at, command.ends_at, surroundings, work.now, beside)
    return _record_new(work, facts, source.belongings)


def modify(command: AnimationModify, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    surroundings = surroundings_of(work, state.structure_id, state.territory)
    facts = animations.modify(state, work.actor, command.changes, surroundings, work.now)
    modified = work.record(ANIMATION, state.id, facts, state.belongings)
    modified_animation = work.find(ANIMATION, state.id)
    assert modified_animation is not None
    after_modification(work, state, modified_animation.content, modified)
    return state.id


def publish(command: AnimationPublish, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    return _record(work, state, animations.publish(state, work.actor, work.now))


def refuse(command: AnimationRefuse, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    return _record(work, state, animations.refuse_publication(state, work.actor, command.reason, work.now))


def cancel(command: AnimationCancel, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    return _record(work, state, animations.cancel(state, work.actor, command.reason, work.now))


def blank_text(command: AnimationTextBlank, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    return _record(work, state, blanking.blank_text(state, work.actor, command.version, command.reason, work.now))


def end(command: AnimationEnd, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    return _record(work, state, animations.end(state, work.actor, work.now))


def suspend(command: AnimationSuspend, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    conventions = surroundings_of(work, state.structure_id, state.territory).conventions
    return _record(work, state, coverage.suspend(state, conventions, work.actor, work.now))


def resume(command: AnimationResume, work: UnitOfWork) -> UUID:
    """Put the animation under another convention. Seats that became free meanwhile go to the waiting list."""
    state = _animation(command, work)
    conventions = surroundings_of(work, state.structure_id, state.territory).conventions
    facts = coverage.resume(state, conventions, work.actor, work.now)
    resumed = work.record(ANIMATION, state.id, facts, state.belongings)
    after_modification(work, state, state.content, resumed)
    return state.id


def attest(command: AnimationAttest, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    facts = attestation.attest(
        state, work.actor, _attendance(command), attestation_form_in_force(work), typology_in_force(work), work.now
    )
    return _record(work, state, facts)


def correct(command: AttestationCorrect, work: UnitOfWork) -> UUID:
    state = _animation(command, work)
    attendance, form, typology = _attendance(command), attestation_form_in_force(work), typology_in_force(work)
    facts = attestation.correct_attestation(
        state, dossier_status_of(state, work), work.actor, attendance, command.reason, form, typology, work.now
    )
    attestation.check_changes(state, attendance)
    return _record(work, state, facts)


def _animation(command: _AnimationChange, work: UnitOfWork) -> animations.Animation:
    return work.subject(ANIMATION, command.animation_id, command.expected_version, "Animation", "animation_id")


def surroundings_of(work: UnitOfWork, structure_id: UUID, territory_code: str) -> Surroundings:
    territory = find_territory(work, territory_code)
    structure = work.find(STRUCTURE, structure_id)
    conventions = [
        convention for convention in conventions_of(work, structure) if convention.territory == territory_code
    ]
    return Surroundings(structure, conventions, territory, typology_in_force(work), places())


def _attendance(command: AnimationAttest) -> Attendance:
    return Attendance(command.parents, command.children, command.answers)


def _record_new(work: UnitOfWork, facts: list[Event], belongings: Belongings) -> UUID:
    animation_id = uuid4()
    work.record(ANIMATION, animation_id, facts, belongings)
    return animation_id


def _record(work: UnitOfWork, state: animations.Animation, facts: list[Event]) -> UUID:
    work.record(ANIMATION, state.id, facts, state.belongings)
    return state.id


USE_CASES = (
    (AnimationCreate, create),
    (AnimationModify, modify),
    (AnimationPublish, publish),
    (AnimationRefuse, refuse),
    (AnimationCancel, cancel),
    (AnimationClone, clone),
    (AnimationTextBlank, blank_text),
    (AnimationEnd, end),
    (AnimationSuspend, suspend),
    (AnimationResume, resume),
    (AnimationAttest, attest),
    (AttestationCorrect, correct),
)
