"""The dashboards of a structure, of a territory and of the nation: `chiffres` at each desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.french import month, plural
from web.core.problems import Problem
from web.core.site import Site
from web.core.typed import iso_day

_WHO = document("figures/who")
_STRUCTURE, _TERRITORY, _NATION = (document(f"figures/{name}") for name in ("structure", "territory", "nation"))
_READERS = ("COORDONNATEUR", "NATIONAL", "AUDITOR")
#: Roles that may tell where a school is.
_IMPORTING = ("COORDONNATEUR", "NATIONAL")
_LONGEST = 100
#: The days of the address: the field of the API, and the label.
_DAYS = {"du": ("from", "À partir du"), "au": ("to", "Jusqu'au")}


class Figures:
    """The pages of figures, each with charts and their tables."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        desk = self._site.desk
        return [
            desk("/structure/chiffres", self.structure),
            desk("/territoire/chiffres", self.territory),
            desk("/moderation/chiffres", self.nation),
        ]

    async def structure(self, request: Request) -> Response:
        viewer = (await self._who(request))["viewer"]
        choices = [{"code": each["id"], "name": each["name"]} for each in viewer["structures"]]
        chosen = _chosen(choices if viewer["role"] == "STRUCTURE" else [], request.query_params.get("structure", ""))
        answer = await self._site.api.ask(request, _STRUCTURE, {"id": chosen["code"]} | _period(request))
        structure = answer["structure"]
        if structure is None:
            raise Problem.missing()
        desk = ("/structure", "Mes événements", "structure", "Structure")
        return self._page(request, desk, structure["name"], structure["dashboard"], choices, chosen)

    async def territory(self, request: Request) -> Response:
        answer = await self._who(request)
        viewer = answer["viewer"]
        choices = viewer["inTerritories"] or answer["territories"]
        chosen = _chosen(choices if viewer["role"] in _READERS else [], request.query_params.get("territoire", ""))
        figures = await self._site.api.ask(request, _TERRITORY, {"code": chosen["code"]} | _period(request))
        if figures["coverage"] is None:
            raise Problem.missing()
        territory, desk = figures["territory"], ("/territoire", "Mon territoire", "territoire", "Territoire")
        more = {"volunteering": figures["volunteering"], "coverage": figures["coverage"]}
        more["imports"] = viewer["role"] in _IMPORTING
        return self._page(request, desk, territory["name"], territory["dashboard"], choices, chosen, **more)

    async def nation(self, request: Request) -> Response:
        figures = await self._site.api.ask(request, _NATION, _period(request))
        if figures["dashboard"] is None:
            raise Problem.missing()
        desk, nation = ("/moderation", "Modération", "", ""), {"code": "", "name": "France"}
        more = {"volunteering": figures["volunteering"]}
        return self._page(request, desk, "Tous les territoires", figures["dashboard"], [nation], nation, **more)

    async def _who(self, request: Request) -> Mapping[str, Any]:
        return (await self._site.api.ask(request, _WHO, {})).data

    def _page(
        self,
        request: Request,
        desk: tuple[str, str, str, str],
        name: str,
        figures: Mapping[str, Any],
        choices: Sequence[Mapping[str, Any]],
        chosen: Mapping[str, Any],
        **more: Any,
    ) -> Response:
        terms = {
            kind: [(each["term"]["label"], each["animations"], _written(each)) for each in figures[kind]]
            for kind in ("byTheme", "byType")
        }
        months = [(_month(each["month"]), each["animations"], _written(each)) for each in figures["byMonth"]]
        path, label, parameter, owner = desk
        period = _period(request)
        return self._site.templates.page(
            request,
            "figures/figures",
            desk={"path": path, "label": label, "parameter": parameter, "owner": owner},
            name=name,
            figures=figures,
            terms=terms,
            months=months,
            choices=choices,
            chosen=chosen,
            first=period.get("from", ""),
            last=period.get("to", ""),
            unread=[
                label
                for name, (field, label) in _DAYS.items()
                if request.query_params.get(name) and field not in period
            ],
            volunteering=more.get("volunteering"),
            coverage=more.get("coverage"),
            imports=more.get("imports", False),
        )


def _written(each: Mapping[str, Any]) -> str:
    animations, parents = each["animations"], each["parents"]
    return f"{plural(animations, 'animation', 'animations')}, {plural(parents, 'parent', 'parents')}"


def _month(text: str) -> str:
    return month(date.fromisoformat(f"{text}-01"))


def _chosen(choices: Sequence[Mapping[str, Any]], wanted: str) -> Mapping[str, Any]:
    """Return the choice of that code, or the first. Raises Problem where there is none."""
    chosen = next((each for each in choices if wanted in ("", each["code"])), None)
    if chosen is None:
        raise Problem.missing()
    return chosen


def _period(request: Request) -> dict[str, str]:
    """Return the days of the address that are days."""
    period = {}
    for name, (field, _) in _DAYS.items():
        typed = iso_day(request.query_params.get(name, "")[:_LONGEST].strip())
        try:
            period[field] = date.fromisoformat(typed).isoformat()
        except ValueError:
            continue
    if period.get("from", "") > period.get("to", "9999"):
        del period["to"]
    return period
