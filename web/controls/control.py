"""One control: how its dossiers were drawn, and how far it is. `/controle/ID`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.controls.acts import CLOSE, STATES
from web.core.act_page import ActPage
from web.core.documents import document
from web.core.forms import Form
from web.core.problems import Problem

_CONTROL = document("controls/control")
_PATH = "/controle/{id}"


class ControlPage(ActPage):
    """The page of one control."""

    path, acts = _PATH, (CLOSE,)

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"controlId": request.path_params["id"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        control = (await self._site.api.ask(request, _CONTROL, {"id": request.path_params["id"]}))["control"]
        if control is None:
            raise Problem.missing()
        response = self._site.templates.page(
            request,
            "controls/control",
            422 if posted else 200,
            control=control,
            state=STATES[control["status"]],
            acts=self._acts.shown(request, control, posted),
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
