"""Use cases of action-research groups: opened, members, meetings, lessons, closed; members' data erased."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from domain.action_groups import action_group as groups
from domain.action_groups.action_group import ActionGroup
from domain.action_groups.events import (
    ActionGroupCorrected,
    ActionGroupOpened,
    GroupMet,
    MeetingCorrected,
    MemberJoined,
)
from domain.catalogue import ACTION_GROUP, PUBLICATION
from domain.kernel.events import ERASED_WORDS, Event
from domain.kernel.people import EmailAddress, PersonName
from domain.kernel.rights import Action, Belongings, authorize, check_owner_is_named
from domain.kernel.validation import DeclaredDay, Label, LongText, Reason, TerritoryCode, line
from domain.publications.content import PublicationKind
from domain.publications.transitions import PublicationStatus

Profession: Any = line(80)
MOST_PROFESSIONS = 30


class ActionGroupOpen(Command):
    """`territory` left out: a group of the nation."""

    action: ClassVar[Action] = Action.ACTION_GROUP_OPEN

    name: Label
    territory: TerritoryCode | None = None
    theme: Label


class _OfGroup(ChangeCommand):
    group_id: UUID


class ActionGroupMemberAdd(_OfGroup):
    action: ClassVar[Action] = Action.ACTION_GROUP_MEMBER_ADD

    first_name: PersonName
    last_name: PersonName
    email: EmailAddress
    profession: Profession


class ActionGroupMemberRemove(_OfGroup):
    action: ClassVar[Action] = Action.ACTION_GROUP_MEMBER_REMOVE

    member_id: UUID


class ActionGroupRecord(_OfGroup):
    """A meeting: who was present counts by profession, never by name."""

    action: ClassVar[Action] = Action.ACTION_GROUP_RECORD

    on: DeclaredDay
    professions: Annotated[tuple[Profession, ...], Field(min_length=1, max_length=MOST_PROFESSIONS)]
    outcome: LongText


class ActionGroupCorrect(_OfGroup):
    """Fields that are left out stay as they are."""

    action: ClassVar[Action] = Action.ACTION_GROUP_CORRECT

    name: Label | None = None
    theme: Label | None = None
    reason: Reason


class ActionGroupMeetingCorrect(ActionGroupRecord):
    """`number` as the group's meetings are numbered. All of the record is written anew."""

    action: ClassVar[Action] = Action.ACTION_GROUP_MEETING_CORRECT

    number: Annotated[int, Field(ge=1, le=groups.MOST_MEETINGS)]
    reason: Reason


class ActionGroupLessonLink(_OfGroup):
    action: ClassVar[Action] = Action.ACTION_GROUP_LESSON_LINK

    publication_id: UUID


class ActionGroupClose(_OfGroup):
    action: ClassVar[Action] = Action.ACTION_GROUP_CLOSE

    conclusion: LongText | None = None


class ActionGroupMemberErase(Command):
    action: ClassVar[Action] = Action.PERSON_ERASE

    group_id: UUID
    member_id: UUID


def open_(command: ActionGroupOpen, work: UnitOfWork) -> UUID:
    belongings = groups.of_territory(command.territory)
    check_owner_is_named(work.actor, command.action, command.territory)
    authorize(work.actor, command.action, belongings)
    if command.territory is not None:
        find_territory(work, command.territory)
    fact = ActionGroupOpened(name=command.name, territory=command.territory, theme=command.theme)
    group_id = uuid4()
    work.record(ACTION_GROUP, group_id, groups.open_group(fact, work.actor), belongings)
    return group_id


def add_member(command: ActionGroupMemberAdd, work: UnitOfWork) -> UUID:
    group = _group(command, work)
    authorize(work.actor, command.action, group.belongings)
    fact = MemberJoined(
        member_id=uuid4(),
        person_id=work.keyed.mailbox_in(command.email, group.id),
        **command.model_dump(include={"first_name", "last_name", "email", "profession"}),
    )
    return _record(work, group, groups.add_member(group, fact, work.actor))


