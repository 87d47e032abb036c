"""Animations: their public fields, and those for the people who answer for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

import strawberry

from api.animations.attendance import ExpectedAttendance, came_by, expected_of
from api.animations.attendance_sheet import AttendanceSheet, last_page, pages_of
from api.animations.kit_links import AnimationKit, kit_of
from api.animations.public_past import as_public_today, is_public
from api.animations.series import AnimationSeries, load_series
from api.animations.shown import SHOWN
from api.animations.standing import Standing
from api.core.allowed import AllowedAction, shown_actions
from api.core.back_references import later
from api.core.context import Context, Info, read_beside
from api.core.lists.lazily import Lazily, lazily
from api.core.lists.nodes import Node
from api.core.lists.paging import Connection, page_arguments
from api.core.past import PastContext
from api.core.scalars import local
from api.schools.types import School, school_named
from api.structures.public_contacts import StructureContact, contact_about
from api.structures.types import Structure
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from api.typology.types import Term
from api.volunteers.loading import volunteers_of
from api.volunteers.types import Volunteer
from application.satisfaction.answering import PURPOSE
from domain.animations.transitions import AnimationStatus, allowed_actions
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.rights import Action, Belongings, may
from domain.service_dossiers.warnings import attendance_warning
from projections.animations import queries

if TYPE_CHECKING:
    from api.registrations.types import Registration
    from projections.registrations.read_model import RegistrationStatus

_TO_CALL = (
    "Those who are told by telephone alone, without an e-mail address or not reached (or all others); also as"
    " `/animations/ID/to-call.pdf` and `.csv`."
)
_RESTRICTED = "For its structure, the coordonnateur of its territory, the national team and auditors; null for others."


@strawberry.type(description="Who came, as the structure declared it. " + _RESTRICTED)
class Attestation:
    parents: int = strawberry.field(description="Parents present.")
    children: int = strawberry.field(description="Children present.")
    total: int = strawberry.field(description="Parents plus children.")
    answers: list[str] = strawberry.field(description="The answers to the form's questions, in their order.")
    form_version: int = strawberry.field(description="The version of the form that was answered.")
    attested_at: datetime = strawberry.field(description="When it was first filled in (local time).")
    corrections: int = strawberry.field(description="How often it was corrected since.")
    warning: str | None = strawberry.field(
        description="What is unusual about these figures, in French; the coordonnateur answers it before certifying."
    )


@strawberry.type(
    description="A workshop, a parents' café, a training… Published ones are public; others are for their structure,"
    " the coordonnateur of their territory, the national team and auditors."
)
class Animation(Lazily, Node):
    SHOWN: ClassVar = SHOWN
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    status: AnimationStatus = strawberry.field(description="Where it stands.")
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(
        description="What happens there, as it is written: Markdown (CommonMark, no HTML) in which line breaks count."
    )
    description_html: str = strawberry.field(
        description="The same as HTML that is safe to show: links to http, https, mailto and tel alone, no pictures."
    )
    structure: Structure = strawberry.field(description="Who runs it.")
    territory: Territory = strawberry.field(description="Where the programme runs it.")
    starts_at: datetime = strawberry.field(description="Its start, in the territory's local time.")
    ends_at: datetime = strawberry.field(description="Its end, in the territory's local time.")
    venue_type: Term = strawberry.field(description="The kind of place.")
    venue_name: str = strawberry.field(description="The name of the place.")
    place: str = strawberry.field(
        description="The name of the place as lists and papers show it: with its school, unless it is called so."
    )
    address: str | None = strawberry.field(description="The address of the place.")
    commune_code: str | None = strawberry.field(description="The INSEE code of the commune.")
    audience: Term = strawberry.field(description="For whom it is.")
    type: Term = strawberry.field(description="What kind of animation it is.")
    themes: list[Term] = strawberry.field(description="Its main theme, then the second if it has one.")
    accessibility: list[Term] = strawberry.field(description="What it offers to people with a disability.")
    languages: list[str] = strawberry.field(
        description="The languages that are spoken there, by their ISO 639 codes; none: French."
    )
    language_names: list[str] = strawberry.field(description="The same languages by their French names.")
    seats: int = strawberry.field(description="How many can take part.")
    seats_left: int = strawberry.field(description="How many can still register: none while it is suspended.")
    waiting: int = strawberry.field(description="How many wait for a seat.")
    suspended: bool = strawberry.field(
        description="Whether no convention covers it any more: nobody can register until one does, and it may not take"
        " place."
    )
    published_at: datetime | None = strawberry.field(description="When it was last published (local time).")
    published_position: int | None = strawberry.field(
        description="The log position at which it was last published: `after` of `animationPublished` goes on from it."
    )
    row: strawberry.Private[dict[str, Any]]
    lists: strawberry.Private[Lists]
    for_who_has_a_seat: strawberry.Private[bool]

    @strawberry.field(description="Whether it was declared after its start. " + _RESTRICTED)
    def declared_late(self, info: Info) -> bool | None:
        late: bool = self.row["declared_late"]
        return late

    @strawberry.field(description="The animation that this one was cloned from, when the asker may see it.")
    async def cloned_from(self, info: Info) -> Annotated[Animation, strawberry.lazy("api.animations.types")] | None:
        source: UUID | None = self.row["cloned_from"]
        if source is None:
            return None
        context = read_beside(self.row.get("past"), info)
        return await context.together("animations", source, lambda ids: load_animations(context, ids))

    @strawberry.field(
        description="Whom to call or write to about it: its own contact, with what it leaves out from that of its"
        " structure; null where nothing is said, and once erased."
    )
    async def contact(self, info: Info) -> StructureContact | None:
        return await contact_about(info.context, self.row)

    @strawberry.field(description="The school that it is held in, or for whose parents it is, if one is named. Public.")
    async def school(self, info: Info) -> School | None:
        return await school_named(info.context, self.row["school"]) if self.row["school"] else None

    @strawberry.field(
        description="Where to join it on the web. For who has a seat, at their registration, and for its structure, the"
        " coordonnateur of its territory, the national team and auditors; null for others."
    )
    def online_link(self, info: Info) -> str | None:
        link: str | None = self.row["online_link"]
        return link if self.for_who_has_a_seat or _answers_for(info.context, self.row) else None

    @strawberry.field(description="The series that it was declared in, if any; null for what is past.")
    async def series(self, info: Info) -> AnimationSeries | None:
        series_id: UUID | None = self.row["series_id"]
        if series_id is None or "past" in self.row:
            return None
        context = info.context
        return await context.together("series", series_id, lambda ids: load_series(context, ids, is_visible))

    @strawberry.field(description="Why the national team refused it. " + _RESTRICTED)
    def refusal_reason(self, info: Info) -> str | None:
        reason: str | None = self.row["refusal_reason"]
        return reason

    @strawberry.field(description="Why it was cancelled. Public.")
    def cancellation_reason(self) -> str | None:
        reason: str | None = self.row["cancellation_reason"]
        return reason

    @strawberry.field(description=_RESTRICTED)
    def attestation(self, info: Info) -> Attestation | None:
        row = self.row
        if not row["attested"]:
            return None
        return Attestation(
            parents=row["parents"],
            children=row["children"],
            total=row["parents"] + row["children"],
            answers=row["answers"],
            form_version=row["form_version"],
            attested_at=local(row["attested_at"], row["time_zone"]),
            corrections=row["corrections"],
            warning=attendance_warning(row["parents"], row["seats"], came_by(row), row["audience"]),
        )

    @strawberry.field(
        description="Who is expected and who came, by the list: the attestation is proposed from it. " + _RESTRICTED
    )
    def expected(self, info: Info) -> ExpectedAttendance | None:
        row = self.row
        return None if "past" in row else expected_of(row, self.type.admits_children or False)

    @strawberry.field(description="The page of the signed attendance sheet that was attached last. " + _RESTRICTED)
    def attendance_sheet(self, info: Info) -> AttendanceSheet | None:
        return last_page(self.row)

    @strawberry.field(
        description="The pages of the signed attendance sheet, each a file, in their order; none if none is attached. "
        + _RESTRICTED
    )
    def sheets(self, info: Info) -> list[AttendanceSheet] | None:
        return pages_of(self.row)

    @strawberry.field(
        description="Where parents answer the satisfaction questionnaire: what its QR code holds. Null unless it is"
        " published. " + _RESTRICTED
    )
    def questionnaire_url(self, info: Info) -> str | None:
        if self.row["status"] != AnimationStatus.PUBLISHED:
            return None
        services = info.context.services
        link = services.application.links.link(PURPOSE, self.row["animation_id"])
        return f"{services.public_url}/questionnaire/{link}"

    @strawberry.field(
        description="The Parents Ressource who take part, for its structure, the coordonnateur of its territory and the"
        " national team; auditors read that there are some, without first names. Null for others, and for what is past."
    )
    async def volunteers(self, info: Info) -> list[Volunteer] | None:
        if "past" in self.row:
            return None
        return await volunteers_of(info.context, self.row["animation_id"], self.belongings)

    @strawberry.field(
        description="Who registered, in that order: the waiting list is in the order of its line. With names: for its"
        " structure; null for others, and for what is past."
    )
    async def registrations(
        self,
        info: Info,
        status: list[Annotated[RegistrationStatus, strawberry.lazy("api.registrations.types")]] | None = None,
        to_call: Annotated[bool | None, strawberry.argument(description=_TO_CALL)] = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Annotated[Registration, strawberry.lazy("api.registrations.types")]] | None:
        if "past" in self.row:
            return None
        arguments = page_arguments(info, first, after, last, before)
        registrations = later("api.registrations.queries", "registrations")
        page: Connection[Registration] = await registrations(
            info.context, self.row["animation_id"], status, to_call, arguments
        )
        return page

    @strawberry.field(description="What makes it known, to print and to show; null once it is cancelled.")
    def kit(self, info: Info) -> AnimationKit | None:
        return kit_of(self.row, _answers_for(info.context, self.row))

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        if "past" in self.row:
            return []
        dossier_status = DossierStatus(self.row["dossier_status"]) if self.row["dossier_status"] else None
        context = info.context
        return shown_actions(allowed_actions(Standing(self.row), dossier_status, context.actor, context.now))

    @property
    def belongings(self) -> Belongings:
        return belongings_of(self.row)


def belongings_of(row: dict[str, Any]) -> Belongings:
    return Belongings(row["structure_id"], frozenset([row["territory"]]))


def is_visible(context: Context, row: dict[str, Any]) -> bool:
    """Public ones are for everybody, others for those who answer for them."""
    return is_public(row) or _answers_for(context, row)


def _answers_for(context: Context, row: dict[str, Any]) -> bool:
    return may(context.actor, Action.STRUCTURE_READ, belongings_of(row))


def animation_of(row: dict[str, Any], lists: Lists) -> Animation:
    """Return the animation of a row of `queries.SELECT`."""
    return lazily(Animation, row=row, lists=lists, for_who_has_a_seat=False)


def with_seat(animation: Animation) -> Animation:
    """Return the animation as people with a seat see it."""
    return lazily(Animation, row=animation.row, lists=animation.lists, for_who_has_a_seat=True)


async def load_animations(context: Context, ids: Sequence[UUID]) -> list[Animation | None]:
    """Return the animations in the order of `ids`, None for those that do not exist or are not for the asker."""
    read, lists = await context.read(), await lists_of(context)
    rows = await read.of_ids(queries.BY_IDS, ids)
    visible: dict[UUID, Animation | None] = {
        row["animation_id"]: animation_of(row, lists) for row in rows if is_visible(context, row)
    }
    if isinstance(context, PastContext):
        foreign = [row for row in rows if is_public(row) and not _answers_for(context, row)]
        shown, lists = await as_public_today(context, foreign)
        visible |= {row["animation_id"]: None for row in foreign}
        visible |= {animation_id: animation_of(row, lists) for animation_id, row in shown.items()}
    return [visible.get(animation_id) for animation_id in ids]


async def load_animation(context: Context, animation_id: UUID) -> Animation | None:
    (animation,) = await load_animations(context, [animation_id])
    return animation
