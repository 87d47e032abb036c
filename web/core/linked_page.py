"""The page of one thing, for whoever holds its link: what it shows, and buttons that act on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.asking import Answer
from web.core.documents import Document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site


@dataclass(frozen=True, slots=True)
class Button:
    """A mutation of one root field.

    `step`: what the page says once it is done; `fields`: which of the page's it takes; `reached`: whether what the page
    shows is already so, as where the button was pressed in another tab before.
    """

    document: Document
    name: str
    step: str | None = None
    fields: Sequence[str] = ()
    reached: Callable[[Mapping[str, Any]], bool] = lambda shown: False

    def leads_to(self, address: str) -> Response:
        return RedirectResponse(f"{address}?etape={self.step}" if self.step else address, 303)


class LinkedPage(ABC):
    """A page at `path`/LINK. A feature says which document it reads, and what it shows of the answer."""

    path: str
    template: str
    reads: Document
    buttons: Mapping[str, Button]
    fields: Sequence[Field] = (Field("action", "Action"),)
    #: Said of a link that leads to nothing.
    unknown: str

    def __init__(self, site: Site) -> None:
        self.site = site

    @abstractmethod
    def shown(self, answer: Answer) -> dict[str, Any] | None:
        """Return what the template shows, of the data that the document answers; None where there is nothing."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = f"{self.path}/{{link}}"
        return [self.site.route(path, self.show, "GET"), self.site.route(path, self.act, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, self.site.guard.form(request, self.fields))

    async def act(self, request: Request) -> Response:
        """Do what the button says, then lead back: to load the page again repeats nothing."""
        form = await self.site.guard.posted(request, self.fields)
        link, pressed = request.path_params["link"], None
        if not form.failed and (button := self.buttons.get(form.values["action"])) is not None:
            # What other buttons need may be left empty.
            form.fields = [each for each in self.fields if each.name in button.fields]
            values = {"link": link} | form.input()
            form.fields = self.fields
            if form.failed:
                return await self._page(request, form)
            payload = (await self.site.api.ask(request, button.document, {"input": values}))[button.name]
            if not payload["errors"]:
                return button.leads_to(f"{self.path}/{link}")
            form.refuse(payload["errors"])
            pressed = button
        return await self._page(request, form, pressed)

    async def _page(self, request: Request, form: Form, refused: Button | None = None) -> Response:
        link = request.path_params["link"]
        try:
            shown = self.shown(await self.site.api.ask(request, self.reads, {"link": link}))
        except Problem as problem:
            raise (Problem.missing(self.unknown) if problem.status == 404 else problem) from None
        if shown is None:
            raise Problem.missing(self.unknown)
        if refused is not None and refused.reached(shown):
            return refused.leads_to(f"{self.path}/{link}")
        response = self.site.templates.page(
            request,
            self.template,
            422 if form.failed else 200,
            **shown,
            form=form,
            link=link,
            step=request.query_params.get("etape"),
        )
        return self.site.guard.keep(request, response)
