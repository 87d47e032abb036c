"""Candidatures for those who examine or accompany them, at the desks of coordonnateurs and of schools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.candidatures.following.acts import ACTS, CORRECT_HELP
from web.candidatures.following.steps import dates, help_noted, next_step
from web.core.acts import Acts
from web.core.documents import document
from web.core.forms import Form
from web.core.narrowing import ask_of_desk, not_among, not_named
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site
from web.measures.choices import with_choices

_LISTING, _CANDIDATURE = document("candidatures/following/listing"), document("candidatures/following/candidature")
#: Filters: the name in addresses, the label, and the filter of the API.
_FILTERS: dict[str, tuple[str, dict[str, Any]]] = {
    "a-examiner": ("À examiner", {"toExamine": True}),
    "examen": ("En cours d'examen", {"status": ["SUBMITTED", "OPINION_GIVEN"]}),
    "validees": ("Validées", {"status": ["VALIDATED"]}),
    "closes": ("Refusées ou retirées", {"status": ["REJECTED", "WITHDRAWN"]}),
}
#: What a coordonnateur has to do beside.
_ACCOMPANYING: dict[str, tuple[str, dict[str, Any]]] = {
    "contact": ("À contacter", {"toContact": True}),
    "attestation": ("Attestation à délivrer", {"certificateToIssue": True}),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where candidatures are followed, by whom, and what they are narrowed by."""

    path: str
    label: str
    roles: frozenset[str]
    filters: Mapping[str, tuple[str, Mapping[str, Any]]]


TERRITORY = Desk("/territoire", "Mon territoire", frozenset({"COORDONNATEUR", "NATIONAL"}), _ACCOMPANYING | _FILTERS)
SCHOOL = Desk("/ecole", "Mon établissement", frozenset({"DIRECTOR", "INSPECTOR", "HEAD"}), _FILTERS)


class CandidaturesDesk:
    """The list of candidatures, and each with what may be done."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site, self._desk, self._acts = site, desk, Acts(site, ACTS)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path, desk = f"{self._desk.path}/candidatures", self._site.desk
        candidature = f"{path}/{{id}}"
        return [desk(path, self.list, "GET"), desk(candidature, self.show, "GET"), desk(candidature, self.act, "POST")]

    async def list(self, request: Request) -> Response:
        params = request.query_params
        chosen, filters = params.get("suite", ""), self._desk.filters
        where = dict(filters[chosen][1]) if chosen in filters else {}
        variables = page_variables(params)
        answer, refused = await ask_of_desk(self._site.api, request, _LISTING, where, variables, "schoolUai")
        candidatures = answer["candidatures"]
        if candidatures is None or answer["viewer"]["role"] not in self._desk.roles:
            raise Problem.missing()
        return self._site.templates.page(
            request,
            "candidatures/following/listing",
            desk=self._desk,
            candidatures=candidatures,
            steps={each["id"]: next_step(each) for each in candidatures["nodes"]},
            since=dates,
            filters=[{"code": code, "label": label} for code, (label, _) in filters.items()],
            chosen=chosen,
            unknown=[
                *not_among(params, {"suite": ("Où elles en sont", filters)}),
                *refused,
                *not_named(request, "suite"),
            ],
            around=pages_around(request, candidatures["pageInfo"]),
        )

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def act(self, request: Request) -> Response:
        outcome = await self._acts.carry_out(request, versioned=True, candidatureId=request.path_params["id"])
        return await self._page(request, outcome) if isinstance(outcome, Form) else outcome

    async def _page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _CANDIDATURE, {"id": request.path_params["id"]})
        candidature = answer["candidature"]
        if candidature is None or answer["viewer"]["role"] not in self._desk.roles:
            raise Problem.missing()
        helps = [(str(each["number"]), help_noted(each)) for each in candidature["accompaniments"] or ()]
        acts = self._acts.shown(request, candidature, posted)
        response = self._site.templates.page(
            request,
            "candidatures/following/candidature",
            422 if posted else 200,
            desk=self._desk,
            candidature=candidature,
            step=next_step(candidature),
            helps=[label for _, label in helps],
            acts=with_choices(acts, {CORRECT_HELP: helps}),
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
