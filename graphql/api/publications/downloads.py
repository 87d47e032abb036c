"""The files of publications, at addresses that never change."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_responses import answered, id_in_path, kept_file
from api.publications.types import load_publication

_UNKNOWN = Refused(404, "NOT_FOUND", "Ce fichier n'existe pas, ou sa publication n'est pas en ligne.")


class PublicationFiles:
    """The endpoint of one process: public for what is online."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def file(self, request: Request) -> Response:
        """Answer with a file of a publication that the asker may read."""
        return await answered(self._services, request, _file)


async def _file(context: Context, request: Request) -> Response:
    publication = await load_publication(context, id_in_path(request))
    for file in publication.files if publication else ():
        if file.sha256 == request.path_params["sha256"]:
            return await kept_file(context, request, file.sha256, file.file_name, file.media_type)
    raise _UNKNOWN
