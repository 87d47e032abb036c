"""The papers of a service dossier: its pieces as they were handed in.

For its structure, the coordonnateurs of its territory, the national team and auditors.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.answers import Refused
from api.context import Context, Services
from api.documents import answered, denied, id_in_path, kept_file
from api.types.service_dossier import ServiceDossier, load_dossier
from domain.rights import Action, Scope, scope_of


class DossierPapers:
    """The endpoints, on one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def piece(self, request: Request) -> Response:
        """The very bytes of an attached piece, or an error: never others."""
        return await answered(self._services, request, _piece)


async def _piece(context: Context, request: Request) -> Response:
    dossier = await readable_dossier(context, request)
    for piece in dossier.pieces:
        if piece.sha256 == request.path_params["sha256"]:
            return await kept_file(context, request, piece.sha256, piece.file_name, piece.media_type)
    raise Refused(404, "NOT_FOUND", "Aucune pièce du dossier n'a cette empreinte.")


async def readable_dossier(context: Context, request: Request) -> ServiceDossier:
    """The dossier that the path names. Raises Refused when there is none, or none for the asker."""
    dossier = await load_dossier(context, id_in_path(request))
    if dossier is None:
        anywhere = scope_of(context.actor, Action.STRUCTURE_READ) is Scope.ANYWHERE
        raise Refused(404, "NOT_FOUND", "Dossier : introuvable.") if anywhere else denied(context.actor)
    return dossier
