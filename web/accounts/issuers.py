"""Sign-in and sign-out at the issuer: `/connexion/depart`, `/connexion/retour`, `/deconnexion`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.cookies.sealed import SealedCookie
from web.core.paths import own_path
from web.core.site import Site

_TOO_LONG = "Votre fiche au service de connexion est trop longue pour ce site. Écrivez à l'équipe qui gère ce service."

#: Seconds for which a browser keeps what it began.
_LONGEST = 600


class IssuerPages:
    """The steps of a sign-in at an issuer. What binds them to a browser lies there, encrypted, for ten minutes."""

    def __init__(self, site: Site, begun: SealedCookie) -> None:
        self._site, self._begun = site, begun

    @property
    def routes(self) -> Sequence[BaseRoute]:
        route = self._site.route
        return [
            route("/connexion/depart", self.leave, "GET"),
            route("/connexion/retour", self.come_back, "GET"),
            route("/deconnexion", self.signed_out, "GET"),
        ]

    async def leave(self, request: Request) -> Response:
        """Lead to the issuer, by a link: no form of ours may be sent to another site."""
        towards = own_path(request.query_params.get("vers", ""))
        flow = self._site.services.code_flow
        if flow is None:
            return RedirectResponse("/connexion", 303)
        # Whoever is signed in and comes here wants another account: the issuer would take the same one again.
        begun = await flow.begin(towards, anew=self._site.sessions.token(request) is not None)
        if not isinstance(begun, tuple):
            return self._refused(request, begun.refusal, 503, towards)
        address, kept = begun
        response = Response(status_code=303, headers={"Location": address, "Cache-Control": "no-store"})
        self._begun.put(request, response, orjson.dumps(kept).decode(), _LONGEST)
        return response

    async def come_back(self, request: Request) -> Response:
        """Take the issuer's answer. Whatever it is, it serves once."""
        flow = self._site.services.code_flow
        if flow is None:
            return RedirectResponse("/connexion", 303)
        kept: dict[str, Any] = orjson.loads(self._begun.get(request) or b"{}")
        begun = flow.resumed(kept)
        outcome = await flow.finish(request.query_params, begun)
        towards = kept.get("towards", "")
        response: Response = RedirectResponse(own_path(towards), 303)
        if outcome.refusal:
            response = self._refused(request, outcome.refusal, 503 if outcome.away else 403, towards)
        elif not self._site.sessions.begin(request, response, outcome.access_token, outcome.id_token):
            response = self._refused(request, _TOO_LONG, 403, towards)
        self._begun.drop(request, response)
        response.headers["Cache-Control"] = "no-store"
        return response

    async def signed_out(self, request: Request) -> Response:
        """Say that the session has ended, and lead on to the issuer, which ends its own."""
        hint, flow = self._site.sessions.hint(request), self._site.services.code_flow
        onwards = await flow.sign_out(hint) if flow is not None and hint else None
        response = self._site.templates.page(request, "accounts/signed_out", onwards=onwards)
        self._site.sessions.forget_hint(request, response)
        return response

    def _refused(self, request: Request, refusal: str, status: int, towards: str) -> Response:
        return self._site.templates.page(request, "accounts/refused", status, refusal=refusal, towards=towards)
