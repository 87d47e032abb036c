"""Pages of plain text: what the law asks a site to say, and addresses whose own page is still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.site import Site

#: Addresses of texts, and their templates.
_TEXTS: Mapping[str, str] = {
    "/accessibilite": "information/accessibility",
    "/mentions-legales": "information/legal",
    "/donnees-personnelles": "information/privacy",
}
#: Where letters and notices send those who work in the programme, and what they do there.
_DESKS: Mapping[str, str] = {
    "/ecole": "Espace des écoles et établissements",
}


class Information:
    """The pages of plain text."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        texts = [self._text(path, template) for path, template in _TEXTS.items()]
        return [*texts, *(self._desk(path, title) for path, title in _DESKS.items())]

    def _text(self, path: str, template: str) -> BaseRoute:
        async def show(request: Request) -> Response:
            return self._site.templates.page(request, template)

        return self._site.route(path, show)

    def _desk(self, path: str, title: str) -> BaseRoute:
        async def show(request: Request) -> Response:
            return self._site.templates.page(request, "information/desk", title=title)

        return self._site.route(path, show)
