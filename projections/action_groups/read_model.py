"""The read models of action-research groups: one row for each. Its members' names and addresses have a table apart."""

from __future__ import annotations

from domain.action_groups.events import (
    ActionGroupClosed,
    ActionGroupCorrected,
    ActionGroupOpened,
    ActionGroupWordsErased,
    GroupMet,
    LessonLinked,
    MeetingCorrected,
    MemberErased,
    MemberGone,
    MemberJoined,
    MemberLeft,
)
from domain.action_groups.transitions import ActionGroupStatus
from domain.kernel.events import ERASED_WORDS
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, by_fields, erased_words

ACTION_GROUPS = Projection(
    name="action_groups",
    table=Table(
        columns={
            "group_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "name": "text NOT NULL",
            "territory": "text",
            "theme": "text NOT NULL",
            "status": "text NOT NULL",
            # In the order in which they were recorded; members with their professions, not with their names.
            "members": "jsonb NOT NULL",
            "meetings": "jsonb NOT NULL",
            "lessons": "uuid[] NOT NULL",
            "opened_at": "timestamptz NOT NULL",
            "closed_at": "timestamptz",
            "conclusion": "text",
        },
        labels={
            "status": "état",
            "members": "membres",
            "meetings": "réunions",
            "lessons": "retours d'expérience",
            "opened_at": "ouvert le",
            "closed_at": "clos le",
        },
        key=("group_id",),
        indexes=("(opened_at, group_id)", "(territory, opened_at, group_id)"),
    ),
    opens_words=True,
)


@ACTION_GROUPS.creates(ActionGroupOpened)
def opened(fact: ActionGroupOpened, record: Recorded) -> Row:
    return {
        **fact.model_dump(),
        "status": ActionGroupStatus.OPEN.value,
        "members": [],
        "meetings": [],
        "lessons": [],
        "opened_at": record.stamp.recorded_at,
        "closed_at": None,
        "conclusion": None,
    }


@ACTION_GROUPS.on(MemberJoined)
def joined(row: Row, fact: MemberJoined, record: Recorded) -> Row:
    joined_at = record.stamp.recorded_at.isoformat()
    member = {"member_id": str(fact.member_id), "profession": fact.profession, "joined_at": joined_at, "left_at": None}
    return row | {"members": [*row["members"], member]}


@ACTION_GROUPS.on(MemberLeft, MemberErased)
def left(row: Row, fact: MemberGone, record: Recorded) -> Row:
    """Keep only the profession of a member who has left."""
    at, member_id = record.stamp.recorded_at.isoformat(), str(fact.member_id)
    return row | {
        "members": [
            {**each, "left_at": each["left_at"] or at} if each["member_id"] == member_id else each
            for each in row["members"]
        ]
    }


@ACTION_GROUPS.on(GroupMet)
def met(row: Row, fact: GroupMet, record: Recorded) -> Row:
    return row | {"meetings": [*row["meetings"], fact.model_dump(mode="json")]}


@ACTION_GROUPS.on(MeetingCorrected)
def meeting_corrected(row: Row, fact: MeetingCorrected, record: Recorded) -> Row:
    meetings = list(row["meetings"])
    meetings[fact.number - 1] = fact.meeting.model_dump(mode="json")
    return row | {"meetings": meetings}


@ACTION_GROUPS.on(ActionGroupCorrected)
def corrected(row: Row, fact: ActionGroupCorrected, record: Recorded) -> Row:
    return row | {"name": fact.name, "theme": fact.theme}


@ACTION_GROUPS.on(LessonLinked)
def lesson_linked(row: Row, fact: LessonLinked, record: Recorded) -> Row:
    return row | {"lessons": [*row["lessons"], fact.publication_id]}


@ACTION_GROUPS.on(ActionGroupClosed)
def closed(row: Row, fact: ActionGroupClosed, record: Recorded) -> Row:
    return row | {
        "status": ActionGroupStatus.CLOSED.value,
        "closed_at": record.stamp.recorded_at,
        "conclusion": fact.conclusion,
    }


@ACTION_GROUPS.on(ActionGroupWordsErased)
def words_erased(row: Row, fact: ActionGroupWordsErased, record: Recorded) -> Row:
    meetings = [
        {**each, "professions": [ERASED_WORDS] * len(each["professions"]), "outcome": ERASED_WORDS}
        for each in row["meetings"]
    ]
    members = [{**each, "profession": ERASED_WORDS} for each in row["members"]]
    return row | {**erased_words(row, "name", "theme", "conclusion"), "meetings": meetings, "members": members}


ACTION_GROUP_PEOPLE = Projection(
    name="action_group_people",
    table=Table(
        columns={"member_id": "uuid NOT NULL", **dict.fromkeys(("first_name", "last_name", "email"), "text")},
        key=("member_id",),
    ),
    key_of=by_fields("member_id"),
    opens_personal=True,
)


@ACTION_GROUP_PEOPLE.creates(MemberJoined)
def named(fact: MemberJoined, record: Recorded) -> Row:
    return {"first_name": fact.first_name, "last_name": fact.last_name, "email": fact.email}


ACTION_GROUP_PEOPLE.removes(MemberErased)
