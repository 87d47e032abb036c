"""The animation: its state, and the decisions that make its events (docs/glossary.md, "Life of an animation")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from domain.animations.checking import Surroundings, checked, checked_changes
from domain.animations.events import (
    AnimationAttested,
    AnimationCancelled,
    AnimationContent,
    AnimationCreated,
    AnimationDetails,
    AnimationEnded,
    AnimationGathered,
    AnimationJoinedSeries,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationReleased,
    AnimationRepeated,
    AnimationResubmitted,
    AnimationResumed,
    AnimationSuspended,
    AnimationTextBlanked,
    AnimationVolunteersNamed,
    AnimationWordsErased,
    AttendanceSheetAttached,
    AttendanceSheetWithdrawn,
    AttestationCorrected,
)
from domain.animations.local_times import TIMES
from domain.animations.moving import check_new_start
from domain.animations.texts import Texts
from domain.animations.transitions import AnimationStatus, belongings, check
from domain.conventions.convention import covering
from domain.files.pages import with_page, without_page
from domain.kernel.actors import Actor
from domain.kernel.authors import Acts, Author, with_act
from domain.kernel.errors import Problem, broken, check_all, gathering
from domain.kernel.events import ERASED_WORDS, Event, without_words
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason

_ATTESTING = (AnimationAttested, AttestationCorrected, AttendanceSheetAttached, AttendanceSheetWithdrawn)
CONTENT_FIELDS = tuple(AnimationDetails.model_fields)


@dataclass(frozen=True, slots=True)
class Attendance:
    """The people who came, parents and children apart, and the answers to the form's questions, in their order."""

    parents: int
    children: int = 0
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Animation:
    id: UUID
    structure_id: UUID
    convention_id: UUID
    territory: str
    time_zone: str
    content: AnimationDetails
    status: AnimationStatus = AnimationStatus.SUBMITTED
    #: The attestation, as corrected last.
    attendance: Attendance | None = None
    #: The service dossier that it is part of.
    dossier_id: UUID | None = None
    #: The pages of the signed attendance sheet, in their order: what each looks like, by its SHA-256.
    sheets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Whether `AnimationEnded` is recorded.
    ended: bool = False
    declared_late: bool = False
    #: No convention covers it.
    suspended: bool = False
    #: The series that it is one of, which has the id of its first animation.
    series_id: UUID | None = None
    #: The acts on it and their authors, for the four eyes on its dossier.
    acts: Acts = field(default_factory=dict)
    #: The animations that repeat it.
    copies: tuple[UUID, ...] = ()
    texts: Texts = field(default_factory=Texts)
    #: The candidatures of the Parents Ressource who take part.
    volunteers: tuple[UUID, ...] = ()

    @property
    def attested(self) -> bool:
        return self.attendance is not None

    @property
    def held_on(self) -> date:
        """The day in the territory."""
        return self.content.starts_at.date()

    @property
    def ends_at(self) -> datetime:
        return self.content.ends_at

    @property
    def former_texts(self) -> int:
        return self.texts.former

    @property
    def belongings(self) -> Belongings:
        return belongings(self)


def evolve(state: Animation | None, originator_id: UUID, fact: Event) -> Animation:
    if isinstance(fact, AnimationCreated):
        return Animation(
            originator_id,
            fact.structure_id,
            fact.convention_id,
            fact.territory,
            fact.time_zone,
            _details(fact),
            declared_late=fact.declared_late,
            texts=Texts().after(fact),
        )
    assert state is not None, "an animation's first event is animation.created"
    return _changed(state, fact)


def credit(state: Animation, fact: Event, author: Author) -> Animation:
    """Return the state with one more act, if it says what is to be paid."""
    if not isinstance(fact, _ATTESTING):
        return state
    return replace(state, acts=with_act(state.acts, fact.topic, author))


def _changed(state: Animation, fact: Event) -> Animation:
    # One copy, with all that changes: each takes longer than most decisions.
    changed = partial(replace, state, texts=state.texts.after(fact))
    match fact:
        case AnimationModified():
            moved = fact.ends_at != state.content.ends_at
            ended = state.ended and not moved
            # Only a day that a convention covers can be moved to.
            suspended = state.suspended and fact.starts_at.date() == state.held_on
            content = _details(fact)
            return changed(content=content, convention_id=fact.convention_id, ended=ended, suspended=suspended)
        case AnimationResubmitted():
            return changed(status=AnimationStatus.SUBMITTED)
        case AnimationPublished():
            return changed(status=AnimationStatus.PUBLISHED)
        case AnimationRefused():
            return changed(status=AnimationStatus.REFUSED)
        case AnimationCancelled():
            return changed(status=AnimationStatus.CANCELLED)
        case AnimationEnded():
            return changed(ended=True)
        case AnimationSuspended():
            return changed(suspended=True)
        case AnimationResumed():
            return changed(suspended=False, convention_id=fact.convention_id)
        case AnimationAttested() | AttestationCorrected():
            return changed(attendance=Attendance(fact.parents, fact.children, fact.answers))
        case AnimationJoinedSeries():
            return changed(series_id=fact.series_id)
        case AnimationRepeated():
            return changed(series_id=fact.series_id, copies=(*state.copies, *fact.animation_ids))
        case AnimationGathered():
            return changed(dossier_id=fact.dossier_id)
        case AnimationReleased():
            return changed(dossier_id=None)
        case AttendanceSheetAttached():
            return changed(sheets=with_page(state.sheets, fact.sha256, fact.likenesses, fact.replaces))
        case AttendanceSheetWithdrawn():
            return changed(sheets=without_page(state.sheets, fact.sha256))
        case AnimationWordsErased():
            return changed(**_erased(state))
        case AnimationVolunteersNamed():
            return changed(volunteers=fact.volunteers)
        case AnimationTextBlanked():
            return changed()
    raise TypeError(f"not an animation's event: {fact!r}")


