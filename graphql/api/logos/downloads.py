"""Logos as files, and on papers."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_responses import answered, id_in_path, kept_file
from api.logos.types import logo_row
from application.files.store import BadStoredFile, FileStore
from application.papers.logos import Logo, Logos
from domain.kernel.identifiers import territory_id

_FORMATS = {"image/png": "png", "image/svg+xml": "svg"}


class LogoFiles:
    """The endpoints of one process. Both are public."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def of_structure(self, request: Request) -> Response:
        """Answer with the logo of a structure."""

        async def answer(context: Context, request: Request) -> Response:
            return await _file(context, request, id_in_path(request))

        return await answered(self._services, request, answer)

    async def of_territory(self, request: Request) -> Response:
        """Answer with the logo of a territory."""

        async def answer(context: Context, request: Request) -> Response:
            return await _file(context, request, territory_id(request.path_params["code"]))

        return await answered(self._services, request, answer)


async def _file(context: Context, request: Request, owner: UUID) -> Response:
    row = await logo_row(context, owner)
    if row is None:
        raise Refused(404, "NOT_FOUND", "Aucun logo n'est déposé ici.")
    name = f"logo.{_FORMATS[row['media_type']]}"
    return await kept_file(context, request, row["sha256"], name, row["media_type"])


async def paper_logos(context: Context, owners: Iterable[tuple[UUID, str]]) -> Logos:
    """Return what papers show: the programme's logo, those of `owners` by their names, and the partners'."""
    services = context.services
    rows = [(await logo_row(context, owner), name) for owner, name in owners]
    kept = [(row["sha256"], _FORMATS[row["media_type"]], name) for row, name in rows if row is not None]

    def read() -> list[Logo]:
        return [logo for each in kept if (logo := _read(services.files, *each)) is not None]

    own = await to_thread.run_sync(read)
    return Logos(services.logos.programme, (*own, *services.logos.partners))


def _read(files: FileStore, sha256: str, kind: str, name: str) -> Logo | None:
    """Return the logo; None if the file is lost, which the store logs: nobody goes without a poster for that."""
    try:
        return Logo(files.read(sha256), kind, name)
    except BadStoredFile:
        return None
