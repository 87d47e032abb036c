"""The logo that stands on papers: of a structure `/structure/logo`, of a territory `/territoire/logo`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.asking import File
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site
from web.structure.speaking import spoken_for_id

_SET, _WITHDRAW = document("uploads/set_logo"), document("uploads/withdraw_logo")
_OWN, _TERRITORIES = document("uploads/own_logo"), document("uploads/logos")
_DONE = {"pose": "Le logo est enregistré. Les affiches et les plannings le montrent.", "retrait": "Le logo est retiré."}
_LOGO = Field(
    "file",
    "Image",
    "file",
    "PNG de 200 à 4 000 pixels de côté, ou SVG. 500 ko au plus.",
    required=True,
    accept="image/png,image/svg+xml",
    largest=500_000,
)


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose logo it is. `about`: what the mutations name it by; `others`: whose else the reader may see to."""

    name: str
    logo: Mapping[str, Any] | None
    about: Mapping[str, str]
    others: Sequence[Mapping[str, Any]] = ()


class LogoPages:
    """A page for each desk: see the logo, set another, withdraw it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        desk = self._site.desk
        return [
            *(desk("/structure/logo", self.show), desk("/structure/logo", self.change, "POST")),
            *(desk("/territoire/logo", self.show), desk("/territoire/logo", self.change, "POST")),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, await self._owner(request))

    async def change(self, request: Request) -> Response:
        owner = await self._owner(request)
        form = await self._site.guard.posted(request, (_LOGO,), with_files=True)
        withdraws = "retirer" in request.query_params
        upload = None if withdraws else form.sent_file("choisissez une image PNG ou SVG")
        if form.failed:
            return await self._page(request, owner, form)
        values: dict[str, Any] = {**owner.about, "idempotencyKey": form.key}
        if upload is not None:
            answer = await self._site.api.ask(request, _SET, {"input": values | {"file": None}}, await File.of(upload))
            payload, done = answer["logoSet"], "pose"
        else:
            # Sent twice, the second finds no logo any more: the API answers both alike.
            payload, done = (await self._site.api.ask(request, _WITHDRAW, {"input": values}))["logoWithdraw"], "retrait"
        if payload["errors"]:
            form.refuse(payload["errors"])
            return await self._page(request, owner, form)
        return RedirectResponse(f"{self._here(request, owner)}&fait={done}", 303)

    async def _owner(self, request: Request) -> _Owner:
        if request.url.path.startswith("/structure"):
            structure_id = await spoken_for_id(self._site.api, request)
            structure = (await self._site.api.ask(request, _OWN, {"id": structure_id}))["structure"]
            return _Owner(structure["name"], structure["logo"], {"structureId": structure["id"]})
        answer = await self._site.api.ask(request, _TERRITORIES, {})
        viewer = answer["viewer"]
        theirs = [each for each in answer["territories"] if _speaks_for(viewer, each["code"])]
        wanted = request.query_params.get("territoire") or (theirs[0]["code"] if theirs else "")
        for each in theirs:
            if each["code"] == wanted:
                return _Owner(each["name"], each["logo"], {"territory": wanted}, theirs)
        raise Problem.missing()

    def _here(self, request: Request, owner: _Owner) -> str:
        name, value = next(iter(owner.about.items()))
        return f"{request.url.path}?{'structure' if name == 'structureId' else 'territoire'}={value}"

    async def _page(self, request: Request, owner: _Owner, posted: Form | None = None) -> Response:
        response = self._site.templates.page(
            request,
            "uploads/logo",
            422 if posted else 200,
            owner=owner,
            address=self._here(request, owner),
            desk=("/structure", "Mes événements")
            if "structureId" in owner.about
            else ("/territoire", "Mon territoire"),
            form=posted or self._site.guard.form(request, (_LOGO,)),
            posted=posted,
            done=_DONE.get(request.query_params.get("fait", "")),
        )
        return self._site.guard.keep(request, response)


def _speaks_for(viewer: Mapping[str, Any], territory: str) -> bool:
    return viewer["role"] == "NATIONAL" or (viewer["role"] == "COORDONNATEUR" and territory in viewer["territories"])
