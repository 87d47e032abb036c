"""The desk of coordonnateurs: what waits for them, and what each structure owes. `/territoire`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.narrowing import Search, ask_narrowed, not_among, not_named
from web.core.pages import page_variables, pages_around
from web.core.site import Site

_OVERVIEW = document("territory/overview")
_LONGEST = 100
_OWING = {"oui": True, "non": False}
#: What leads. Without a choice: those that owe most.
_ORDERS = {"nom": "NAME"}
_WORDS = {"territory": "Département", "text": "Nom", "owing": "Ce qu'elle doit"}


class Overview:
    """The page of a coordonnateur's territories; the national team and auditors read the whole country."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/territoire", self.show)]

    async def show(self, request: Request) -> Response:
        params = request.query_params
        where: dict[str, Any] = {"managed": True}
        typed = params.get("doit", "")
        if typed in _OWING:
            where["owing"] = _OWING[typed]
        search = Search.read(params, "nom", "Nom de la structure")
        if search.text:
            where["text"] = search.text
        if territory := params.get("territoire", "")[:_LONGEST]:
            where["territory"] = [territory]
        sorting = params.get("tri", "")
        variables = page_variables(params) | {"orderBy": _ORDERS.get(sorting, "OWED")}
        answer, refused = await ask_narrowed(self._site.api, request, _OVERVIEW, where, variables)
        structures = answer["structures"]
        return self._site.templates.page(
            request,
            "territory/overview",
            viewer=answer["viewer"],
            structures=structures,
            unknown=[
                *(_WORDS.get(name, name) for name in refused),
                *not_among(params, {"doit": ("Ce qu'elle doit", _OWING), "tri": ("Dans quel ordre", _ORDERS)}),
                *not_named(request, "doit", "nom", "territoire", "tri"),
            ],
            around=pages_around(request, structures["pageInfo"], "#structures"),
            search=search,
            owing=typed,
            sorting=sorting,
            territory=territory,
        )
