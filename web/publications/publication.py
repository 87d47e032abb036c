"""One publication, as everybody reads it. `/ressources/ID`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.problems import Problem
from web.core.site import Site
from web.publications.words import DEGREES

_PUBLICATION = document("publications/publication")
_UNKNOWN = "Cette publication n'existe pas, ou elle n'est plus en ligne."
_ODF, _OOXML = "application/vnd.oasis.opendocument", "application/vnd.openxmlformats-officedocument"
#: What people call types of files.
FORMATS: Mapping[str, str] = {
    "application/pdf": "PDF",
    "image/jpeg": "image JPEG",
    "image/png": "image PNG",
    f"{_ODF}.text": "ODT",
    f"{_ODF}.presentation": "ODP",
    f"{_OOXML}.wordprocessingml.document": "DOCX",
    f"{_OOXML}.presentationml.presentation": "PPTX",
}


class PublicationPage:
    """The page of a publication that is online; those who answer for others see these too."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.route("/ressources/{id}", self.show)]

    async def show(self, request: Request) -> Response:
        try:
            answer = await self._site.api.ask(request, _PUBLICATION, {"id": request.path_params["id"]})
        except Problem as problem:
            raise (Problem.missing(_UNKNOWN) if problem.status == 404 else problem) from None
        if (publication := answer["publication"]) is None:
            raise Problem.missing(_UNKNOWN)
        values = {"publication": publication, "degrees": DEGREES, "formats": FORMATS}
        return self._site.templates.page(request, "publications/publication", **values)
