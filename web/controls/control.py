"""One control: how its dossiers were drawn, and how far it is. `/controle/ID`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.controls.acts import CLOSE, STATES
from web.core.acts import Acts
from web.core.documents import document
from web.core.forms import Form
from web.core.problems import Problem
from web.core.site import Site

_CONTROL = document("controls/control")
_PATH = "/controle/{id}"


class ControlPage:
    """The page of one control."""

    def __init__(self, site: Site) -> None:
        self._site, self._acts = site, Acts(site, (CLOSE,))

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk(_PATH, self.show, "GET"), self._site.desk(_PATH, self.close, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def close(self, request: Request) -> Response:
        outcome = await self._acts.carry_out(request, versioned=True, controlId=request.path_params["id"])
        return await self._page(request, outcome) if isinstance(outcome, Form) else outcome

    async def _page(self, request: Request, posted: Form | None) -> Response:
        control = (await self._site.api.ask(request, _CONTROL, {"id": request.path_params["id"]}))["control"]
        if control is None:
            raise Problem.missing()
        response = self._site.templates.page(
            request,
            "controls/control",
            422 if posted else 200,
            control=control,
            state=STATES[control["status"]],
            acts=self._acts.shown(request, control["allowedActions"], posted),
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
