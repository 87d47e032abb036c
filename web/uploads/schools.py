"""A table of schools becomes what the programme knows of them: `/territoire/etablissements`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.asking import File
from web.core.documents import document
from web.core.forms import Form
from web.core.problems import Problem
from web.core.site import Site

_READER, _IMPORT = document("uploads/reader"), document("uploads/import_schools")
_READERS = ("COORDONNATEUR", "NATIONAL")
_PATH = "/territoire/etablissements"


class SchoolsImport:
    """For the coordonnateur and the national team: told first, recorded once it is sent for good."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk(_PATH, self.show), self._site.desk(_PATH, self.load, "POST")]

    async def show(self, request: Request) -> Response:
        await self._check_reader(request)
        return self._page(request, self._site.guard.form(request, ()))

    async def load(self, request: Request) -> Response:
        await self._check_reader(request)
        form = await self._site.guard.posted(request, (), with_files=True)
        upload = next(iter(form.files.get("file", [])), None)
        tried = request.query_params.get("essai") == "oui"
        payload: dict[str, Any] | None = None
        if upload is None:
            form.general.append("Fichier : choisissez un tableau CSV ou Excel.")
        elif not form.failed:
            values: dict[str, Any] = {"file": None, "dryRun": tried}
            values |= {} if tried else {"idempotencyKey": form.key}
            answer = await self._site.api.ask(request, _IMPORT, {"input": values}, await File.of(upload))
            payload = answer["schoolsImport"]
            form.refuse(payload["errors"])
        if form.failed:
            return self._page(request, form, failed=True)
        return self._page(request, self._site.guard.form(request, ()), payload, tried)

    async def _check_reader(self, request: Request) -> None:
        if (await self._site.api.ask(request, _READER, {}))["viewer"]["role"] not in _READERS:
            raise Problem.missing()

    def _page(
        self,
        request: Request,
        form: Form,
        imported: dict[str, Any] | None = None,
        tried: bool = False,
        failed: bool = False,
    ) -> Response:
        response = self._site.templates.page(
            request,
            "uploads/schools",
            422 if failed else 200,
            form=form,
            posted=form if failed else None,
            imported=imported,
            tried=tried,
        )
        return self._site.guard.keep(request, response)
