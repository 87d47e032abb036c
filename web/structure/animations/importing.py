"""Declare a season by a table: look at what would become of each row, then confirm. `/structure/import`."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core import tables
from web.core.asking import File
from web.core.desks import at_desk
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.site import Site
from web.structure.speaking import spoken_for_id

_IMPORT = document("structure/animations/import")
#: The file itself goes with the form that confirms it: nothing is kept meanwhile.
_CONTENT, _NAME = Field("content", "Tableau", hidden=True), Field("fileName", "Nom", hidden=True)
_TABLE = (replace(tables.TABLE, hint="CSV, Excel (XLSX) ou LibreOffice (ODS), 5 Mo et 1 000 lignes au plus."),)
#: The parameter that tells how many animations were just declared.
IMPORTED = "importes"
#: How the API says that a cell is empty, and how many of a row are where it is hardly an animation.
_EMPTY, _MOSTLY = " : champ obligatoire.", 4
OUTCOMES = {
    "TO_CREATE": ("À créer", "info"),
    "CREATED": ("Créée", "success"),
    "KNOWN": ("Déjà déclarée, laissée", "info"),
    "REFUSED": ("À corriger", "error"),
}


class SeasonImport:
    """The import of animations: a dry run first, always."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/structure/import"
        return [self._site.desk(path, self.show, "GET"), self._site.desk(path, self.load, "POST")]

    async def show(self, request: Request) -> Response:
        await spoken_for_id(self._site.api, request)
        return self._page(request, self._site.guard.form(request, _TABLE))

    async def load(self, request: Request) -> Response:
        structure = await spoken_for_id(self._site.api, request)
        form = await self._site.guard.posted(request, (*_TABLE, _CONTENT, _NAME), with_files=True)
        form.fields, confirms = _TABLE, bool(form.values["content"])
        file = _file(form) if confirms else None
        if file is None and (upload := form.sent_file(tables.TABLE_WANTED)) is not None:
            file = await File.of(upload)
        if file is None or form.failed:
            return self._page(request, form)
        values: dict[str, Any] = {"structureId": structure, "file": None, "dryRun": not confirms}
        values["idempotencyKey"] = form.key
        payload = (await self._site.api.ask(request, _IMPORT, {"input": values}, file))["animationsImport"]
        if confirms and not payload["errors"]:
            created = sum(row["outcome"] == "CREATED" for row in payload["rows"])
            towards = at_desk(request, "/structure", ("etat", "SUBMITTED"), (IMPORTED, str(created)))
            return RedirectResponse(towards, 303)
        refused = any(row["outcome"] == "REFUSED" for row in payload["rows"])
        if payload["errors"] and not payload["rows"]:
            form.refuse(payload["errors"])
            return self._page(request, form)
        fresh = self._site.guard.form(request, _TABLE)
        fresh.values = {"content": b64encode(file.content).decode(), "fileName": file.name}
        return self._page(request, fresh, payload, ready=not refused)

    def _page(
        self, request: Request, form: Form, payload: Mapping[str, Any] | None = None, ready: bool = False
    ) -> Response:
        response = self._site.templates.page(
            request,
            "structure/animations/importing",
            422 if form.failed else 200,
            form=form,
            payload=payload,
            ready=ready,
            outcomes=OUTCOMES,
            counts=Counter(row["outcome"] for row in payload["rows"]) if payload else Counter(),
            wrong_with={row["row"]: together(row["errors"]) for row in payload["rows"]} if payload else {},
        )
        return self._site.guard.keep(request, response)


def together(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with a row, its empty cells in one sentence: of a note or a sum below a table, most are."""
    messages = [str(error["message"]) for error in errors]
    empty = [message.removesuffix(_EMPTY) for message in messages if message.endswith(_EMPTY)]
    if len(empty) < 2:
        return messages
    filled = [message for message in messages if not message.endswith(_EMPTY)]
    advice = " Si cette ligne n'est pas une animation, effacez-la du tableau." if len(empty) >= _MOSTLY else ""
    return [*filled, f"{', '.join(empty)} : champs obligatoires.{advice}"]


def _file(form: Form) -> File | None:
    try:
        return File(form.values["fileName"] or "tableau.csv", b64decode(form.values["content"], validate=True))
    except ValueError:
        return None
