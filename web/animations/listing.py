"""The list of what is to come, near its reader: `/` and `/animations`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.communes import COMMUNES, without_doubt
from web.core.documents import document
from web.core.problems import Problem
from web.core.site import Site

_LISTING = document("animations/listing")
_PER_PAGE = 20
#: Filters under the names of the API, as in the addresses of feeds and exports.
_LISTS = ("territory", "theme", "type", "audience", "venueType", "commune", "accessibility", "language")
_LONGEST = 100
_COMMUNE_CODE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)
#: What the API may refuse to look for: the name that readers see, and where in the page it is mended.
_NAMES = {
    "territory": ("Département", "territory"),
    "theme": ("Thème", "theme"),
    "type": ("Type d'animation", "type"),
    "audience": ("Public", "audience"),
    "venueType": ("Type de lieu", "resultats"),
    "commune": ("Commune ou code postal", "lieu"),
    "text": ("Mots du titre ou du texte", "text"),
    "structureId": ("Structure", "resultats"),
    "startsFrom": ("À partir du", "startsFrom"),
    "startsBefore": ("Jusqu'au", "au"),
}
#: Languages to choose among, by ISO 639 code; an address may name any other.
_LANGUAGES = {
    "en": "anglais",
    "ar": "arabe",
    "es": "espagnol",
    "fsl": "langue des signes française",
    "pt": "portugais",
    "ro": "roumain",
    "ru": "russe",
    "ta": "tamoul",
    "tr": "turc",
    "uk": "ukrainien",
}


@dataclass(slots=True)
class _Filters:
    """What the reader looks for. `place` is as it was typed, `until` the last day."""

    lists: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""
    place: str = ""
    #: Whether also in the communes around it; `around` is its code, once it is known.
    nearby: bool = False
    around: str = ""
    since: date | None = None
    until: date | None = None
    structure: str = ""
    with_seats: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, params: QueryParams) -> _Filters:
        """Read what the form and the addresses of feeds name; anything else is passed over."""
        lists = {name: [value for value in params.getlist(name) if value][:20] for name in _LISTS}
        filters = cls({name: values for name, values in lists.items() if values})
        filters.text, filters.place = (
            params.get("text", "")[:_LONGEST].strip(),
            params.get("lieu", "")[:_LONGEST].strip(),
        )
        # A commune by its name, as people write it into an address.
        if not all(map(_COMMUNE_CODE.fullmatch, filters.lists.get("commune", ()))):
            filters.place = filters.place or filters.lists["commune"][0][:_LONGEST].strip()
            del filters.lists["commune"]
        filters.structure = params.get("structureId", "")
        filters.around = params.get("around", "")[:_LONGEST]
        filters.nearby = params.get("voisines") == "true" or bool(filters.around)
        filters.with_seats = params.get("seatsLeft") == "true"
        filters.since = filters._day(params, "startsFrom", "Du")
        filters.until = filters._day(params, "au", "Au")
        if (before := filters._day(params, "startsBefore", "Avant")) is not None:
            filters.until = before - timedelta(days=1)
        return filters

    def _day(self, params: QueryParams, name: str, label: str) -> date | None:
        text = params.get(name, "")
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            self.errors[name] = f"{label} : une date est attendue, par exemple {date.today():%d/%m/%Y}."
            return None

    def without(self, name: str) -> None:
        """Look for the rest, and say what is not looked for."""
        label, anchor = _NAMES[name]
        value = ", ".join(self.lists.pop(name, ())) or (self.structure if name == "structureId" else "")
        match name:
            case "text":
                value, self.text = self.text, ""
            case "structureId":
                self.structure = ""
            case "startsFrom":
                value, self.since = f"{self.since:%d/%m/%Y}", None
            case "startsBefore":
                value, self.until = f"{self.until:%d/%m/%Y}", None
        self.errors[anchor] = (
            f"{label} : nous ne connaissons pas « {value[:_LONGEST]} ». Voici la liste sans ce critère."
        )

    @property
    def active(self) -> bool:
        return bool(
            self.lists or self.text or self.since or self.until or self.structure or self.around or self.with_seats
        )

    @property
    def where(self) -> dict[str, Any]:
        """Return the filter of the API. Without a first day: what is to come."""
        where: dict[str, Any] = {name: value for name, value in self._plain if value}
        if self.since is None:
            where["upcoming"] = True
        return where

    @property
    def query(self) -> str:
        """Return the filter as parameters of the feeds and exports."""
        pairs = [
            (name, value)
            for name, values in self._plain
            for value in (values if isinstance(values, list) else [values] if values else [])
        ]
        return urlencode([(name, "true" if value is True else value) for name, value in pairs])

    @property
    def _plain(self) -> Sequence[tuple[str, Any]]:
        until = self.until and self.until + timedelta(days=1)
        return (
            *self.lists.items(),
            ("text", self.text),
            ("structureId", self.structure),
            ("around", self.around),
            ("seatsLeft", self.with_seats),
            ("startsFrom", self.since and self.since.isoformat()),
            ("startsBefore", until and until.isoformat()),
        )


class Listing:
    """The page of the public listing."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.route("/", self.show), self._site.route("/animations", self.show)]

    async def show(self, request: Request) -> Response:
        """Show a page of the list, or the communes that the place typed may mean."""
        filters = _Filters.read(request.query_params)
        if filters.place and "commune" not in filters.lists and not filters.around:
            communes = (await self._site.api.ask(request, COMMUNES, {"text": filters.place}))["communes"] or []
            if chosen := without_doubt(filters.place, communes):
                return RedirectResponse(_in(request, filters, [each["code"] for each in chosen]), 303)
            if communes:
                choices = [(each, _in(request, filters, [each["code"]])) for each in communes]
                return self._site.templates.page(request, "animations/communes", choices=choices, place=filters.place)
            filters.errors["lieu"] = f"Nous ne connaissons pas de commune « {filters.place} ». Essayez le code postal."
        return await self._list(request, filters)

    async def _list(self, request: Request, filters: _Filters) -> Response:
        codes = filters.lists.get("commune", []) or [filters.around][: len(filters.around)]
        variables: dict[str, Any] = {"where": filters.where, "commune": codes[0] if codes else "", "named": bool(codes)}
        if filters.since is not None:
            variables["orderBy"] = [{"field": "STARTS_AT", "direction": "ASC"}]
        try:
            answer = await self._site.api.ask(request, _LISTING, variables | _page(request.query_params))
        except Problem as problem:
            name = problem.where[1] if problem.where[:1] == ("where",) and len(problem.where) > 1 else ""
            if name not in _NAMES or name not in filters.where:
                raise
            filters.without(name)
            return await self._list(request, filters)
        terms: dict[str, list[Mapping[str, Any]]] = {}
        for term in answer["typology"]:
            terms.setdefault(term["kind"], []).append(term)
        place = filters.place or next((each["name"] for each in answer["communes"] or ()), "")
        others = {code: code for code in filters.lists.get("language", []) if code not in _LANGUAGES}
        info = answer["animations"]["pageInfo"]
        return self._site.templates.page(
            request,
            "animations/listing",
            422 if filters.errors else 200,
            animations=answer["animations"],
            territories=answer["territories"],
            terms=terms,
            languages=[{"code": code, "label": label} for code, label in (_LANGUAGES | others).items()],
            filters=filters,
            place=place,
            next_page=_turn(request, after=info["endCursor"]) if info["hasNextPage"] else None,
            previous_page=_turn(request, before=info["startCursor"]) if info["hasPreviousPage"] else None,
        )


def _page(params: QueryParams) -> dict[str, Any]:
    if before := params.get("before"):
        return {"last": _PER_PAGE, "before": before}
    after = params.get("after")
    return {"first": _PER_PAGE} | ({"after": after} if after else {})


def _with(request: Request, **values: Sequence[str]) -> str:
    """Return the address of the listing with these parameters in place of those of the same name, from its start."""
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if value and name not in values and name not in ("after", "before")
    ]
    return f"/animations?{urlencode([*kept, *((name, value) for name, all in values.items() for value in all)])}"


def _in(request: Request, filters: _Filters, codes: Sequence[str]) -> str:
    """Return the address of the listing in these communes, or around the first of them."""
    return _with(request, around=codes[:1]) if filters.nearby else _with(request, commune=codes)


def _turn(request: Request, **cursor: str) -> str:
    return _with(request, **{name: [value] for name, value in cursor.items()})
