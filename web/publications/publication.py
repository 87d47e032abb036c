"""One publication, as everybody reads it. `/ressources/ID`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.publications.formats.entries import NATIONAL, Entry, File, PublicationKind
from api.publications.formats.json_ld import json_ld
from web.core.documents import document
from web.core.problems import Problem
from web.core.site import Site
from web.publications.words import DEGREES

_PUBLICATION = document("publications/publication")
_UNKNOWN = "Cette publication n'existe pas, ou elle n'est plus en ligne."
_ODF, _OOXML = "application/vnd.oasis.opendocument", "application/vnd.openxmlformats-officedocument"
#: French names of file types.
FORMATS: Mapping[str, str] = {
    "application/pdf": "PDF",
    "image/jpeg": "image JPEG",
    "image/png": "image PNG",
    f"{_ODF}.text": "ODT",
    f"{_ODF}.presentation": "ODP",
    f"{_OOXML}.wordprocessingml.document": "DOCX",
    f"{_OOXML}.presentationml.presentation": "PPTX",
}


def _entry(publication: Mapping[str, Any], url: str) -> Entry:
    """Return the publication as feeds present it; its text stands on the page itself."""
    owner = publication["structure"] or publication["territory"]
    return Entry(
        id=UUID(publication["id"]),
        url=url,
        kind=PublicationKind(publication["kind"]),
        title=publication["title"],
        summary=publication["summary"],
        html=publication["html"],
        text="",
        themes=[theme["label"] for theme in publication["themes"]],
        audience=publication["audience"]["label"] if publication["audience"] else None,
        publisher=owner["name"] if owner else NATIONAL,
        author=publication["author"],
        published_at=datetime.fromisoformat(publication["publishedAt"]),
        changed_at=datetime.fromisoformat(publication["changedAt"]),
        files=[
            File(file["label"], urljoin(url, file["url"]), file["mediaType"], file["size"])
            for file in publication["files"]
        ],
        links=[(link["label"], link["url"]) for link in publication["links"]],
    )


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
        values = {"publication": publication, "degrees": DEGREES, "formats": FORMATS, "json_ld": None}
        if publication["status"] == "PUBLISHED":
            values["json_ld"] = json_ld([_entry(publication, self._address(publication))]).decode()
        return self._site.templates.page(request, "publications/publication", **values)

    def _address(self, publication: Mapping[str, Any]) -> str:
        """Return the page's address as everybody has it, whatever host the request names."""
        return f"{self._site.services.public_url}/ressources/{publication['id']}"
