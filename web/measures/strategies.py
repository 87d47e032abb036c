"""Strategies of territories: each one's last version, and one version. `/territoire/strategies`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.act_page import ActPage
from web.core.asking import File
from web.core.desks import at_desk, chosen
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.narrowing import ask_of_desk
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.measures.acts import IMPORT, VALIDATE, WITHDRAW_DOCUMENT, WRITE
from web.measures.choices import with_choices, with_territories

_STRATEGIES, _STRATEGY = document("measures/strategies"), document("measures/strategy")
_ATTACH = document("measures/mutations/attach_document")
_FILE = Field(
    "file",
    "Fichier",
    "file",
    "PDF, JPEG ou PNG, 20 Mo au plus. Ce qu'il note de personnes (auteur, lieu d'une photo) en est retiré, mais pas les"
    " noms que ses pages montrent : relisez-le avant de l'envoyer.",
    True,
)
_DOCUMENT = (_FILE, Field("heading", "Intitulé", hint="Ce que c'est. Exemple : Convention signée", required=True))
_ATTACHED = "Le document est joint."
_READERS, WRITERS = ("COORDONNATEUR", "NATIONAL", "AUDITOR"), ("COORDONNATEUR", "NATIONAL")
STATES = {
    "WRITTEN": ("À valider", "info"),
    "ADOPTED": ("Adoptée", "success"),
    "SUPERSEDED": ("Remplacée", "new"),
}


class Strategies(ActPage):
    """The list of last versions, with the form to write one."""

    path, acts = "/territoire/strategies", (WRITE,)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        variables = page_variables(request.query_params)
        answer, unknown = await ask_of_desk(self._site.api, request, _STRATEGIES, {"current": True}, variables)
        strategies, role = answer["strategies"], answer["viewer"]["role"]
        if strategies is None or role not in _READERS:
            raise Problem.missing()
        form = self._acts.form(request, WRITE.name, posted, territory=chosen(request))
        form.fields = with_territories(form.fields, answer["viewer"]["inTerritories"] or answer["territories"])
        response = self._site.templates.page(
            request,
            "measures/strategies",
            422 if posted else 200,
            writes=role in WRITERS,
            strategies=strategies,
            states=STATES,
            act=WRITE,
            form=form,
            posted=posted,
            done=self._acts.done(request),
            unknown=unknown,
            around=pages_around(request, strategies["pageInfo"]),
        )
        return self._site.guard.keep(request, response)


class StrategyPage(ActPage):
    """One version, with its validations and its documents."""

    path, acts = "/territoire/strategies/{id}", (VALIDATE, IMPORT, WITHDRAW_DOCUMENT)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [*super().routes, self._site.desk(f"{self.path}/documents", self._attach, "POST")]

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"strategyId": request.path_params["id"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        strategy = (await self._site.api.ask(request, _STRATEGY, {"id": request.path_params["id"]}))["strategy"]
        if strategy is None:
            raise Problem.missing()
        awaited = [each["name"] for each in strategy["stakeholders"] if each["validatedOn"] is None]
        documents = [(each["sha256"], each["heading"]) for each in strategy["documents"]]
        acts = self._acts.shown(request, strategy, posted)
        acts = with_choices(
            acts, {VALIDATE.name: [(name, name) for name in awaited], WITHDRAW_DOCUMENT.name: documents}
        )
        attaching = next(
            (each for each in strategy["allowedActions"] if each["code"] == "STRATEGY_DOCUMENT_ATTACH"), None
        )
        upload = posted if posted is not None and posted.fields is _DOCUMENT else None
        done = request.query_params.get("fait")
        response = self._site.templates.page(
            request,
            "measures/strategy",
            422 if posted else 200,
            strategy=strategy,
            base=f"/territoire/strategies/{strategy['id']}",
            state=STATES[strategy["status"]],
            acts=acts,
            upload=(upload or self._site.guard.form(request, _DOCUMENT))
            if attaching and attaching["allowed"]
            else None,
            posted=posted,
            done=_ATTACHED if done == "joindre" else self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    async def _attach(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, _DOCUMENT, with_files=True)
        values = {**form.input(), **self.fixed(request), "file": None}
        file = form.sent_file("choisissez un fichier PDF, JPEG ou PNG")
        if file is not None and not form.failed:
            answer = await self._site.api.ask(request, _ATTACH, {"input": values}, await File.of(file))
            payload = answer["strategyDocumentAttach"]
            if not payload["errors"]:
                towards = request.url.path.removesuffix("/documents")
                return RedirectResponse(at_desk(request, towards, ("fait", "joindre")), 303)
            form.refuse(payload["errors"])
        return await self.page(request, form)
