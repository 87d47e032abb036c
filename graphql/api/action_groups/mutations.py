"""Mutations on action-research groups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from api.action_groups.types import ActionGroup, load_group
from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import Repeatable, Versioned, reference, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Info
from application import action_groups as commands
from application.commanding.commands import Command

_WHO = " For the coordonnateur of its territory and the national team."


@strawberry.input(description="A new action-research group.")
class ActionGroupOpenInput(Repeatable):
    name: str | None = value_of("What it is called; 200 characters at most. Mandatory.")
    territory: str | None = value_of("The department's code; left out: a group of the nation.")
    subject: str | None = value_of("What it works on, in French; 200 characters at most. Mandatory.")


@strawberry.input
class ActionGroupChangeInput(Versioned):
    """An input on an existing group; used by other inputs only."""

    group_id: strawberry.ID = reference("The group.")


@strawberry.input(description="A person who joins a group. Kept encrypted, and erased by `personErase`.")
class ActionGroupMemberAddInput(ActionGroupChangeInput):
    first_name: str | None = value_of("First name. Mandatory.")
    last_name: str | None = value_of("Last name. Mandatory.")
    email: str | None = value_of("E-mail address, by which the person can be erased. Mandatory.")
    profession: str | None = value_of("The profession, in French; 80 characters at most. Mandatory.")


@strawberry.input(description="A member who leaves a group.")
class ActionGroupMemberRemoveInput(ActionGroupChangeInput):
    member_id: strawberry.ID = reference("The member.")


@strawberry.input(description="A meeting that was held.")
class ActionGroupRecordInput(ActionGroupChangeInput):
    on: date | None = value_of("The day; not to come. Mandatory.")
    professions: list[str] | None = value_of("The professions that were present, 1 to 30; no names. Mandatory.")
    outcome: str | None = value_of("What it produced, in French; 5,000 characters at most. Mandatory.")


@strawberry.input(description="What a group should have been called. What is left out stays.")
class ActionGroupCorrectInput(ActionGroupChangeInput):
    name: str | None = value_of("What it is called; 200 characters at most.")
    subject: str | None = value_of("What it works on, in French; 200 characters at most.")
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")


@strawberry.input(description="What the record of a meeting should have said.")
class ActionGroupMeetingCorrectInput(ActionGroupRecordInput):
    number: int | None = value_of("The meeting, as `meetings` numbers it. Mandatory.")
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")


@strawberry.input(description="A lesson of the group, published.")
class ActionGroupLessonLinkInput(ActionGroupChangeInput):
    publication_id: strawberry.ID | None = value_of("A published resource of the kind LESSON. Mandatory.")


@strawberry.input(description="A group whose work is over.")
class ActionGroupCloseInput(ActionGroupChangeInput):
    conclusion: str | None = value_of("What is concluded, in French; 5,000 characters at most.")


@strawberry.type(description="What became of a mutation on an action-research group.")
class ActionGroupPayload(Payload):
    group: ActionGroup | None = strawberry.field(
        description="The group as it now stands; null after errors, or when it cannot be read yet."
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> ActionGroupPayload:
    carried = await carry_out(info.context, command, values)
    group = await reload_after(info.context, carried, load_group)
    return ActionGroupPayload(group=group, position=carried.position, errors=list(carried.errors))


async def _with_subject(info: Info, command: type[Command], values: dict[str, Any]) -> ActionGroupPayload:
    """Answer a mutation whose `subject` is the command's theme."""
    if "subject" in values:
        values["theme"] = values.pop("subject")
    payload = await _answer(info, command, values)
    for error in payload.errors:
        error.field = ["subject"] if error.field == ["theme"] else error.field
    return payload


@strawberry.type
class ActionGroupMutations:
    @strawberry.mutation(
        description="Opens an action-research group. For the coordonnateur of its territory and the national team,"
        " which alone opens a group of the nation."
    )
    async def action_group_open(self, info: Info, input: ActionGroupOpenInput) -> ActionGroupPayload:
        return await _with_subject(info, commands.ActionGroupOpen, to_command(input))

    @strawberry.mutation(description="Corrects what the group is called or works on; of a closed group too." + _WHO)
    async def action_group_correct(self, info: Info, input: ActionGroupCorrectInput) -> ActionGroupPayload:
        return await _with_subject(info, commands.ActionGroupCorrect, to_command(input))

    @strawberry.mutation(description="Adds a member, 60 at most." + _WHO)
    async def action_group_member_add(self, info: Info, input: ActionGroupMemberAddInput) -> ActionGroupPayload:
        return await _answer(info, commands.ActionGroupMemberAdd, to_command(input))

    @strawberry.mutation(description="Records that a member left; the name goes with `personErase` alone." + _WHO)
    async def action_group_member_remove(self, info: Info, input: ActionGroupMemberRemoveInput) -> ActionGroupPayload:
        return await _answer(info, commands.ActionGroupMemberRemove, to_command(input))

    @strawberry.mutation(
        description="Records a meeting: the professions that were present and what it produced, no name." + _WHO
    )
    async def action_group_record(self, info: Info, input: ActionGroupRecordInput) -> ActionGroupPayload:
        return await _answer(info, commands.ActionGroupRecord, to_command(input))

    @strawberry.mutation(
        description="Corrects the record of a meeting, written anew, with a reason; of a closed group too." + _WHO
    )
    async def action_group_meeting_correct(
        self, info: Info, input: ActionGroupMeetingCorrectInput
    ) -> ActionGroupPayload:
        return await _answer(info, commands.ActionGroupMeetingCorrect, to_command(input))

    @strawberry.mutation(description="Links a lesson that was published as a resource; of a closed group too." + _WHO)
    async def action_group_lesson_link(self, info: Info, input: ActionGroupLessonLinkInput) -> ActionGroupPayload:
        return await _answer(info, commands.ActionGroupLessonLink, to_command(input))

    @strawberry.mutation(description="Closes the group. Its lessons can still be linked." + _WHO)
    async def action_group_close(self, info: Info, input: ActionGroupCloseInput) -> ActionGroupPayload:
        return await _answer(info, commands.ActionGroupClose, to_command(input))
