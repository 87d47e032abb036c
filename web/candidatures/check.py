"""Whether a certificate of volunteering was issued, for who scans its QR code: `/certificates/NUMBER`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.candidatures.certificates import Certificates
from api.core.negotiation import accepted_by
from web.core.documents import document
from web.core.problems import Problem
from web.core.site import Site

_CHECK = document("candidatures/check")


class CertificateCheckPage:
    """The page behind the QR code of a certificate. Programs are answered in a line of text, as by the API."""

    def __init__(self, site: Site) -> None:
        self._site, self._certificates = site, Certificates(site.services)
        self._page = site.route("/certificates/{number}", self.show)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [Route(self._page.path, self.answer, methods=["GET"])]

    async def answer(self, request: Request) -> Response:
        is_page = accepted_by(request.headers.get("accept", "")).page
        return await (self._page.endpoint if is_page else self._certificates.check)(request)

    async def show(self, request: Request) -> Response:
        answer = await self._site.api.ask(request, _CHECK, {"number": request.path_params["number"]})
        check = answer["certificate"]
        if not check["genuine"]:
            raise Problem.missing("Aucune attestation de bénévolat n'a été délivrée sous ce numéro.")
        return self._site.templates.page(request, "candidatures/check", check=check)
