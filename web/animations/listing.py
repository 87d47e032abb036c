"""The public listing, near its reader: what is to come, or a month as a calendar. `/` and `/animations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.animations.choices import Choices
from web.animations.filters import NAMES, Filters
from web.animations.month import Month
from web.core.asking import Answer
from web.core.communes import COMMUNES, meant_by, without_doubt
from web.core.documents import Document, document
from web.core.narrowing import unknown_among
from web.core.pages import TURNED, is_emptied, page_variables
from web.core.paths import query_without
from web.core.problems import Problem
from web.core.site import Site

_LISTING, _MONTH = document("animations/listing"), document("animations/month")
#: The choices of the form, apart: the answer is the same for all readers, so that it is kept.
_LISTS = document("animations/lists")
_PARIS = ZoneInfo("Europe/Paris")
#: Filters by time, which the month itself gives in a calendar.
_TIMES = ("startsFrom", "startsBefore", "upcoming")


class _Animations(TypedDict):
    totalCount: int
    totalCountIsExact: bool
    pageInfo: dict[str, Any]
    #: Most cards were written before, and are found by the JSON of their animation: it need not be read.
    nodes: list[msgspec.Raw]


class _Data(TypedDict):
    animations: _Animations | None
    communes: NotRequired[list[dict[str, Any]] | None]


class _Listed(TypedDict):
    data: NotRequired[_Data | None]
    errors: NotRequired[list[dict[str, Any]]]


_parse_listing = msgspec.json.Decoder(_Listed).decode


class Listing:
    """The pages of the public listing."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._choices: Choices | None = None

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.route("/", self.show), self._site.route("/animations", self.show)]

    async def show(self, request: Request) -> Response:
        """Show a page of the list or a month, or the communes that the place typed may mean."""
        filters = Filters.read(request.query_params, self._site.clock().astimezone(_PARIS).date())
        if filters.place and "commune" not in filters.lists and not filters.around:
            communes = (await self._site.api.ask(request, COMMUNES, {"text": filters.place}))["communes"] or []
            communes = meant_by(filters.place, communes)
            if chosen := without_doubt(filters.place, communes):
                return RedirectResponse(_in(request, filters, [each["code"] for each in chosen]), 303)
            if communes:
                choices = [(each, _in(request, filters, [each["code"]])) for each in communes]
                return self._site.templates.page(request, "animations/communes", choices=choices, place=filters.place)
            filters.errors["lieu"] = f"Nous ne connaissons pas de commune « {filters.place} ». Essayez le code postal."
        return await (self._list if filters.month is None else self._month)(request, filters)

    async def _list(self, request: Request, filters: Filters) -> Response:
        variables: dict[str, Any] = {}
        if filters.since is not None:
            variables["orderBy"] = [{"field": "STARTS_AT", "direction": "ASC"}]
        variables |= page_variables(request.query_params)
        answer = await self._ask(request, filters, _LISTING, variables, _parse_listing)
        info = answer["animations"]["pageInfo"]
        is_emptied(request, info)
        return await self._page(
            request,
            "animations/listing",
            filters,
            answer,
            animations=answer["animations"],
            next_page=_turn(request, after=info["endCursor"]) if info["hasNextPage"] else None,
            previous_page=_turn(request, before=info["startCursor"]) if info["hasPreviousPage"] else None,
            as_month=_with(request, vue=["mois"], mois=[f"{filters.since:%Y-%m}"] if filters.since else []),
        )

    async def _month(self, request: Request, filters: Filters) -> Response:
        assert filters.month is not None
        answer = await self._ask(request, filters, _MONTH, {"month": f"{filters.month:%Y-%m}"})
        as_list = _with(request, vue=[], mois=[], startsFrom=[], startsBefore=[], au=[])
        month = Month.of(filters.month, answer["animationDays"], self._site.clock().astimezone(_PARIS).date())
        return await self._page(
            request,
            "animations/month",
            filters,
            answer,
            month=month,
            months=[(each, _with(request, vue=["mois"], mois=[f"{each:%Y-%m}"])) for each in month.around],
            as_list=as_list,
            day_address=lambda day: f"{as_list}{'&' if '?' in as_list else '?'}startsFrom={day}&au={day}",
        )

    async def _ask(
        self,
        request: Request,
        filters: Filters,
        document: Document,
        variables: Mapping[str, Any],
        parse: Callable[[bytes], Any] = orjson.loads,
    ) -> Answer:
        """Return the answer to what the filters look for; what no list knows is taken out of them, and named."""
        while True:
            codes = filters.lists.get("commune", []) or [filters.around][: len(filters.around)]
            where = filters.where
            if filters.month is not None:
                where = {name: value for name, value in where.items() if name not in _TIMES}
            named = {"commune": codes[0] if codes else "", "named": bool(codes)}
            try:
                return await self._site.api.ask(request, document, {"where": where, **named, **variables}, parse=parse)
            except Problem as problem:
                name = problem.where[1] if problem.where[:1] == ("where",) and len(problem.where) > 1 else ""
                if name not in NAMES or name not in where:
                    raise
                filters.without(name, unknown_among(filters.lists.get(name, ()), problem))

    async def _page(self, request: Request, template: str, filters: Filters, answer: Answer, **values: Any) -> Response:
        lists = await self._site.api.ask_publicly(request, _LISTS)
        if self._choices is None or self._choices.lists is not lists:
            self._choices = Choices(lists, self._site.templates)
        return self._site.templates.scripted_page(
            request,
            template,
            422 if filters.errors else 200,
            fields=self._choices.fields(filters.chosen),
            filters=filters,
            chosen=filters.chosen,
            query=filters.query,
            place=filters.place or _place(filters, answer["communes"] or ()),
            nearby=_nearby(request, filters),
            **values,
        )


def _place(filters: Filters, communes: Sequence[Mapping[str, Any]]) -> str:
    """Return the name of the commune that the address holds the code of."""
    codes = filters.lists.get("commune") or [filters.around]
    return next((str(each["name"]) for each in communes if each["code"] == codes[0]), "")


def _with(request: Request, **values: Sequence[str]) -> str:
    """Return the address of the listing with these parameters in place of those of the same name, from its start."""
    further = ((name, value) for name, all in values.items() for value in all)
    query = query_without(request, {*values, *TURNED}, *further)
    return f"/animations?{query}" if query else "/animations"


def _in(request: Request, filters: Filters, codes: Sequence[str]) -> str:
    """Return the address of the listing in these communes, or around the first of them."""
    return _with(request, around=codes[:1]) if filters.nearby else _with(request, commune=codes)


def _nearby(request: Request, filters: Filters) -> str | None:
    """Return the address of the same list around its commune, or None where it is of none, or around one already."""
    codes = filters.lists.get("commune")
    return _with(request, commune=[], around=codes[:1]) if codes else None


def _turn(request: Request, **cursor: str) -> str:
    return _with(request, **{name: [value] for name, value in cursor.items()})
