"""Conventions: sign one, amend or end it. `/territoire/conventions/signer`, `/territoire/conventions/ID`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.acts import Acts
from web.core.desks import chosen
from web.core.documents import document
from web.core.forms import Form
from web.core.problems import Problem
from web.core.site import Site
from web.territory.conventions.acts import AMEND, SIGN, TERMINATE
from web.territory.conventions.rates import paid_on

_CONVENTION, _SIGNING = document("territory/conventions/convention"), document("territory/conventions/signing")
_SIGN_PATH, _PATH = "/territoire/conventions/signer", "/territoire/conventions/{id}"
_SIGNERS = ("COORDONNATEUR", "NATIONAL")


class Conventions:
    """The pages of conventions, for whoever may sign them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._signing, self._acts = Acts(site, (SIGN,)), Acts(site, (AMEND, TERMINATE))

    @property
    def routes(self) -> Sequence[BaseRoute]:
        desk = self._site.desk
        return [
            *(desk(_SIGN_PATH, self.signing, "GET"), desk(_SIGN_PATH, self.sign, "POST")),
            *(desk(_PATH, self.convention, "GET"), desk(_PATH, self.change, "POST")),
        ]

    async def signing(self, request: Request) -> Response:
        return await self._to_sign(request, None)

    async def sign(self, request: Request) -> Response:
        outcome = await self._signing.carry_out(request)
        return await self._to_sign(request, outcome) if isinstance(outcome, Form) else outcome

    async def convention(self, request: Request) -> Response:
        return await self._page(request, None)

    async def change(self, request: Request) -> Response:
        outcome = await self._acts.carry_out(request, versioned=True, conventionId=request.path_params["id"])
        return await self._page(request, outcome) if isinstance(outcome, Form) else outcome

    async def _to_sign(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _SIGNING, {})
        viewer = answer["viewer"]
        if viewer["role"] not in _SIGNERS:
            raise Problem.missing()
        territories = viewer["inTerritories"] or answer["territories"]
        only = {"territory": territories[0]["code"] if len(territories) == 1 else chosen(request)}
        form = self._signing.form(request, SIGN.name, posted, coordonnateur=viewer["actor"], **only)
        options = tuple((each["code"], each["name"]) for each in territories)
        form.fields = [replace(each, options=options) if each.name == "territory" else each for each in form.fields]
        response = self._site.templates.page(
            request,
            "territory/conventions/signing",
            422 if posted else 200,
            form=form,
            posted=posted,
            done=self._signing.done(request),
        )
        return self._site.guard.keep(request, response)

    async def _page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _CONVENTION, {"id": request.path_params["id"]})
        convention = answer["node"]
        if not convention or answer["viewer"]["role"] not in _SIGNERS:
            raise Problem.missing()
        response = self._site.templates.page(
            request,
            "territory/conventions/convention",
            422 if posted else 200,
            convention=convention,
            today=self._site.today,
            paid_on=paid_on,
            acts=[(act, self._acts.form(request, act.name, posted)) for act in (AMEND, TERMINATE)],
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