def _erased(state: Animation) -> dict[str, Any]:
    came = state.attendance
    return {
        "content": without_words(state.content, AnimationCreated.personal_marks),
        "attendance": came and replace(came, answers=(ERASED_WORDS,) * len(came.answers)),
    }


def _details(fact: AnimationDetails) -> AnimationDetails:
    return AnimationDetails.model_construct(**{name: getattr(fact, name) for name in CONTENT_FIELDS})


def declare(
    content: AnimationContent, structure_id: UUID, actor: Actor, around: Callable[[], Surroundings], now: datetime
) -> list[Event]:
    """Declare an animation, which then waits for publication. After its start it is accepted and marked late.

    `around` is called only once the actor's right is checked.
    """
    authorize(actor, Action.ANIMATION_CREATE, Belongings(structure_id=structure_id))
    return declared(content, structure_id, around(), now)


def declared(
    content: AnimationContent, structure_id: UUID, around: Surroundings, now: datetime, source: Animation | None = None
) -> list[Event]:
    copied = source.content if source else None
    content, convention_id = checked(content, around, None, TIMES, partial(_covering, around=around), copied)
    return [
        AnimationCreated(
            structure_id=structure_id,
            convention_id=convention_id,
            territory=around.territory.code,
            time_zone=around.territory.time_zone,
            declared_late=content.starts_at <= now,
            cloned_from=source.id if source else None,
            **content.model_dump(),
        )
    ]


def modify(
    state: Animation, actor: Actor, changes: Mapping[str, Any], around: Surroundings, now: datetime
) -> list[Event]:
    """Modify the content: `changes` holds new values by field name. Correcting a refused animation resubmits it."""
    facts = modify_to_any_day(state, actor, changes, around, now)
    check_new_start(state, facts[0], now)
    return facts


def modify_to_any_day(
    state: Animation, actor: Actor, changes: Mapping[str, Any], around: Surroundings, now: datetime
) -> list[Event]:
    """Do what `modify` does, without the rule about what is past: earlier modifications may have moved into it."""
    check(Action.ANIMATION_MODIFY, state, actor, now)
    problems: list[Problem] = []
    with gathering(problems):
        check_all(lambda: _check_structure(state, changes), lambda: _check_territory(state, changes))
    contents = {name: value for name, value in changes.items() if name not in ("structure_id", "territory")}
    after = partial(_convention_after, state, around=around)
    content, convention_id = checked_changes(state.content, contents, around, after, problems)
    changed = tuple(name for name in CONTENT_FIELDS if getattr(content, name) != getattr(state.content, name))
    if not changed:
        raise broken("Rien ne change : indiquez au moins une valeur nouvelle.")
    facts: list[Event] = [AnimationModified(convention_id=convention_id, changed=changed, **content.model_dump())]
    return [*facts, AnimationResubmitted()] if state.status is AnimationStatus.REFUSED else facts


def _check_structure(state: Animation, changes: Mapping[str, Any]) -> None:
    if str(changes.get("structure_id") or state.structure_id).lower() != str(state.structure_id):
        raise broken("Une animation ne change pas de structure.", "structure_id")


def _check_territory(state: Animation, changes: Mapping[str, Any]) -> None:
    if (changes.get("territory") or state.territory) != state.territory:
        raise broken("Une animation ne change pas de territoire : déclarez-en une autre.", "territory")


def publish(state: Animation, actor: Actor, now: datetime) -> list[Event]:
    check(Action.ANIMATION_PUBLISH, state, actor, now)
    return [AnimationPublished()]


def refuse_publication(state: Animation, actor: Actor, reason: str, now: datetime) -> list[Event]:
    check(Action.ANIMATION_REFUSE, state, actor, now)
    return [AnimationRefused(reason=required_reason(reason))]


def cancel(state: Animation, actor: Actor, reason: str, now: datetime) -> list[Event]:
    check(Action.ANIMATION_CANCEL, state, actor, now)
    return [AnimationCancelled(reason=required_reason(reason))]


def end(state: Animation, actor: Actor, now: datetime) -> list[Event]:
    """Record, once, that the end of a published animation has passed. The scheduler calls this."""
    check(Action.ANIMATION_END, state, actor, now)
    if state.ended:
        raise broken("La fin de cette animation est déjà constatée.")
    return [AnimationEnded()]


def _covering(content: AnimationDetails, around: Surroundings) -> UUID:
    return covering(around.conventions, around.territory.code, content.starts_at.date()).id


def _convention_after(state: Animation, content: AnimationDetails, around: Surroundings) -> UUID:
    """Return the convention of the modified animation: its own for as long as that covers its day.

    A correction that leaves the day as it is never moves an animation to another convention, and so to another rate.
    """
    day = content.starts_at.date()
    own = next((convention for convention in around.conventions if convention.id == state.convention_id), None)
    if day == state.content.starts_at.date() or (own is not None and own.covers(day)):
        return state.convention_id
    return covering(around.conventions, around.territory.code, day).id
