"""Whom a structure tells of its animations, and its planning: `/structure/contacts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core import tables
from web.core.acts import Act, Acts
from web.core.asking import File
from web.core.desks import at_desk
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import plural
from web.core.pages import page_variables, pages_around
from web.core.site import Site
from web.structure.speaking import spoken_for_id

_PAGE = document("structure/contacts/contacts")
_IMPORT = document("structure/contacts/import")
_IMPORTED = "importes"
_TABLE = (tables.TABLE,)
_EMAIL = Field("email", "Adresse e-mail", "email", "Format attendu : nom@exemple.fr", True)
_KIND = Field("kind", "Type", hint="Exemple : école, centre social, mairie", required=True)
_ACTS = (
    Act(
        "ajouter",
        document("structure/contacts/add"),
        "Ajouter un contact",
        "Ajouter",
        "Le contact est ajouté.",
        (Field("name", "Nom", required=True), _EMAIL, _KIND),
    ),
    Act(
        "retirer",
        document("structure/contacts/remove"),
        "Retirer",
        "Retirer",
        "Le contact est retiré. Il ne reçoit plus rien.",
        (Field("contactId", "Contact", hidden=True, needed=True),),
    ),
    Act(
        "planning",
        document("structure/contacts/planning"),
        "Envoyer le planning à tous les contacts",
        "Envoyer le planning",
        "Le planning est envoyé.",
        (Field("days", "Pour combien de jours ?", "number", "De 1 à 366. Sans réponse : 30 jours."),),
        "Les animations publiées à venir sont envoyées par e-mail.",
    ),
    Act(
        "public",
        document("structure/contacts/public"),
        "Changer le contact que le public voit",
        "Enregistrer",
        "Le contact est enregistré.",
        (
            Field("phone", "Téléphone", "tel", "Format attendu : 04 67 00 00 00"),
            Field("email", "Adresse e-mail", "email", "Les réponses à nos messages y arrivent."),
            Field("hours", "Quand peut-on appeler ?"),
        ),
    ),
)


class Contacts:
    """The contacts of a structure."""

    def __init__(self, site: Site) -> None:
        self._site, self._acts = site, Acts(site, _ACTS)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path, desk = "/structure/contacts", self._site.desk
        return [desk(path, self.show), desk(path, self.act, "POST"), desk(f"{path}/import", self.load, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def act(self, request: Request) -> Response:
        outcome = await self._acts.carry_out(request, structureId=await spoken_for_id(self._site.api, request))
        return outcome if isinstance(outcome, Response) else await self._page(request, outcome)

    async def load(self, request: Request) -> Response:
        structure = await spoken_for_id(self._site.api, request)
        form = await self._site.guard.posted(request, _TABLE, with_files=True)
        upload = form.sent_file(tables.TABLE_WANTED)
        if upload is not None and not form.failed:
            values = {"structureId": structure, "file": None, "idempotencyKey": form.key}
            answer = await self._site.api.ask(request, _IMPORT, {"input": values}, await File.of(upload))
            payload = answer["contactsImport"]
            if not payload["errors"]:
                numbers = (_IMPORTED, f"{payload['added']}-{payload['known']}")
                response = RedirectResponse(at_desk(request, "/structure/contacts", numbers), 303)
                self._site.hand_over(request, response, payload)
                return response
            form.refuse(payload["errors"])
        return await self._page(request, form)

    async def _page(self, request: Request, posted: Form | None = None) -> Response:
        variables = {"id": await spoken_for_id(self._site.api, request)} | page_variables(request.query_params)
        structure = (await self._site.api.ask(request, _PAGE, variables))["structure"]
        contacts, public = structure["contacts"], structure["contact"] or {}
        forms = {name: self._acts.form(request, name, posted) for name in ("ajouter", "planning")}
        values = {name: public.get(name) or "" for name in ("phone", "email", "hours")}
        forms["public"] = self._acts.form(request, "public", posted, **values)
        importing = posted if posted is not None and posted.fields is _TABLE else None
        response = self._site.templates.page(
            request,
            "structure/contacts/contacts",
            422 if posted else 200,
            structure=structure,
            contacts=contacts,
            around=pages_around(request, contacts["pageInfo"]),
            acts=self._acts,
            forms=forms,
            removals={
                each["id"]: self._acts.form(request, "retirer", contactId=each["id"]) for each in contacts["nodes"]
            },
            importing=importing or self._site.guard.form(request, _TABLE),
            posted=posted,
            done=_imported(request.query_params) or self._acts.done(request),
        )
        return self._site.guard.keep(request, response)


def _imported(params: Mapping[str, str]) -> str:
    """Return what the import just did, which is told in an address that the site itself made."""
    added, _, already = params.get(_IMPORTED, "").partition("-")
    if not (added.isdigit() and already.isdigit()):
        return ""
    return f"{plural(int(added), 'contact ajouté', 'contacts ajoutés')}, {already} déjà dans votre liste."
