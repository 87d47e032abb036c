"""The poster, the flyers and the last slide of an animation, and all of them with the planning in one file.

Of a published animation they are public, save for the slide: whoever holds the link of the questionnaire may answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.animations.public_past import is_public
from api.communication.announcements import animations_in, announcement_of, entries_of
from api.communication.plannings import logos_of, structure_planning
from api.core.answers import Refused
from api.core.context import Context, Services
from api.core.scalars import local
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, denied, id_in_path
from api.downloads.freshness import unless_fresh
from api.registrations.ticket_downloads import tickets_without_email
from api.structures.types import Structure, load_structure
from application.papers.communication.announcement import Announcement
from application.papers.communication.kit import kit_zip
from application.papers.communication.posters import PosterFormat, flyers_pdf, poster_pdf, slide_pdf
from application.papers.logos import Logos
from application.satisfaction.answering import PURPOSE
from domain.animations.transitions import AnimationStatus
from domain.kernel.rights import Action, Belongings, may
from projections.engine.paging import Filter

_PDF, _ZIP = "application/pdf", "application/zip"
_UNKNOWN = "Cette animation n'existe pas, ou elle n'est pas publiée."


@dataclass(frozen=True, slots=True)
class _Subject:
    """An animation that the asker may see, and what its papers say."""

    row: dict[str, Any]
    structure: Structure
    announcement: Announcement
    #: Whether the asker answers for it.
    theirs: bool


#: Lays a paper out, in a thread of its own.
Lay = Callable[[Logos], bytes]
Prepare = Callable[[Context, Request, _Subject], Awaitable[tuple[str, Lay]]]


class Kits:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def poster(self, request: Request) -> Response:
        """Answer with the poster, of `?format=A3` or A4."""
        return await self._answered(request, _PDF, _poster)

    async def flyers(self, request: Request) -> Response:
        """Answer with a sheet of flyers."""
        return await self._answered(request, _PDF, _flyers)

    async def slide(self, request: Request) -> Response:
        """Answer with the last slide, for whoever answers for the animation."""
        return await self._answered(request, _PDF, _slide)

    async def zip(self, request: Request) -> Response:
        """Answer with all of it, as far as it is for the asker."""
        return await self._answered(request, _ZIP, _kit)

    async def _answered(self, request: Request, media_type: str, prepare: Prepare) -> Response:
        async def answer(context: Context, request: Request) -> Response:
            subject = await _subject(context, request)
            name, lay = await prepare(context, request, subject)

            async def make(headers: dict[str, str]) -> Response:
                logos = await logos_of(context, subject.structure, subject.row["territory"])
                await context.close()
                content = await to_thread.run_sync(lay, logos)
                return Response(content, 200, {**headers, "Content-Disposition": name}, media_type)

            return await unless_fresh(context, request, HARMLESS, make, context.now.astimezone(UTC).date())

        return await answered(self._services, request, answer)


async def _subject(context: Context, request: Request) -> _Subject:
    """Return the animation. Raises Refused: nobody learns of what is not for them."""
    rows = await animations_in(context, Filter().where("a.animation_id = %(id)s", id=id_in_path(request)), 1)
    row = rows[0] if rows else None
    theirs = row is not None and may(context.actor, Action.STRUCTURE_READ, _belongings(row))
    if row is None or not (theirs or is_public(row)):
        raise Refused(404, "NOT_FOUND", _UNKNOWN)
    if row["status"] == AnimationStatus.CANCELLED:
        raise Refused(409, "RULE_BROKEN", "Cette animation est annulée : elle ne s'affiche plus.")
    (entry,) = await entries_of(context, [row])
    structure = await load_structure(context, row["structure_id"])
    assert structure is not None
    return _Subject(row, structure, announcement_of(row, entry, context.now.astimezone(UTC).date()), theirs)


def _belongings(row: dict[str, Any]) -> Belongings:
    return Belongings(row["structure_id"], frozenset([row["territory"]]))


async def _poster(context: Context, request: Request, subject: _Subject) -> tuple[str, Lay]:
    code = request.query_params.get("format", PosterFormat.A4)
    if code not in list(PosterFormat):
        raise Refused(400, "INVALID", f"format : valeurs acceptées : {', '.join(PosterFormat)}.", field=["format"])
    name = disposition("inline", _file_name(subject, f"Affiche {code}", "pdf"))
    return name, partial(poster_pdf, subject.announcement, PosterFormat(code))


async def _flyers(context: Context, request: Request, subject: _Subject) -> tuple[str, Lay]:
    name = disposition("inline", _file_name(subject, "Flyers", "pdf"))
    return name, partial(flyers_pdf, subject.announcement)


async def _slide(context: Context, request: Request, subject: _Subject) -> tuple[str, Lay]:
    if not subject.theirs:
        raise denied(context.actor)
    url = _questionnaire_url(context, subject)
    if url is None:
        raise Refused(409, "RULE_BROKEN", "La dernière diapositive est celle d'une animation publiée.")
    name = disposition("inline", _file_name(subject, "Dernière diapositive", "pdf"))
    return name, partial(slide_pdf, subject.announcement, url)


async def _kit(context: Context, request: Request, subject: _Subject) -> tuple[str, Lay]:
    planning = await structure_planning(context, subject.structure)
    url = _questionnaire_url(context, subject) if subject.theirs else None
    reads = may(context.actor, Action.REGISTRATION_READ, _belongings(subject.row))
    tickets = await tickets_without_email(context, subject.row["animation_id"]) if reads else []
    name = disposition("attachment", _file_name(subject, "Kit de communication", "zip"))
    return name, partial(kit_zip, subject.announcement, url, planning, tickets)


def _file_name(subject: _Subject, what: str, ending: str) -> str:
    day = local(subject.row["starts_at"], subject.row["time_zone"]).date()
    return file_name(ending, what, subject.announcement.title, first=day)


def _questionnaire_url(context: Context, subject: _Subject) -> str | None:
    if subject.row["status"] != AnimationStatus.PUBLISHED:
        return None
    link = context.services.application.links.link(PURPOSE, subject.row["animation_id"])
    return f"{context.services.public_url}/questionnaire/{link}"
