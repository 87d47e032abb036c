"""What parents answered to the questionnaires of a structure: `/structure/satisfaction`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.site import Site
from web.structure.speaking import spoken_for_id

_FIGURES = document("structure/satisfaction/figures")


class SatisfactionFigures:
    """The figures of a structure; the API shows none that rests on few answers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/structure/satisfaction", self.show)]

    async def show(self, request: Request) -> Response:
        structure_id = await spoken_for_id(self._site.api, request)
        answer = await self._site.api.ask(request, _FIGURES, {"id": structure_id})
        return self._site.templates.page(
            request, "structure/satisfaction/figures", figures=answer["satisfaction"], structure=answer["structure"]
        )
