"""The certificate of volunteering as PDF, built from the log on each request, and refused once erased.

For the coordonnateur of the territory, the national team and the candidate, signed in or by the candidature's link.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.candidatures.certificate_checks import certificate_check
from api.candidatures.types import belongings_of
from api.core.answers import Refused
from api.core.context import Context, Services
from api.core.scalars import local
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, denied, id_in_path
from api.schools.types import school_named
from api.typology.territories_and_terms import lists_of
from application.candidatures import PURPOSE
from application.papers.certificate import Certificate, certificate_pdf
from application.papers.french import full_date
from application.wording.schools import in_sentence
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError
from domain.kernel.rights import Action, may
from projections.candidatures import queries

_READERS = (Role.PARENT, Role.COORDONNATEUR, Role.NATIONAL)


class Certificates:
    """The endpoint of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def pdf(self, request: Request) -> Response:
        """Answer with the certificate, once it is issued."""
        return await answered(self._services, request, _certificate)

    async def check(self, request: Request) -> Response:
        """Answer in words whether a number is that of a certificate that was issued. Public, and names nobody."""
        return await answered(self._services, request, _check)


async def _check(context: Context, request: Request) -> Response:
    number = request.path_params["number"]
    check = await certificate_check(context, number)
    if not check.genuine or check.issued_on is None:
        raise Refused(404, "NOT_FOUND", "Aucune attestation de bénévolat n'a été délivrée sous ce numéro.")
    words = f"L'attestation de bénévolat n° {check.number} a été délivrée le {full_date(check.issued_on)}.\n"
    return Response(words, 200, HARMLESS, "text/plain; charset=utf-8")


async def _certificate(context: Context, request: Request) -> Response:
    row = await _readable(context, request)
    if row["certificate_number"] is None or row["first_name"] is None:
        raise Refused(404, "NOT_FOUND", "Aucune attestation de bénévolat n'est délivrée pour cette candidature.")
    school = await school_named(context, row["school_uai"])
    lists, read = await lists_of(context), await context.read()
    coordinators = await read.rows(read.sql(queries.COORDONNATEUR), {"territory": row["territory"]})
    details = Certificate(
        number=row["certificate_number"],
        issued_on=row["certificate_on"],
        name=f"{row['first_name']} {row['last_name']}",
        school=in_sentence(school.label),
        coordinator=coordinators[0]["coordonnateur"] if coordinators else None,
        check_url=f"{context.services.public_url}/certificates/{row['certificate_number']}",
        territory=lists.territories[row["territory"]].name,
        since=local(row["validated_at"], lists.territories[row["territory"]].time_zone).date(),
        trainings=tuple(
            (date.fromisoformat(training["on"]), training["subject"]) for training in row["certificate_trainings"]
        ),
        pix_on=row["certificate_pix_on"],
    )
    await context.close()
    content = await to_thread.run_sync(certificate_pdf, details, context.services.logos)
    name = disposition("inline", file_name("pdf", f"Attestation de bénévolat {details.number}"))
    return Response(content, 200, {**HARMLESS, "Content-Disposition": name}, "application/pdf")


async def _readable(context: Context, request: Request) -> dict[str, Any]:
    """Return the candidature's row, or refuse without revealing whether it exists."""
    candidature_id = id_in_path(request)
    read = await context.read()
    rows = await read.rows(read.sql(queries.BY_ID), {"id": candidature_id})
    if _has_link(context, request, candidature_id) and rows:
        return rows[0]
    actor = context.actor
    if rows and actor.role in _READERS and may(actor, Action.CANDIDATURE_READ, belongings_of(rows[0])):
        return rows[0]
    raise denied(actor)


def _has_link(context: Context, request: Request, candidature_id: UUID) -> bool:
    """Whether the request carries the candidature's link."""
    link = request.query_params.get("link")
    if link is None:
        return False
    try:
        return context.services.application.links.read(PURPOSE, link) == (candidature_id,)
    except DomainError:
        return False
