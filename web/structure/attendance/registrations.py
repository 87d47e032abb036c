"""Who registered: tick who came, count who just came, register somebody: `/structure/animations/ID/presences`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts
from web.core.cookies.done import OUTCOME_NAMES
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import path
from web.core.pages import page_variables, pages_around
from web.core.paths import address_without
from web.core.site import Site
from web.structure.counting import counting
from web.structure.speaking import own_animation

_LIST, _TICK = document("structure/attendance/list"), document("structure/attendance/tick")
_PER_PAGE = 100
#: The audience of trainings, for which each registers with an account of their own.
FOR_MEDIATEURS = "mediateurs"
_PRESENT = {"oui": True, "non": False}
_PERSON = Field("registrationId", "Personne", hidden=True, needed=True)
_CHILDREN = Field("children", "Enfants venus avec cette personne", "number")
_CODE = Field(
    "code",
    "Code de l'inscription",
    hint="Sur le billet ou dans l'e-mail. Exemple : 7K3M-9QPD",
    required=True,
    needed=True,
)
_REMOVAL = Field("reason", "Raison", required=True, hint="La personne la lit. Exemple : inscrite deux fois.")


def _ticked(typed: Mapping[str, Any]) -> dict[str, Any]:
    return dict(typed) | {"present": _PRESENT.get(str(typed.get("present")), True)}


_ACTS = (
    Act(
        "pointer",
        _TICK,
        "Pointer",
        "Pointer",
        "C'est noté.",
        (_PERSON, Field("present", "Présence"), _CHILDREN),
        convert=_ticked,
    ),
    Act("code", _TICK, "Pointer par le code", "Pointer", "La personne est notée présente.", (_CODE,), convert=_ticked),
    Act(
        "venus",
        document("structure/attendance/walk_ins"),
        "Compter les personnes venues sans inscription",
        "Enregistrer",
        "Le nombre est enregistré.",
        (Field("parents", "Présents", "number", required=True), Field("children", "Enfants", "number")),
        "Ces nombres remplacent ceux d'avant.",
    ),
    Act(
        "retirer",
        document("structure/attendance/remove"),
        "Retirer une inscription",
        "Retirer",
        "L'inscription est retirée. La personne est prévenue si elle a une adresse.",
        (_PERSON, _REMOVAL),
    ),
)


class AttendanceList:
    """The list of those who registered, to tick on the day."""

    def __init__(self, site: Site) -> None:
        self._site, self._acts = site, Acts(site, _ACTS)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/structure/animations/{id}/presences"
        return [self._site.desk(path, self.show, "GET"), self._site.desk(path, self.act, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def act(self, request: Request) -> Response:
        answer = await self._site.api.ask(request, _LIST, self._variables(request))
        animation = own_animation(request, answer)
        outcome = await self._acts.attempt(request, animationId=animation["id"])
        if isinstance(outcome, Form):
            return await self._page(request, outcome)
        return outcome if isinstance(outcome, Response) else self._led(request, outcome[0])

    def _led(self, request: Request, act: Act) -> Response:
        """Lead back to the person who was ticked: who ticks a long list on a telephone goes on from there."""
        # Removed people are no longer listed.
        about = dict(request.state.typed).get(_PERSON.name, "") if act.name != "retirer" else ""
        here = address_without(request, OUTCOME_NAMES, ("fait", act.name))
        return RedirectResponse(f"{here}#personne-{about}" if about else here, 303)

    def _rows(
        self, request: Request, people: Sequence[Mapping[str, Any]], posted: Form | None
    ) -> dict[str, tuple[Form, Form]]:
        """Return the forms that tick and remove each person, as posted where it is that one."""
        rows: dict[str, tuple[Form, Form]] = {}
        for number, person in enumerate(people, 1):
            about = posted if posted is not None and posted.values.get(_PERSON.name) == person["id"] else None
            children = person["presentChildren"] if person["present"] else person["children"]
            ticking = self._acts.form(request, "pointer", about, children=str(children or 0))
            removing = self._acts.form(request, "retirer", about, registrationId=person["id"])
            ticking.prefix, removing.prefix = f"pointer-{number}", f"retirer-{number}"
            rows[person["id"]] = ticking, removing
        return rows

    def _variables(self, request: Request) -> dict[str, Any]:
        return {"id": request.path_params["id"]} | page_variables(request.query_params, _PER_PAGE)

    async def _page(self, request: Request, posted: Form | None = None) -> Response:
        answer = await self._site.api.ask(request, _LIST, self._variables(request))
        animation = own_animation(request, answer)
        expected = animation["expected"]
        counted = {"parents": expected["walkIns"], "children": expected["walkInChildren"]}
        counted = {name: str(number) for name, number in counted.items() if number is not None}
        walk_ins = self._acts.form(request, "venus", posted, **counted)
        walk_ins.fields = counting(walk_ins.fields, animation)
        response = self._site.templates.page(
            request,
            "structure/attendance/registrations",
            422 if posted else 200,
            animation=animation,
            people=animation["registrations"]["nodes"],
            around=pages_around(request, animation["registrations"]["pageInfo"]),
            rows=self._rows(request, animation["registrations"]["nodes"], posted),
            code=self._acts.form(request, "code", posted),
            walk_ins=walk_ins,
            open=_registers(animation, self._site.clock()),
            acts=self._acts,
            actions={each["code"]: each for each in animation["allowedActions"]},
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)


def _registers(animation: Mapping[str, Any], now: datetime) -> bool:
    """Return whether people can register for the animation, before it begins."""
    return bool(animation["status"] == "PUBLISHED" and now < datetime.fromisoformat(animation["startsAt"]))


_FIRST = Field("firstName", "Prénom", required=True)
_FIELDS = (
    _FIRST,
    Field("lastName", "Nom", required=True),
    Field("phone", "Téléphone", "tel", "Pour prévenir si l'animation change. Format attendu : 06 12 34 56 78"),
    Field(
        "email",
        "Adresse e-mail",
        "email",
        "Une adresse inscrit une seule personne. Laissez vide pour l'autre parent qui la partage.",
    ),
    Field("children", "Nombre d'enfants qui viennent aussi", "number"),
)
_REGISTER = document("structure/attendance/register")
#: Says that somebody was registered; what they are given stands in no address.
_REGISTERED = "inscrit"


class RegisteringOthers:
    """The form by which a structure registers a parent who has no e-mail, and the ticket to give them."""

    path = "/structure/animations/{id}/inscrire"
    #: Whether who registers is told that an address is taken: others are answered as if it were not.
    reads_list = True

    def __init__(self, site: Site) -> None:
        self.site = site

    async def animation(self, request: Request) -> Mapping[str, Any]:
        """Return the animation. Raises Problem for one that the reader registers nobody for."""
        answer = await self.site.api.ask(request, _LIST, {"id": request.path_params["id"], "first": 1})
        return own_animation(request, answer)

    def trail(self, animation: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return the addresses and names of the pages above."""
        return [("/structure", "Mes événements"), (f"/structure/animations/{animation['id']}", animation["title"])]

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self.site.desk(self.path, self.show, "GET"), self.site.desk(self.path, self.register, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, self.site.guard.form(request, _FIELDS, children="0"))

    async def register(self, request: Request) -> Response:
        # An account that may register here, but has no page at this address, would not see the code.
        await self.animation(request)
        form = await self.site.guard.posted(request, _FIELDS)
        values = form.input() | {"animationId": request.path_params["id"]}
        if not form.failed:
            payload = (await self.site.api.ask(request, _REGISTER, {"input": values}))["registrationSubmitFor"]
            if not payload["errors"]:
                shown = {"code": payload["code"], "ticket": path(payload["ticketUrl"])}
                shown["status"] = payload["registration"]["status"]
                # Who registers several in turn gives each their own code.
                shown["name"] = " ".join(form.values[name].strip() for name in ("firstName", "lastName"))
                if form.values["email"].strip() and not self.reads_list:
                    shown["shared"] = "oui"
                response = RedirectResponse(f"{request.url.path}?{_REGISTERED}=oui", 303)
                self.site.done.hand_over(request, response, self._reader(request), shown)
                return response
            form.refuse(payload["errors"])
        return await self._page(request, form)

    async def _page(self, request: Request, form: Form) -> Response:
        animation = await self.animation(request)
        registered = _REGISTERED in request.query_params and request.method == "GET"
        shown = self.site.done.handed_over(request, self._reader(request)) if registered else {}
        begins = _registers(animation, self.site.clock())
        response = self.site.templates.page(
            request,
            "structure/attendance/registering",
            422 if form.failed else 200,
            animation=animation,
            places=self.trail(animation),
            form=form if animation["type"]["admitsChildren"] else form.without("children"),
            name=shown.get("name", ""),
            code=shown.get("code", ""),
            ticket=shown.get("ticket", ""),
            shared=bool(shown.get("shared")),
            waits=shown.get("status") == "WAITING",
            # Still show what was typed before it closed.
            open=form.failed or (animation["audience"]["code"] != FOR_MEDIATEURS and begins),
        )
        return self.site.guard.keep(request, response)

    def _reader(self, request: Request) -> str:
        return self.site.sessions.token(request) or ""
