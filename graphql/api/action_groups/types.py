"""Action-research groups (GRAF): professions, meetings and what they produced; their members, for whoever runs them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

import strawberry

from api.core.allowed import AllowedAction, shown_actions
from api.core.context import Context, Info
from api.core.lists.connections import within_reach
from api.core.lists.nodes import Node
from api.publications.types import Publication, load_publications
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from domain.action_groups.action_group import distinct, of_territory
from domain.action_groups.transitions import ActionGroupStatus, allowed_actions
from domain.kernel.rights import Action, Belongings, scope_of
from domain.publications.transitions import PublicationStatus
from projections.action_groups import queries

FOR_GROUPS = "For the national team and auditors; coordonnateurs are shown those of their territories."
Row: TypeAlias = dict[str, Any]


@strawberry.type(description="A meeting of a group.")
class GroupMeeting:
    number: int = strawberry.field(description="In the order in which they were recorded, from 1.")
    on: date = strawberry.field(description="The day.")
    professions: list[str] = strawberry.field(description="The professions that were present.")
    outcome: str = strawberry.field(description="What it produced, in French.")


@strawberry.type(description="A member of a group. Null once the person's data is erased: name and address.")
class GroupMember:
    member_id: strawberry.ID = strawberry.field(description="What `actionGroupMemberRemove` takes.")
    profession: str = strawberry.field(description="The profession, which stays once the person is erased.")
    first_name: str | None = strawberry.field(description="First name.")
    last_name: str | None = strawberry.field(description="Last name.")
    email: str | None = strawberry.field(description="E-mail address.")
    joined_at: datetime = strawberry.field(description="When the member joined (UTC).")
    left_at: datetime | None = strawberry.field(description="When the member left (UTC).")


@strawberry.type(
    description="A group of several professions that researches and acts: it meets, and publishes what it learns. "
    + FOR_GROUPS
)
class ActionGroup(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    name: str = strawberry.field(description="What it is called.")
    subject: str = strawberry.field(description="What it works on, in French.")
    territory: Territory | None = strawberry.field(description="Its territory; null: a group of the nation.")
    status: ActionGroupStatus = strawberry.field(description="Whether it is at work.")
    professions: list[str] = strawberry.field(
        description="The professions of its members and of those who were present, each once."
    )
    member_count: int = strawberry.field(description="How many members it has now.")
    meetings: list[GroupMeeting] = strawberry.field(description="Its meetings, as they were recorded; 200 at most.")
    opened_at: datetime = strawberry.field(description="When it was opened (UTC).")
    closed_at: datetime | None = strawberry.field(description="When it was closed (UTC).")
    conclusion: str | None = strawberry.field(description="What was concluded, in French.")
    row: strawberry.Private[Row]

    @property
    def belongings(self) -> Belongings:
        return of_territory(self.row["territory"])

    @strawberry.field(description="What it learnt, as far as it is online: resources of the kind LESSON.")
    async def lessons(self, info: Info) -> list[Publication]:
        publications = await load_publications(info.context, self.row["lessons"])
        return [each for each in publications if each is not None and each.status is PublicationStatus.PUBLISHED]

    @strawberry.field(
        description="Its members, those who have left included. For the coordonnateurs of its territory and the"
        " national team; null for others."
    )
    async def members(self, info: Info) -> list[GroupMember] | None:
        loaded = (_person(info.context, UUID(each["member_id"])) for each in self.row["members"])
        people = await asyncio.gather(*loaded)
        return [_member(each, person) for each, person in zip(self.row["members"], people, strict=True)]

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        return shown_actions(allowed_actions(self.status, self.belongings, info.context.actor))


async def _person(context: Context, member_id: UUID) -> Row | None:
    async def load(ids: list[UUID]) -> Sequence[Row | None]:
        read = await context.read()
        rows = {row["member_id"]: row for row in await read.rows(read.sql(queries.PEOPLE), {"ids": ids})}
        return [rows.get(each) for each in ids]

    return await context.together("members of groups", member_id, load)


def _member(each: Row, person: Row | None) -> GroupMember:
    names = person or dict.fromkeys(("first_name", "last_name", "email"))
    return GroupMember(
        member_id=strawberry.ID(each["member_id"]),
        profession=each["profession"],
        joined_at=datetime.fromisoformat(each["joined_at"]),
        left_at=datetime.fromisoformat(each["left_at"]) if each["left_at"] else None,
        **{name: names[name] for name in ("first_name", "last_name", "email")},
    )


_AS_RECORDED = ("version", "name", "opened_at", "closed_at", "conclusion")


def group_of(row: Row, lists: Lists) -> ActionGroup:
    """Return the group of a row of `queries.SOURCE`."""
    present = (profession for meeting in row["meetings"] for profession in meeting["professions"])
    return ActionGroup(
        id=strawberry.ID(str(row["group_id"])),
        subject=row["theme"],
        territory=lists.territories[row["territory"]] if row["territory"] else None,
        status=ActionGroupStatus(row["status"]),
        professions=list(distinct([*(each["profession"] for each in row["members"]), *present])),
        member_count=sum(each["left_at"] is None for each in row["members"]),
        meetings=[
            GroupMeeting(
                number=number,
                on=date.fromisoformat(each["met_on"]),
                professions=each["professions"],
                outcome=each["outcome"],
            )
            for number, each in enumerate(row["meetings"], 1)
        ],
        row=row,
        **{name: row[name] for name in _AS_RECORDED},
    )


async def load_group(context: Context, group_id: UUID) -> ActionGroup | None:
    """Return the group, or None if it does not exist or is not for the asker."""
    if scope_of(context.actor, Action.TERRITORY_READ) is None:
        return None
    within = within_reach(context, Action.TERRITORY_READ, "r")
    read, lists = await context.read(), await lists_of(context)
    rows = await read.rows(read.sql(queries.BY_ID + within.clause), {**within.params, "id": group_id})
    return group_of(rows[0], lists) if rows else None
