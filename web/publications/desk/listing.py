"""What a desk answers for, or has to read: `/structure/publications`, and the same of the other desks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.desks import STRUCTURE, whose
from web.core.documents import document
from web.core.narrowing import ask_of_desk, not_among, not_named
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site
from web.publications.desk.desks import MODERATION, Desk
from web.publications.words import STATES, choices

_LISTING, _QUEUE = document("publications/desk/listing"), document("publications/desk/queue")
_EVERYTHING = "tout"
_DONE = {"retirer": "La publication est retirée."}


class DeskPublications:
    """The publications of one desk. That of the national team begins with what waits for it."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site, self._desk = site, desk

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk(self._desk.publications, self.show)]

    async def show(self, request: Request) -> Response:
        params, desk = request.query_params, self._desk
        state, variables = params.get("etat", ""), page_variables(params)
        where: dict[str, Any] = {"status": [state]} if state in STATES else {}
        queue = desk is MODERATION and not where and state != _EVERYTHING
        named = whose(request)
        if named and named[0] == STRUCTURE:
            where["structureId"] = named[1]
        refused: list[str] = []
        if queue:
            answer = await self._site.api.ask(request, _QUEUE, variables)
        else:
            answer, refused = await ask_of_desk(self._site.api, request, _LISTING, where, variables)
        desk.admit(answer["viewer"])
        publications = answer["publicationsToReview" if queue else "managedPublications"]
        if publications is None:
            raise Problem.missing()
        return self._site.templates.page(
            request,
            "publications/desk/listing",
            desk=desk,
            publications=publications,
            queue=queue,
            state=state,
            unknown=[
                *not_among(params, {"etat": ("État", (*STATES, _EVERYTHING))}),
                *("Structure" if name == "structureId" else name for name in refused),
                *not_named(request, "etat"),
            ],
            states=STATES,
            filters=[
                *([{"code": _EVERYTHING, "label": "Tous les états"}] if desk is MODERATION else []),
                *choices({code: label for code, (label, _) in STATES.items()}),
            ],
            done=_DONE.get(params.get("fait", "")),
            around=pages_around(request, publications["pageInfo"]),
        )
