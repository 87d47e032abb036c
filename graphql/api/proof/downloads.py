"""Checkpoints and public keys of the log at plain URLs, for anybody who keeps copies."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_responses import HARMLESS, answered
from api.proof.types import load_row
from application.proof.notes import to_pem
from projections.proof import queries

_PLAIN = "text/plain; charset=utf-8"
#: The checkpoint of a given size never changes.
_FOR_EVER = {**HARMLESS, "Cache-Control": "public, max-age=31536000, immutable"}


class ProofPages:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def latest(self, request: Request) -> Response:
        """Answer with the latest checkpoint, as a signed note."""
        return await answered(self._services, request, _latest)

    async def of_size(self, request: Request) -> Response:
        """Answer with the checkpoint of a tree of this size, as a signed note."""
        return await answered(self._services, request, _of_size)

    async def stamp(self, request: Request) -> Response:
        """Answer with the time-stamping authority's response to a checkpoint (RFC 3161)."""
        return await answered(self._services, request, _stamp)

    async def keys(self, request: Request) -> Response:
        """Answer with the public keys in PEM, the current one first."""
        return await answered(self._services, request, _keys)


async def _latest(context: Context, request: Request) -> Response:
    row = await load_row(context, None)
    if row is None:
        raise Refused(404, "NOT_FOUND", "Aucun point de contrôle n'est encore signé.")
    return Response(row["note"], 200, {**HARMLESS, "Cache-Control": "no-cache"}, _PLAIN)


async def _of_size(context: Context, request: Request) -> Response:
    row = await load_row(context, _size(request))
    if row is None:
        raise Refused(404, "NOT_FOUND", "Aucun point de contrôle n'a cette taille.")
    return Response(row["note"], 200, _FOR_EVER, _PLAIN)


async def _stamp(context: Context, request: Request) -> Response:
    row = await load_row(context, _size(request))
    if row is None or row["stamp"] is None:
        raise Refused(404, "NOT_FOUND", "Aucun point de contrôle de cette taille n'est horodaté.")
    return Response(row["stamp"], 200, _FOR_EVER, "application/timestamp-reply")


async def _keys(context: Context, request: Request) -> Response:
    read = await context.read()
    rows = await read.rows(read.sql(queries.KEYS))
    pem = "".join(to_pem(row["public_key"]) for row in rows)
    return Response(pem, 200, {**HARMLESS, "Cache-Control": "no-cache"}, "application/x-pem-file")


def _size(request: Request) -> int:
    text: str = request.path_params["size"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refused(400, "INVALID", "size : nombre d'événements attendu, par exemple 5504.")
    return int(text)
