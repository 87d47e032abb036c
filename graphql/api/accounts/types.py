"""Mandates and invitations: who may speak for what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from psycopg.types.json import Jsonb

from api.core.back_references import later
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.notifications.unreached import EMAIL_PROBLEM, email_problem
from api.schools.types import School, schools_of
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from application.people.officials import former_person, mandate_account
from domain.accounts.invitation import InvitationStatus
from domain.kernel.actors import IN_OFFICE, Actor, Role
from domain.kernel.identifiers import schools_begin_with
from domain.kernel.rights import Action, Belongings, Scope, may, scope_of
from projections.accounts import queries
from projections.structures import queries as structure_queries

if TYPE_CHECKING:
    from api.structures.types import Structure

strawberry.enum(InvitationStatus, description="Where an invitation stands.")

FOR_MANDATES = "For the structure, the coordonnateurs of its first territory and the national team"


@strawberry.type(
    description="A role that a person was given, and what it reaches. "
    + FOR_MANDATES
    + ", and auditors, of teachers also"
    " directors and heads of their school; and oneself."
)
class Mandate(Node):
    account_id: strawberry.ID = strawberry.field(description="Whose it is: for `mandateEnd`.")
    subject: str | None = strawberry.field(description="What the person's token calls them. Null once it is erased.")
    role: Role = strawberry.field(description="The role.")
    structure_id: strawberry.ID | None = strawberry.field(
        description="The id of the structure that the person speaks for."
    )
    territories: list[str] = strawberry.field(description="The codes of the territories that it reaches.")
    schools: list[str] = strawberry.field(description="The UAIs of the schools that it reaches.")
    accepted: bool = strawberry.field(
        description="False for a médiateur whom the structure has not accepted yet: until then they register only"
        " themself."
    )
    until: datetime | None = strawberry.field(description="When it ends by itself (UTC, excluded), if it does.")
    given_at: datetime = strawberry.field(description="When it was given (UTC).")
    given_by: str = strawberry.field(description="Who gave it: the person themself, for médiateurs and those invited.")

    @strawberry.field(description="The structure that the person speaks for.")
    async def structure(self, info: Info) -> Annotated[Structure, strawberry.lazy("api.structures.types")] | None:
        return None if self.structure_id is None else await structure_of(info.context, self.structure_id)

    @strawberry.field(description="The territories that it reaches.")
    async def in_territories(self, info: Info) -> list[Territory]:
        return (await lists_of(info.context)).named(self.territories)

    @strawberry.field(description="The schools that it reaches, by name.")
    async def in_schools(self, info: Info) -> list[School]:
        return await schools_of(info.context, self.schools)


@strawberry.type(description="Who acted by a mandate, also one that has ended. For the national team and auditors.")
class Official:
    account_id: strawberry.ID = strawberry.field(description="Their account.")
    role: Role = strawberry.field(description="In what role they acted.")
    subject: str | None = strawberry.field(description="What their token calls them. Null once it is erased.")


@strawberry.type(description="An invitation to speak for a structure. " + FOR_MANDATES + ".")
class Invitation(Node):
    structure_id: strawberry.ID = strawberry.field(description="The structure's id.")
    status: InvitationStatus = strawberry.field(description="Open, accepted or revoked.")
    email: str | None = strawberry.field(description="The address that it was sent to. Null once it is erased.")
    email_problem: str | None = strawberry.field(description=EMAIL_PROBLEM)
    sent_at: datetime = strawberry.field(description="When it was sent (UTC).")
    sent_by: str = strawberry.field(description="Who sent it.")

    @strawberry.field(description="The structure.")
    async def structure(self, info: Info) -> Annotated[Structure, strawberry.lazy("api.structures.types")] | None:
        return await structure_of(info.context, self.structure_id)


async def structure_of(context: Context, structure_id: str) -> Structure | None:
    structure_with_id = later("api.structures.types", "structure_with_id")
    structure: Structure | None = await structure_with_id(context, UUID(structure_id))
    return structure


def mandate_shown(account_id: UUID, subject: str | None, mandate: dict[str, Any]) -> Mandate:
    """Convert a mandate as the read model stores it."""
    return Mandate(
        id=strawberry.ID(mandate["id"]),
        account_id=strawberry.ID(str(account_id)),
        subject=subject,
        role=Role(mandate["role"]),
        structure_id=strawberry.ID(mandate["structure_id"]) if mandate["structure_id"] else None,
        territories=mandate["territories"],
        schools=mandate["schools"],
        accepted=mandate.get("accepted", mandate["role"] != Role.MEDIATEUR),
        until=datetime.fromisoformat(mandate["until"]) if mandate["until"] else None,
        given_at=datetime.fromisoformat(mandate["given_at"]),
        given_by=mandate["given_by"],
    )


async def officials_named(context: Context, names: list[str]) -> list[str | None]:
    """Return the subjects behind official names: None if erased, the name itself if it stands for no mandate."""
    accounts = {name: account for name in names if (account := mandate_account(name)) is not None}
    read = await context.read()
    rows = await read.rows(read.sql(queries.SUBJECTS), {"ids": list(accounts.values())}) if accounts else []
    subjects = {row["account_id"]: row["subject"] for row in rows}
    return [subjects.get(accounts[name]) if name in accounts else name for name in names]


async def agents_named(context: Context, agents: list[tuple[str, str]]) -> list[str | None]:
    """Return the names of whoever acted, each by actor and role, as their tokens call them.

    None for whoever did not act in office, and once it is erased. Older events name who acted by a mandate as a parent.
    """
    persons = {agent: person for agent in agents if (person := former_person(*agent)) is not None}
    read = await context.read()
    rows = await read.rows(read.sql(queries.SUBJECTS_OF_PERSONS), {"ids": list(persons.values())}) if persons else []
    subjects = {row["person_id"]: row["subject"] for row in rows}
    named = await officials_named(context, [actor for actor, _ in agents])
    return [
        None if agent[1] not in IN_OFFICE else subjects.get(persons[agent]) if agent in persons else name
        for agent, name in zip(agents, named, strict=True)
    ]


async def official(context: Context, name: str) -> Official | None:
    """Return the official behind a name of history, or None if it stands for no mandate."""
    account = mandate_account(name)
    if account is None:
        return None
    (subject,) = await officials_named(context, [name])
    return Official(account_id=strawberry.ID(str(account)), role=Role(name.partition(":")[0]), subject=subject)


async def load_mandates(context: Context, account_id: UUID) -> list[Mandate]:
    """Return the mandates of an account: for its owner, and for whoever has just given or ended one."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.ACCOUNT), {"id": account_id})
    return [mandate_shown(account_id, row["subject"], mandate) for row in rows for mandate in row["mandates"]]


