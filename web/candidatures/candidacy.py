"""Volunteer as Parent Ressource for a school that is chosen by its commune: `/candidatures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.communes import COMMUNES, meant_by, without_doubt
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.narrowing import Search
from web.core.problems import Problem
from web.core.site import Site

_SCHOOLS = document("candidatures/schools")
_SUBMIT = document("candidatures/submit")
#: Schools that the API gives at once, and how often it is asked for more: Paris has some 1,500.
_AT_ONCE, _MOST_TIMES = 100, 20
_PERSON = (
    Field("firstName", "Prénom", required=True, autocomplete="given-name"),
    Field("lastName", "Nom", required=True, autocomplete="family-name"),
    Field(
        "email", "Adresse e-mail", "email", hint="Format attendu : nom@exemple.fr", required=True, autocomplete="email"
    ),
    Field("phone", "Téléphone", "tel", hint="Format attendu : 06 12 34 56 78", autocomplete="tel"),
    Field(
        "motivation",
        "Pourquoi voulez-vous aider d'autres parents ?",
        "textarea",
        hint="Quelques phrases suffisent.",
        required=True,
    ),
)
_DEGREES = (("FIRST", "École maternelle ou élémentaire"), ("SECOND", "Collège ou lycée"))
_OTHER_SCHOOL = (
    Field(
        "schoolUai",
        "Numéro de l'établissement (UAI)",
        hint="Sept chiffres et une lettre, par exemple 0340005W. L'établissement vous le donne.",
        required=True,
    ),
    Field("degree", "Type d'établissement", "select", required=True, options=_DEGREES),
)


class Candidacy:
    """The form, in two steps: the commune, then the school and the person."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/candidatures"
        return [self._site.route(path, self.show, "GET"), self._site.route(path, self.submit, "POST")]

    async def show(self, request: Request) -> Response:
        place = Search.read(request.query_params, "lieu", "Commune ou code postal")
        if code := request.query_params.get("commune", "")[:100].strip():
            try:
                context = await self._context(request)
            except Problem as problem:
                if problem.status != 404:
                    raise
                # Written by name, or unknown: as if it had been typed.
                return await self._choose_commune(request, Search(code, code))
            return self._page(request, self._site.guard.form(request, _fields(request, context)), context)
        return await self._choose_commune(request, place)

    async def submit(self, request: Request) -> Response:
        context = await self._context(request)
        form = await self._site.guard.posted(request, _fields(request, context))
        values = form.input()
        if not form.failed:
            values["territory"] = context["commune"]["department"]
            payload = (await self._site.api.ask(request, _SUBMIT, {"input": values}))["candidatureSubmit"]
            if not payload["errors"]:
                return RedirectResponse(f"/candidatures/{payload['link']}?etape=envoyee", 303)
            form.refuse(payload["errors"])
        return self._page(request, form, context)

    async def _choose_commune(self, request: Request, search: Search) -> Response:
        place = search.text
        communes = (await self._site.api.ask(request, COMMUNES, {"text": place}))["communes"] if place else ()
        communes = meant_by(place, communes)
        if len(chosen := without_doubt(place, communes)) == 1:
            return RedirectResponse(_address(chosen[0]), 303)
        choices = [(each, _address(each)) for each in communes]
        error = search.error
        if place and not communes:
            error = f"Nous ne connaissons pas de commune « {place} »."
        values = {"place": search.typed, "choices": choices, "error": error}
        return self._site.templates.scripted_page(request, "candidatures/commune", 422 if error else 200, **values)

    async def _context(self, request: Request) -> Mapping[str, Any]:
        code = request.query_params.get("commune", "")
        wanted = {"commune": code, "chosen": [code], "first": _AT_ONCE}
        answer = await self._site.api.ask(request, _SCHOOLS, wanted | {"further": False})
        commune = next((each for each in answer["communes"] if each["code"] == code), None)
        if commune is None:
            raise Problem.missing("Cette commune n'existe pas.")
        open_in = {each["code"] for each in answer["territories"] if each["runsCandidatures"]}
        is_open, page = commune["department"] in open_in, answer["schools"]
        schools = list(page["nodes"])
        for _ in range(_MOST_TIMES):
            if not (is_open and page["pageInfo"]["hasNextPage"]):
                break
            further = wanted | {"further": True, "after": page["pageInfo"]["endCursor"]}
            page = (await self._site.api.ask(request, _SCHOOLS, further))["schools"]
            schools += page["nodes"]
        return {
            "commune": commune,
            "schools": schools,
            "is_open": is_open,
            "other": f"{_address(commune)}&ecole=autre",
        }

    def _page(self, request: Request, form: Form, context: Mapping[str, Any]) -> Response:
        status = 422 if form.failed else 200
        response = self._site.templates.page(
            request, "candidatures/candidacy", status, form=form, address=_current(request), **context
        )
        return self._site.guard.keep(request, response)


def _address(commune: Mapping[str, Any]) -> str:
    return f"/candidatures?{urlencode({'commune': commune['code']})}"


def _current(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}"


def _fields(request: Request, context: Mapping[str, Any]) -> Sequence[Field]:
    if not context["schools"] or request.query_params.get("ecole") == "autre":
        return (*_OTHER_SCHOOL, *_PERSON)
    options = [(school["uai"], school["label"]) for school in context["schools"]]
    return (Field("schoolUai", "Établissement de votre enfant", "select", required=True, options=options), *_PERSON)
