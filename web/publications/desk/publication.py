"""One publication on a desk: what may be done with it, and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts, reason_fields, some_reason, with_usual_reason
from web.core.asking import File
from web.core.desks import at_desk
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site
from web.publications.desk.desks import Desk
from web.publications.publication import FORMATS
from web.publications.words import DEGREES, STATES

_PUBLICATION = document("publications/desk/publication")
_ATTACH = document("publications/desk/mutations/attach")
_FILES = "fichiers"
#: Why publications are usually refused, in the words that their structure reads.
_USUAL = (
    "Le texte ne suffit pas pour refaire l'animation : complétez le déroulé.",
    "Indiquez la durée et le matériel.",
    "Indiquez les sources.",
    "Le texte nomme des personnes : retirez leurs noms.",
    "Le genre ou le thème choisi ne correspond pas au texte.",
    "Une publication en ligne dit déjà la même chose.",
    "Un fichier ou un lien ne convient pas.",
)


_ACTS = (
    Act(
        "publier",
        document("publications/desk/mutations/publish"),
        "Mettre en ligne",
        "Mettre en ligne",
        "La publication est en ligne.",
        code="PUBLICATION_PUBLISH",
    ),
    Act(
        "refuser",
        document("publications/desk/mutations/refuse"),
        "Refuser cette publication",
        "Refuser",
        "La publication est refusée. La structure peut la corriger.",
        reason_fields(_USUAL),
        "Choisissez un motif courant, ou écrivez le vôtre. La structure corrige, puis soumet de nouveau.",
        "PUBLICATION_REFUSE",
        with_usual_reason,
        check=some_reason,
    ),
    Act(
        "retirer",
        document("publications/desk/mutations/withdraw"),
        "Retirer cette publication",
        "Retirer",
        "La publication est retirée.",
        (Field("reason", "Motif", "textarea", required=True),),
        "Elle ne pourra plus être remise en ligne.",
        "PUBLICATION_WITHDRAW",
    ),
)
_TAKE_AWAY = Act(
    "enlever",
    document("publications/desk/mutations/take_away"),
    "Enlever ce fichier",
    "Enlever le fichier",
    "Le fichier est enlevé.",
    (Field("sha256", "Fichier", hidden=True, needed=True),),
)
_JOINING = (
    Field(
        _FILES,
        "Fichiers à joindre",
        "file",
        "PDF, image (JPEG, PNG, HEIC), ODT, ODP, DOCX ou PPTX sans macro, 20 Mo au plus chacun, 10 fichiers au plus. Ce"
        " qu'un fichier note de personnes (auteur, dernier à l'avoir enregistré, lieu d'une photo) en est retiré, mais"
        " pas les noms que ses pages montrent, ni ce que notent une vidéo, un son ou une image d'un autre format dans"
        " un document : relisez-le avant de l'envoyer.",
        required=True,
        accept="application/pdf,image/*,.odt,.odp,.docx,.pptx",
        multiple=True,
    ),
    Field("label", "Intitulé", hint="Ce que c'est : « Diaporama », « Fiche de l'animateur »."),
)
_DONE = {
    "proposer": "C'est enregistré. Vous pouvez joindre des fichiers.",
    "modifier": "C'est enregistré.",
    "joindre": "Le fichier est joint.",
    "joindre-plusieurs": "Les fichiers sont joints.",
}


class DeskPublication:
    """The page of a publication for those who answer for it."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site, self._desk = site, desk
        self._acts, self._removals = Acts(site, _ACTS), Acts(site, [_TAKE_AWAY])

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path, desk = f"{self._desk.publications}/{{id}}", self._site.desk
        return [
            *(desk(path, self.show, "GET"), desk(path, self.act, "POST")),
            *(desk(f"{path}/{_FILES}", self.attach, "POST"), desk(f"{path}/{_FILES}/retrait", self.take_away, "POST")),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def act(self, request: Request) -> Response:
        outcome = await self._acts.carry_out(request, versioned=True, publicationId=request.path_params["id"])
        return await self._page(request, outcome) if isinstance(outcome, Form) else outcome

    async def attach(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, _JOINING, with_files=True)
        uploads = form.sent_files("choisissez-en au moins un")
        added, refused = 0, list[tuple[UploadFile, Mapping[str, Any]]]()
        for number, upload in enumerate(() if form.failed else uploads):
            file = await File.of(upload)
            values: dict[str, Any] = {"publicationId": request.path_params["id"], "file": None}
            if label := form.values["label"].strip():
                values["label"] = label if len(uploads) == 1 else f"{label} ({number + 1})"
            values["idempotencyKey"] = file.key(form.key, values.get("label", ""))
            payload = (await self._site.api.ask(request, _ATTACH, {"input": values}, file))["publicationFileAttach"]
            added += not payload["errors"]
            refused += [(upload, error) for error in payload["errors"]]
        form.refuse_files(_FILES, refused, added)
        if not form.failed:
            done = "joindre" if len(uploads) == 1 else "joindre-plusieurs"
            return RedirectResponse(at_desk(request, self._address(request), ("fait", done)), 303)
        return await self._page(request, form)

    async def take_away(self, request: Request) -> Response:
        towards = self._address(request)
        outcome = await self._removals.carry_out(request, towards=towards, publicationId=request.path_params["id"])
        return outcome if isinstance(outcome, Response) else await self._page(request, outcome)

    def _address(self, request: Request) -> str:
        return f"{self._desk.publications}/{request.path_params['id']}"

    async def _page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _PUBLICATION, {"id": request.path_params["id"]})
        publication: Mapping[str, Any] | None = answer["publication"]
        self._desk.admit(answer["viewer"])
        if publication is None or not (publication["allowedActions"] or self._desk.role == "COORDONNATEUR"):
            raise Problem.missing()
        actions = {each["code"]: each for each in publication["allowedActions"]}
        done = (
            self._acts.done(request) or self._removals.done(request) or _DONE.get(request.query_params.get("fait", ""))
        )
        joining = posted if posted is not None and posted.fields is _JOINING else None
        response = self._site.templates.page(
            request,
            "publications/desk/publication",
            422 if posted else 200,
            desk=self._desk,
            base=self._address(request),
            publication=publication,
            state=STATES[publication["status"]],
            degrees=DEGREES,
            formats=FORMATS,
            actions=actions,
            acts=self._acts.shown(request, publication, posted),
            upload=joining or self._site.guard.form(request, _JOINING),
            posted=posted,
            done=done,
        )
        return self._site.guard.keep(request, response)
