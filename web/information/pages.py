"""Pages of plain text: what the law asks a site to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import parseaddr

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.site import Site

#: Addresses of texts, and their templates.
_TEXTS: Mapping[str, str] = {
    "/accessibilite": "information/accessibility",
    "/donnees-ouvertes": "information/open_data",
    "/mentions-legales": "information/legal",
    "/donnees-personnelles": "information/privacy",
}


class Information:
    """The pages of plain text."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._text(path, template) for path, template in _TEXTS.items()]

    def _text(self, path: str, template: str) -> BaseRoute:
        async def show(request: Request) -> Response:
            contact = parseaddr(self._site.services.web.accessibility_contact or "")[1]
            return self._site.templates.page(request, template, contact=contact)

        return self._site.route(path, show)
