"""A table of schools becomes what the programme knows of them: `/territoire/etablissements`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core import tables
from web.core.asking import File
from web.core.documents import document
from web.core.forms import Form
from web.core.problems import Problem
from web.core.site import Site

_READER, _IMPORT = document("uploads/reader"), document("uploads/import_schools")
_READERS = ("COORDONNATEUR", "NATIONAL")
_PATH = "/territoire/etablissements"
_TABLE = (tables.TABLE,)
#: Names of the form that only tries, and of the one that records.
_PREFIXES = {True: "essai", False: "import"}


class SchoolsImport:
    """For the coordonnateur and the national team: told first, recorded once it is sent for good."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk(_PATH, self.show), self._site.desk(_PATH, self.load, "POST")]

    async def show(self, request: Request) -> Response:
        await self._check_reader(request)
        return self._page(request)

    async def load(self, request: Request) -> Response:
        await self._check_reader(request)
        form = await self._site.guard.posted(request, _TABLE, with_files=True)
        upload = form.sent_file(tables.TABLE_WANTED)
        tried = request.query_params.get("essai") == "oui"
        payload: dict[str, Any] | None = None
        if upload is not None and not form.failed:
            values: dict[str, Any] = {"file": None, "dryRun": tried}
            values |= {} if tried else {"idempotencyKey": form.key}
            answer = await self._site.api.ask(request, _IMPORT, {"input": values}, await File.of(upload))
            payload = answer["schoolsImport"]
            form.refuse(payload["errors"])
        form.prefix = _PREFIXES[tried]
        return self._page(request, form, None, tried) if form.failed else self._page(request, None, payload, tried)

    async def _check_reader(self, request: Request) -> None:
        if (await self._site.api.ask(request, _READER, {}))["viewer"]["role"] not in _READERS:
            raise Problem.missing()

    def _page(
        self,
        request: Request,
        posted: Form | None = None,
        imported: dict[str, Any] | None = None,
        tried: bool = False,
    ) -> Response:
        forms = {tries: self._site.guard.form(request, _TABLE) for tries in _PREFIXES}
        for tries, form in forms.items():
            form.prefix = _PREFIXES[tries]
        response = self._site.templates.page(
            request,
            "uploads/schools",
            422 if posted else 200,
            forms=forms if posted is None else {**forms, tried: posted},
            posted=posted,
            imported=imported,
            tried=tried,
        )
        return self._site.guard.keep(request, response)
