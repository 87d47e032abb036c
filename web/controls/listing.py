"""The controls, and the form to announce one. `/controle`."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from web.controls.acts import ANNOUNCE, STATES
from web.core.act_page import ActPage
from web.core.documents import document
from web.core.forms import Form
from web.core.narrowing import not_among, not_named
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem

_CONTROLS = document("controls/listing")


class Controls(ActPage):
    """The desk of auditors; others see the controls that drew a dossier of theirs."""

    path, acts = "/controle", (ANNOUNCE,)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        params = request.query_params
        state = params.get("etat", "")
        where = {"status": [state]} if state in STATES else {}
        answer = await self._site.api.ask(request, _CONTROLS, {"where": where} | page_variables(params))
        controls = answer["controls"]
        if controls is None:
            raise Problem.missing()
        form = self._acts.form(request, ANNOUNCE.name, posted)
        territories = tuple((each["code"], each["name"]) for each in answer["territories"])
        form.fields = [replace(each, options=territories) if each.kind == "select" else each for each in form.fields]
        response = self._site.templates.page(
            request,
            "controls/listing",
            422 if posted else 200,
            role=answer["viewer"]["role"],
            checkpoint=answer["checkpoint"],
            controls=controls,
            states=STATES,
            state=state,
            unknown=[*not_among(params, {"etat": ("État", STATES)}), *not_named(request, "etat")],
            act=ANNOUNCE,
            form=form,
            posted=posted,
            done=self._acts.done(request),
            around=pages_around(request, controls["pageInfo"]),
        )
        return self._site.guard.keep(request, response)
