"""Lists narrowed by what an address names: what is not understood is left out, and the page says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from web.core.asking import Answer, Api
from web.core.cookies.done import OUTCOME_NAMES
from web.core.desks import SCHOOL, TERRITORY, whose
from web.core.documents import Document
from web.core.pages import TURNED
from web.core.problems import Problem
from web.core.typed import readable_line

#: Parameters that letters and other sites add to a link.
_TRACKING = re.compile(r"(utm|mtm|pk|at)_\w+|\w*clid")
#: The longest search.
LONGEST = 100
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Search:
    """Words to look for. `typed` is shown again, and `text` looked for: empty where `error` says what is wrong."""

    typed: str
    text: str
    error: str | None = None

    @classmethod
    def read(cls, params: Mapping[str, str], name: str, label: str) -> Search:
        text = readable_line(params.get(name, "")).strip()
        if len(text) > LONGEST:
            error = f"{label} : {LONGEST} caractères au plus. Voici la page sans ce critère."
            return cls(text[:_SHOWN], "", error)
        return cls(text, text)


async def ask_narrowed(
    api: Api, request: Request, document: Document, where: dict[str, Any], variables: Mapping[str, Any]
) -> tuple[Answer, list[str]]:
    """Return the answer, and the criteria that the API refused: these are taken out of `where`."""
    refused: list[str] = []
    while True:
        try:
            return await api.ask(request, document, {**variables, "where": where}), refused
        except Problem as problem:
            named = [name for name in problem.where if name in where]
            if problem.status != 404 or not named:
                raise
            refused += named
            for name in named:
                del where[name]


async def ask_of_desk(
    api: Api,
    request: Request,
    document: Document,
    where: dict[str, Any],
    variables: Mapping[str, Any],
    school: str = "",
) -> tuple[Answer, list[str]]:
    """Return the answer for the territory or school that the page is of, and the labels of what was not understood.

    `school` is the filter that takes a school, where the list has one.
    """
    named, filters = whose(request), {TERRITORY: "territory", SCHOOL: school}
    if named and (narrowed := filters.get(named[0])):
        where = {narrowed: [named[1]], **where}
    answer, refused = await ask_narrowed(api, request, document, where, variables)
    return answer, [{"territory": "Département", school: "Établissement"}.get(name, name) for name in refused]


def not_among(params: QueryParams, choices: Mapping[str, tuple[str, Collection[str]]]) -> list[str]:
    """Return the labels of the choices that the address makes and the page does not offer.

    `choices` are labels and values, by the names of the parameters.
    """
    return [label for name, (label, offered) in choices.items() if params.get(name, "") not in ("", *offered)]


def not_named(request: Request, *names: str) -> list[str]:
    """Return the names of the address that its page knows nothing of, beside `names` and those that any list has."""
    known, params = {*names, *TURNED, *OUTCOME_NAMES}, dict.fromkeys(request.query_params)
    if named := whose(request):
        known.add(named[0])
    return [name[:LONGEST] for name in params if name not in known and not _TRACKING.fullmatch(name)]


def unknown_among(values: Collection[str], problem: Problem) -> list[str]:
    """Return those of a criterion's values that the API refused: it names the first that it does not know."""
    return [value for value in values if f"« {value[:40]} »" in problem.message]
