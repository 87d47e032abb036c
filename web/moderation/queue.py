"""The queue of animations that wait for publication: several are published at once. `/moderation`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.cookies.done import OUTCOME_NAMES
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import plural
from web.core.narrowing import Search, ask_narrowed, not_named
from web.core.pages import TURNED, page_variables, pages_around
from web.core.paths import address_without
from web.core.problems import Problem
from web.core.site import Site

_QUEUE, _PUBLISH = document("moderation/queue"), document("moderation/mutations/publish_several")
_CHOSEN = Field("animationIds", "Animations à publier", "choices")
_LONGEST = 100
_WORDS = {"territory": "Département", "text": "Mots"}


class Queue:
    """The desk of the national team."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        desk = self._site.desk
        return [desk("/moderation", self.show, "GET"), desk("/moderation", self.publish, "POST")]

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def publish(self, request: Request) -> Response:
        """Publish those that were ticked; what stands against some of them is told of each."""
        form = await self._site.guard.posted(request, (_CHOSEN,))
        values = form.input()
        chosen = values.get("animationIds") or []
        if not chosen and not form.failed:
            form.errors[_CHOSEN.name] = "Cochez au moins une animation."
        if not form.failed:
            payload = (await self._site.api.ask(request, _PUBLISH, {"input": values}))["animationsPublish"]
            if not payload["errors"]:
                return RedirectResponse(address_without(request, TURNED, ("publiees", str(len(chosen)))), 303)
            errors = [(_id_of(error, chosen), error) for error in payload["errors"]]
            # One that is not published keeps none of the others back. The API names each by its title.
            refused = {id for id, _ in errors}
            form.general.append(_published(0 if "" in refused else len(chosen) - len(refused)))
            form.refuse(error for id, error in errors if not id)
            form.general += [f"Non publiée : {error['message']}" for id, error in errors if id]
        return await self._page(request, form)

    async def _page(self, request: Request, posted: Form | None) -> Response:
        params = request.query_params
        where: dict[str, Any] = {}
        if territory := params.get("territoire", "")[:_LONGEST]:
            where["territory"] = [territory]
        search = Search.read(params, "mots", "Mots du titre ou du texte")
        if search.text:
            where["text"] = search.text
        answer, refused = await ask_narrowed(self._site.api, request, _QUEUE, where, page_variables(params))
        animations = answer["animationsToPublish"]
        if animations is None:
            raise Problem.missing()
        number = params.get("publiees", "")
        response = self._site.templates.page(
            request,
            "moderation/queue",
            422 if posted else 200,
            animations=animations,
            narrowed=bool(where),
            begun={
                each["id"]
                for each in animations["nodes"]
                if datetime.fromisoformat(each["startsAt"]) <= self._site.clock()
            },
            territories=answer["territories"],
            territory=territory,
            search=search,
            posted=posted,
            address=address_without(request, OUTCOME_NAMES),
            chosen=posted.values[_CHOSEN.name].splitlines() if posted else (),
            form=posted or self._site.guard.form(request, (_CHOSEN,)),
            done=_published(int(number)) if number.isascii() and number.isdigit() and len(number) < 4 else None,
            unknown=[*(_WORDS.get(name, name) for name in refused), *not_named(request, "territoire", "mots")],
            around=pages_around(request, animations["pageInfo"]),
        )
        return self._site.guard.keep(request, response)


def _id_of(error: Any, chosen: Sequence[str]) -> str:
    """Return which of the animations an error is about; empty for all of them."""
    place = (error.get("field") or ["", ""])[1:2]
    return chosen[int(place[0])] if place and place[0].isdigit() and int(place[0]) < len(chosen) else ""


def _published(number: int) -> str:
    if not number:
        return "Aucune animation n'est publiée."
    return f"C'est fait : {plural(number, 'animation publiée', 'animations publiées')}."
