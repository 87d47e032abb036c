"""The pages of the signed attendance sheet, by camera or as files: `/structure/animations/ID/feuilles`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts
from web.core.asking import File
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import plural
from web.core.site import Site
from web.structure.speaking import own_animation

_PAGE, _ATTACH = document("structure/attendance/sheets"), document("structure/attendance/attach")
_FILES = "pages"
#: The page has another button for the camera.
_ADDING = (
    Field(
        _FILES,
        "Ou des fichiers de votre appareil",
        "file",
        "PDF, JPEG, PNG ou HEIC, 20 Mo au plus chacun. Vous pouvez en choisir plusieurs.",
        multiple=True,
    ),
)
_WITHDRAW = Act(
    "retirer",
    document("structure/attendance/withdraw"),
    "Retirer cette page",
    "Retirer la page",
    "La page est retirée.",
    (Field("sha256", "Page", hidden=True), Field("reason", "Raison", required=True)),
)


class SheetPages:
    """The pages of a signed sheet: add several at once, withdraw one."""

    def __init__(self, site: Site) -> None:
        self._site, self._acts = site, Acts(site, [_WITHDRAW])

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/structure/animations/{id}/feuilles"
        desk = self._site.desk
        return [desk(path, self.show), desk(path, self.attach, "POST"), desk(f"{path}/retrait", self.withdraw, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def attach(self, request: Request) -> Response:
        own_animation(request, await self._site.api.ask(request, _PAGE, {"id": request.path_params["id"]}))
        form = await self._site.guard.posted(request, _ADDING, with_files=True)
        uploads = form.sent_files("choisissez-en au moins un, ou prenez une photographie")
        added, refused, seen = 0, list[tuple[UploadFile, Mapping[str, Any]]](), set[str]()
        for upload in () if form.failed else uploads:
            file = await File.of(upload)
            key = file.key(form.key)
            if key in seen:
                # The same photograph, chosen twice, is one page.
                continue
            seen.add(key)
            values = {"animationId": request.path_params["id"], "file": None, "idempotencyKey": key}
            payload = (await self._site.api.ask(request, _ATTACH, {"input": values}, file))["attendanceSheetAttach"]
            added += not payload["errors"]
            refused += [(upload, error) for error in payload["errors"]]
        form.refuse_files(_FILES, refused, added)
        if not form.failed:
            return RedirectResponse(f"{request.url.path}?ajout={added}", 303)
        return await self._page(request, form)

    async def withdraw(self, request: Request) -> Response:
        animation = own_animation(request, await self._site.api.ask(request, _PAGE, {"id": request.path_params["id"]}))
        towards = request.url.path.removesuffix("/retrait")
        outcome = await self._acts.carry_out(request, towards=towards, animationId=animation["id"])
        return outcome if isinstance(outcome, Response) else await self._page(request, outcome)

    def _removals(self, request: Request, sheets: Sequence[Mapping[str, Any]], posted: Form | None) -> dict[str, Form]:
        """Return the form that withdraws each page, as it was posted where it is that one."""
        forms: dict[str, Form] = {}
        for sheet in sheets:
            about = posted if posted is not None and posted.values.get("sha256") == sheet["sha256"] else None
            form = self._acts.form(request, _WITHDRAW.name, about, sha256=sheet["sha256"])
            form.prefix = f"{_WITHDRAW.name}-{sheet['number']}"
            forms[sheet["sha256"]] = form
        return forms

    async def _page(self, request: Request, posted: Form | None) -> Response:
        animation = own_animation(request, await self._site.api.ask(request, _PAGE, {"id": request.path_params["id"]}))
        actions = {each["code"]: each for each in animation["allowedActions"]}
        added = request.query_params.get("ajout", "")
        done = (
            f"{plural(int(added), 'page ajoutée', 'pages ajoutées')}."
            if added.isdecimal()
            else self._acts.done(request)
        )
        response = self._site.templates.page(
            request,
            "structure/attendance/sheets",
            422 if posted else 200,
            animation=animation,
            posted=posted,
            form=posted if posted is not None and posted.fields is _ADDING else self._site.guard.form(request, _ADDING),
            removals=self._removals(request, animation["sheets"], posted),
            actions=actions,
            done=done,
        )
        return self._site.guard.keep(request, response)
