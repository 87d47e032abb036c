"""Register a parent in office, with the ticket to print: `/animations/ID/inscrire`, for schools and médiateurs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from web.core.documents import document
from web.core.problems import Problem
from web.structure.attendance.registrations import RegisteringOthers

_ANIMATION = document("animations/animation")
#: Roles that register parents for the animations of any structure.
REGISTERING = ("DIRECTOR", "HEAD", "TEACHER", "MEDIATEUR")


class RegisteringParents(RegisteringOthers):
    """The form by which a teacher, a director, a head or a médiateur registers a parent."""

    path = "/animations/{id}/inscrire"
    reads_list = False

    async def animation(self, request: Request) -> Mapping[str, Any]:
        variables = {"id": request.path_params["id"], "signedIn": True}
        answer = await self.site.api.ask(request, _ANIMATION, variables)
        animation: Mapping[str, Any] | None = answer["animation"]
        if animation is None or answer["viewer"]["role"] not in REGISTERING:
            raise Problem.missing()
        return animation

    def trail(self, animation: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [("/animations", "Animations à venir"), (f"/animations/{animation['id']}", animation["title"])]