async def mandates_of_structures(context: Context, structures: list[UUID]) -> list[list[Mandate]]:
    read = await context.read()
    params = {"structures": [str(structure_id) for structure_id in structures]}
    rows = await read.rows(read.sql(queries.OF_STRUCTURES), params)
    return [
        [
            mandate_shown(row["account_id"], row["subject"], row["mandate"])
            for row in rows
            if row["structure_id"] == structure_id
        ]
        for structure_id in structures
    ]


async def mandates_of_role(context: Context, role: Role, most: int) -> list[Mandate]:
    """Return the mandates that the asker may read; root fields refuse those who may read none."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.OF_ROLE), {"role": role.value, "most": most, **_reach(context.actor)})
    return [mandate_shown(row["account_id"], row["subject"], row["mandate"]) for row in rows]


async def teachers_of(context: Context, most: int) -> list[Mandate] | None:
    """Return the mandates of the teachers of the asker's schools; None for whoever leads no school."""
    actor = context.actor
    if scope_of(actor, Action.SCHOOL_STAFF_BIND) is not Scope.OWN_SCHOOL:
        return None
    read = await context.read()
    within = {"structures": None, "territories": None, "schools": [], "teaching_in": sorted(actor.schools)}
    rows = await read.rows(read.sql(queries.OF_ROLE), {"role": Role.TEACHER.value, "most": most, **within})
    return [mandate_shown(row["account_id"], row["subject"], row["mandate"]) for row in rows]


async def load_mandate(context: Context, mandate_id: UUID) -> Mandate | None:
    """Return the mandate, or None if it does not exist (any more) or is not for the asker: one's own always is."""
    actor, read = context.actor, await context.read()
    params = {
        "id": str(mandate_id),
        "holding": Jsonb([{"id": str(mandate_id)}]),
        "own": actor.account_id,
        "reads": scope_of(actor, Action.MANDATE_READ) is not None,
        **_reach(actor),
    }
    rows = await read.rows(read.sql(queries.MANDATE), params)
    return next((mandate_shown(row["account_id"], row["subject"], row["mandate"]) for row in rows), None)


def _reach(actor: Actor) -> dict[str, list[str] | None]:
    """Return the parameters that bound the mandates that an actor reads; all of them NULL: none is out of reach."""
    scope = scope_of(actor, Action.MANDATE_READ)
    return {
        "structures": [str(item) for item in actor.structures] if scope is Scope.OWN_STRUCTURE else None,
        "territories": list(actor.territories) if scope is Scope.HOME_TERRITORY else None,
        "schools": [schools_begin_with(item) for item in actor.territories],
        "teaching_in": None,
    }


async def invitations_of_structures(context: Context, structures: list[UUID]) -> list[list[Invitation]]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.INVITATIONS_OF), {"structures": structures})
    return [[_invitation_of(row) for row in rows if row["structure_id"] == structure_id] for structure_id in structures]


async def open_invitations(context: Context, most: int) -> list[Invitation]:
    """Return the invitations that the asker may withdraw; root fields refuse those who may withdraw none."""
    actor, read = context.actor, await context.read()
    scope = scope_of(actor, Action.INVITATION_REVOKE)
    within = {
        "structures": list(actor.structures) if scope is Scope.OWN_STRUCTURE else None,
        "territories": list(actor.territories) if scope is Scope.HOME_TERRITORY else None,
    }
    rows = await read.rows(read.sql(queries.OPEN_INVITATIONS), {**within, "most": most})
    return [_invitation_of(row) for row in rows]


async def load_invitation(context: Context, invitation_id: UUID) -> Invitation | None:
    """Return the invitation, or None if it does not exist or is not for the asker."""
    read = await context.read()
    rows: Sequence[dict[str, Any]] = await read.rows(read.sql(queries.INVITATION), {"id": invitation_id})
    for row in rows:
        structure_rows = await read.of_ids(structure_queries.BY_IDS, [row["structure_id"]])
        home = frozenset(code for structure in structure_rows for code in structure["territories"][:1])
        if may(context.actor, Action.INVITATION_REVOKE, Belongings(row["structure_id"], home=home)):
            return _invitation_of(row)
    return None


def _invitation_of(row: dict[str, Any]) -> Invitation:
    return Invitation(
        id=strawberry.ID(str(row["invitation_id"])),
        structure_id=strawberry.ID(str(row["structure_id"])),
        status=InvitationStatus(row["status"]),
        email=row["email"],
        email_problem=email_problem(row["unreached"]),
        sent_at=row["sent_at"],
        sent_by=row["sent_by"],
    )
