"""The signed tree as C2SP tlog-tiles serves it, so that anybody computes any proof."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_responses import HARMLESS, answered
from application.proof.merkle import HASH_BYTES
from application.proof.witnessing.tile_paths import parse_index, parse_level, width_at
from projections.proof import queries

FOR_EVER = {**HARMLESS, "Cache-Control": "public, max-age=31536000, immutable"}


class TilePages:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def tile(self, request: Request) -> Response:
        """Answer with the hashes of a tile of the last signed tree."""
        return await answered(self._services, request, _tile, by_replicas=False)

    async def entries(self, request: Request) -> Response:
        """Say why entries are not served: a leaf is a whole event."""
        return await answered(self._services, request, _entries, by_replicas=False)


async def _tile(context: Context, request: Request) -> Response:
    level, place = parse_level(request.path_params["level"]), parse_index(request.path_params["index"])
    if level is None or place is None:
        raise _not_there()
    index, width = place
    read = await context.read()
    rows = await read.rows(read.sql(queries.TILE), {"level": level, "index": index})
    # Hashes of events that are not signed yet are nobody's word.
    if not rows or width_at(rows[0]["size"], level, index) < width or len(rows[0]["hashes"]) < width * HASH_BYTES:
        raise _not_there()
    return Response(bytes(rows[0]["hashes"][: width * HASH_BYTES]), 200, FOR_EVER, "application/octet-stream")


async def _entries(context: Context, request: Request) -> Response:
    message = (
        "Les entrées ne sont pas publiques : une feuille de l'arbre est un événement entier. Leurs empreintes sont "
        "dans les tuiles du niveau 0 ; les événements d'un dossier sont dans son archive de preuve."
    )
    raise Refused(404, "NOT_FOUND", message)


def _not_there() -> Refused:
    return Refused(404, "NOT_FOUND", "Aucune tuile de l'arbre signé n'a cette adresse.")
