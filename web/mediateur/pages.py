"""The desk of médiateurs: their structure, the trainings open to them, parents to register. `/mediateur`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.narrowing import Search
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem

_DESK, _STRUCTURES = document("mediateur/desk"), document("mediateur/structures")
_LONGEST = 100
_STATUSES = {"SEATED": "Place réservée", "WAITING": "Sur liste d'attente", "CANCELLED": "Vous ne venez plus"}
_CHOOSE = Act(
    "choisir",
    document("mediateur/register"),
    "Choisir ma structure",
    "Choisir cette structure",
    "Votre structure est choisie. Elle est prévenue, et peut vous accepter.",
    (Field("structureId", "Structure", "select", required=True, needed=True),),
)
_LEAVE = Act(
    "quitter",
    document("mediateur/leave"),
    "Ne plus être médiateur de cette structure",
    "Quitter la structure",
    "Vous n'êtes plus médiateur de cette structure.",
    (Field("accountId", "Compte", hidden=True, needed=True), Field("mandateId", "Mandat", hidden=True, needed=True)),
)


class MediateurDesk(ActPage):
    """The page of a médiateur, and of whoever is to become one."""

    path, acts = "/mediateur", (_CHOOSE, _LEAVE)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _DESK, page_variables(request.query_params))
        viewer = answer["viewer"]
        if viewer["role"] not in ("MEDIATEUR", "PARENT"):
            raise Problem.missing()
        search = Search.read(request.query_params, "nom", "Nom de la structure")
        text = search.text
        structures = (await self._site.api.ask(request, _STRUCTURES, {"text": text}))["structures"] if text else None
        mandates = [each for each in viewer["mandates"] if each["role"] == "MEDIATEUR"]
        chosen = {each["structure"]["id"] for each in mandates if each["structure"]}
        # An issuer's token may name the structure, without any mandate here.
        named = [each for each in viewer["structures"] if viewer["role"] == "MEDIATEUR" and each["id"] not in chosen]
        response = self._site.templates.page(
            request,
            "mediateur/desk",
            422 if posted else 200,
            mandates=[
                (each, self._acts.form(request, _LEAVE.name, None, accountId=each["accountId"], mandateId=each["id"]))
                for each in mandates
            ],
            named=named,
            accepted=bool(named) or any(each["accepted"] for each in mandates),
            leave=_LEAVE,
            choosing=self._acts.form(request, _CHOOSE.name, posted),
            search=search,
            structures=structures,
            animations=answer["animations"],
            registrations=viewer["registrations"]["nodes"],
            around=pages_around(request, viewer["registrations"]["pageInfo"], "#inscriptions"),
            statuses=_STATUSES,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
