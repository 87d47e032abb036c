"""The lists of choices, and each change of them with what it would touch. `/moderation/typologie`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site
from web.moderation.typology.acts import ADD, CHANGES, KINDS, split_code

_TYPOLOGY, _PREVIEW = document("moderation/typology/listing"), document("moderation/typology/preview")
PATH = "/moderation/typologie"
Terms = Sequence[Mapping[str, Any]]


class TypologyPages:
    """The typology, for the national team."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._acts = Acts(site, (ADD, *(act for _, act in CHANGES.values())))

    @property
    def routes(self) -> Sequence[BaseRoute]:
        desk, change = self._site.desk, f"{PATH}/{{change}}"
        return [desk(PATH, self.list, "GET"), desk(change, self.show, "GET"), desk(change, self.act, "POST")]

    async def list(self, request: Request) -> Response:
        terms = await self._terms(request)
        return self._site.templates.page(
            request,
            "moderation/typology/listing",
            kinds=KINDS,
            terms=terms,
            names={(term["kind"], term["code"]): term["label"] for term in terms},
            changes=[act for _, act in CHANGES.values()],
            done=self._acts.done(request),
            posted=None,
        )

    async def show(self, request: Request) -> Response:
        """Show a change, with what it would touch once it is filled in: nothing is recorded by looking."""
        act, terms = _act(request), await self._terms(request)
        params = request.query_params
        form = self._acts.form(
            request, act.name, None, **{each.name: "\n".join(params.getlist(each.name)) for each in act.fields}
        )
        preview = None
        if "voir" in params and act is not ADD:
            preview = await self._preview(request, act, form)
        return self._page(request, act, terms, form, preview)

    async def act(self, request: Request) -> Response:
        act, terms = _act(request), await self._terms(request)
        outcome = await self._acts.carry_out(request, towards=PATH)
        return self._page(request, act, terms, outcome, None) if isinstance(outcome, Form) else outcome

    async def _preview(self, request: Request, act: Act, form: Form) -> Mapping[str, Any] | None:
        values = act.convert(form.input())
        for each in act.fields:
            if each.required and not form.values.get(each.name):
                form.errors.setdefault(each.name, f"{each.label} : champ obligatoire.")
        if form.failed:
            return None
        change = {CHANGES[act.name][0]: values}
        preview: Mapping[str, Any] = (await self._site.api.ask(request, _PREVIEW, {"change": change}))[
            "typologyPreview"
        ]
        if preview["errors"]:
            self._acts.refuse(form, act, preview["errors"])
            return None
        return preview

    async def _terms(self, request: Request) -> Terms:
        answer = await self._site.api.ask(request, _TYPOLOGY, {})
        if answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        order = list(KINDS)
        return sorted(answer["typology"], key=lambda term: order.index(term["kind"]))

    def _page(
        self, request: Request, act: Act, terms: Terms, form: Form, preview: Mapping[str, Any] | None
    ) -> Response:
        kind = split_code(form.values.get("term"))[0]
        kind = kind if kind in KINDS else ""
        form.fields = [_with_options(each, terms, kind) for each in act.fields]
        response = self._site.templates.page(
            request,
            "moderation/typology/change",
            422 if form.failed else 200,
            act=act,
            form=form,
            preview=preview,
            looks=act is not ADD,
            without=_without_animations(form, preview) if preview and act.name == "scinder" else (),
        )
        return self._site.guard.keep(request, response)


def _without_animations(form: Form, preview: Mapping[str, Any]) -> Sequence[str]:
    """Return the choices of a split that would get nothing of what is declared."""
    parts = {split_code(form.values.get(name))[1] for name in ("into-1", "into-2", "rest")}
    return [
        effect["term"]["label"]
        for effect in preview["terms"]
        if effect["term"]["code"] in parts and effect["animationsAfter"] <= effect["animationsBefore"]
    ]


def _act(request: Request) -> Act:
    name = request.path_params["change"]
    if name == ADD.name:
        return ADD
    if name not in CHANGES:
        raise Problem.missing()
    return CHANGES[name][1]


def _with_options(field: Field, terms: Terms, kind: str) -> Field:
    """Return a field with what there is to choose: once a term is chosen, others of its list."""
    if field.kind == "types":
        types = [term for term in terms if term["kind"] == "ANIMATION_TYPE"]
        return replace(field, kind="choices", options=[(term["code"], term["label"]) for term in types])
    if field.kind != "terms":
        return field
    offered = [term for term in terms if not term["retired"] and (not kind or term["kind"] == kind)]
    label = (lambda term: term["label"]) if kind else (lambda term: f"{KINDS[term['kind']]} : {term['label']}")
    return replace(field, kind="select", options=[(f"{term['kind']}:{term['code']}", label(term)) for term in offered])
