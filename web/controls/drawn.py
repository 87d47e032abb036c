"""One dossier of a control: each piece beside its file, its finding, and the answer to it.

`/controle/ID/dossiers/ID`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.controls.acts import ANSWER, JUDGE
from web.controls.history import READERS as HISTORY_READERS
from web.core.act_page import ActPage
from web.core.acts import ShownAct
from web.core.documents import document
from web.core.forms import Form
from web.core.problems import Problem

_DRAWN = document("controls/drawn")
_PATH = "/controle/{id}/dossiers/{dossier}"


class DrawnDossier(ActPage):
    """The page of a dossier that a control drew."""

    path, acts = _PATH, (JUDGE, ANSWER)
    # Several pieces may be judged side by side.
    versioned = False

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"controlId": request.path_params["id"], "dossierId": request.path_params["dossier"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        params = request.path_params
        answer = await self._site.api.ask(request, _DRAWN, {"id": params["id"], "dossier": params["dossier"]})
        control, dossier = answer["control"], answer["serviceDossier"]
        drawn = [each for each in (control or {}).get("dossiers", ()) if each["dossier"]["id"] == params["dossier"]]
        if dossier is None or not drawn:
            raise Problem.missing()
        response = self._site.templates.page(
            request,
            "controls/drawn",
            422 if posted else 200,
            control=control,
            dossier=dossier,
            reads_history=answer["viewer"]["role"] in HISTORY_READERS,
            pieces=[
                (piece, self._open(request, control, piece, number, posted))
                for number, piece in enumerate(drawn[0]["pieces"], 1)
            ],
            lines={line["animation"]["id"]: line for line in dossier["lines"]},
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    def _open(
        self, request: Request, control: Mapping[str, Any], piece: Mapping[str, Any], number: int, posted: Form | None
    ) -> list[ShownAct]:
        """Return what the reader may do about one piece: a structure answers to refusals alone."""
        about = posted if posted is not None and posted.values.get("piece") == piece["piece"] else None
        shown = []
        allowed = {each["code"] for each in control["allowedActions"] if each["allowed"]}
        for act in (JUDGE, ANSWER):
            if act.code in allowed and (act is JUDGE or piece["accepted"] is False):
                form = self._acts.form(request, act.name, about, piece=piece["piece"])
                form.prefix = f"{act.name}-{number}"
                shown.append(ShownAct(act, form))
        return shown
