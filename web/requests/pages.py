"""Schools' requests for an animation, at the desks of schools, structures and coordonnateurs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.acts import Acts
from web.core.desks import chosen
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import day
from web.core.narrowing import Search, ask_of_desk, not_among, not_named
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site
from web.core.typed import readable_line
from web.requests.acts import ACTS, SEND, TAKE_UP

_LISTING, _REQUEST, _ANSWERS = document("requests/listing"), document("requests/request"), document("requests/answers")
_STATUSES = {
    "OPEN": ("Attend une structure", "new"),
    "TAKEN_UP": ("Prise en charge", "info"),
    "ANSWERED": ("Une animation y répond", "success"),
    "DECLINED": ("Déclinée", "error"),
    "WITHDRAWN": ("Retirée", "warning"),
    "LAPSED": ("Restée sans réponse", "warning"),
}
#: In these something is still to be done before the last day that was wished for.
_UNANSWERED = ("OPEN", "TAKEN_UP")
_LONGEST, _WORDS = 100, {"place": "Commune ou code postal", "school": "Établissement"}
#: What waits for whoever looks, as their desk counts it.
_WAITING = "attente"
_STATES = {_WAITING: "En attente de réponse"} | {code: label for code, (label, _) in _STATUSES.items()}
_CHOICES = {"etat": ("Où elles en sont", _STATES)}
_ASKING = ("DIRECTOR", "HEAD", "TEACHER")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where requests are read, and by whom."""

    path: str
    label: str
    roles: frozenset[str]


SCHOOL = Desk("/ecole", "Mon établissement", frozenset({*_ASKING, "INSPECTOR"}))
STRUCTURE = Desk("/structure", "Mes animations", frozenset({"STRUCTURE"}))
TERRITORY = Desk("/territoire", "Mon territoire", frozenset({"COORDONNATEUR", "NATIONAL"}))

DESKS = (SCHOOL, STRUCTURE, TERRITORY)


class RequestsDesk:
    """The list of requests with the form of a new one, and each with what may be done."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site, self._desk, self._acts = site, desk, Acts(site, ACTS)
        self._sending = Acts(site, (SEND,))

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path, desk = f"{self._desk.path}/demandes", self._site.desk
        request = f"{path}/{{id}}"
        return [
            *(desk(path, self.list, "GET"), desk(path, self.send, "POST")),
            *(desk(request, self.show, "GET"), desk(request, self.act, "POST")),
        ]

    async def list(self, request: Request) -> Response:
        return await self._list(request, None)

    async def send(self, request: Request) -> Response:
        outcome = await self._sending.carry_out(request)
        return await self._list(request, outcome) if isinstance(outcome, Form) else outcome

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def act(self, request: Request) -> Response:
        outcome = await self._acts.carry_out(request, versioned=True, requestId=request.path_params["id"])
        return await self._page(request, outcome) if isinstance(outcome, Form) else outcome

    async def _list(self, request: Request, posted: Form | None) -> Response:
        params = request.query_params
        state = params.get("etat", "")
        where: dict[str, Any] = {"status": [state]} if state in _STATUSES else {}
        if state == _WAITING:
            where["waiting"] = True
        place = Search.read(params, "lieu", "Commune ou code postal")
        if place.text:
            where["place"] = place.text
        if school := readable_line(params.get("etablissement", "")).strip()[:_LONGEST]:
            where["school"] = [school]
        answer, refused = await ask_of_desk(self._site.api, request, _LISTING, where, page_variables(params), "school")
        viewer, requests = answer["viewer"], answer["animationRequests"]
        speaks_for_none = viewer["role"] == "STRUCTURE" and not viewer["structures"]
        if requests is None or viewer["role"] not in self._desk.roles or speaks_for_none:
            raise Problem.missing()
        sending = None
        if viewer["role"] in _ASKING:
            schools = [(each["uai"], each["label"]) for each in viewer["inSchools"]]
            only = {"schoolUai": schools[0][0]} if len(schools) == 1 else {}
            terms = {
                kind: [(each["code"], each["label"]) for each in answer[kind] if not each["retired"]]
                for kind in ("theme", "audience")
            }
            sending = self._sending.form(request, SEND.name, posted, audience="parents", **only)
            sending.fields = _with_options(sending.fields, {"schoolUai": schools, **terms})
        response = self._site.templates.page(
            request,
            "requests/listing",
            422 if posted else 200,
            desk=self._desk,
            requests=requests,
            statuses=_STATUSES,
            over={each["id"] for each in requests["nodes"] if self._is_over(each)},
            states=[{"code": code, "label": label} for code, label in _STATES.items()],
            chosen=state,
            place=place,
            school=school,
            schools=[{"code": each["uai"], "label": each["label"]} for each in viewer["inSchools"] or ()],
            # Requests of a single school are neither of several places nor of several schools.
            narrows=self._desk is not SCHOOL or len(viewer["inSchools"]) > 1 or place.typed or school,
            unknown=[
                *not_among(params, _CHOICES),
                *(_WORDS.get(name, name) for name in refused),
                *not_named(request, *_CHOICES, "lieu", "etablissement"),
            ],
            sending=sending,
            act=SEND,
            posted=posted,
            done=self._sending.done(request),
            around=pages_around(request, requests["pageInfo"]),
        )
        return self._site.guard.keep(request, response)

    async def _page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _REQUEST, {"id": request.path_params["id"]})
        animation_request, viewer = answer["animationRequest"], answer["viewer"]
        if animation_request is None or viewer["role"] not in self._desk.roles:
            raise Problem.missing()
        structures = [(each["id"], each["name"]) for each in viewer["structures"]]
        options = {"structureId": structures, "animationId": await self._answers(request, animation_request, viewer)}
        only = {"structureId": structures[0][0] if len(structures) == 1 else chosen(request)}
        acts = self._acts.shown(request, animation_request, posted, {TAKE_UP.name: only})
        for each in acts:
            each.form.fields = _with_options(each.form.fields, options)
        response = self._site.templates.page(
            request,
            "requests/request",
            422 if posted else 200,
            desk=self._desk,
            animation_request=animation_request,
            standing=_STATUSES[animation_request["status"]],
            over=self._is_over(animation_request),
            acts=acts,
            declares=animation_request["status"] == "TAKEN_UP"
            and (animation_request["structure"] or {}).get("id") in [structure for structure, _ in structures],
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    def _is_over(self, animation_request: Mapping[str, Any]) -> bool:
        """Return whether the days that were wished for are past, at the place, and nothing answers yet."""
        today = self._site.today(animation_request["territory"]["timeZone"])
        return animation_request["status"] in _UNANSWERED and animation_request["wishedUntil"] < today

    async def _answers(
        self, request: Request, animation_request: Mapping[str, Any], viewer: Mapping[str, Any]
    ) -> Sequence[tuple[str, str]]:
        """Return the animations of the structure that name the school."""
        is_open = any(
            each["code"] == "ANIMATION_REQUEST_ANSWER" and each["allowed"]
            for each in animation_request["allowedActions"]
        )
        if not is_open or animation_request["structure"] is None:
            return ()
        variables = {"structure": animation_request["structure"]["id"], "school": [animation_request["school"]["uai"]]}
        structure = (await self._site.api.ask(request, _ANSWERS, variables))["structure"]
        return [(each["id"], f"{each['title']} ({day(each['startsAt'])})") for each in structure["animations"]["nodes"]]


def _with_options(fields: Sequence[Field], options: Mapping[str, Sequence[tuple[str, str]]]) -> list[Field]:
    return [replace(each, options=options[each.name]) if each.name in options else each for each in fields]
