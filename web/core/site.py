"""The services that every page is made with, and the pages of failures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.core.answers import Refused
from api.core.context import Services
from api.core.incidents import report
from api.http.routes_by_segment import WholeRoute
from web.core.asking import Api
from web.core.cookies.done import Done
from web.core.cookies.guard import Guard, long_texts
from web.core.cookies.sessions import Sessions
from web.core.cookies.warnings import hand_over
from web.core.desks import check_choice
from web.core.pages import TURNED
from web.core.paths import address_without, mended
from web.core.problems import Problem
from web.core.rendering import Templates

#: Said of an address that leads nowhere, and of one that is not for the reader.
NOTHING_HERE = "Cette adresse n'existe pas."
#: Said of a form that leads nowhere: the account has often changed in another tab since the page was opened.
NOT_OPEN = "Cette page n'existe pas, ou elle n'est pas ouverte au compte avec lequel vous êtes connecté(e)."
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of one process."""

    api: Api
    templates: Templates
    guard: Guard
    sessions: Sessions
    services: Services
    done: Done

    def clock(self) -> datetime:
        return self.services.clock()

    def today(self, time_zone: str = "Europe/Paris") -> str:
        """Return the day that it is at a place, as the API writes days: pages compare them to say what is over."""
        return self.clock().astimezone(ZoneInfo(time_zone)).date().isoformat()

    def route(self, path: str, handler: Handler, *methods: str) -> WholeRoute:
        """Return a route on which whatever fails ends in a page that helps."""

        async def answer(request: Request) -> Response:
            try:
                return self.done.without(request) or self.done.keep(request, await handler(request))
            except Problem as problem:
                if problem.where in (("after",), ("before",)) and request.method == "GET":
                    # The page of the list no longer exists: lead to the first.
                    return RedirectResponse(address_without(request, TURNED), 303)
                if problem.status == 404 and (elsewhere := mended(request)):
                    return elsewhere
                return self.signed_out(request, problem) if problem.status == 401 else self.failure(request, problem)
            except Refused as refused:
                return self.failure(request, Problem(refused.status, "Envoi refusé", refused.message, refused.headers))
            except Exception as error:
                return self.failure(request, Problem.unexpected(report(error)))

        return WholeRoute(path, answer, methods or ("GET",))

    def desk(self, path: str, handler: Handler, *methods: str) -> WholeRoute:
        """Return a route of those who work in the programme, where they sign in first.

        What they may not read answers like what does not exist.
        """

        async def answer(request: Request) -> Response:
            if self.sessions.token(request) is None:
                return await self._sign_in_first(request)
            try:
                await check_choice(self.api, request)
                return await handler(request)
            except Problem as problem:
                if problem.status not in (403, 404):
                    raise
                hidden = _hidden(problem)
            if await self.guard.holds(request):
                return self._kept(request, Problem(hidden.status, hidden.title, NOT_OPEN))
            raise hidden

        return self.route(path, answer, *methods)

    async def _sign_in_first(self, request: Request) -> Response:
        """Lead to the sign-in; but what was typed on a page of this site is shown, to be sent once signed in."""
        if await self.guard.holds(request):
            return self.signed_out(request, Problem(401, "Connexion nécessaire", ""))
        return RedirectResponse(f"/connexion?{urlencode({'vers': _address(request)})}", 303)

    def hand_over(self, request: Request, response: Response, payload: Mapping[str, Any]) -> None:
        """Have the page that `response` leads to show what a payload warns of."""
        hand_over(self.done, request, response, self.sessions.token(request) or "", payload)

    def signed_out(self, request: Request, problem: Problem) -> Response:
        """Return the page for a token that has ended, with what was typed. What is public is shown from now on."""
        response = self._kept(request, problem)
        self.sessions.end(request, response)
        return response

    def _kept(self, request: Request, problem: Problem) -> Response:
        """Return a page with what was typed, to be sent again. Files are to be chosen again: no page can hold them.

        What was too long in all stands in fields, to be shortened.
        """
        typed, files = getattr(request.state, "typed", None), getattr(request.state, "files", {})
        too_long = long_texts(request) if problem.status == 413 else {}
        if too_long:
            typed = [pair for pair in typed or () if pair[0] not in too_long]
        about = {"problem": problem, "typed": typed, "files": files, "too_long": too_long}
        about["form"] = self.guard.form(request, ())
        return self.guard.keep(request, self.templates.page(request, "layout/problem", problem.status, **about))

    def failure(self, request: Request, problem: Problem) -> Response:
        if problem.status == 413 and long_texts(request):
            return self._kept(request, problem)
        response = self.templates.page(request, "layout/problem", problem.status, problem=problem)
        response.headers.update(problem.headers)
        return response


def _hidden(problem: Problem) -> Problem:
    """Return a problem that tells nothing of what is there, but still of a list's page that is no more."""
    hidden = Problem.missing(NOTHING_HERE)
    hidden.where = problem.where
    return hidden


def _address(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
