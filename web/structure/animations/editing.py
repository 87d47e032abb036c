"""Declare an animation, and modify it: `/structure/animations/nouvelle`, `/structure/animations/ID/modifier`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.communes import COMMUNES, commune_with_code, meant_by, smallest
from web.core.desks import at_desk
from web.core.documents import document
from web.core.forms import MOVED_ON, Field, Form
from web.core.site import Site
from web.structure.animations import form as forms
from web.structure.animations.drafts import RESUMING, discard_draft, draft_of, keep_draft
from web.structure.speaking import own_animation, spoken_for_id

_CHOICES = document("structure/animations/choices")
_DECLARE, _MODIFY = document("structure/animations/declare"), document("structure/animations/modify")
_SCHOOLS = document("structure/animations/schools")
_ANIMATION = document("structure/animations/animation")
_VERSION = Field("version", "Version", "number", hidden=True)
#: When the draft was kept that the page was shown beside.
_SEEN = Field("seen", "Brouillon vu", hidden=True)
_ACTION, _DISCARD = Field("action", "Action"), "effacer"
_DONE = {
    "garder": "Votre brouillon est gardé. Vous seul pouvez le lire, ici, pendant 60 jours.",
    "effacer": "Votre brouillon est effacé.",
}
_REPLACES = "Un autre brouillon a été gardé depuis. Gardez celui-ci de nouveau pour le remplacer, ou reprenez l'autre."
_NEW = {"audience": "parents"}
_ASKED = {"etablissement": "school", "theme": "theme"}
_UAI = re.compile(r"\d{7}[A-Za-z]", re.ASCII)


class AnimationEditing:
    """The pages of the form of an animation."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        new, change = "/structure/animations/nouvelle", "/structure/animations/{id}/modifier"
        desk = self._site.desk
        return [
            *(desk(new, self.new, "GET"), desk(new, self.declare, "POST")),
            *(desk(change, self.change, "GET"), desk(change, self.modify, "POST")),
        ]

    async def new(self, request: Request) -> Response:
        structure = await spoken_for_id(self._site.api, request)
        choices = await self._choices(request, structure)
        values = _NEW | {"territory": forms.only_territory(choices)}
        # The wishes of a school's request.
        values |= {field: typed for name, field in _ASKED.items() if (typed := request.query_params.get(name))}
        draft = await draft_of(self._site, request, structure)
        if draft and _resuming(request):
            values |= draft["values"]
        return self._page(request, choices, self._site.guard.form(request, forms.FIELDS, **values), draft=draft)

    async def declare(self, request: Request) -> Response:
        structure = await spoken_for_id(self._site.api, request)
        form = await self._site.guard.posted(request, (*forms.FIELDS, _ACTION, _SEEN))
        seen = form.values.pop("seen")
        if (action := form.values.pop("action")) and not form.failed:
            if action == _DISCARD:
                await discard_draft(self._site, request, structure)
                return self._towards(request, ("fait", "effacer"))
            draft = await draft_of(self._site, request, structure)
            if draft and draft["savedAt"] != seen:
                # The draft of another tab: it is lost only to whoever has seen it.
                form.general.append(_REPLACES)
            elif await keep_draft(self._site, request, structure, form):
                return self._towards(request, (RESUMING, "reprendre"), ("fait", "garder"))
            # Refusals of keeping a draft say nothing of what a declaration lacks.
            return self._page(request, await self._choices(request, structure), form, draft=draft)
        form.fields = forms.FIELDS
        choices, territory = await self._choices(request, structure), form.values["territory"]
        values = forms.mutation_input(form, forms.time_zone(choices, territory))
        communes = await self._commune(request, form, territory)
        values |= {
            "structureId": structure,
            "communeCode": _code(communes),
            "school": await self._school(request, form),
        }
        if not form.failed:
            payload = (await self._site.api.ask(request, _DECLARE, {"input": _given(values)}))["animationCreate"]
            if not payload["errors"]:
                if _resuming(request):
                    await discard_draft(self._site, request, structure)
                return self._done(request, payload, "declarer")
            forms.refuse(form, payload["errors"])
        draft = await draft_of(self._site, request, structure)
        return self._page(request, choices, form, communes, draft=draft)

    async def change(self, request: Request) -> Response:
        animation = await self._animation(request)
        choices = await self._choices(request, animation["structure"]["id"])
        form = self._site.guard.form(request, (*forms.FIELDS, _VERSION), **forms.values_of(_own(animation)))
        form.values["version"] = str(animation["version"])
        commune = await commune_with_code(self._site.api, request, animation["communeCode"])
        form.values["commune"] = commune["name"] if commune else ""
        return self._page(request, choices, form, (), animation)

    async def modify(self, request: Request) -> Response:
        animation = await self._animation(request)
        form = await self._site.guard.posted(request, (*forms.FIELDS, _VERSION))
        # It stays where it is: the page does not ask for it.
        values = forms.mutation_input(form.without("territory"), animation["territory"]["timeZone"])
        communes = await self._commune(request, form, animation["territory"]["code"])
        values |= {"animationId": animation["id"], "communeCode": _code(communes)}
        values["school"] = await self._school(request, form)
        if (version := form.number("version")) is not None:
            values["expectedVersion"] = version
        changed: Mapping[str, str] = {}
        if not form.failed:
            del values["territory"]
            payload = (await self._site.api.ask(request, _MODIFY, {"input": values}))["animationModify"]
            if not payload["errors"]:
                return self._done(request, payload, "modifier")
            forms.refuse(form, payload["errors"])
            if MOVED_ON in form.general:
                # What is sent next is of the animation as it is now, which stands beside what was typed.
                animation = await self._animation(request)
                form.values["version"], changed = str(animation["version"]), forms.values_of(_own(animation))
        choices = await self._choices(request, animation["structure"]["id"])
        return self._page(request, choices, form, communes, animation, changed)

    def _done(self, request: Request, payload: Mapping[str, Any], done: str) -> Response:
        """Lead to the animation, with what its declaration or change warns of."""
        response = RedirectResponse(f"/structure/animations/{payload['animation']['id']}?fait={done}", 303)
        self._site.hand_over(request, response, payload)
        return response

    def _towards(self, request: Request, *parameters: tuple[str, str]) -> Response:
        """Lead to the page itself, for the structure that it is of."""
        return RedirectResponse(at_desk(request, request.url.path, *parameters), 303)

    async def _choices(self, request: Request, structure_id: str) -> Mapping[str, Any]:
        return (await self._site.api.ask(request, _CHOICES, {"structureId": structure_id})).data

    async def _animation(self, request: Request) -> Mapping[str, Any]:
        answer = await self._site.api.ask(request, _ANIMATION, {"id": request.path_params["id"]})
        return own_animation(request, answer)

    async def _school(self, request: Request, form: Form) -> str | None:
        """Return the UAI of the school that was typed; None, with an error that names some, where it is not certain."""
        typed = form.values.get("school", "").strip()[:100]
        if not typed:
            return None
        schools = (await self._site.api.ask(request, _SCHOOLS, {"text": typed}))["schools"]["nodes"]
        if len(schools) == 1:
            return str(schools[0]["uai"])
        if _UAI.fullmatch(typed):
            return typed.upper()
        named = " ; ".join(f"{each['label']} : {each['uai']}" for each in schools[:5])
        form.errors["school"] = (
            f"École : plusieurs répondent à « {typed} ». Tapez le code de la vôtre. {named}."
            if schools
            else f"École : « {typed} » n'est pas connu. Tapez son code UAI, par exemple 0340005W."
        )
        return None

    async def _commune(self, request: Request, form: Form, territory: str) -> Sequence[Mapping[str, Any]]:
        """Return the commune that was typed, or those that it may mean, with an error that asks which."""
        typed = form.values.get("commune", "").strip()
        if not typed:
            return ()
        kept = await commune_with_code(self._site.api, request, form.values.get("communeCode", "")[:100])
        if kept is not None and kept["name"] == typed:
            return [kept]
        communes = await self._communes(request, typed[:100], territory)
        chosen = [each for each in communes if kept is not None and each["code"] == kept["code"]] or communes
        if not communes:
            form.errors["commune"] = f"Commune : « {typed} » n'est pas connu. Tapez un nom ou un code postal."
        elif len(chosen) != 1:
            form.errors["communeCode"] = f"Plusieurs communes répondent à « {typed} » : choisissez la vôtre."
        return chosen

    async def _communes(self, request: Request, typed: str, territory: str) -> Sequence[Mapping[str, Any]]:
        """Return the communes that may be meant: by name those of the territory, and those of that very name."""
        communes = (await self._site.api.ask(request, COMMUNES, {"text": typed}))["communes"]
        if any(map(str.isdigit, typed)):
            return smallest(meant_by(typed, communes))
        same = [each for each in communes if each["name"].casefold() == typed.casefold()]
        # Postal codes begin with the department's, on Corsica with 20.
        text = f"{typed} {territory.replace('A', '0').replace('B', '0')}"[:100]
        here = (await self._site.api.ask(request, COMMUNES, {"text": text}))["communes"] if territory else ()
        same_here = [each for each in here if each["name"].casefold() == typed.casefold()]
        elsewhere = [each for each in same if each not in here]
        return same_here or [*here, *elsewhere] or communes

    def _page(
        self,
        request: Request,
        choices: Mapping[str, Any],
        form: Form,
        communes: Sequence[Mapping[str, Any]] = (),
        animation: Mapping[str, Any] | None = None,
        recorded: Mapping[str, str] | None = None,
        draft: Mapping[str, Any] | None = None,
    ) -> Response:
        form.fields = forms.fields(choices, form, communes if len(communes) > 1 else ())
        if recorded:
            form.fields = [_beside(each, form, recorded) for each in form.fields]
        if animation is not None:
            form.fields = [*(each for each in form.fields if each.name != "territory"), _VERSION]
        closed = _why_closed(animation) if animation else None
        if animation and closed and form.failed:
            recorded = forms.values_of(_own(animation))
            form.fields = [each for each in form.fields if form.values.get(each.name) != recorded.get(each.name, "")]
            form.close()
        status, titles = 422 if form.failed else 200, forms.TITLES
        page = "structure/animations/editing"
        response = self._site.templates.scripted_page(
            request,
            page,
            status,
            form=form,
            titles=titles,
            animation=animation,
            closed=closed,
            draft=draft,
            resume=at_desk(request, request.url.path, (RESUMING, "reprendre")) if draft else "",
            resumed=_resuming(request),
            done=_DONE.get(request.query_params.get("fait", "")),
        )
        return self._site.guard.keep(request, response)


