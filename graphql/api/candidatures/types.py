"""Candidatures of Parents Ressource."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.core.allowed import AllowedAction, shown_actions
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.core.reading_rights import may_be_shown
from api.notifications.unreached import EMAIL_PROBLEM, email_problem
from api.schools.types import School, school_named
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from domain.candidatures.events import Degree
from domain.candidatures.missions import Mission
from domain.candidatures.transitions import CandidatureStatus, allowed_actions
from domain.kernel.actors import Actor, Role
from domain.kernel.rights import Action, Belongings, Scope, scope_of
from projections.candidatures import queries
from projections.engine.paging import Filter
from projections.programme.volunteers import ACCOMPANIMENTS_OF

_PERSONAL = "Personal: null once it is erased."


@strawberry.type(description="A training that the volunteer followed.")
class Training:
    on: date = strawberry.field(description="The day.")
    subject: str = strawberry.field(description="What it was about.")


@strawberry.type(description="How many parents a volunteer helped on a day, without their names.")
class Accompaniment:
    number: int = strawberry.field(description="What `candidatureCorrectAccompaniment` takes.")
    on: date = strawberry.field(description="The day.")
    mission: Mission = strawberry.field(description="In which mission.")
    parents: int = strawberry.field(description="How many parents.")


class _Standing:
    """A row of the read model, in the shape that the table of transitions expects."""

    __slots__ = ("certificate_number", "certificate_requested", "degree", "erased", "pix_certified", "status")

    def __init__(self, row: dict[str, Any]) -> None:
        self.degree = Degree(row["degree"])
        self.status = CandidatureStatus(row["status"])
        self.erased: bool = row["erased_at"] is not None
        self.pix_certified: bool = row["pix_on"] is not None
        self.certificate_requested: bool = row["certificate_requested_at"] is not None
        self.certificate_number: str | None = row["certificate_number"]


@strawberry.type(
    description="A parent's offer to help other parents. For the parent who is signed in, in whatever role, the"
    " authorities of the school, the coordonnateur of the territory and the national team."
)
class Candidature(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    status: CandidatureStatus = strawberry.field(description="Where it stands.")
    territory: str = strawberry.field(description="The territory's code; `inTerritory` is the territory itself.")
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
    email_problem: str | None = strawberry.field(description=EMAIL_PROBLEM)
    phone: str | None = strawberry.field(description=_PERSONAL)
    motivation: str | None = strawberry.field(description=_PERSONAL)
    opinion_comment: str | None = strawberry.field(description="What the director wrote. " + _PERSONAL)
    decision_reason: str | None = strawberry.field(description="Why it was rejected or withdrawn. " + _PERSONAL)
    contacted_on: date | None = strawberry.field(description="When the coordonnateur last made contact.")
    pix_on: date | None = strawberry.field(description="When the volunteer passed the Pix certification.")
    certificate_requested_at: datetime | None = strawberry.field(
        description="When the volunteer asked for a certificate."
    )
    certificate_number: str | None = strawberry.field(description="The number of the certificate that was issued.")
    certificate_on: date | None = strawberry.field(description="When the certificate was issued.")
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field(description="The territory of the school.")
    async def in_territory(self, info: Info) -> Territory:
        return (await lists_of(info.context)).territories[self.territory]

    @strawberry.field(description="The school that it is for.")
    async def school(self, info: Info) -> School:
        return await school_named(info.context, self.school_uai)

    @strawberry.field(description="The trainings that the volunteer followed, in the order of being recorded.")
    def trainings(self) -> list[Training]:
        return [
            Training(on=date.fromisoformat(training["on"]), subject=training["subject"])
            for training in self.row["trainings"]
        ]

    @strawberry.field(description="What was noted of the parents that the volunteer helped, the last day first.")
    async def accompaniments(self, info: Info) -> list[Accompaniment]:
        context: Context = info.context

        async def load(ids: Sequence[UUID]) -> list[list[Accompaniment]]:
            read = await context.read()
            noted: dict[UUID, list[Accompaniment]] = {each: [] for each in ids}
            for row in await read.rows(read.sql(ACCOMPANIMENTS_OF), {"ids": list(ids)}):
                of_row = Accompaniment(
                    number=row["number"], on=row["day"], mission=Mission(row["mission"]), parents=row["parents"]
                )
                noted[row["candidature_id"]].append(of_row)
            return list(noted.values())

        return await context.together("accompaniments", self.row["candidature_id"], load)

    @strawberry.field(
        description="What the coordonnateur noted of the contact. For the coordonnateur of the territory and the"
        " national team; null for others. " + _PERSONAL
    )
    def contact_note(self, info: Info) -> str | None:
        note: str | None = self.row["contact_note"]
        return note

    @strawberry.field(
        description="The certificate of volunteering as PDF, once it is issued: for the coordonnateur of the territory,"
        " the national team, the candidate signed in, and who adds the candidature's link as `?link=`."
    )
    def certificate_url(self, info: Info) -> str | None:
        issued = self.row["certificate_number"] is not None and self.row["erased_at"] is None
        site = info.context.services.public_url
        return f"{site}/candidatures/{self.row['candidature_id']}/certificate.pdf" if issued else None

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        return shown_actions(allowed_actions(_Standing(self.row), self.belongings, self._asker(info)))

    @property
    def belongings(self) -> Belongings:
        return belongings_of(self.row)

    def _asker(self, info: Info) -> Actor:
        """Return the asker, or the candidate if the candidature was loaded by its link."""
        if "held" not in self.row:
            return info.context.actor
        return Actor(Role.PARENT, "candidate", person_id=self.row["person_id"])


def candidature_of(row: dict[str, Any]) -> Candidature:
    fields = {name: row[name] for name in Candidature.__annotations__ if name not in ("row", "email_problem")}
    fields["email_problem"] = email_problem(row["unreached"])
    fields |= {"status": CandidatureStatus(row["status"]), "degree": Degree(row["degree"])}
    return Candidature(id=strawberry.ID(str(row["candidature_id"])), row=row, **fields)


def belongings_of(row: dict[str, Any]) -> Belongings:
    if row["repeats"] is not None:
        return Belongings(person_id=row["person_id"])
    return Belongings(territories=frozenset([row["territory"]]), school=row["school_uai"], person_id=row["person_id"])


def readable(actor: Actor) -> Filter:
    """Return the filter of the candidatures that the actor may read."""
    own, asker = "c.person_id = %(own_person)s", actor.person_id
    mine = Filter().where(f"c.repeats IS NULL OR {own}", own_person=asker)
    match scope_of(actor, Action.CANDIDATURE_READ):
        case None:
            return Filter().where("false")
        case Scope.OWN_TERRITORY:
            reach = f"(c.territory = ANY(%(own_territories)s) OR {own})"
            return mine.where(reach, own_territories=sorted(actor.territories), own_person=asker)
        case Scope.OWN_SCHOOL:
            reach = f"(c.school_uai = ANY(%(own_schools)s) OR {own})"
            return mine.where(reach, own_schools=sorted(actor.schools), own_person=asker)
        case Scope.OWN_PERSON:
            return Filter().where(own, own_person=asker)
    return mine


async def load_candidature(context: Context, candidature_id: UUID) -> Candidature | None:
    """Return the candidature, or None if it does not exist or is not for the asker."""
    read = await context.read()
    for row in await read.rows(read.sql(queries.BY_ID), {"id": candidature_id}):
        is_own = row["person_id"] == context.actor.person_id
        if (row["repeats"] is None or is_own) and may_be_shown(context.actor, "Candidature", belongings_of(row)):
            return candidature_of(row)
    return None


async def load_held_candidature(context: Context, candidature_id: UUID) -> Candidature | None:
    """Return the candidature for the holder of its link; None once its personal data are erased."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.BY_ID), {"id": candidature_id})
    return candidature_of(rows[0] | {"held": True}) if rows and rows[0]["erased_at"] is None else None
