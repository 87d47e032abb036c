"""Schools' requests for an animation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.animations.types import Animation, load_animations
from api.core.allowed import AllowedAction, shown_actions
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.core.scalars import local
from api.schools.types import School, school_named
from api.structures.types import Structure, structure_with_id
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from api.typology.types import Term
from domain.animation_requests.request import Difference, differences
from domain.animation_requests.transitions import RequestStatus, allowed_actions
from domain.animations.transitions import AnimationStatus
from domain.kernel.actors import Role
from domain.kernel.rights import Action, Belongings, Scope, scope_of
from domain.typology.typology import TermKind
from projections.animation_requests import queries
from projections.engine.paging import Filter

#: Statuses in which an animation answers a request.
_STANDING = (AnimationStatus.SUBMITTED, AnimationStatus.PUBLISHED)


class _Standing:
    """A row of the read model, in the shape that the table of transitions expects."""

    __slots__ = ("status", "wished_until")

    def __init__(self, row: dict[str, Any]) -> None:
        self.status = RequestStatus(row["status"])
        self.wished_until: date = row["wished_until"]


@strawberry.type(
    description="A school asks for an animation. For the school's director, head, inspector and teachers, the"
    " structures of the territory while it is open, the one that took it up, the coordonnateur and the national team."
)
class AnimationRequest(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    status: RequestStatus = strawberry.field(description="Where it stands.")
    territory: Territory = strawberry.field(description="The territory of the school.")
    theme: Term = strawberry.field(description="On what.")
    audience: Term = strawberry.field(description="For whom.")
    wished_from: date = strawberry.field(description="The first day of the period that suits the school.")
    wished_until: date = strawberry.field(description="The last day of it. The request lapses afterwards.")
    text: str = strawberry.field(description="What the school says of it.")
    sent_at: datetime = strawberry.field(description="When it was sent (local time).")
    changed_at: datetime = strawberry.field(description="When its status last changed (local time).")
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field(
        description="Why it was given back, opened again, declined or withdrawn; null once it is taken up or answered."
        " Why a structure gave it back is not for other structures."
    )
    def reason(self, info: Info) -> str | None:
        actor, structure_id = info.context.actor, self.row["given_back_by"]
        for_others = actor.role is Role.STRUCTURE and structure_id is not None and structure_id not in actor.structures
        reason: str | None = None if for_others else self.row["reason"]
        return reason

    @strawberry.field(description="The school that asks.")
    async def school(self, info: Info) -> School:
        return await school_named(info.context, self.row["school"])

    @strawberry.field(description="The structure that has taken it up; null while none has.")
    async def structure(self, info: Info) -> Structure | None:
        structure_id: UUID | None = self.row["structure_id"]
        return None if structure_id is None else await structure_with_id(info.context, structure_id)

    @strawberry.field(
        description="The animation that answers it, or that the national team has refused and its structure may mend;"
        " as far as the asker may see it."
    )
    async def animation(self, info: Info) -> Animation | None:
        animation_id: UUID | None = self.row["animation_id"]
        context = info.context
        if animation_id is None:
            return None
        return await context.together("animations", animation_id, lambda ids: load_animations(context, ids))

    @strawberry.field(
        description="Where the animation that answers differs from what was wished for; the school and the structure"
        " may have agreed on something else."
    )
    async def differences(self, info: Info) -> list[Difference]:
        animation = await self.animation(info)
        if animation is None:
            return []
        themes = [term.code for term in animation.themes]
        of_animation = (themes, animation.audience.code, animation.starts_at.date())
        return differences(self.theme.code, self.audience.code, (self.wished_from, self.wished_until), of_animation)

    @strawberry.field(description="How many structures were told of it beside the coordonnateur.")
    def structures_told(self) -> int:
        return len(self.row["structures"])

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    async def allowed_actions(self, info: Info) -> list[AllowedAction]:
        today, state = local(info.context.now, self.territory.time_zone).date(), _Standing(self.row)
        animation = await self.animation(info) if state.status is RequestStatus.ANSWERED else None
        stands = animation is not None and animation.row["status"] in _STANDING
        still_answered = animation is not None and stands and animation.row["school"] == self.row["school"]
        actions = allowed_actions(state, self.belongings, info.context.actor, today, still_answered)
        return shown_actions(actions)

    @property
    def belongings(self) -> Belongings:
        return belongings_of(self.row)


def belongings_of(row: dict[str, Any]) -> Belongings:
    return Belongings(row["structure_id"], frozenset([row["territory"]]), row["school"])


def request_of(row: dict[str, Any], lists: Lists) -> AnimationRequest:
    territory = lists.territories[row["territory"]]
    day = row["wished_from"]
    return AnimationRequest(
        id=strawberry.ID(str(row["request_id"])),
        version=row["version"],
        status=RequestStatus(row["status"]),
        territory=territory,
        theme=lists.term(TermKind.THEME, row["theme"], day),
        audience=lists.term(TermKind.AUDIENCE, row["audience"], day),
        wished_from=day,
        wished_until=row["wished_until"],
        text=row["text"],
        sent_at=local(row["sent_at"], territory.time_zone),
        changed_at=local(row["changed_at"], territory.time_zone),
        row=row,
    )


def readable(context: Context) -> Filter:
    """Return the filter of the requests that the asker may read."""
    actor = context.actor
    if actor.role is Role.STRUCTURE:
        return Filter().where(queries.OF_STRUCTURES, own_structures=sorted(actor.structures))
    match scope_of(actor, Action.ANIMATION_REQUEST_READ):
        case None:
            return Filter().where("false")
        case Scope.OWN_TERRITORY:
            return Filter().among("r.territory", "own_territories", sorted(actor.territories))
        case Scope.OWN_SCHOOL:
            return Filter().among("r.school", "own_schools", sorted(actor.schools))
    return Filter()


def waiting(context: Context, filtered: Filter, wait: bool) -> Filter:
    """Add to a filter that the requests wait for the asker, or that they do not."""
    actor, params = context.actor, {}
    if actor.role is Role.STRUCTURE:
        condition, params = queries.WAITING_FOR_STRUCTURES, {"own_structures": sorted(actor.structures)}
    elif scope_of(actor, Action.ANIMATION_REQUEST_READ) is Scope.OWN_SCHOOL:
        condition = queries.WAITING_FOR_AN_ANIMATION
    else:
        condition = queries.WAITING_FOR_A_STRUCTURE
    return filtered.where(condition if wait else f"NOT ({condition})", **params)


async def load_request(context: Context, request_id: UUID) -> AnimationRequest | None:
    """Return the request, or None if it does not exist or is not for the asker."""
    read, filtered = await context.read(), readable(context).where("r.request_id = %(id)s", id=request_id)
    statement = f"SELECT r.* FROM {queries.SOURCE.rows} WHERE {filtered.clause}"
    rows = await read.rows(read.sql(statement), filtered.params)
    return request_of(rows[0], await lists_of(context)) if rows else None
