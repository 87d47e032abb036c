"""Who speaks for a structure: invite, accept, end. `/structure/personnes`, `/territoire/structures/ID/personnes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts
from web.core.documents import Document, document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site
from web.structure.speaking import WHO, spoken_for_id

_PEOPLE = document("structure/people/people")
_ACCOUNT, _MANDATE = (
    Field("accountId", "Compte", hidden=True, needed=True),
    Field("mandateId", "Mandat", hidden=True, needed=True),
)
_STRUCTURE = Field("structureId", "Structure", hidden=True, needed=True)


def _mutation(name: str) -> Document:
    return document(f"structure/people/mutations/{name}")


_ACTS = (
    Act(
        "inviter",
        _mutation("invite"),
        "Inviter quelqu'un à parler pour la structure",
        "Envoyer l'invitation",
        "L'invitation est partie.",
        (_STRUCTURE, Field("email", "Son adresse e-mail", "email", "Format attendu : nom@exemple.fr", True)),
        "La personne reçoit un lien, qui sert une seule fois.",
    ),
    Act(
        "renvoyer",
        _mutation("invite"),
        "Renvoyer cette invitation",
        "Renvoyer l'invitation",
        "L'invitation est repartie. L'ancien lien ne sert plus.",
        (_STRUCTURE, Field("email", "Adresse", hidden=True), Field("replaces", "Invitation", hidden=True)),
        "La personne reçoit un nouveau lien.",
    ),
    Act(
        "reprendre",
        _mutation("revoke"),
        "Reprendre cette invitation",
        "Reprendre l'invitation",
        "L'invitation est reprise. Son lien ne sert plus.",
        (Field("invitationId", "Invitation", hidden=True, needed=True),),
    ),
    Act(
        "accepter",
        _mutation("accept"),
        "Accepter ce médiateur",
        "Accepter",
        "Le médiateur est accepté. Il peut inscrire des parents.",
        (_ACCOUNT, _MANDATE),
    ),
    Act(
        "finir",
        _mutation("end"),
        "Mettre fin à ce rôle",
        "Mettre fin",
        "La personne n'a plus ce rôle.",
        (_ACCOUNT, _MANDATE),
        "Elle ne peut plus rien faire pour la structure, dès maintenant.",
    ),
)


class OwnPeople:
    """The people of a structure, for whoever speaks for it."""

    path = "/structure/personnes"

    def __init__(self, site: Site) -> None:
        self._site, self._acts = site, Acts(site, _ACTS)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk(self.path, self.show, "GET"), self._site.desk(self.path, self.act, "POST")]

    async def structure_id(self, request: Request) -> str:
        """Return the structure. Raises Problem for whoever speaks for none."""
        return await spoken_for_id(self._site.api, request)

    def trail(self, structure: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return the addresses and names of the pages above."""
        return [("/structure", "Mes événements")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def act(self, request: Request) -> Response:
        await self.structure_id(request)
        outcome = await self._acts.carry_out(request)
        return await self._page(request, outcome) if isinstance(outcome, Form) else outcome

    async def _page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _PEOPLE, {"id": await self.structure_id(request)})
        structure = answer["structure"]
        # Who may not read them is refused, or told of nothing.
        if structure is None or structure["mandates"] is None or structure["invitations"] is None:
            raise Problem.missing()
        mandates = [(each, self._of_mandate(request, each)) for each in structure["mandates"]]
        response = self._site.templates.page(
            request,
            "structure/people/people",
            422 if posted else 200,
            structure=structure,
            places=self.trail(structure),
            speakers=[each for each in mandates if each[0]["role"] == "STRUCTURE"],
            mediateurs=[each for each in mandates if each[0]["role"] == "MEDIATEUR"],
            invitations=[
                (each, self._again(request, structure, each, posted), self._taking_back(request, each, posted))
                for each in structure["invitations"]
                if each["status"] == "OPEN"
            ],
            acts=self._acts,
            inviting=self._acts.form(request, "inviter", posted, structureId=structure["id"]),
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    def _again(
        self, request: Request, structure: Mapping[str, Any], invitation: Mapping[str, Any], posted: Form | None
    ) -> Form | None:
        """Return the form that sends an invitation again; None once its address is erased."""
        if not invitation["email"]:
            return None
        values = {"structureId": structure["id"], "email": invitation["email"], "replaces": invitation["id"]}
        form = self._acts.form(request, "renvoyer", None, **values)
        # A tab of before it was sent again names the former invitation of the same address.
        return _with_errors(form, posted, "email" if posted and posted.values.get("email") else "replaces")

    def _taking_back(self, request: Request, invitation: Mapping[str, Any], posted: Form | None) -> Form:
        form = self._acts.form(request, "reprendre", None, invitationId=invitation["id"])
        return _with_errors(form, posted, "invitationId")

    def _of_mandate(self, request: Request, mandate: Mapping[str, str]) -> Form:
        return self._acts.form(request, "finir", None, accountId=mandate["accountId"], mandateId=mandate["id"])


def _with_errors(form: Form, posted: Form | None, name: str) -> Form:
    """Return the form of one invitation with what is wrong with it as it was posted, by the value of that field."""
    if posted is not None and posted.prefix == form.prefix and posted.values.get(name) == form.values[name]:
        form.general = [*posted.general, *posted.errors.values()]
    return form


class PeopleOfStructure(OwnPeople):
    """The same, for the coordonnateurs of its first territory and the national team."""

    path = "/territoire/structures/{id}/personnes"

    async def structure_id(self, request: Request) -> str:
        if (await self._site.api.ask(request, WHO, {}))["viewer"]["role"] not in ("COORDONNATEUR", "NATIONAL"):
            raise Problem.missing()
        return str(request.path_params["id"])

    def trail(self, structure: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [
            ("/territoire", "Mon territoire"),
            (f"/territoire/structures/{structure['id']}", structure["name"]),
        ]
