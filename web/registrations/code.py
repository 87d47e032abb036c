"""See a registration, keep it or give it up with the code that is printed on a ticket: `/inscription`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site
from web.registrations.registration import BUTTONS, shown_of

_SEE = document("registrations/by_code")
_FIELDS = (
    Field(
        "code",
        "Code de votre billet",
        hint="Il est écrit en grand sur votre billet, à côté du code carré.",
        required=True,
    ),
    Field("day", "Jour de l'animation", "date", hint="Seulement si on vous le demande."),
)
_DONE = {
    "gardee": "C'est noté, vous gardez votre place",
    "annulee": "C'est noté, vous ne venez plus. Merci d'avoir prévenu.",
}
_BUTTON = Field("action", "Action")
_UNKNOWN = (
    "Ce code n'est pas celui d'une inscription à une animation à venir. Vérifiez-le sur votre billet. Si l'animation a"
    " commencé, téléphonez à la structure : son numéro est sur le billet."
)


class CodePage:
    """The page for whoever has a printed code. The code never stands in an address: browsers and servers keep those."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.route("/inscription", self.show, "GET"), self._site.route("/inscription", self.act, "POST")]

    async def show(self, request: Request) -> Response:
        return self._page(request, self._site.guard.form(request, _FIELDS))

    async def act(self, request: Request) -> Response:
        """Keep the seat or give it up, as the button says; without one, show the registration."""
        form = await self._site.guard.posted(request, (*_FIELDS, _BUTTON))
        values = form.input()
        button = BUTTONS.get(values.pop("action", ""))
        form.fields = _FIELDS
        if form.failed:
            return self._page(request, form)
        if button is None:
            return await self._seen(request, form)
        payload = (await self._site.api.ask(request, button.document, {"input": {"code": ""} | values}))[button.name]
        if payload["errors"]:
            shown = await self._shown(request, form)
            if isinstance(shown, Problem) or shown is None or not button.reached(shown):
                form.refuse(payload["errors"])
                return self._page(request, form)
        return button.leads_to("/inscription")

    async def _shown(self, request: Request, form: Form) -> dict[str, Any] | Problem | None:
        """Return what templates show of the registration, or why it is not found; None where there is nothing."""
        values = form.input()
        variables = {"code": values.get("code", ""), "day": values.get("day")}
        try:
            registration = (await self._site.api.ask(request, _SEE, variables))["registrationByCode"]
        except Problem as problem:
            if problem.status != 404:
                raise
            return problem
        return shown_of(registration, self._site.clock())

    async def _seen(self, request: Request, form: Form) -> Response:
        shown = await self._shown(request, form)
        if isinstance(shown, Problem):
            form.refuse([{"field": list(shown.where), "message": shown.message}])
            return self._page(request, form)
        if shown is None:
            message = _UNKNOWN if form.values["code"].strip() else "champ obligatoire, par exemple 7K3M-9QPD."
            form.refuse([{"field": ["code"], "message": message}])
            return self._page(request, form)
        code = {name: value for name, value in form.values.items() if name in ("code", "day") and value}
        response = self._site.templates.page(request, "registrations/code_seen", **shown, form=form, code=code)
        return self._site.guard.keep(request, response)

    def _page(self, request: Request, form: Form) -> Response:
        done = _DONE.get(request.query_params.get("etape", ""))
        status = 422 if form.failed else 200
        response = self._site.templates.page(request, "registrations/code", status, form=form, done=done)
        return self._site.guard.keep(request, response)
