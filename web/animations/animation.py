"""The page of one animation, with the form to register for it: `/animations/ID`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.animations.for_others import REGISTERING
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site
from web.structure.attendance.registrations import FOR_MEDIATEURS

_ANIMATION, _REGISTER = document("animations/animation"), document("animations/register")
_FIELDS = (
    Field("firstName", "Prénom", required=True, autocomplete="given-name"),
    Field("lastName", "Nom", required=True, autocomplete="family-name"),
    Field(
        "email",
        "Adresse e-mail",
        "email",
        hint="Nous y envoyons la confirmation. Une adresse inscrit une seule personne. Format attendu : nom@exemple.fr",
        required=True,
        autocomplete="email",
    ),
    Field(
        "phone",
        "Téléphone",
        "tel",
        hint="Pour vous prévenir si l'animation change. Format attendu : 06 12 34 56 78",
        autocomplete="tel",
    ),
    Field("children", "Nombre d'enfants qui viennent avec vous", "number", hint="0 si vous venez sans enfant."),
)
#: Where the site sends any.
_TEXTS = Field(
    "smsAgreed",
    "Prévenez-moi aussi par SMS",
    "checkbox",
    hint="Confirmation, changement, annulation et rappel, rien d'autre. Répondez STOP pour ne plus en recevoir.",
)
#: When and where it was to be on the page that was filled in.
_SEEN = Field("seen", "Date et lieu", hidden=True)
_CHANGED = (
    "La date ou le lieu a changé pendant que vous remplissiez cette page : rien n'est enregistré. Relisez-les, puis"
    " envoyez de nouveau si vous pouvez venir."
)
_UNKNOWN = "Cette animation n'existe pas, ou elle n'est plus publiée."
#: Roles that register for themselves: people who are not signed in, too.
_REGISTERING_THEMSELVES = (None, "PUBLIC", "PARENT", "MEDIATEUR")


class AnimationPage:
    """The page of an animation."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/animations/{id}"
        return [self._site.route(path, self.show, "GET"), self._site.route(path, self.register, "POST")]

    async def show(self, request: Request) -> Response:
        animation = await self._animation(request)
        return self._page(request, animation, self._site.guard.form(request, _fields(animation), children="0"))

    async def register(self, request: Request) -> Response:
        """Register the person, then lead to their registration: to load that page again repeats nothing."""
        form, animation = await self._site.guard.posted(request, (*_FIELDS, _TEXTS, _SEEN)), None
        values = form.input()
        if (seen := values.pop("seen", None)) and not form.failed:
            animation = await self._animation(request)
            if seen != _when_and_where(animation):
                form.general.append(_CHANGED)
        if not form.failed:
            values["animationId"] = request.path_params["id"]
            payload = (await self._site.api.ask(request, _REGISTER, {"input": values}))["registrationSubmit"]
            if not payload["errors"]:
                return RedirectResponse(f"/inscriptions/{payload['link']}?etape=inscription", 303)
            form.refuse(payload["errors"])
            animation = None
        animation = animation or await self._animation(request)
        form.fields = _fields(animation)
        return self._page(request, animation, form)

    async def _animation(self, request: Request) -> Mapping[str, Any]:
        try:
            signed_in = self._site.sessions.token(request) is not None
            variables = {"id": request.path_params["id"], "signedIn": signed_in}
            answer = await self._site.api.ask(request, _ANIMATION, variables)
        except Problem as problem:
            raise (Problem.missing(_UNKNOWN) if problem.status == 404 else problem) from None
        animation: Mapping[str, Any] | None = answer["animation"]
        if animation is None:
            raise Problem.missing(_UNKNOWN)
        role = (answer["viewer"] or {}).get("role")
        about = {"sendsTextMessages": answer["sendsTextMessages"], "forOthers": role in REGISTERING, "role": role}
        about["forSelf"] = role in _REGISTERING_THEMSELVES
        # Nobody else can be registered for what is for médiateurs.
        about["forParents"] = animation["audience"]["code"] != FOR_MEDIATEURS
        about["forOthers"] = about["forOthers"] and about["forParents"]
        return {**animation, **about}

    def _page(self, request: Request, animation: Mapping[str, Any], form: Form) -> Response:
        form.fields, form.values["seen"] = (*form.fields, _SEEN), _when_and_where(animation)
        response = self._site.templates.page(
            request,
            "animations/animation",
            422 if form.failed else 200,
            animation=animation,
            form=form,
            closed=self._why_closed(animation),
            map_address=_map_address(animation),
        )
        return self._site.guard.keep(request, response)

    def _why_closed(self, animation: Mapping[str, Any]) -> str | None:
        """Return why nobody can register here, or None."""
        if animation["status"] == "CANCELLED":
            return "Cette animation est annulée : elle n'aura pas lieu."
        if animation["status"] != "PUBLISHED":
            return "Cette animation n'est pas encore publiée."
        if datetime.fromisoformat(animation["startsAt"]) <= self._site.clock():
            return "Cette animation a commencé ou elle est passée : les inscriptions sont closes."
        if animation["suspended"]:
            return "Les inscriptions sont suspendues pour le moment. Revenez plus tard ou appelez la structure."
        if animation["audience"]["code"] == FOR_MEDIATEURS and animation["role"] != "MEDIATEUR":
            return "Cette formation est réservée aux médiateurs. Ils s'inscrivent avec leur compte."
        return None


def _fields(animation: Mapping[str, Any]) -> Sequence[Field]:
    without = {
        "children": not animation["type"]["admitsChildren"],
        "smsAgreed": not animation["sendsTextMessages"],
    }
    return [field for field in (*_FIELDS, _TEXTS) if not without.get(field.name)]


def _when_and_where(animation: Mapping[str, Any]) -> str:
    names = ("startsAt", "endsAt", "venueName", "address", "communeCode")
    return sha256("\n".join(str(animation[name]) for name in names).encode()).hexdigest()[:16]


def _map_address(animation: Mapping[str, Any]) -> str | None:
    """Return where a map shows the place, or None where it has no address."""
    if not animation["address"]:
        return None
    return f"https://www.openstreetmap.org/search?query={quote_plus(animation['address'])}"
