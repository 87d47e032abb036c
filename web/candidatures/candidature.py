"""The page of one candidature, for who holds its link: follow, withdraw, certificate. `/candidatures/LINK`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site

_CANDIDATURE = document("candidatures/candidature")
#: What the buttons do: the document and the field of its answer.
_ACTIONS = {
    "withdraw": (document("candidatures/withdraw"), "candidatureWithdraw"),
    "certificate": (document("candidatures/certificate"), "candidatureRequestCertificate"),
}
_FIELDS = (Field("action", "Action"), Field("reason", "Pourquoi", "textarea"))
_UNKNOWN = "Ce lien de candidature n'est pas valable, ou la candidature a été effacée."
#: For each status, what it is called and what comes next.
_STATUSES = {
    "SUBMITTED": (
        "Candidature envoyée",
        "La direction de l'établissement va la lire. Vous serez prévenu(e) par e-mail.",
    ),
    "OPINION_GIVEN": (
        "Candidature à l'étude",
        "La direction a donné son avis. La décision vous sera envoyée par e-mail.",
    ),
    "VALIDATED": ("Candidature acceptée", "Bienvenue ! Le coordonnateur du territoire vous contacte pour la suite."),
    "REJECTED": ("Candidature refusée", "Votre candidature n'a pas été retenue."),
    "WITHDRAWN": ("Candidature retirée", "Vous avez retiré votre candidature."),
}


class CandidaturePage:
    """The page of a candidature."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/candidatures/{link}"
        return [self._site.route(path, self.show, "GET"), self._site.route(path, self.act, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, self._site.guard.form(request, _FIELDS))

    async def act(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, _FIELDS)
        link = request.path_params["link"]
        if not form.failed and (action := _ACTIONS.get(form.values["action"])) is not None:
            document, name = action
            values = {"link": link, "idempotencyKey": form.key}
            if name == "candidatureWithdraw" and form.values["reason"].strip():
                values["reason"] = form.values["reason"]
            payload = (await self._site.api.ask(request, document, {"input": values}))[name]
            if not payload["errors"]:
                return RedirectResponse(f"/candidatures/{link}", 303)
            form.refuse(payload["errors"])
        return await self._page(request, form)

    async def _page(self, request: Request, form: Form) -> Response:
        link = request.path_params["link"]
        try:
            candidature = (await self._site.api.ask(request, _CANDIDATURE, {"link": link}))["candidatureByLink"]
        except Problem as problem:
            raise (Problem.missing(_UNKNOWN) if problem.status == 404 else problem) from None
        if candidature is None:
            raise Problem.missing(_UNKNOWN)
        headline, explanation = _STATUSES.get(candidature["status"], ("Ma candidature", ""))
        response = self._site.templates.page(
            request,
            "candidatures/candidature",
            422 if form.failed else 200,
            candidature=candidature,
            form=form,
            link=link,
            step=request.query_params.get("etape"),
            headline=headline,
            explanation=explanation,
        )
        return self._site.guard.keep(request, response)
