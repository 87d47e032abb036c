"""The page of one registration, for who holds its link: see, keep, give up. `/inscriptions/LINK`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site

_REGISTRATION = document("registrations/registration")
#: What the buttons do: the document, the field of its answer, and the step that is told of afterwards.
ACTIONS = {
    "keep": (document("registrations/keep"), "registrationKeep", "gardee"),
    "cancel": (document("registrations/cancel"), "registrationCancel", "annulee"),
}
_FIELDS = (Field("action", "Action"),)
_UNKNOWN = "Ce lien d'inscription n'est pas valable, ou l'inscription a été effacée après l'animation."


class RegistrationPage:
    """The page of a registration."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/inscriptions/{link}"
        return [self._site.route(path, self.show, "GET"), self._site.route(path, self.act, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, self._site.guard.form(request, _FIELDS))

    async def act(self, request: Request) -> Response:
        """Keep the seat or give it up, then lead back: to load the page again repeats nothing."""
        form = await self._site.guard.posted(request, _FIELDS)
        link = request.path_params["link"]
        if not form.failed and (action := ACTIONS.get(form.values["action"])) is not None:
            document, name, step = action
            values = {"link": link, "idempotencyKey": form.key}
            payload = (await self._site.api.ask(request, document, {"input": values}))[name]
            if not payload["errors"]:
                return RedirectResponse(f"/inscriptions/{link}?etape={step}", 303)
            form.refuse(payload["errors"])
        return await self._page(request, form)

    async def _page(self, request: Request, form: Form) -> Response:
        link = request.path_params["link"]
        try:
            registration = (await self._site.api.ask(request, _REGISTRATION, {"link": link}))["registration"]
        except Problem as problem:
            raise (Problem.missing(_UNKNOWN) if problem.status == 404 else problem) from None
        if registration is None or registration["animation"] is None:
            raise Problem.missing(_UNKNOWN)
        response = self._site.templates.page(
            request,
            "registrations/registration",
            422 if form.failed else 200,
            registration=registration,
            animation=registration["animation"],
            form=form,
            link=link,
            step=request.query_params.get("etape"),
            over=self._is_past(registration["animation"]["startsAt"]),
            ended=self._is_past(registration["animation"]["endsAt"]),
        )
        return self._site.guard.keep(request, response)

    def _is_past(self, instant: str) -> bool:
        return datetime.fromisoformat(instant) <= self._site.clock()
