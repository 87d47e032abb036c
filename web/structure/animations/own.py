"""« Mes événements »: all animations of a structure, with their six sorts and filters. `/structure`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.french import plural
from web.core.narrowing import Search, ask_narrowed, not_named
from web.core.pages import page_variables, pages_around
from web.core.site import Site
from web.core.typed import iso_day
from web.structure.animations.importing import IMPORTED
from web.structure.speaking import WHO, spoken_for

_OWN = document("structure/animations/own")
_LONGEST = 100
#: The sorts, by their names in addresses: the heading, and the field of the API.
SORTS = {
    "public": ("Public", "AUDIENCE"),
    "titre": ("Titre", "TITLE"),
    "publication": ("Publication", "PUBLISHED_AT"),
    "attestation": ("Attestation", "ATTESTED"),
    "date": ("Date", "STARTS_AT"),
    "type": ("Type", "TYPE"),
}
STATUSES = {
    "SUBMITTED": "En attente de publication",
    "PUBLISHED": "Publiée",
    "REFUSED": "Refusée, à corriger",
    "CANCELLED": "Annulée",
}
_MOMENTS = {
    "a-venir": {"upcoming": True},
    "passees": {"past": True},
    "a-attester": {"awaitingAttestation": True},
    "attestees": {"attested": True},
}
#: Filters of this page by the field of the API that they narrow.
_LISTS = {"etat": "status", "theme": "theme", "type": "type", "public": "audience"}
_WORDS = {
    "text": "Mots du titre ou du texte",
    "startsFrom": "À partir du",
    "startsBefore": "Avant le",
    "status": "État",
    "theme": "Thème",
    "type": "Type",
    "audience": "Public",
    "quand": "Moment",
    "tri": "Trier par",
    "sens": "Sens du tri",
}
#: Parameters that no other order of the list keeps.
_OF_ONE_PAGE = ("tri", "sens", "after", "before", IMPORTED)
_DIRECTIONS = ("asc", "desc")
_NAMES = (*_LISTS, "mots", "du", "avant", "quand", "tri", "sens", IMPORTED)


class OwnAnimations:
    """The list of a structure's animations."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/structure", self.show)]

    async def show(self, request: Request) -> Response:
        viewer = (await self._site.api.ask(request, WHO, {}))["viewer"]
        chosen = spoken_for(request, viewer)
        params = request.query_params
        (where, unheard), order = _where(params), _order(params)
        variables: dict[str, Any] = {"id": chosen["id"], "orderBy": order} | page_variables(params)
        answer, refused = await ask_narrowed(self._site.api, request, _OWN, where, variables)
        animations = answer["structure"]["animations"]
        return self._site.templates.page(
            request,
            "structure/animations/own",
            structure=answer["structure"],
            structures=viewer["structures"],
            waiting=answer["viewer"]["waiting"],
            animations=animations,
            around=pages_around(request, animations["pageInfo"], "#liste"),
            terms=answer["typology"],
            statuses=STATUSES,
            due=[each["id"] for each in animations["nodes"] if self._is_over(each)],
            chosen=params,
            search=_search(params),
            day_typed=iso_day,
            unknown=[*unheard, *(_WORDS.get(name, name) for name in refused), *not_named(request, *_NAMES)],
            headings=_headings(params),
            exports=_exports(chosen["id"], where, order),
            done=_imported(params),
        )

    def _is_over(self, animation: Mapping[str, Any]) -> bool:
        return datetime.fromisoformat(animation["endsAt"]) <= self._site.clock()


def _imported(params: QueryParams) -> str:
    """Return what an import has just done."""
    number = params.get(IMPORTED, "")
    if not (number.isascii() and number.isdigit() and len(number) < 5):
        return ""
    declared = plural(int(number), "animation est déclarée", "animations sont déclarées")
    return (
        f"{declared}. L'équipe nationale va les publier." if int(number) > 1 else f"{declared}. Elle va être publiée."
    )


def _where(params: QueryParams) -> tuple[dict[str, Any], list[str]]:
    """Return the filter of the API, and the criteria of the address that are not of this page."""
    where, unknown = dict[str, Any](), list[str]()
    for name, field in _LISTS.items():
        if values := [value[:_LONGEST] for value in params.getlist(name)[:20] if value]:
            where[field] = values
    if text := _search(params).text:
        where["text"] = text
    for name, field in (("du", "startsFrom"), ("avant", "startsBefore")):
        if value := params.get(name, "")[:_LONGEST].strip():
            where[field] = iso_day(value)
    # An enum that does not hold a value refuses the whole document.
    if not STATUSES.keys() >= set(where.get("status", ())):
        del where["status"]
        unknown.append(_WORDS["status"])
    for name, known in (("quand", _MOMENTS), ("tri", SORTS), ("sens", _DIRECTIONS)):
        if params.get(name, "") not in ("", *known):
            unknown.append(_WORDS[name])
    return where | _MOMENTS.get(params.get("quand", ""), {}), unknown


def _search(params: QueryParams) -> Search:
    return Search.read(params, "mots", "Mots du titre ou du texte")


def _order(params: QueryParams) -> list[dict[str, str]]:
    sort = SORTS.get(params.get("tri", ""))
    return [{"field": sort[1], "direction": "DESC" if params.get("sens") == "desc" else "ASC"}] if sort else []


def _headings(params: QueryParams) -> list[dict[str, Any]]:
    """Return the sorts with their addresses: the one in force leads the other way round."""
    kept = [each for each in params.multi_items() if each[1] and each[0] not in _OF_ONE_PAGE]
    headings = []
    for name, (label, _) in SORTS.items():
        current = params.get("tri") == name
        descending = params.get("sens") == "desc"
        further = [("tri", name), *([("sens", "desc")] if current and not descending else [])]
        direction = ("descending" if descending else "ascending") if current else None
        headings.append(
            {"label": label, "address": f"/structure?{urlencode([*kept, *further])}#liste", "direction": direction}
        )
    return headings


def _exports(structure_id: str, where: Mapping[str, Any], order: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the addresses of the same list as a table."""
    query: list[tuple[str, str]] = []
    for name, value in where.items():
        query += [(name, _text(each)) for each in (value if isinstance(value, list) else [value])]
    query += [("orderBy", f"{each['field']}:{each['direction']}") for each in order]
    address = f"/structures/{structure_id}/animations"
    return {kind: f"{address}.{kind}{'?' if query else ''}{urlencode(query)}" for kind in ("csv", "xlsx")}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
