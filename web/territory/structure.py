"""One structure of a territory: what it owes, its conventions, its timeline. `/territoire/structures/ID`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.pages import pages_around
from web.core.problems import Problem
from web.core.site import Site

_STRUCTURE = document("territory/structure")
_EVENTS = 20
_READERS = ("COORDONNATEUR", "NATIONAL", "AUDITOR")


class StructurePage:
    """The page of one structure, for who answers for its territory."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/territoire/structures/{id}", self.show)]

    async def show(self, request: Request) -> Response:
        variables = {"id": request.path_params["id"]} | _latest_first(request)
        answer = await self._site.api.ask(request, _STRUCTURE, variables)
        structure = answer["structure"]
        if structure is None or answer["viewer"]["role"] not in _READERS:
            raise Problem.missing()
        around = pages_around(request, structure["timeline"]["pageInfo"], "#fil")
        # The territory of its first convention answers for its people.
        home = structure["conventions"][0]["territory"] if structure["conventions"] else None
        people = answer["viewer"]["role"] == "NATIONAL" or home in answer["viewer"]["territories"]
        # The log runs forwards, its readers backwards: what came before is on the next page.
        return self._site.templates.page(
            request,
            "territory/structure",
            structure=structure,
            people=people,
            earlier=around.previous,
            later=around.next,
        )


def _latest_first(request: Request) -> dict[str, Any]:
    """Return the page of the timeline, which ends with what happened last."""
    params = request.query_params
    if after := params.get("after"):
        return {"first": _EVENTS, "after": after}
    before = params.get("before")
    return {"last": _EVENTS} | ({"before": before} if before else {})
