"""Service dossiers of a structure: open, gather, see what is missing, submit. `/structure/dossiers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts
from web.core.asking import File
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import day
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site
from web.structure.counting import counting
from web.structure.speaking import speaks_for, spoken_for_id

_LIST = document("structure/dossiers/listing")
_OPEN, _DOSSIER = document("structure/dossiers/open"), document("structure/dossiers/dossier")
_ATTACH = document("structure/dossiers/attach")
#: The states for people, with the colour of their badge.
STATES = {
    "OPEN": ("En préparation", "info"),
    "SUBMITTED": ("Chez le coordonnateur", "info"),
    "RETURNED": ("Renvoyé, à compléter", "error"),
    "CERTIFIED": ("Certifié", "success"),
    "PAID": ("Payé", "success"),
    "WITHDRAWN": ("Certification retirée", "warning"),
    "DISCARDED": ("Abandonné", "new"),
}
#: The states of an amendment, for people.
DECISIONS = {
    "PENDING": "Attend le coordonnateur",
    "ACCEPTED": "Accepté",
    "REFUSED": "Refusé",
    "LAPSED": "Sans objet",
}
_FIELDS = (
    Field("conventionId", "Convention", "select", required=True),
    Field("periodFrom", "Premier jour", "date", "Exemple : 01/01/2027", True),
    Field("periodUntil", "Dernier jour", "date", "Exemple : 31/03/2027", True),
)
_ACTS = (
    Act(
        "rassembler",
        document("structure/dossiers/gather"),
        "Rassembler de nouveau les animations",
        "Rassembler",
        "Les animations attestées de la période sont rassemblées.",
        explanation="Ce qui a été attesté depuis rejoint le dossier.",
        code="SERVICE_DOSSIER_GATHER",
    ),
    Act(
        "soumettre",
        document("structure/dossiers/submit"),
        "Soumettre au coordonnateur",
        "Soumettre",
        "Le dossier est soumis. Le coordonnateur va l'examiner.",
        explanation="Vous ne pourrez plus le changer, sauf s'il vous est renvoyé.",
        code="SERVICE_DOSSIER_SUBMIT",
    ),
    Act(
        "abandonner",
        document("structure/dossiers/discard"),
        "Abandonner ce dossier",
        "Abandonner le dossier",
        "Le dossier est abandonné. Ses animations sont libres pour un autre.",
        (Field("reason", "Raison", "textarea", "Par exemple : période fausse.", True),),
        "Pour un dossier ouvert par erreur. Vous ne pourrez pas revenir en arrière. L'historique le garde.",
        "SERVICE_DOSSIER_DISCARD",
    ),
)
_AMEND = Act(
    "amender",
    document("structure/dossiers/amend"),
    "Proposer d'autres chiffres",
    "Proposer au coordonnateur",
    "Votre avenant est envoyé. Le coordonnateur décide.",
    (
        Field("animationId", "Animation", hidden=True, needed=True),
        Field("parents", "Présents", "number", required=True),
        Field("children", "Enfants présents", "number"),
        Field("reason", "Pourquoi les chiffres certifiés sont faux", "textarea", required=True),
    ),
    "Le dossier est certifié : ses chiffres ne changent que si le coordonnateur l'accepte.",
    "SERVICE_AMENDMENT_PROPOSE",
)
_REMOVE = Act(
    "retirer",
    document("structure/dossiers/withdraw"),
    "Retirer ce fichier",
    "Retirer le fichier",
    "Le fichier est retiré.",
    (
        Field("piece", "Pièce", hidden=True, needed=True),
        Field("sha256", "Fichier", hidden=True, needed=True),
        Field("reason", "Raison", required=True),
    ),
    "Il reste dans l'historique.",
    "SERVICE_PIECE_WITHDRAW",
)
#: Where a structure mends what is missing about an animation.
_MENDING = {
    "SHEET": ("/feuilles", "Joindre la feuille"),
    "UNATTESTED": ("/attestation", "Remplir l'attestation"),
}
_PIECES = (
    Field("piece", "Pièce", "select", required=True),
    Field("file", "Fichier", "file", "PDF, JPEG, PNG ou HEIC, 20 Mo au plus.", True),
)


class OwnDossiers:
    """The dossiers of a structure, and the form that opens one."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/structure/dossiers"
        return [self._site.desk(path, self.show, "GET"), self._site.desk(path, self.open, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, self._site.guard.form(request, _FIELDS))

    async def open(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, _FIELDS)
        values = form.input() | {"structureId": await spoken_for_id(self._site.api, request)}
        if not form.values["conventionId"]:
            form.errors["conventionId"] = "Convention : choisissez-en une."
        if not form.failed:
            payload = (await self._site.api.ask(request, _OPEN, {"input": values}))["serviceDossierOpen"]
            if not payload["errors"]:
                return RedirectResponse(f"/structure/dossiers/{payload['dossier']['id']}", 303)
            form.refuse(payload["errors"])
        return await self._page(request, form)

    async def _page(self, request: Request, form: Form) -> Response:
        structure = await spoken_for_id(self._site.api, request)
        variables = {"id": structure, "where": {"structureId": structure}} | page_variables(request.query_params)
        answer = await self._site.api.ask(request, _LIST, variables)
        conventions = [(each["id"], _named(each)) for each in answer["structure"]["conventions"]]
        form.fields = [replace(each, options=conventions) if each.kind == "select" else each for each in _FIELDS]
        if len(conventions) == 1:
            form.values.setdefault("conventionId", conventions[0][0])
        dossiers = answer["serviceDossiers"]
        response = self._site.templates.page(
            request,
            "structure/dossiers/listing",
            422 if form.failed else 200,
            form=form,
            dossiers=dossiers,
            around=pages_around(request, dossiers["pageInfo"]),
            states=STATES,
            today=self._site.today,
        )
        return self._site.guard.keep(request, response)


class OwnDossier:
    """One dossier of a structure: what it holds, what is missing."""

    def __init__(self, site: Site) -> None:
        self._site, self._acts = site, Acts(site, (*_ACTS, _AMEND, _REMOVE))

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path, desk = "/structure/dossiers/{id}", self._site.desk
        return [desk(path, self.show), desk(path, self.act, "POST"), desk(f"{path}/pieces", self.attach, "POST")]

    async def show(self, request: Request) -> Response:
        return self._page(request, await self._dossier(request))

    async def act(self, request: Request) -> Response:
        dossier = await self._dossier(request)
        outcome = await self._acts.carry_out(request, versioned=True, dossierId=dossier["id"])
        return outcome if isinstance(outcome, Response) else self._page(request, await self._dossier(request), outcome)

    async def attach(self, request: Request) -> Response:
        dossier = await self._dossier(request)
        form = await self._site.guard.posted(request, _PIECES, with_files=True)
        values, upload = form.input(), form.sent_file("choisissez un fichier PDF, JPEG ou PNG")
        if upload is not None and not form.failed:
            values |= {"dossierId": dossier["id"], "file": None}
            answer = await self._site.api.ask(request, _ATTACH, {"input": values}, await File.of(upload))
            payload = answer["servicePieceAttach"]
            if not payload["errors"]:
                return RedirectResponse(f"/structure/dossiers/{dossier['id']}?piece=jointe", 303)
            form.refuse(payload["errors"])
        return self._page(request, dossier, form)

    async def _dossier(self, request: Request) -> Mapping[str, Any]:
        answer = await self._site.api.ask(request, _DOSSIER, {"id": request.path_params["id"]})
        dossier: Mapping[str, Any] | None = answer["serviceDossier"]
        if dossier is None:
            raise Problem.missing()
        speaks_for(request, answer["viewer"], dossier["structure"]["id"])
        return {**dossier, "signs": answer["viewer"]["signs"]}

    def _page(self, request: Request, dossier: Mapping[str, Any], posted: Form | None = None) -> Response:
        required = [] if dossier["convention"] is None else dossier["convention"]["requiredPieces"]
        sent = posted if posted is not None and posted.fields is _PIECES else None
        piece = sent or self._site.guard.form(request, _PIECES)
        named = [(name, name) for name in required]
        piece.fields = [replace(each, options=named) if each.kind == "select" else each for each in _PIECES]
        attach = next((each for each in dossier["allowedActions"] if each["code"] == "SERVICE_PIECE_ATTACH"), None)
        done = "La pièce est jointe." if "piece" in request.query_params else self._acts.done(request)
        response = self._site.templates.page(
            request,
            "structure/dossiers/dossier",
            422 if posted else 200,
            dossier=dossier,
            state=STATES[dossier["status"]],
            today=self._site.today,
            # What each animation and each file has a form of its own for is no act of the dossier.
            acts=[each for each in self._acts.shown(request, dossier, posted) if each.act in _ACTS],
            pieces=self._removable(request, dossier, posted),
            removing=_REMOVE,
            mending=_MENDING,
            amending=self._amending(request, dossier, posted),
            amend=_AMEND,
            decisions=DECISIONS,
            attaching=piece if attach and attach["allowed"] and required else None,
            posted=posted,
            done=done,
        )
        return self._site.guard.keep(request, response)

    def _removable(
        self, request: Request, dossier: Mapping[str, Any], posted: Form | None
    ) -> list[tuple[Mapping[str, Any], Form | None]]:
        """Return each file of a piece with the form that withdraws it, where it can be."""
        allowed = any(each["code"] == _REMOVE.code and each["allowed"] for each in dossier["allowedActions"])
        shown: list[tuple[Mapping[str, Any], Form | None]] = []
        for number, piece in enumerate(dossier["pieces"]):
            names = {name: piece[name] for name in ("piece", "sha256")}
            same = posted is not None and names == {name: posted.values.get(name) for name in names}
            form = self._acts.form(request, _REMOVE.name, posted if same else None, **names) if allowed else None
            if form is not None:
                form.prefix = f"{_REMOVE.name}-{number}"
            shown.append((piece, form))
        return shown

    def _amending(self, request: Request, dossier: Mapping[str, Any], posted: Form | None) -> dict[str, Form]:
        """Return the form of other figures of each animation, where they can be proposed."""
        actions = {each["code"]: each["allowed"] for each in dossier["allowedActions"]}
        forms: dict[str, Form] = {}
        for number, line in enumerate(dossier["lines"] if actions.get(_AMEND.code) else ()):
            animation, figures = line["animation"], line["current"]
            about = posted if posted is not None and posted.values.get("animationId") == animation["id"] else None
            values = {name: str(figures[name]) for name in ("parents", "children")} | {"animationId": animation["id"]}
            form = forms[animation["id"]] = self._acts.form(request, _AMEND.name, about, **values)
            form.prefix = f"{_AMEND.name}-{number}"
            form.fields = counting(form.fields, animation)
        return forms


def _named(convention: Mapping[str, Any]) -> str:
    last = convention["terminatedOn"] or convention["validUntil"]
    return f"{convention['inTerritory']['name']}, du {day(convention['validFrom'])} au {day(last)}"
