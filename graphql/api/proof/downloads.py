"""Checkpoints and public keys of the log at plain URLs, for anybody who keeps copies."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_responses import HARMLESS, answered
from api.proof.types import cosigned_note, load_row
from application.proof.public_keys import PublicKey, sign_key_list, to_pem_file
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
        return await answered(self._services, request, _latest, by_replicas=False)

    async def of_size(self, request: Request) -> Response:
        """Answer with the checkpoint of a tree of this size, as a signed note."""
        return await answered(self._services, request, _of_size, by_replicas=False)

    async def stamp(self, request: Request) -> Response:
        """Answer with the time-stamping authority's response to a checkpoint (RFC 3161)."""
        return await answered(self._services, request, _stamp, by_replicas=False)

    async def keys(self, request: Request) -> Response:
        """Answer with the signed list of the log's keys: which sizes each may sign."""
        return await answered(self._services, request, _keys, by_replicas=False)

    async def pem(self, request: Request) -> Response:
        """Answer with the public keys in PEM, the current one first."""
        return await answered(self._services, request, _pem, by_replicas=False)


async def _latest(context: Context, request: Request) -> Response:
    row = await load_row(context, None)
    if row is None:
        raise Refused(404, "NOT_FOUND", "Aucun point de contrôle n'est encore signé.")
    return Response(await cosigned_note(context, row), 200, {**HARMLESS, "Cache-Control": "no-cache"}, _PLAIN)


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
    rows = await _key_rows(context)
    if not rows or rows[-1]["public_key"] != context.services.checkpoint_key.public:
        # Another process signs with a newer key: this one may no longer speak for the log.
        raise Refused(503, "UNAVAILABLE", "La liste des clés n'est pas signée en ce moment.")
    note = sign_key_list(_public_keys(rows), context.services.checkpoint_key, rows[-1]["origin"])
    return Response(note, 200, {**HARMLESS, "Cache-Control": "no-cache"}, _PLAIN)


async def _pem(context: Context, request: Request) -> Response:
    rows = await _key_rows(context)
    pem = to_pem_file(reversed(_public_keys(rows)), rows[-1]["origin"] if rows else None)
    return Response(pem, 200, {**HARMLESS, "Cache-Control": "no-cache"}, _PLAIN)


async def _key_rows(context: Context) -> list[dict[str, Any]]:
    read = await context.read()
    return await read.rows(read.sql(queries.KEYS))


def _public_keys(rows: list[dict[str, Any]]) -> list[PublicKey]:
    return [PublicKey(row["public_key"], row["since_size"], row["until_size"]) for row in rows]


def _size(request: Request) -> int:
    text: str = request.path_params["size"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refused(400, "INVALID", "size : nombre d'événements attendu, par exemple 5504.", field=["size"])
    if text != str(int(text)):
        # One address a checkpoint.
        raise Refused(404, "NOT_FOUND", "Aucun point de contrôle n'a cette adresse.")
    return int(text)
