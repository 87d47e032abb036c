"""How far the programme is, for everybody: each measure beside its target. `/programme`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core import french
from web.core.documents import document
from web.core.site import Site
from web.core.typed import iso_day

_PROGRAMME = document("programme/programme")
_PARIS = ZoneInfo("Europe/Paris")
_FIRST_DAY = date(2000, 1, 1)
_LONGEST = 100
_FIRST_YEAR, _SEPTEMBER = 2020, 9


class ProgrammePage:
    """The public page of the programme's measures."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.route("/programme", self.show)]

    async def show(self, request: Request) -> Response:
        typed = request.query_params.get("au", "").strip()[:_LONGEST]
        today = self._site.clock().astimezone(_PARIS).date()
        day, years = _day(typed, today), _school_years(today)
        year = request.query_params.get("annee", "").strip()
        chosen = year if year in years and not typed else ""
        if chosen in years[1:]:
            # The last day of a school year that is over.
            day = date(int(chosen[5:]), 8, 31)
        variables = {
            "at": {"day": day.isoformat()} if day else None,
            "year": chosen or None,
            "ofYear": bool(chosen),
        }
        answer = await self._site.api.ask(request, _PROGRAMME, variables)
        programme: dict[str, Any] = answer["programme"]
        there: list[dict[str, Any]] = programme["byTerritory"]
        # Records and corrections after a school year's end count for that year.
        projects: dict[str, Any] = answer["projectShares"] or programme
        charts = {
            "share": [(_name(each), _percent(each["share"]), _share(each)) for each in projects["byTerritory"]],
            "reached": [(_name(each), _reached(each), _of(each)) for each in there],
            "animations": [(_name(each), each["animations"], str(each["animations"])) for each in there],
            "volunteers": [(_name(each), each["volunteers"], str(each["volunteers"])) for each in there],
        }
        values: dict[str, Any] = {"programme": programme, "charts": charts, "goal": round(_percent(programme["goal"]))}
        values |= {"years": years, "chosen": chosen, "problem_of_year": _problem_of_year(year, years, typed)}
        values |= {"day": day, "typed": iso_day(typed), "projects": projects}
        values |= {"share": french.percent(projects["share"])}
        return self._site.templates.page(request, "programme/programme", **values)


def _school_years(today: date) -> list[str]:
    """Return the school years of the programme, the one in course first."""
    current = today.year if today.month >= _SEPTEMBER else today.year - 1
    return [f"{year}-{year + 1}" for year in range(current, _FIRST_YEAR - 1, -1)]


def _problem_of_year(year: str, years: Sequence[str], typed: str) -> str | None:
    """Return why the figures shown are not those of this school year."""
    if not year or (year in years and not typed):
        return None
    if typed:
        return "Choisissez un jour ou une année scolaire, pas les deux : l'année n'est pas prise en compte."
    return f"Choisissez une année scolaire de {years[-1]} à {years[0]}. Voici les chiffres d'aujourd'hui."


def _day(typed: str, today: date) -> date | None:
    """Return a day of the past; None for every other text."""
    try:
        day = date.fromisoformat(iso_day(typed))
    except ValueError:
        return None
    return day if _FIRST_DAY <= day < today else None


def _name(measures: dict[str, Any]) -> str:
    return f"{measures['territory']['name']} ({measures['territory']['code']})"


def _percent(share: float | None) -> float:
    return round(100 * (share or 0), 2)


def _share(measures: dict[str, Any]) -> str:
    if measures["share"] is None:
        return "Pas encore d'établissement cible"
    return f"{french.percent(measures['share'])} % ({measures['schoolsWithPart']} sur {measures['targetSchools']})"


def _of(measures: dict[str, Any]) -> str:
    if not measures["targetSchools"]:
        return "Pas encore d'établissement cible"
    return f"{measures['schoolsReached']} sur {measures['targetSchools']}"


def _reached(measures: dict[str, Any]) -> float:
    """Return the part of the target schools that were reached."""
    return measures["schoolsReached"] / measures["targetSchools"] if measures["targetSchools"] else 0.0
