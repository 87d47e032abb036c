"""`GET /service-dossiers/{id}.csv`: a dossier as a table, for those who may read it."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api.answers import JSON, Refused, refusal
from api.context import Context, Services
from api.errors import denied
from api.exports.csv_table import csv_table
from api.exports.dossier_table import HEADERS, rows
from api.incidents import unexpected
from api.requests import authenticated, wait_for_position
from api.types.service_dossier import dossier_lines, load_dossier
from domain.actors import Actor, Role
from domain.errors import not_found
from domain.rights import Action, Scope, scope_of

_CSV = "text/csv; charset=utf-8"


class DossierCsv:
    """The endpoint, for one process's clients."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, request: Request) -> Response:
        """200 with the file; 401, 403 or 404 in JSON, 403 also for what does not exist: see `_absent`."""
        try:
            actor = authenticated(request.headers.get("authorization"), self._services.token_secret)
            await wait_for_position(request.headers, self._services, 503)
            return await self._export(request.path_params["id"], actor)
        except Refused as refused:
            return refusal(refused, JSON)
        except Exception as error:
            return refusal(unexpected(error), JSON)

    async def _export(self, said: str, actor: Actor) -> Response:
        context = Context(self._services, actor)
        try:
            dossier_id = _uuid(said)
            dossier = await load_dossier(context, dossier_id) if dossier_id else None
            if dossier is None:
                raise _absent(actor)
            table = csv_table(HEADERS, rows(dossier, await dossier_lines(context, dossier.row)))
        finally:
            await context.close()
        # Some hundred rows at most: whole, so that what goes wrong is answered as such.
        told = {"Content-Disposition": f'attachment; filename="dossier-{dossier_id}.csv"', "Cache-Control": "no-store"}
        return Response(b"".join(table), headers={**told, "Vary": "Authorization"}, media_type=_CSV)


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _absent(actor: Actor) -> Refused:
    """Only who may read every dossier is told that there is none."""
    if scope_of(actor, Action.STRUCTURE_READ) is Scope.ANYWHERE:
        problem = not_found("Dossier").problems[0]
        return Refused(404, problem.code.value, problem.message)
    status = 401 if actor.role is Role.PUBLIC else 403
    told = denied(actor)
    assert told.extensions is not None
    return Refused(status, told.extensions["code"], told.message)
