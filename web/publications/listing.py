"""The toolbox and the news: `/ressources` and `/actualites`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.narrowing import Search, ask_narrowed, not_among
from web.core.pages import page_variables, pages_around
from web.core.site import Site
from web.publications.words import DEGREES, KINDS, choices

_LISTING = document("publications/listing")
_LONGEST = 100
_NEWS = "NEWS"
_RESOURCES = {code: label for code, label in KINDS.items() if code != _NEWS}
_WORDS = {
    "theme": "Thème",
    "audience": "Public",
    "territory": "Département",
    "degree": "Degré",
    "kind": "Genre",
    "text": "Mots",
}
_ORDERS = {"RELEVANCE": "pertinence", "PUBLISHED_AT": "date"}


class Toolbox:
    """Both lists of what is online."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.route("/ressources", self.resources), self._site.route("/actualites", self.news)]

    async def resources(self, request: Request) -> Response:
        """Show what animations can be made with."""
        lead = "De quoi préparer un atelier ou un café des parents : déroulés, tutoriels, vidéos, kits."
        words = {"heading": "Ressources", "lead": lead, "other": ("/actualites", "Actualités")}
        return await self._page(request, _RESOURCES, words)

    async def news(self, request: Request) -> Response:
        """Show what is new."""
        lead = "Ce qui se passe dans le programme, près de chez vous et ailleurs."
        words = {"heading": "Actualités", "lead": lead, "other": ("/ressources", "Ressources pour les animations")}
        return await self._page(request, {_NEWS: KINDS[_NEWS]}, words)

    async def _page(self, request: Request, kinds: Mapping[str, str], words: Mapping[str, Any]) -> Response:
        params, where, unknown = request.query_params, dict[str, Any](), list[str]()
        for name in ("theme", "audience", "territory"):
            if chosen := [value[:_LONGEST] for value in params.getlist(name) if value][:20]:
                where[name] = chosen
        known = [kind for kind in params.getlist("kind") if kind in kinds]
        where["kind"] = known or list(kinds)
        if degree := params.get("degree"):
            if degree in DEGREES:
                where["degree"] = degree
            else:
                unknown.append(_WORDS["degree"])
        unknown += not_among(params, {"tri": ("Trier par", _ORDERS)})
        unknown += [_WORDS["kind"]] if any(kind and kind not in kinds for kind in params.getlist("kind")) else []
        search = Search.read(params, "text", "Mots du titre ou du texte")
        if text := search.text:
            where["text"] = text
        order = params.get("tri", "") if params.get("tri") in _ORDERS else "RELEVANCE" if text else "PUBLISHED_AT"
        variables = {"orderBy": order} | page_variables(params)
        answer, refused = await ask_narrowed(self._site.api, request, _LISTING, where, variables)
        terms = {kind: [term for term in answer["typology"] if term["kind"] == kind] for kind in ("THEME", "AUDIENCE")}
        query = _query(where, everything=not known and len(kinds) > 1)
        return self._site.templates.page(
            request,
            "publications/listing",
            422 if search.error else 200,
            **words,
            search=search,
            publications=answer["publications"],
            themes=terms["THEME"],
            audiences=terms["AUDIENCE"],
            territories=answer["territories"],
            kinds=choices(kinds) if len(kinds) > 1 else [],
            degrees=choices(DEGREES),
            degree_labels=DEGREES,
            chosen=params,
            query=query,
            narrowed=bool(known or set(where) - {"kind"}),
            order=order,
            orders=[(code, label, _ordered(request, code)) for code, label in _ORDERS.items()] if text else [],
            unknown=[*unknown, *(_WORDS.get(name, name) for name in refused)],
            around=pages_around(request, answer["publications"]["pageInfo"], "#resultats"),
        )


def _query(where: Mapping[str, Any], *, everything: bool) -> str:
    """Return the filter as parameters of the feeds."""
    pairs = [
        (name, each)
        for name, value in where.items()
        if not (name == "kind" and everything)
        for each in (value if isinstance(value, list) else [value])
    ]
    return urlencode(pairs)


def _ordered(request: Request, order: str) -> str:
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if value and name not in ("tri", "after", "before")
    ]
    return f"{request.url.path}?{urlencode([*kept, ('tri', order)])}#resultats"
