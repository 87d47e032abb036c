"""Action-research groups: members of several professions, meetings and what they produced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.action_groups.events import (
    ActionGroupClosed,
    ActionGroupCorrected,
    ActionGroupOpened,
    ActionGroupWordsErased,
    GroupMet,
    LessonLinked,
    MeetingCorrected,
    MemberErased,
    MemberJoined,
    MemberLeft,
)
from domain.action_groups.transitions import ActionGroupStatus, check
from domain.kernel.actors import Actor
from domain.kernel.errors import ErrorCode, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.people import name_comparison_form
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason

#: One answer shows them all.
MOST_MEMBERS, MOST_MEETINGS, MOST_LESSONS = 60, 200, 50
#: The programme is younger: earlier years are slips of the keyboard.
FIRST_YEAR = 2020
#: On whose clocks a group of the nation meets.
_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """`people` maps each member whose data is held to their pseudonym; `members` are those who have not left.

    `held` maps the number of each meeting to what its record says, unless its words are erased.
    """

    id: UUID
    territory: str | None
    status: ActionGroupStatus = ActionGroupStatus.OPEN
    people: Mapping[UUID, UUID] = field(default_factory=dict)
    members: frozenset[UUID] = frozenset()
    meetings: int = 0
    held: Mapping[int, GroupMet] = field(default_factory=dict)
    name: str | None = None
    theme: str | None = None
    lessons: frozenset[UUID] = frozenset()

    @property
    def belongings(self) -> Belongings:
        return of_territory(self.territory)


def of_territory(territory: str | None) -> Belongings:
    """Return the belongings of a group of that territory; None: of the nation."""
    return Belongings(territories=frozenset([] if territory is None else [territory]))


def evolve(state: ActionGroup | None, originator_id: UUID, fact: Event) -> ActionGroup:
    if isinstance(fact, ActionGroupOpened):
        return ActionGroup(originator_id, fact.territory, name=fact.name, theme=fact.theme)
    if state is None:
        raise TypeError(f"not a group's first event: {fact!r}")
    match fact:
        case MemberJoined():
            people = {**state.people, fact.member_id: fact.person_id}
            return replace(state, people=people, members=state.members | {fact.member_id})
        case MemberLeft():
            return replace(state, members=state.members - {fact.member_id})
        case MemberErased():
            people = {member: person for member, person in state.people.items() if member != fact.member_id}
            return replace(state, people=people, members=state.members - {fact.member_id})
        case MeetingCorrected():
            return replace(state, held={**state.held, fact.number: fact.meeting})
        case GroupMet():
            number = state.meetings + 1
            return replace(state, meetings=number, held={**state.held, number: fact})
        case ActionGroupCorrected():
            return replace(state, name=fact.name, theme=fact.theme)
        case LessonLinked():
            return replace(state, lessons=state.lessons | {fact.publication_id})
        case ActionGroupClosed():
            return replace(state, status=ActionGroupStatus.CLOSED)
        case ActionGroupWordsErased():
            return replace(state, held={}, name=None, theme=None)
    raise TypeError(f"not a group's event: {fact!r}")


def open_group(fact: ActionGroupOpened, actor: Actor) -> list[Event]:
    authorize(actor, Action.ACTION_GROUP_OPEN, of_territory(fact.territory))
    return [fact]


def add_member(group: ActionGroup, fact: MemberJoined, actor: Actor) -> list[Event]:
    check(Action.ACTION_GROUP_MEMBER_ADD, group.status, group.belongings, actor)
    if fact.person_id in {group.people.get(member) for member in group.members}:
        raise broken("Cette adresse est déjà celle d'un membre du groupe.", "email")
    if len(group.members) >= MOST_MEMBERS:
        raise broken(f"Un groupe compte {MOST_MEMBERS} membres au plus.")
    return [fact]


def remove_member(group: ActionGroup, member_id: UUID, actor: Actor) -> list[Event]:
    check(Action.ACTION_GROUP_MEMBER_REMOVE, group.status, group.belongings, actor)
    if member_id not in group.members:
        raise invalid("cette personne n'est pas membre du groupe.", "member_id")
    return [MemberLeft(member_id=member_id)]


def record_meeting(group: ActionGroup, fact: GroupMet, today: date, actor: Actor) -> list[Event]:
    check(Action.ACTION_GROUP_RECORD, group.status, group.belongings, actor)
    if fact.met_on > today:
        raise invalid("cette date est à venir : une réunion se relève une fois tenue.", "on")
    if group.meetings >= MOST_MEETINGS:
        raise broken(f"Un groupe compte {MOST_MEETINGS} réunions au plus.")
    return [fact]


def check_new_meeting(group: ActionGroup, fact: GroupMet) -> None:
    """Raise INVALID for a day before the programme, DUPLICATE for a meeting that is recorded already."""
    if fact.met_on.year < FIRST_YEAR:
        raise invalid(f"jour attendu à partir du 1er janvier {FIRST_YEAR}.", "on")
    if fact in group.held.values():
        raise refuse(ErrorCode.DUPLICATE, "Cette réunion est déjà relevée.", "on")


def correct(group: ActionGroup, fact: ActionGroupCorrected, actor: Actor) -> list[Event]:
    check(Action.ACTION_GROUP_CORRECT, group.status, group.belongings, actor)
    required_reason(fact.reason)
    return [fact]


def correct_meeting(group: ActionGroup, fact: MeetingCorrected, today: date, actor: Actor) -> list[Event]:
    check(Action.ACTION_GROUP_MEETING_CORRECT, group.status, group.belongings, actor)
    if not 1 <= fact.number <= group.meetings:
        raise invalid("ce n'est pas le numéro d'une réunion de ce groupe.", "number")
    if fact.met_on > today:
        raise invalid("cette date est à venir : une réunion se relève une fois tenue.", "on")
    required_reason(fact.reason)
    return [fact]


def check_changes(group: ActionGroup, fact: ActionGroupCorrected | MeetingCorrected) -> None:
    """Raise DUPLICATE for a correction that changes nothing. Words that were erased since are no longer compared."""
    if isinstance(fact, ActionGroupCorrected):
        is_same = (group.name, group.theme) == (fact.name, fact.theme)
    else:
        is_same = group.held.get(fact.number) == fact.meeting
    if is_same:
        raise refuse(ErrorCode.DUPLICATE, "C'est déjà ce qui est noté : rien n'a changé.")
    if isinstance(fact, MeetingCorrected):
        check_new_meeting(group, fact.meeting)


def link_lesson(group: ActionGroup, publication_id: UUID, is_published_lesson: bool, actor: Actor) -> list[Event]:
    """Link what the group learnt, once it is published. Also for a closed group: lessons come last."""
    check(Action.ACTION_GROUP_LESSON_LINK, group.status, group.belongings, actor)
    if not is_published_lesson:
        raise invalid("retour d'expérience publié attendu, par son identifiant.", "publication_id")
    if publication_id in group.lessons:
        raise broken("Ce retour d'expérience est déjà celui du groupe.", "publication_id")
    if len(group.lessons) >= MOST_LESSONS:
        raise broken(f"Un groupe compte {MOST_LESSONS} retours d'expérience au plus.")
    return [LessonLinked(publication_id=publication_id)]


def close(group: ActionGroup, conclusion: str | None, actor: Actor) -> list[Event]:
    check(Action.ACTION_GROUP_CLOSE, group.status, group.belongings, actor)
    return [ActionGroupClosed(conclusion=conclusion)]


def erase_member(group: ActionGroup, member_id: UUID) -> list[Event]:
    """Record that the key of the member is destroyed."""
    if member_id not in group.people:
        raise broken("Les données personnelles de ce membre sont déjà effacées.")
    return [MemberErased(member_id=member_id, person_id=group.people[member_id])]


def distinct(professions: Iterable[str]) -> tuple[str, ...]:
    """Return each profession once, in the spelling that came first."""
    spellings: dict[str, str] = {}
    for profession in professions:
        spellings.setdefault(name_comparison_form(profession), profession)
    return tuple(spellings.values())


def day_in_paris(instant: datetime) -> date:
    return instant.astimezone(_PARIS).date()
