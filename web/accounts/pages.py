"""Sign in and out, and invitations: `/connexion`, `/invitations/LINK`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from api.core.asker.clients import client_of
from web.accounts.roles import ROLES
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.paths import own_path
from web.core.problems import Problem
from web.core.site import Site

_ACCEPT, _INVITATION = document("accounts/accept"), document("accounts/invitation")
_NO_INVITATION = "Ce lien n'est celui d'aucune invitation. Reprenez-le entier, tel que vous l'avez reçu."
#: Where it leads to accept an invitation.
_JOINED = "/mon-compte?fait=invitation"
#: Behind a name, or an IPv6 address in brackets.
_PORT = re.compile(r"(?<![:\[]):[0-9]*$")
_ROLE, _TOWARDS = Field("role", "Rôle"), Field("vers", "Page suivante")


@dataclass(frozen=True, slots=True)
class Offer:
    """A role of the demonstration that whoever sits before this machine may take."""

    role: str
    token: str

    @property
    def label(self) -> str:
        return ROLES.get(self.role, self.role)


class Accounts:
    """The pages of whoever signs in."""

    def __init__(self, site: Site, offers: Sequence[Offer]) -> None:
        self._site, self._offers = site, offers

    @property
    def routes(self) -> Sequence[BaseRoute]:
        route = self._site.route
        return [
            *(route("/connexion", self.choose, "GET"), route("/connexion", self.sign_in, "POST")),
            route("/deconnexion", self.sign_out, "POST"),
            *(route("/invitations/{link}", self.invitation, "GET"), route("/invitations/{link}", self.accept, "POST")),
        ]

    async def choose(self, request: Request) -> Response:
        towards = request.query_params.get("vers", "")
        return self._choice(request, self._site.guard.form(request, (_ROLE, _TOWARDS), vers=towards))

    async def sign_in(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, (_ROLE, _TOWARDS))
        offer = next((each for each in self._offered(request) if each.role == form.values["role"]), None)
        if form.failed or offer is None:
            return self._choice(request, form)
        response = RedirectResponse(own_path(form.values["vers"]), 303)
        self._site.sessions.begin(request, response, offer.token)
        return response

    async def sign_out(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, ())
        response = RedirectResponse("/mon-compte" if form.failed else "/deconnexion", 303)
        if not form.failed:
            self._site.sessions.end(request, response)
        return response

    async def invitation(self, request: Request) -> Response:
        return await self._invited(request, self._site.guard.form(request, ()))

    async def accept(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, ())
        if not form.failed:
            values = {"link": request.path_params["link"], "idempotencyKey": form.key}
            payload = (await self._site.api.ask(request, _ACCEPT, {"input": values}))["invitationAccept"]
            if not payload["errors"]:
                return RedirectResponse(_JOINED, 303)
            form.refuse(payload["errors"])
        return await self._invited(request, form)

    def _choice(self, request: Request, form: Form) -> Response:
        status, issuer = 422 if form.failed else 200, self._site.services.code_flow is not None
        values = {"form": form, "offers": self._offered(request), "issuer": issuer}
        values["elsewhere"] = bool(self._offers)
        response = self._site.templates.page(request, "accounts/sign_in", status, **values)
        return self._site.guard.keep(request, response)

    async def _invited(self, request: Request, form: Form) -> Response:
        try:
            link = request.path_params["link"]
            answer = await self._site.api.ask(request, _INVITATION, {"link": link})
        except Problem as problem:
            raise (Problem.missing(_NO_INVITATION) if problem.status == 404 else problem) from None
        invitation = answer["invitationByLink"]
        if invitation is None:
            raise Problem.missing(_NO_INVITATION)
        viewer = answer["viewer"] or {}
        spoken_for = {each["id"] for each in viewer.get("structures", ())}
        speaks = (invitation["structure"] or {}).get("id") in spoken_for
        if form.failed and invitation["closedReason"] and speaks:
            # Accepted already, by a second press or in another tab.
            return RedirectResponse(_JOINED, 303)
        status, shown = 422 if form.failed else 200, {"invitation": invitation, "form": form}
        shown |= {"speaks": speaks, "role": ROLES.get(viewer.get("role", ""), "")}
        response = self._site.templates.page(request, "accounts/invitation", status, **shown)
        return self._site.guard.keep(request, response)

    def _offered(self, request: Request) -> Sequence[Offer]:
        """Return the roles to take: none for whoever comes from another machine."""
        direct = client_of(request.scope, self._site.services.web).direct
        return self._offers if direct and _is_local(request.headers.get("host", "")) else ()


def _is_local(host: str) -> bool:
    """Tell whether a browser finds this name on its own machine.

    A tunnel or a proxy may forward without saying so, and a site elsewhere may give its name our address.
    """
    name = _PORT.sub("", host.lower()).removeprefix("[").removesuffix("]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