def _why_closed(animation: Mapping[str, Any]) -> str | None:
    """Return why nothing of the animation can be modified, or None."""
    change = next((each for each in animation["allowedActions"] if each["code"] == "ANIMATION_MODIFY"), None)
    return None if change is None or change["allowed"] else change["reason"]


def _resuming(request: Request) -> bool:
    return bool(request.query_params.get(RESUMING))


def _beside(field: Field, form: Form, recorded: Mapping[str, str]) -> Field:
    """Return the field with what is recorded now in its hint, where something else was typed."""
    now, typed = recorded.get(field.name, "").strip(), form.values.get(field.name, "").strip()
    same = now == (field.value(typed) or "" if field.kind in ("date", "time") else typed)
    if field.name not in recorded or same:
        return field
    return replace(field, hint=f"{field.hint} Enregistré maintenant : {forms.shown(field, now)}.".strip())


def _code(communes: Sequence[Mapping[str, Any]]) -> str | None:
    return communes[0]["code"] if len(communes) == 1 else None


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _own(animation: Mapping[str, Any]) -> dict[str, Any]:
    """Return it without the contact of its structure, which stands where it has none of its own."""
    same = animation["contact"] == animation["structure"]["contact"]
    return dict(animation) | {"contact": None if same else animation["contact"]}
