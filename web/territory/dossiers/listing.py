"""The service dossiers of a territory. `/territoire/dossiers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.narrowing import ask_of_desk, not_among, not_named
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site

_DOSSIERS = document("territory/dossiers/listing")
#: What the states of a dossier are called, and the kind of their badge.
STATES: Mapping[str, tuple[str, str]] = {
    "SUBMITTED": ("À certifier", "warning"),
    "CERTIFIED": ("Service fait certifié", "success"),
    "PAID": ("Payé", "success"),
    "RETURNED": ("Renvoyé à la structure", "warning"),
    "OPEN": ("En préparation", "info"),
    "WITHDRAWN": ("Certification retirée", "error"),
    "DISCARDED": ("Abandonné", "new"),
}
_WORDS = {"structureId": "Structure"}
#: What the structure has not submitted yet, or not again.
_TO_SUBMIT = "a-soumettre"
_CHOICES = {"etat": ("État", (_TO_SUBMIT, *STATES)), "avenants": ("Avenants", ("oui",))}


class Dossiers:
    """The page of all dossiers, for whoever answers for their territory."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/territoire/dossiers", self.show)]

    async def show(self, request: Request) -> Response:
        params = request.query_params
        where: dict[str, Any] = {}
        if (state := params.get("etat", "")) in STATES:
            where["status"] = [state]
        elif state == _TO_SUBMIT:
            where["status"] = ["OPEN", "RETURNED"]
        if structure := params.get("structure"):
            where["structureId"] = structure
        if params.get("avenants") == "oui":
            where["amendmentsToDecide"] = True
        answer, refused = await ask_of_desk(self._site.api, request, _DOSSIERS, where, page_variables(params))
        dossiers = answer["serviceDossiers"]
        # A structure has its own dossiers at its desk: the pages behind this list are not for it.
        if dossiers is None or answer["viewer"]["role"] == "STRUCTURE":
            raise Problem.missing()
        return self._site.templates.page(
            request,
            "territory/dossiers/listing",
            dossiers=dossiers,
            states=STATES,
            today=self._site.today,
            state=state,
            structure=structure or "",
            amendments=params.get("avenants") == "oui",
            unknown=[
                *not_among(params, _CHOICES),
                *(_WORDS.get(name, name) for name in refused),
                *not_named(request, *_CHOICES, "structure"),
            ],
            around=pages_around(request, dossiers["pageInfo"]),
        )