def remove_member(command: ActionGroupMemberRemove, work: UnitOfWork) -> UUID:
    group = _group(command, work)
    return _record(work, group, groups.remove_member(group, command.member_id, work.actor))


def record_meeting(command: ActionGroupRecord, work: UnitOfWork) -> UUID:
    group = _group(command, work)
    authorize(work.actor, command.action, group.belongings)
    fact = GroupMet(met_on=command.on, professions=groups.distinct(command.professions), outcome=command.outcome)
    facts = groups.record_meeting(group, fact, _today(work, group), work.actor)
    # Here and not in the decision: meetings that were recorded before stay as they are.
    groups.check_new_meeting(group, fact)
    return _record(work, group, facts)


def correct(command: ActionGroupCorrect, work: UnitOfWork) -> UUID:
    group = _group(command, work)
    authorize(work.actor, command.action, group.belongings)
    name, theme = command.name or group.name or ERASED_WORDS, command.theme or group.theme or ERASED_WORDS
    fact = ActionGroupCorrected(name=name, theme=theme, reason=command.reason)
    facts = groups.correct(group, fact, work.actor)
    groups.check_changes(group, fact)
    return _record(work, group, facts)


def correct_meeting(command: ActionGroupMeetingCorrect, work: UnitOfWork) -> UUID:
    group = _group(command, work)
    authorize(work.actor, command.action, group.belongings)
    fact = MeetingCorrected(
        number=command.number,
        met_on=command.on,
        professions=groups.distinct(command.professions),
        outcome=command.outcome,
        reason=command.reason,
    )
    facts = groups.correct_meeting(group, fact, _today(work, group), work.actor)
    groups.check_changes(group, fact)
    return _record(work, group, facts)


def link_lesson(command: ActionGroupLessonLink, work: UnitOfWork) -> UUID:
    group = _group(command, work)
    authorize(work.actor, command.action, group.belongings)
    publication = work.find(PUBLICATION, command.publication_id)
    is_published_lesson = (
        publication is not None
        and publication.content.kind is PublicationKind.LESSON
        and publication.status is PublicationStatus.PUBLISHED
    )
    return _record(work, group, groups.link_lesson(group, command.publication_id, is_published_lesson, work.actor))


def close(command: ActionGroupClose, work: UnitOfWork) -> UUID:
    group = _group(command, work)
    return _record(work, group, groups.close(group, command.conclusion, work.actor))


def erase_member(command: ActionGroupMemberErase, work: UnitOfWork) -> UUID:
    group = work.subject(ACTION_GROUP, command.group_id, None, "Groupe", "group_id")
    authorize(work.actor, command.action, Belongings(person_id=group.people.get(command.member_id)))
    return _record(work, group, groups.erase_member(group, command.member_id))


def _today(work: UnitOfWork, group: ActionGroup) -> date:
    """Return the day in the group's territory; for a group of the nation, in Paris."""
    if group.territory is not None:
        return find_territory(work, group.territory).local_date(work.now)
    return groups.day_in_paris(work.now)


def _group(command: _OfGroup, work: UnitOfWork) -> ActionGroup:
    return work.subject(ACTION_GROUP, command.group_id, command.expected_version, "Groupe", "group_id")


def _record(work: UnitOfWork, group: ActionGroup, facts: list[Event]) -> UUID:
    work.record(ACTION_GROUP, group.id, facts, group.belongings)
    return group.id


USE_CASES = (
    (ActionGroupOpen, open_),
    (ActionGroupMemberAdd, add_member),
    (ActionGroupMemberRemove, remove_member),
    (ActionGroupRecord, record_meeting),
    (ActionGroupCorrect, correct),
    (ActionGroupMeetingCorrect, correct_meeting),
    (ActionGroupLessonLink, link_lesson),
    (ActionGroupClose, close),
    (ActionGroupMemberErase, erase_member),
)
