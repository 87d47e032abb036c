"""One animation of a structure, and what can be done with it: `/structure/animations/ID`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts
from web.core.communes import commune_with_code
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.site import Site
from web.structure.animations import clock_change
from web.structure.animations import form as forms
from web.structure.animations.own import STATUSES
from web.structure.speaking import own_animation

_ANIMATION = document("structure/animations/animation")
_VOLUNTEERS = document("structure/animations/volunteers")
_CLONE, _REPEAT = document("structure/animations/clone"), document("structure/animations/repeat")
_DATE = Field("date", "Date", "date", "Exemple : 15/01/2027", True)
_STARTS = Field("starts", "Heure de début", "time", "Par exemple 18:00", True)
_ENDS = Field("ends", "Heure de fin", "time", "Par exemple 20:00", True)
_EVERY = (("WEEK", "Chaque semaine"), ("TWO_WEEKS", "Toutes les deux semaines"))


def _moments(typed: Mapping[str, Any], zone: str | None = None) -> dict[str, Any]:
    """Return the input of a copy: its day and hours put together, on clocks of `zone`."""
    times = {f"{name}At": clock_change.moment(typed, name, typed.get("date"), zone) for name in ("starts", "ends")}
    return (times if typed.get("date") else {}) | {"idempotencyKey": typed["idempotencyKey"]}


def _in_rule(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is wrong with a date of a series beside the part of the rule that mends it, if one does.

    A day that no convention covers comes too late; one whose hour is taken, or shown by no clock, is left out.
    """
    path = [str(part) for part in error.get("field") or ()]
    if path[:1] != ["dates"]:
        return error
    if path[-1] not in ("startsAt", "endsAt"):
        return {**error, "field": []}
    return error if error["code"] == "RULE_BROKEN" else {**error, "field": ["without"]}


def _ask_which(form: Form, zone: str) -> None:
    typed = {each.name: each.value(form.values.get(each.name, "")) for each in form.fields}
    clock_change.ask(form, typed, dict.fromkeys(("starts", "ends"), typed["date"]), zone)


def _acts_in(zone: str) -> list[Act]:
    """Return the acts on an animation whose clocks are those of `zone`."""
    convert, check = partial(_moments, zone=zone), partial(_ask_which, zone=zone)
    return [replace(act, convert=convert, check=check) if act.convert is _moments else act for act in _ACTS]


_ACTS = (
    Act(
        "dupliquer",
        _CLONE,
        "Proposer la même animation à une autre date",
        "Créer la copie",
        "La copie est déclarée. L'équipe nationale va la publier.",
        (_DATE, _STARTS, clock_change.START, _ENDS, clock_change.END),
        "Le contenu est repris. L'attestation ne l'est jamais.",
        "ANIMATION_CLONE",
        _moments,
        {name: place for name, place in forms.PLACES.items() if place != "commune"},
        lambda payload: f"/structure/animations/{payload['animation']['id']}",
        mended=forms.of_day,
    ),
    Act(
        "repeter",
        _REPEAT,
        "En faire une série",
        "Créer la série",
        "La série est déclarée. L'équipe nationale va la publier.",
        (
            Field("every", "Rythme", "select", required=True, options=_EVERY),
            Field("until", "Jusqu'au", "date", "Dernier jour possible. Exemple : 30/06/2027", True),
            Field("without", "Jours sans animation", "days", "Un jour par ligne, par exemple 22/02/2027"),
        ),
        "Même jour de la semaine, même heure. Toutes les dates sont créées, ou aucune.",
        "ANIMATION_REPEAT",
        places={"dates": "until"},
        mended=_in_rule,
    ),
    Act(
        "benevoles",
        document("structure/animations/name_volunteers"),
        "Indiquer les parents ressources qui participent",
        "Enregistrer",
        "Les parents ressources de l'animation sont enregistrés.",
        (Field("candidatureIds", "Parents ressources", "choices", "Ceux que le coordonnateur a contactés."),),
        "Le public ne voit jamais leur nom.",
        "ANIMATION_VOLUNTEERS_NAME",
    ),
    Act(
        "annuler",
        document("structure/animations/cancel"),
        "Annuler l'animation",
        "Annuler l'animation",
        "L'animation est annulée. Nous prévenons les personnes inscrites.",
        (Field("reason", "Raison", "textarea", "Les personnes inscrites et le public la lisent.", True),),
        "Vous ne pourrez pas revenir en arrière.",
        "ANIMATION_CANCEL",
    ),
)

_DONE = {
    "declarer": "Votre animation est déclarée. L'équipe nationale va la publier.",
    "modifier": "Vos modifications sont enregistrées.",
    "attester": "Votre attestation est enregistrée. Merci.",
    "corriger": "Votre correction est enregistrée.",
    **{act.name: act.done for act in _ACTS},
}


class OwnAnimation:
    """The page of one animation, for its structure."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/structure/animations/{id}"
        return [self._site.desk(path, self.show, "GET"), self._site.desk(path, self.act, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, await self._animation(request))

    async def act(self, request: Request) -> Response:
        animation = await self._animation(request)
        acts = Acts(self._site, _acts_in(animation["territory"]["timeZone"]))
        outcome = await acts.carry_out(request, versioned=True, animationId=animation["id"])
        if isinstance(outcome, Response):
            return outcome
        return await self._page(request, await self._animation(request), outcome)

    async def _animation(self, request: Request) -> Mapping[str, Any]:
        answer = await self._site.api.ask(request, _ANIMATION, {"id": request.path_params["id"]})
        return own_animation(request, answer)

    async def _page(self, request: Request, animation: Mapping[str, Any], posted: Form | None = None) -> Response:
        hours = {name: datetime.fromisoformat(animation[f"{name}At"]).strftime("%H:%M") for name in ("starts", "ends")}
        variables = {"id": animation["id"], "territory": animation["territory"]["code"]}
        answer = await self._site.api.ask(request, _VOLUNTEERS, variables)
        volunteers = answer["animation"]["volunteers"] or []
        named = {"candidatureIds": "\n".join(each["candidatureId"] for each in volunteers)}
        values = {"dupliquer": hours, "benevoles": named}
        acts = Acts(self._site, _ACTS).shown(request, animation, posted, values)
        options = {each["candidatureId"]: _called(each) for each in [*volunteers, *answer["volunteers"]["nodes"]]}
        for each in acts:
            if each.act.name == "benevoles":
                each.form.fields = [replace(field, options=list(options.items())) for field in each.form.fields]
        actions = {each["code"]: each for each in animation["allowedActions"]}
        response = self._site.templates.page(
            request,
            "structure/animations/animation",
            422 if posted else 200,
            animation=animation,
            commune=await commune_with_code(self._site.api, request, animation["communeCode"]),
            acts=acts if options else [each for each in acts if each.act.name != "benevoles"],
            volunteers=[_called(each) for each in volunteers],
            actions=actions,
            posted=posted,
            done=_DONE.get(request.query_params.get("fait", "")),
            statuses=STATUSES,
            begun=datetime.fromisoformat(animation["startsAt"]) <= self._site.clock(),
        )
        return self._site.guard.keep(request, response)


def _called(volunteer: Mapping[str, Any]) -> str:
    return f"{volunteer['firstName'] or 'Personne effacée'}, {volunteer['school']['label']}"
