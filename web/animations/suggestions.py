"""Suggest communes to whoever types one, for `communes.js`: `/communes.json`."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.communes import COMMUNES, meant_by, smallest, suggested
from web.core.site import Site
from web.core.typed import readable_line

_LONGEST = 100
#: Communes change once a year.
_HEADERS = {"Cache-Control": "public, max-age=3600"}


class CommuneSuggestions:
    """A choice as the field takes it: a name with a postal code."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.route("/communes.json", self.suggest)]

    async def suggest(self, request: Request) -> Response:
        typed = readable_line(request.query_params.get("texte", "")[:_LONGEST]).strip()
        answer = (await self._site.api.ask(request, COMMUNES, {"text": typed}))["communes"] if typed else ()
        suggestions = [suggested(typed, each) for each in smallest(meant_by(typed, answer))]
        return Response(orjson.dumps(suggestions), 200, _HEADERS, "application/json")
