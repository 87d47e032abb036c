"""Candidatures of Parents Ressource: for the few who need them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Context
from api.types.base import Node
from domain.actors import Actor
from domain.candidature import CandidatureStatus, Degree
from domain.rights import Action, Belongings, Scope, may, scope_of
from projections.queries import candidatures as queries
from projections.queries.paging import Filter

_PERSONAL = "Personal: null once it is erased."


@strawberry.type(
    description="A parent's offer to help other parents. For the parent, the authorities of the school, the"
    " coordonnateur of the territory and the national team."
)
class Candidature(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    status: CandidatureStatus = strawberry.field(description="Where it stands.")
    territory: str = strawberry.field(description="The territory's code.")
    school_uai: str = strawberry.field(description="The school's UAI.")
    degree: Degree = strawberry.field(description="The school's degree: who gives an opinion, who validates.")
    favourable: bool | None = strawberry.field(description="The director's opinion, once it is given.")
    submitted_at: datetime = strawberry.field(description="When it was submitted.")
    decided_at: datetime | None = strawberry.field(description="When it was validated, rejected or withdrawn.")
    informed_at: datetime | None = strawberry.field(description="When the coordonnateur was informed.")
    erased_at: datetime | None = strawberry.field(description="When the personal data were erased.")
    first_name: str | None = strawberry.field(description=_PERSONAL)
    last_name: str | None = strawberry.field(description=_PERSONAL)
    email: str | None = strawberry.field(description=_PERSONAL)
    phone: str | None = strawberry.field(description=_PERSONAL)
    motivation: str | None = strawberry.field(description=_PERSONAL)
    opinion_comment: str | None = strawberry.field(description="What the director wrote. " + _PERSONAL)
    decision_reason: str | None = strawberry.field(description="Why it was rejected or withdrawn. " + _PERSONAL)


def candidature_of(row: dict[str, Any]) -> Candidature:
    shown = {name: row[name] for name in Candidature.__annotations__}
    shown |= {"status": CandidatureStatus(row["status"]), "degree": Degree(row["degree"])}
    return Candidature(id=strawberry.ID(str(row["candidature_id"])), **shown)


def readable(actor: Actor) -> Filter | None:
    """The candidatures that the actor may read; None when there can be none."""
    match scope_of(actor, Action.CANDIDATURE_READ):
        case None:
            return None
        case Scope.OWN_TERRITORY:
            return Filter().among("c.territory", "own_territories", sorted(actor.territories))
        case Scope.OWN_SCHOOL:
            return Filter().among("c.school_uai", "own_schools", sorted(actor.schools))
        case Scope.OWN_PERSON:
            return Filter().where("c.person_id = %(own_person)s", own_person=actor.person_id)
    return Filter()


async def load_candidature(context: Context, candidature_id: UUID) -> Candidature | None:
    """None for what does not exist or is not for the asker."""
    read = await context.read()
    for row in await read.rows(read.sql(queries.BY_ID), {"id": candidature_id}):
        of = Belongings(territories=frozenset([row["territory"]]), school=row["school_uai"], person_id=row["person_id"])
        if may(context.actor, Action.CANDIDATURE_READ, of):
            return candidature_of(row)
    return None
