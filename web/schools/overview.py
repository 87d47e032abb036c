"""The desk of schools: candidatures to examine, parents registered, teachers. `/ecole`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site

_SCHOOL, _ANIMATIONS = document("schools/overview"), document("schools/animations")
_READERS = ("DIRECTOR", "INSPECTOR", "HEAD", "TEACHER")
_STATUSES = {"SEATED": "Place réservée", "WAITING": "Sur liste d'attente", "CANCELLED": "Ne vient plus"}


class SchoolDesk:
    """The page of who works at a school, or inspects it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/ecole", self.show)]

    async def show(self, request: Request) -> Response:
        viewer = (await self._site.api.ask(request, _SCHOOL, page_variables(request.query_params)))["viewer"]
        if viewer["role"] not in _READERS:
            raise Problem.missing()
        animations = (await self._site.api.ask(request, _ANIMATIONS, {"schools": viewer["schools"]}))["animations"]
        around = pages_around(request, viewer["registrationsForOthers"]["pageInfo"], "#inscriptions")
        values = {"viewer": viewer, "animations": animations, "statuses": _STATUSES, "around": around}
        return self._site.templates.page(request, "schools/overview", **values)
