"""Strategies of territories: each one's last version, and one version. `/territoire/strategies`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.measures.acts import IMPORT, VALIDATE, WRITE

_STRATEGIES, _STRATEGY = document("measures/strategies"), document("measures/strategy")
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
        answer = await self._site.api.ask(request, _STRATEGIES, page_variables(request.query_params))
        strategies, role = answer["strategies"], answer["viewer"]["role"]
        if strategies is None or role not in _READERS:
            raise Problem.missing()
        form = self._acts.form(request, WRITE.name, posted)
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
            around=pages_around(request, strategies["pageInfo"]),
        )
        return self._site.guard.keep(request, response)


def with_territories(fields: Sequence[Field], territories: Sequence[Mapping[str, Any]]) -> list[Field]:
    """Return the fields with these territories to choose from."""
    options = tuple((each["code"], each["name"]) for each in territories)
    return [replace(each, options=options) if each.kind == "select" else each for each in fields]


class StrategyPage(ActPage):
    """One version, with its validations."""

    path, acts = "/territoire/strategies/{id}", (VALIDATE, IMPORT)

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"strategyId": request.path_params["id"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        strategy = (await self._site.api.ask(request, _STRATEGY, {"id": request.path_params["id"]}))["strategy"]
        if strategy is None:
            raise Problem.missing()
        awaited = [each["name"] for each in strategy["stakeholders"] if each["validatedOn"] is None]
        acts = self._acts.shown(request, strategy["allowedActions"], posted)
        for shown in acts:
            options = tuple((name, name) for name in awaited)
            shown.form.fields = [
                replace(each, options=options) if each.name == "stakeholder" else each for each in shown.form.fields
            ]
        response = self._site.templates.page(
            request,
            "measures/strategy",
            422 if posted else 200,
            strategy=strategy,
            state=STATES[strategy["status"]],
            acts=acts,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
