"""Write a publication, and modify it: `…/publications/nouvelle`, `…/publications/ID/modifier`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.desks import at_desk, chosen
from web.core.documents import document
from web.core.forms import MOVED_ON, Field, Form
from web.core.problems import Problem
from web.core.site import Site
from web.publications.desk.desks import MODERATION, STRUCTURE, TERRITORY, Desk
from web.publications.words import DEGREES, KINDS

_CHOICES, _PUBLICATION = document("publications/desk/choices"), document("publications/desk/publication")
_PROPOSE, _MODIFY = document("publications/desk/mutations/propose"), document("publications/desk/mutations/modify")
_PREVIEWED = document("publications/desk/preview")
_CONTENT = (
    Field("kind", "Genre", "select", required=True, options=tuple(KINDS.items())),
    Field("title", "Titre", required=True),
    Field("summary", "Résumé", "textarea", "En deux ou trois phrases, sans mise en forme.", True),
    Field(
        "text",
        "Texte",
        "textarea",
        "Un titre commence par ##, une liste par un tiret. Pour un atelier : cadre, déroulé, matériel, durée."
        " Pour une idée reçue : l'idée, ce qui est vrai, les sources.",
        True,
    ),
    Field("themes", "Thèmes", "choices", "Un à trois.", True),
    Field("degree", "Degré", "select", "Sans choix : les deux degrés.", options=tuple(DEGREES.items())),
    Field("audience", "Public", "select", "Sans choix : tout le monde."),
    Field(
        "links",
        "Liens",
        "lines",
        "Un par ligne, dix au plus : l'intitulé, puis l'adresse. Exemple : Fiche de l'animateur https://exemple.fr/fiche",
    ),
    Field("author", "Auteur", hint="Le nom de qui signe, s'il doit paraître."),
    Field(
        "authorEmail",
        "Adresse e-mail de l'auteur",
        "email",
        "Elle ne paraît pas : elle sert à retrouver cette personne si elle demande l'effacement de son nom.",
    ),
)
_OWNERS = {
    STRUCTURE: Field("structureId", "Structure", "select", required=True),
    TERRITORY: Field("territory", "Territoire", "select", required=True),
}
_DRAFT = Field(
    "draft", "Ne pas mettre en ligne tout de suite", "checkbox", "Par exemple pour joindre d'abord des fichiers."
)
#: The button that shows the text as it will look.
_PREVIEW = Field("apercu", "Aperçu", hidden=True)
_UNREADABLE = "Texte : un texte est attendu, de 20 000 caractères au plus."
_VERSION = Field("version", "Version", "number", hidden=True)


class PublicationEditing:
    """The pages of the form of a publication at one desk."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site, self._desk = site, desk

    @property
    def routes(self) -> Sequence[BaseRoute]:
        new, change = f"{self._desk.publications}/nouvelle", f"{self._desk.publications}/{{id}}/modifier"
        desk = self._site.desk
        return [
            *(desk(new, self.new, "GET"), desk(new, self.propose, "POST")),
            *(desk(change, self.change, "GET"), desk(change, self.modify, "POST")),
        ]

    async def new(self, request: Request) -> Response:
        fields = self._fields(await self._choices(request))
        owner = fields[0]
        only = {owner.name: owner.options[0][0] if len(owner.options) == 1 else chosen(request)}
        only = only if owner.name != "kind" else {}
        return self._page(request, self._site.guard.form(request, fields, **only), None)

    async def propose(self, request: Request) -> Response:
        form, wanted = await self._posted(request, self._fields(await self._choices(request)))
        if wanted:
            return await self._previewed(request, form, None)
        values = {name: value for name, value in _values(form).items() if value is not None}
        if not form.failed:
            payload = (await self._site.api.ask(request, _PROPOSE, {"input": values}))["publicationPropose"]
            if not payload["errors"]:
                return self._leads(request, payload["publication"]["id"], "proposer")
            form.refuse(payload["errors"])
        return self._page(request, form, None)

    async def change(self, request: Request) -> Response:
        publication = await self._publication(request)
        fields = self._fields(await self._choices(request), publication)
        form = self._site.guard.form(request, fields, **_as_typed(publication))
        return self._page(request, form, publication)

    async def modify(self, request: Request) -> Response:
        publication = await self._publication(request)
        form, wanted = await self._posted(request, self._fields(await self._choices(request), publication))
        if wanted:
            return await self._previewed(request, form, publication)
        values = _values(form) | {"publicationId": publication["id"]}
        if not form.failed:
            if (values["author"] or None) == publication["author"] and not values["authorEmail"]:
                # The name that is there stays sealed as it was.
                del values["author"], values["authorEmail"]
            if (version := values.pop("version", None)) is not None:
                values["expectedVersion"] = version
            payload = (await self._site.api.ask(request, _MODIFY, {"input": values}))["publicationModify"]
            if not payload["errors"]:
                return self._leads(request, publication["id"], "modifier")
            form.refuse(payload["errors"])
            if MOVED_ON in form.general:
                publication = await self._publication(request)
                form.values["version"] = str(publication["version"])
        return self._page(request, form, publication)

    async def _posted(self, request: Request, fields: Sequence[Field]) -> tuple[Form, bool]:
        """Return the form, and whether it is only to be looked at."""
        form = await self._site.guard.posted(request, (*fields, _PREVIEW))
        form.fields = fields
        return form, bool(form.values.pop(_PREVIEW.name, ""))

    async def _previewed(self, request: Request, form: Form, publication: Mapping[str, Any] | None) -> Response:
        """Show the form with the text as it will look; whatever else is missing is said once it is sent."""
        if form.general:
            return self._page(request, form, publication)
        form.errors.clear()
        try:
            answer = await self._site.api.ask(request, _PREVIEWED, {"text": form.values.get("text", "")})
        except Problem as problem:
            if problem.where != ("text",):
                raise
            form.errors["text"] = _UNREADABLE
            return self._page(request, form, publication)
        return self._page(request, form, publication, answer["publicationPreview"] or "")

    def _leads(self, request: Request, publication_id: str, done: str) -> Response:
        towards = at_desk(request, f"{self._desk.publications}/{publication_id}", ("fait", done))
        return RedirectResponse(towards, 303)

    async def _choices(self, request: Request) -> Mapping[str, Any]:
        answer = await self._site.api.ask(request, _CHOICES, {})
        self._desk.admit(answer["viewer"])
        return answer.data

    async def _publication(self, request: Request) -> Mapping[str, Any]:
        answer = await self._site.api.ask(request, _PUBLICATION, {"id": request.path_params["id"]})
        publication: Mapping[str, Any] | None = answer["publication"]
        if publication is None or "PUBLICATION_MODIFY" not in [each["code"] for each in publication["allowedActions"]]:
            raise Problem.missing()
        return publication

    def _fields(self, choices: Mapping[str, Any], publication: Mapping[str, Any] | None = None) -> list[Field]:
        kept = {("THEME", term["code"]) for term in publication["themes"]} if publication else set()
        if publication and publication["audience"]:
            kept.add(("AUDIENCE", publication["audience"]["code"]))

        def terms(kind: str) -> list[tuple[str, str]]:
            return [
                (term["code"], term["label"])
                for term in choices["typology"]
                if term["kind"] == kind and (not term["retired"] or (kind, term["code"]) in kept)
            ]

        options = {"themes": terms("THEME"), "audience": terms("AUDIENCE")}
        content = [replace(each, options=options.get(each.name, each.options)) for each in _CONTENT]
        if publication is not None:
            return [*content, _VERSION]
        names = {each["code"]: each["name"] for each in choices["territories"]}
        owners = {
            STRUCTURE: [(each["id"], each["name"]) for each in choices["viewer"]["structures"]],
            TERRITORY: [(code, names.get(code, code)) for code in choices["viewer"]["territories"]],
        }
        whose = [replace(_OWNERS[self._desk], options=owners[self._desk])] if self._desk is not MODERATION else []
        return [*whose, *content, *([_DRAFT] if self._desk is not STRUCTURE else [])]

    def _page(
        self, request: Request, form: Form, publication: Mapping[str, Any] | None, preview: str | None = None
    ) -> Response:
        response = self._site.templates.page(
            request,
            "publications/desk/editing",
            422 if form.failed else 200,
            desk=self._desk,
            form=form,
            publication=publication,
            preview=preview,
        )
        return self._site.guard.keep(request, response)


def _values(form: Form) -> dict[str, Any]:
    """Return the mutation's input, with null for what is empty."""
    inputs = form.input()
    values = {each.name: inputs.get(each.name) for each in form.fields} | {"idempotencyKey": inputs["idempotencyKey"]}
    values["links"] = [_link(line) for line in values["links"] or ()]
    return values


def _link(line: str) -> dict[str, str]:
    """Return the link of a line: its label, then its address."""
    label, _, address = line.strip().rpartition(" ")
    label = label.strip().removesuffix(":").strip()
    return {"url": address, **({"label": label} if label else {})}


def _as_typed(publication: Mapping[str, Any]) -> dict[str, str]:
    return {
        **{name: publication[name] or "" for name in ("kind", "title", "summary", "text", "degree", "author")},
        "audience": publication["audience"]["code"] if publication["audience"] else "",
        "themes": "\n".join(term["code"] for term in publication["themes"]),
        "links": "\n".join(f"{link['label']} {link['url']}" for link in publication["links"]),
        "version": str(publication["version"]),
    }
