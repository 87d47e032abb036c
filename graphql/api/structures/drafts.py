"""The draft of a declaration that the asker keeps for a structure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from api.core.commanding.commands import in_turn, settle
from api.core.commanding.payloads import Payload
from api.core.context import Info
from api.core.lists.checks import node_id
from application import drafts
from eventstore.log import head


@strawberry.type(
    description="What the asker has typed to declare an animation and not sent yet. Kept encrypted for 60 days, and"
    " erased with the account."
)
class AnimationDraft:
    content: str = strawberry.field(description="What was typed, as the client wrote it.")
    saved_at: datetime = strawberry.field(description="When it was last kept (UTC).")
    structure_id: strawberry.ID | None = strawberry.field(
        description="The structure that it is declared for; null once the asker no longer speaks for it."
    )


@strawberry.input(description="The draft of a declaration.")
class AnimationDraftKeepInput:
    structure_id: strawberry.ID = strawberry.field(description="The structure that it is declared for.")
    content: str | None = strawberry.field(
        default=None,
        description=f"What was typed, in a form of the client's own: {drafts.LONGEST} characters at most. Left out, the"
        " draft is deleted.",
    )


StructureId = Annotated[strawberry.ID, strawberry.argument(description="The structure that it is declared for.")]


@strawberry.type(description="What became of keeping a draft.")
class AnimationDraftKeepPayload(Payload): ...


@strawberry.type
class DraftQueries:
    @strawberry.field(
        description="The asker's own draft of a declaration for a structure; null if there is none, and for another"
        " structure. For accounts of structures; others: FORBIDDEN."
    )
    async def animation_draft(self, info: Info, structure_id: StructureId) -> AnimationDraft | None:
        application, actor = info.context.services.application, info.context.actor
        structure = node_id(structure_id, "structureId")

        def read() -> drafts.Draft | None:
            with application.pool.connection() as conn:
                return drafts.kept(conn, application.vault, actor, structure)

        draft = await in_turn(info.context, read)
        if draft is None:
            return None
        return AnimationDraft(
            content=draft.content, saved_at=draft.saved_at, structure_id=strawberry.ID(str(structure))
        )


@strawberry.type
class DraftMutations:
    @strawberry.mutation(
        description="Keeps what the asker has typed to declare an animation, in place of their former draft for that"
        " structure; without content, deletes it. Records nothing in the log. For accounts of that structure."
    )
    async def animation_draft_keep(self, info: Info, input: AnimationDraftKeepInput) -> AnimationDraftKeepPayload:
        application, actor = info.context.services.application, info.context.actor

        def keep() -> tuple[None, int]:
            with application.pool.connection() as conn:
                structure = node_id(input.structure_id, "structureId")
                drafts.keep(conn, application.vault, actor, structure, input.content)
                return None, head(conn)

        carried = await settle(info.context, keep)
        return AnimationDraftKeepPayload(position=carried.position, errors=list(carried.errors))
