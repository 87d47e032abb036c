"""All that happened to a dossier, with positions and proofs, and the dossier after any of it.

`/controle/dossiers/ID/historique`, with `position` for how the dossier stood then.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site
from web.territory.dossiers.listing import STATES

_HISTORY = document("controls/history")
READERS = ("AUDITOR", "NATIONAL", "COORDONNATEUR")
_EVENTS = 50


class DossierHistory:
    """The page of a dossier's history, for whoever controls or answers for it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/controle/dossiers/{id}/historique", self.show)]

    async def show(self, request: Request) -> Response:
        dossier_id, text = request.path_params["id"], request.query_params.get("position", "")
        position = int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 10 else None
        variables = {"id": dossier_id, "where": {"dossierId": dossier_id}}
        variables |= page_variables(request.query_params, _EVENTS)
        answer = await self._site.api.ask(
            request, _HISTORY, variables | ({"at": {"position": position}} if position is not None else {})
        )
        dossier = answer["serviceDossier"]
        if dossier is None or answer["viewer"]["role"] not in READERS:
            raise Problem.missing()
        trail = answer["auditTrail"]
        return self._site.templates.page(
            request,
            "controls/history",
            dossier=dossier,
            then=answer["then"],
            position=position,
            states=STATES,
            checkpoint=answer["checkpoint"],
            entries=trail,
            around=pages_around(request, trail["pageInfo"]),
        )
