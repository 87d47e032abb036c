"""Documents of strategies, as uploaded. For the coordonnateurs of the territory, the national team and auditors."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_names import file_name
from api.downloads.file_responses import answered, denied, id_in_path, kept_file
from api.strategies.types import load_strategy
from domain.kernel.rights import Action, scope_of

_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class StrategyDocuments:
    """The endpoint of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def document(self, request: Request) -> Response:
        """Answer with the exact bytes of an attached document, or an error."""
        return await answered(self._services, request, _document)


async def _document(context: Context, request: Request) -> Response:
    strategy = await load_strategy(context, id_in_path(request))
    if strategy is None:
        if scope_of(context.actor, Action.TERRITORY_READ) is None:
            raise denied(context.actor)
        raise Refused(404, "NOT_FOUND", "Cette stratégie n'existe pas, ou n'est pas pour vous.")
    sha256 = request.path_params["sha256"]
    places = {each.sha256: place for place, each in enumerate(strategy.documents, start=1)}
    if sha256 not in places:
        raise Refused(404, "NOT_FOUND", "Ce document n'est pas joint à la stratégie.")
    place = places[sha256]
    document, version = strategy.documents[place - 1], f"version {strategy.edition}"
    name = file_name(_ENDINGS[document.media_type], "Stratégie", strategy.territory.name, version, f"document {place}")
    return await kept_file(context, request, sha256, name, document.media_type)
