"""What is held on a person, to read and as a file: on one's account, and for whoever holds a link. `…/donnees`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.accounts.roles import ROLES
from web.core.asking import Answer
from web.core.documents import document
from web.core.problems import Problem
from web.core.site import Site

_DATA = document("accounts/data")
_KINDS = {
    "REGISTRATION": "Inscription",
    "CANDIDATURE": "Candidature",
    "ACCOUNT": "Compte",
    "MAIL_PREFERENCES": "Messages par e-mail",
    "INVITATION": "Invitation",
    "CONTACT": "Contact",
    "WORDS": "Textes",
    "AUTHOR": "Nom sous une publication",
    "GROUP_MEMBER": "Membre d'un groupe",
}
_UNKNOWN = "Ce lien n'est pas valable, ou vos données ont été effacées."


@dataclass(frozen=True, slots=True)
class _Place:
    """Where such a page stands: the address it belongs to, and what it says."""

    path: str
    name: str
    intro: str


_ACCOUNT = _Place(
    "/mon-compte", "Mon compte", "Voici tout ce que nous gardons de ce que vous avez fait en étant connecté(e)."
)
_LINKED = (
    _Place("/inscriptions", "Mon inscription", "Voici tout ce que nous gardons de cette inscription."),
    _Place("/candidatures", "Ma candidature", "Voici tout ce que nous gardons de cette candidature."),
)


class OwnData:
    """The pages and files of what is held on who asks."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        desk, path = self._site.desk, f"{_ACCOUNT.path}/donnees"
        routes = [desk(path, self._own), desk(f"{path}.json", self._own_file)]
        for place in _LINKED:
            path = f"{place.path}/{{link}}/donnees"
            routes += [self._site.route(path, self._linked(place)), self._site.route(f"{path}.json", self._linked_file)]
        return routes

    async def _own(self, request: Request) -> Response:
        return self._page(request, _ACCOUNT, _ACCOUNT.path, await self._ask(request, None))

    async def _own_file(self, request: Request) -> Response:
        return _file(await self._ask(request, None))

    def _linked(self, place: _Place) -> Any:
        async def show(request: Request) -> Response:
            link = request.path_params["link"]
            return self._page(request, place, f"{place.path}/{link}", await self._ask(request, link))

        return show

    async def _linked_file(self, request: Request) -> Response:
        return _file(await self._ask(request, request.path_params["link"]))

    async def _ask(self, request: Request, link: str | None) -> Answer:
        """Return what is held; of a link whose data are gone, nothing is."""
        try:
            answer = await self._site.api.ask(request, _DATA, {"link": link, "own": link is None})
        except Problem as problem:
            raise (Problem.missing(_UNKNOWN) if link and problem.status == 404 else problem) from None
        if answer["personalData"] is None or (link and not answer["personalData"]["things"]):
            raise Problem.missing(_UNKNOWN if link else "")
        return answer

    def _page(self, request: Request, place: _Place, back: str, answer: Answer) -> Response:
        return self._site.templates.page(
            request,
            "accounts/data",
            data=answer["personalData"],
            viewer=answer["viewer"],
            back=(back, place.name),
            intro=place.intro,
            kinds=_KINDS,
            roles=ROLES,
        )


def _file(answer: Answer) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="mes-donnees.json"', "Cache-Control": "no-store"}
    return Response(orjson.dumps(answer.data, option=orjson.OPT_INDENT_2), 200, headers, "application/json")
